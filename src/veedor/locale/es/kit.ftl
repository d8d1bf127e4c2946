error-internal = Error interno de Veedor
error-user = { $problem }
error-config = { $file }, línea { $line }, columna { $column }: { $problem }
error-not-found =
    No existe { $kind ->
        [baseline] la versión de lo usual
        [camera] la cámara
        [agency] la entidad
        [alert] la alerta
        [incident] el incidente
        [evidence] la evidencia
        [folder] la carpeta
        [file] el archivo
        [clip] el clip
        [package] el paquete
        [user] la persona
        [session] la sesión
        [segment] el segmento
        [snapshot] la imagen
        [key] la llave
        [path] la dirección
        [desk] la consola en
        [bench] la medición
        [model] el modelo
        [audit-head] cabeza guardada de
        [rule] la regla
        [sample] el tramo
       *[other] { $kind }
    } «{ $name }»
error-conflict = { $problem }
error-not-authenticated = Inicie sesión
    .hint = Use `veedor login` o la página de acceso
error-forbidden = No puede { $act ->
        [camera-list] ver la lista de cámaras
        [camera-edit] cambiar cámaras
        [camera-test] probar una cámara
        [live-watch] ver video en vivo
        [footage-list] ver qué grabaciones hay
        [footage-play] ver grabaciones
        [track-read] ver trayectorias
        [event-read] ver eventos
        [alert-read] ver alertas
        [alert-handle] atender alertas
        [incident-read] ver incidentes
        [incident-handle] atender incidentes
        [evidence-read] ver evidencias
        [evidence-lock] asegurar evidencia
        [evidence-export] exportar evidencias
        [evidence-unlock] liberar evidencia
        [health-read] ver el estado del sistema
        [metrics-read] ver las métricas
        [rules-read] ver reglas
        [rules-edit] cambiar reglas
        [backtest-run] probar reglas con días archivados
        [user-list] ver las cuentas
        [user-edit] cambiar cuentas
        [audit-read] leer la auditoría
        [erasure-read] ver supresiones
        [erasure-ask] pedir supresiones
        [erasure-confirm] confirmar supresiones
        [agency-read] ver las entidades
        [agency-edit] cambiar entidades
        [grant-read] ver convenios
        [grant-edit] redactar convenios
        [grant-sign] firmar o revocar convenios
        [grant-request] pedir grabaciones a otras entidades
        [grant-emergency] tomar acceso de emergencia
        [wall-share] cambiar los murales de la entidad
        [ptz-steer] mover cámaras
        [bookmark-read] ver marcas
        [bookmark-edit] poner marcas
        [bookmark-clear] quitar marcas de otros
        [site-read] ver los sitios
        [site-edit] invitar o retirar sitios
        [seal-read] ver los sellos
        [seal-make] sellar un caso y a un colega
        [seal-open] abrir un sello
        [seal-hear] recibir lo que otras instituciones sellaron
        [login] iniciar sesión
        [self] usar la propia sesión
       *[other] { $action }
    }: { $reason ->
        [role] su rol no lo permite
        [agency] es de otra entidad
        [draft] el convenio no está firmado
        [signed_by_one] la otra entidad no ha firmado el convenio
        [scheduled] el convenio aún no empieza
        [expired] el convenio venció
        [revoked] el convenio fue revocado
        [right] el convenio no da ese derecho
        [camera] el convenio no incluye esa cámara
        [span] el convenio es para otras horas de grabación
        [hours] el convenio no vale a esta hora
        [purpose] la finalidad que indica no está en el convenio
        [case] el convenio exige su número de caso
        [sealed] eso no se hace mientras el caso está sellado, pues llevaría su nombre a otros: quite el número de caso, o haga abrir el sello
        [sealed_other] ese caso está sellado para otra persona: pida a su supervisor un sello propio, o quite el número de caso
        [sealed_approval] una mirada sellada no puede tener segunda persona, cuya palabra lo nombraría
        [lease] hace demasiado que este sitio no sabe si el convenio sigue vigente
        [restored] este nodo central se restauró de una copia, y el sitio de la entidad dueña aún no confirma que el convenio sigue vigente
        [condition] no se cumple una condición del convenio: { $name ->
            [two_person] debe aprobar una segunda persona
           *[other] { $name }
        }
        [identity] su inicio de sesión ya no vale ante otros sitios
        [policy] la política de acceso no lo permite
       *[other] { $reason }
    }
    .hint = { $reason ->
        [agency] Hace falta un convenio que incluya esa cámara, o un pedido de grabación concedido: redáctelo o pídalo en Convenios; si hay vidas en juego, tome acceso de emergencia
        [draft] Pida que firme quien firma por su entidad
        [signed_by_one] Espere la firma de la otra entidad, o avísele
        [scheduled] Vuelva a intentarlo desde la fecha en que empieza
        [expired] Si todavía lo necesita, proponga un convenio nuevo
        [revoked] Si todavía lo necesita, hable con la otra entidad y proponga un convenio nuevo
        [right] Pida a la otra entidad un convenio que dé ese derecho
        [camera] Pida a la otra entidad un convenio que incluya esa cámara, o solo la grabación que necesita
        [span] Indique un inicio y un fin dentro del periodo concedido, o pida otra grabación
        [hours] Vuelva a intentarlo en las horas del convenio; en una emergencia, tome acceso de emergencia
        [purpose] Indique una finalidad de las que el convenio permite
        [case] Indique el número de caso que el convenio exige
        [lease] Revise el enlace de ese sitio con el nodo central: al volver, el acceso vuelve solo
        [restored] Espere a que se conecte el sitio de la entidad dueña
        [condition] Cumpla esa condición; si este programa no la conoce, actualícelo o pida un convenio sin ella
        [identity] Cierre la sesión y entre de nuevo
       *[other] Pida el permiso a su administrador
    }
error-unavailable = { $name } no responde: { $problem }
error-store = { $path }: { $problem }
error-store-locked = { $path } está en uso por otro proceso
    .hint = Cierre el otro proceso de Veedor que usa esa carpeta, o elija otra carpeta de datos
error-store-corrupt = { $path } está dañado: { $problem }
    .hint = No lo borre. Si es el índice de las grabaciones, `veedor check --repair` lo reconstruye; si no, restaure la copia de seguridad de ese archivo
error-store-unreachable = La base de datos { $path } no responde: { $problem }
    .hint = Revise que el servidor esté en marcha y que dirección, nombre y contraseña sean correctos. Nada se ha perdido: lo que no se guardó se rechazó
error-store-full = No queda espacio en { $path }
    .hint = Libere espacio, reduzca la retención o agregue un disco
error-store-read-only = No se puede escribir en { $path }
    .hint = Revise los permisos y si el disco se montó en modo de solo lectura por un fallo
error-config-value = { $file }, línea { $line }, columna { $column }: { $path }: { $problem }
error-secret-key-missing = Falta la llave secreta { $file }, y ya hay datos cifrados con ella
    .hint = Devuélvala a ese lugar desde donde la guardó (va aparte de las copias), o corrija `secret_key` en veedor.yaml. No se crea otra: no abriría las contraseñas guardadas
error-secret-key-unusable = No sirve la llave secreta { $file }: { $problem }
    .hint = Restaure el archivo original, o corrija `secret_key` en veedor.yaml
error-secret-key-other = Las contraseñas de las cámaras están cifradas con otra llave, no con { $path }
    .hint = Ponga en ese lugar la llave original, o corrija `secret_key` en veedor.yaml. No se ha cambiado nada
reason-no-such-file = no existe
reason-is-a-folder = es una carpeta
reason-no-permission = sin permiso
reason-read-only = está en un disco de solo lectura
reason-disk-full = no queda espacio en el disco
reason-port-in-use = otro programa usa ese puerto
reason-not-our-address = esa dirección no es de esta máquina
reason-connection-refused = nadie atiende en esa dirección
reason-missing = falta este dato
reason-unknown-key = no existe una clave con ese nombre
reason-not-an-integer = debe ser un número entero
reason-not-a-number = debe ser un número
reason-not-a-boolean = debe ser true o false
reason-not-text = debe ser texto
reason-not-a-list = debe ser una lista
reason-not-a-group = debe ser un grupo de claves con sus valores
reason-not-above = debe ser mayor que { $gt }
reason-below = debe ser { $ge } o más
reason-not-under = debe ser menor que { $lt }
reason-above = debe ser { $le } o menos
reason-too-short = es muy corto: el mínimo es { $length }
reason-too-long = es muy largo: el máximo es { $length }
reason-not-that-form = no tiene la forma { $pattern }
reason-not-a-network = no es una red: escriba, por ejemplo, 192.168.1.0/24
reason-not-json = no es JSON válido
reason-not-one-of = debe ser uno de: { $expected }
reason-not-a-time = no es una fecha con hora: escriba, por ejemplo, 2026-03-01T08:00:00-05:00
reason-not-utf-8 = no es texto UTF-8
reason-not-yaml = no es YAML válido ({ $said })
reason-duplicate-key = la clave está repetida ({ $said })
reason-not-a-secret-key = no contiene una llave de Veedor
reason-no-such-path = no existe, o no es un archivo o carpeta como se espera
reason-not-a-database = no es una base de datos SQLite, o su comienzo se perdió
reason-baseline-unreadable = el archivo de lo usual de una cámara no se puede leer ({ $said }): vuelva a una versión anterior con «veedor normality rollback», o bórrelo
reason-database-damaged = una parte de la base de datos no se puede leer ({ $said })
reason-database-said = la base de datos informa: { $said }
reason-newer-database = es de una versión de Veedor más nueva que esta ({ $said })
reason-timeout = no respondió a tiempo
reason-no-such-host = nadie conoce ese nombre en la red
reason-network = falló la conexión ({ $said })
reason-tls = el certificado no es de confianza o no corresponde ({ $said })
reason-no-way-there = no hay camino por la red hasta esa dirección
reason-disk-faulty = el disco no pudo leer o escribir: revíselo, puede estar fallando
reason-not-empty = la carpeta no está vacía
reason-system-said = el sistema informa: { $said }
reason-index-missing = falta, y hay grabaciones junto a él
reason-no-connection = no se pudo conectar, o la conexión se cortó
reason-no-http = lo que contesta no es HTTP
reason-no-soap = la respuesta no trae contenido SOAP
reason-no-profile = no ofrece ningún perfil de video
error-kit-points-unfit = Estos pares de puntos no sirven: { $problem }
    .hint = Elija al menos cuatro pares en el suelo, lejos unos de otros, sin que tres de cuatro estén en una línea
kit-points-few = se necesitan al menos cuatro pares
kit-points-not-finite = una coordenada no es un número
kit-points-line = demasiados están en una misma línea o en un mismo lugar
kit-points-order = se contradicen: revise qué punto del mapa corresponde a cada punto de la imagen

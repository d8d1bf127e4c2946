audit-keys = Auditoría
audit-key-search = Buscar por persona
audit-query = Consulta
audit-user = Usuario
audit-action = Acción
audit-camera = Cámara
audit-outcome = Resultado
audit-from = Desde
audit-until = Hasta
audit-any = Cualquiera
audit-allowed = Permitido
audit-refused = Rechazado
audit-last-hour = Última hora
audit-last-day = Últimas 24 horas
audit-search = Buscar
audit-none = Ninguna entrada coincide
audit-none-hint = Amplíe el tiempo o quite un filtro.
audit-when = Cuándo
audit-who = Quién
audit-did = Qué hizo
audit-what = Sobre qué
audit-why = Para qué
audit-nobody = Sin sesión
audit-open = Ver la entrada completa
audit-more = Ver más
audit-note = Su consulta también queda en la auditoría, con su usuario ({ $user }). Horas de la zona { $zone }.
audit-entry = Entrada { $sequence }
audit-address = Dirección
audit-session = Sesión
audit-agency = Entidad
audit-purpose = Motivo
audit-case = Caso
audit-reason = Razón
audit-previous = Huella anterior
audit-hash = Huella
audit-verify = Verificar la cadena
audit-intact = La cadena está íntegra
audit-intact-text = { $entries } entradas encajan, de la primera a la última.
audit-broken = La cadena está rota
audit-broken-text = La entrada { $entry } no encaja: alguien cambió o borró el registro desde ahí.
audit-head-hint = Anote la cabeza fuera de esta máquina: un final cortado solo se nota comparándola.
audit-entries = Registro de esta consola
audit-looks = Miradas a nuestras cámaras
audit-flags = Hábitos que llaman la atención
audit-flags-hint = Del tiempo elegido; si no, de los últimos siete días. Un hábito no prueba nada: pregunte a la persona.
audit-flags-none = Nada llama la atención en { NUMBER($looks) } miradas.
audit-flags-more = Hay más miradas de las que se pueden contar a la vez: elija un tiempo más corto.
audit-flag-show = Ver las { NUMBER($looks) } miradas
audit-flag-stare = { $who } vio { $camera } en vivo durante { NUMBER($count) } minutos el { $day } (se avisa desde { NUMBER($limit) })
audit-flag-night = { $who } buscó en grabaciones { NUMBER($count) } veces sin caso en la noche del { $day } (se avisa desde { NUMBER($limit) })
audit-flag-exports = { $who } exportó evidencia { NUMBER($count) } veces el { $day } (se avisa desde { NUMBER($limit) })
audit-flag-emergencies =
    { $count ->
        [one] Un acceso de emergencia de { $who } terminó sin revisión
       *[other] { NUMBER($count) } accesos de emergencia de { $who } terminaron sin revisión
    } (se avisa desde { NUMBER($limit) })
audit-flag-emergencies-show = Ver convenios
audit-watched = terminó tras { NUMBER($seconds) } s
audit-look-flaw = no encaja en la cadena de su sitio
audit-break-missing = Falta la entrada con este número.
audit-break-changed = Lo que dice la entrada no es lo que se escribió.
audit-break-unlinked = La entrada no continúa la anterior.
audit-break-other = Aquí había otra entrada cuando su cabeza se firmó en otra parte.
audit-break-cut = Se cortó el final: en otra parte se guarda una cabeza posterior.
audit-break-lost = Falta un dato personal y ninguna supresión del registro lo dice.
audit-contradictions = En lo que se guarda de otros registros, esto no encaja:
audit-contradiction = { $place }, entrada { $entry }: { $flaw ->
    [signature] llegó una cabeza que su clave no firmó
    [fork] hay dos entradas distintas con este número
    [rollback] el registro era antes más largo
    [gap] la entrada anterior nunca llegó
    [break] no continúa la anterior
    [hash] su hash no es de lo que dice
    [head] su sitio había firmado otra
   *[other] no encaja
    }
audit-restored = { $place ->
    [here] Esta consola
   *[other] { $place }
    }: { $by } restauró el { $at } la copia del { $made }; { $last ->
    [none] no se sabe de entradas perdidas
   *[other] las entradas { $first } a { $last } se perdieron allí y se guardan en otra parte
    }
audit-kind-session = Sesión
audit-kind-camera = Cámaras
audit-kind-live = En vivo
audit-kind-footage = Grabaciones
audit-kind-alert = Alertas
audit-kind-incident = Incidentes
audit-kind-evidence = Evidencias
audit-kind-user = Personas
audit-kind-audit = Auditoría
audit-kind-health = Salud
audit-kind-stream = Avisos en vivo
audit-kind-site = El sitio
audit-action-login = Ingresar
audit-action-self = Su propia sesión
audit-action-camera-list = Ver la lista de cámaras
audit-action-camera-edit = Cambiar una cámara
audit-action-camera-test = Probar una cámara
audit-action-live-watch = Ver en vivo
audit-action-wall-share = Compartir un mural
audit-action-ptz-steer = Mover una cámara
audit-action-footage-list = Ver qué hay grabado
audit-action-footage-play = Ver grabaciones
audit-action-bookmark-read = Ver marcas
audit-action-bookmark-edit = Poner o quitar una marca
audit-action-bookmark-clear = Quitar la marca de otra persona
audit-action-track-read = Ver recorridos
audit-action-event-read = Ver eventos
audit-action-alert-read = Ver alertas
audit-action-alert-handle = Atender una alerta
audit-action-incident-read = Ver incidentes
audit-action-incident-handle = Trabajar un incidente
audit-action-evidence-read = Ver evidencias
audit-action-evidence-lock = Asegurar evidencia
audit-action-evidence-export = Exportar evidencia
audit-action-evidence-unlock = Liberar evidencia
audit-action-health-read = Ver la salud del sitio
audit-action-metrics-read = Leer métricas
audit-action-rules-read = Ver reglas
audit-action-rules-edit = Cambiar reglas
audit-action-backtest-run = Probar reglas con días archivados
audit-action-user-list = Ver personas
audit-action-user-edit = Cambiar una persona
audit-action-audit-read = Consultar la auditoría
audit-action-erasure-read = Ver supresiones
audit-action-erasure-ask = Pedir una supresión
audit-action-erasure-confirm = Resolver una supresión
audit-action-site-read = Ver los sitios
audit-action-site-edit = Invitar o retirar sitios
audit-action-agency-read = Ver las entidades
audit-action-agency-edit = Cambiar una entidad
audit-action-grant-read = Ver convenios
audit-action-grant-edit = Redactar un convenio
audit-action-grant-sign = Firmar, revocar o revisar un convenio
audit-action-grant-request = Pedir grabación a otra entidad
audit-action-grant-emergency = Tomar un acceso de emergencia
audit-kind-agency = Entidades
audit-kind-grant = Convenios
audit-kind-track = Recorridos
audit-kind-event = Eventos
audit-kind-package = Paquetes de evidencia
audit-kind-bookmark = Marcas
audit-kind-ptz = Movimiento de cámaras
audit-kind-map = El mapa
audit-kind-rules = Reglas
audit-kind-view = Vista de la cámara
audit-kind-shift = Turnos
audit-kind-wall = Murales
audit-kind-totp = Segundo factor
audit-kind-backup = Copias de respaldo
audit-erasures = Supresiones
audit-erased = Supresiones lícitas; la cadena está entera sin esos valores:
audit-erased-one = Entrada { $entry }: { $values } valores de { $entries } entradas
audit-erasure-keys = Supresiones
audit-erasure-next = La siguiente
audit-erasure-previous = La anterior
audit-erasure-hint = El oficial de datos personales la pide con su norma; un auditor, que es otra persona, la confirma. La cadena queda entera.
audit-erasure-loading = Leyendo las supresiones…
audit-erasure-none = No se pidió ninguna supresión
audit-erasure-none-hint = Aquí quedan las pedidas, las hechas y las rechazadas, con quién y por qué norma.
audit-erasure-ask = Pedir una supresión
audit-erasure-ask-hint = No se borra nada hasta que otra persona lo confirme. Qué se hizo, a qué y cuándo queda siempre.
audit-erasure-of = De qué
audit-erasure-of-person = De una persona: las entradas que la nombran
audit-erasure-of-entries = De entradas sueltas
audit-erasure-own = La propia entidad
audit-erasure-numbers = Números de las entradas
audit-erasure-numbers-hint = Separados por comas
audit-erasure-numbers-bad = Solo números de entradas, separados por comas
audit-erasure-fields = Qué se borra
audit-erasure-law = Norma o resolución que lo manda
audit-erasure-law-hint = Nunca el nombre de la persona: esto queda en la auditoría para siempre
audit-erasure-told = { $entries ->
    [one] Pedida, de { $entries } entrada. Espera a un auditor.
   *[other] Pedida, de { $entries } entradas. Espera a un auditor.
}
audit-erasure-left = { $count ->
    [one] Queda { $count } entrada más: pídala de nuevo cuando esta se haya hecho.
   *[other] Quedan { $count } entradas más: pídalas de nuevo cuando esta se haya hecho.
}
audit-erasure-whole = { $count ->
    [one] { $count } entrada de la forma antigua no se puede borrar.
   *[other] { $count } entradas de la forma antigua no se pueden borrar.
}
audit-erasure-entries = { $count ->
    [one] { $count } entrada: { $which }
   *[other] { $count } entradas: { $which }
}
audit-erasure-by = Pidió { $who },
audit-erasure-by-done = confirmó { $who },
audit-erasure-by-refused = rechazó { $who },
audit-erasure-other = Debe confirmarla otra persona.
audit-erasure-asked = Espera a un auditor
audit-erasure-done = Hecha
audit-erasure-refused = Rechazada
audit-erasure-confirm = Confirmar y borrar
audit-erasure-confirm-text = Se borra para siempre: { $fields }, de { $count ->
    [one] { $count } entrada ({ $which }).
   *[other] { $count } entradas ({ $which }).
} No alcanza a respaldos hechos antes ni a copias impresas.
audit-erasure-refuse = Rechazar
audit-erasure-refuse-text = No se borra nada: { $fields }, de { $count ->
    [one] { $count } entrada ({ $which }).
   *[other] { $count } entradas ({ $which }).
}
audit-erasure-gone = Los valores ya no están; lo dice la entrada { $entry }.
audit-erasure-chain = { $erasures ->
    [one] La cadena está entera: { $entries } entradas, { $erasures } supresión lícita.
   *[other] La cadena está entera: { $entries } entradas, { $erasures } supresiones lícitas.
}
audit-field-username = usuario
audit-field-address = dirección de red
audit-field-purpose = finalidad
audit-field-case_number = número de caso
audit-field-reason = razón
audit-field-detail = detalle
audit-action-seal-read = Ver los sellos
audit-action-seal-make = Sellar un caso
audit-action-seal-open = Abrir un sello
audit-action-seal-hear = Recibir un sello de otra entidad
audit-sealed =
    { $state ->
        [sealed] (sellado hasta { $until })
        [overdue] (sellado hasta { $until }; apertura vencida)
        [opened] { $person }, { $case } (estuvo sellado)
        [mismatch] LA APERTURA NO CORRESPONDE: dice { $person }, { $case }
       *[other] (sellado)
    }
audit-kind-alert_picture = Fotos de alertas
audit-kind-second_look = Segundas miradas
audit-kind-approval = Aprobaciones
audit-kind-backtest = Pruebas de reglas
audit-kind-erasure = Supresiones
audit-kind-normality = Movimiento habitual
audit-kind-sample = Muestras
audit-kind-seal = Sellos
audit-kind-api = Descripción de la interfaz
audit-name-erased = Nombre suprimido
audit-sealed-name = Sellado { $id }
audit-sealed-case = caso sellado
audit-refusal = { $code ->
    [role] su rol no lo permite
    [agency] es de otra entidad
    [draft] el convenio no estaba firmado
    [signed_by_one] faltaba una firma en el convenio
    [scheduled] el convenio aún no empezaba
    [expired] el convenio había vencido
    [revoked] el convenio estaba revocado
    [right] el convenio no da ese derecho
    [camera] el convenio no incluye esa cámara
    [span] el convenio es para otras horas de grabación
    [hours] el convenio no vale a esa hora
    [purpose] el motivo no está en el convenio
    [case] faltaba el número de caso del convenio
    [two_person] faltaba una segunda persona
    [lease] el sitio no sabía si el convenio seguía vigente
    [restored] el nodo central estaba recién restaurado
    [origin] el pedido venía de otra página
   *[other] { $code }
}

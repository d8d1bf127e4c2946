error-accounts-weak-password = La contraseña es débil
    .hint = Use { $minimum } caracteres o más, variados, sin su nombre de usuario. Una frase larga sirve
error-accounts-bad-username = «{ $name }» no sirve como nombre de usuario
    .hint = Use hasta 64 letras sin tilde, números, puntos o guiones, empezando con letra o número
error-accounts-no-roles = Falta al menos un rol
    .hint = Roles: viewer (observador), operator (operador), supervisor, administrator (administrador), auditor, privacy_officer (oficial de datos personales)
error-accounts-username-taken = El nombre de usuario «{ $name }» ya está en uso
error-accounts-last-administrator = Es el último administrador activo: no se puede deshabilitar ni quitarle el rol
    .hint = Nombre antes a otro administrador
error-accounts-wrong-password = Usuario o contraseña incorrectos
    .hint = Si la olvidó, pida una nueva a su administrador. Un administrador, en el propio equipo: `veedor users reset-password NOMBRE --config veedor.yaml`
error-accounts-code-needed = Falta el código de su aplicación de autenticación
    .hint = Escriba los seis dígitos que su teléfono muestra ahora
error-accounts-wrong-code = El código no es correcto o ya se usó
    .hint = Espere el siguiente código; si ninguno sirve, revise que la hora del teléfono sea automática
error-accounts-totp-not-begun = No hay un segundo factor por confirmar
    .hint = Empiece de nuevo: pida el código QR
error-accounts-elsewhere = Esta cuenta se guarda en { $site }: aquí no se puede cambiar
    .hint = Cámbiela en { $site }; con enlace, llega aquí sola en segundos
error-accounts-stale = Hace más de { $days } días que no llega nada confirmado de las cuentas de { $site }: quien se creó allá no puede iniciar sesión aquí
    .hint = Recupere el enlace entre { $site }, el nodo central y este sitio. Mientras tanto use una cuenta creada aquí
error-accounts-code-at-home = Esta cuenta pide un código que solo { $site } puede revisar
    .hint = Inicie sesión allá, o pida a su administrador una cuenta sin segundo factor para trabajar aquí
error-accounts-throttled = Demasiados intentos fallidos: espere { $seconds } s

error-accounts-server = { $message }
error-accounts-untrusted = { $name } no contesta: { $problem }
    .hint = Un nodo central, y un sitio con certificado propio, responden por sí mismos: dé su archivo con --ca (el nodo dice al arrancar cuál es); en otra máquina, una copia
error-accounts-bad-url = «{ $url }» no sirve como dirección de la consola
    .hint = Use https://… (http:// solo para esta misma máquina, por ejemplo http://127.0.0.1:8480)

cli-login = Inicia sesión en una consola; los demás comandos usan esa sesión
cli-login-url = Dirección de la consola
cli-login-user = Nombre de usuario
cli-login-ca = Certificado en el que confiar, si la consola usa uno propio (archivo PEM)
cli-login-code = Código del segundo factor
cli-login-password = Contraseña
cli-login-done = Sesión iniciada: { $user } en { $url }, hasta { $until }
cli-logout = Cierra la sesión y la olvida
cli-logout-done = Sesión cerrada
cli-users = Personas que pueden iniciar sesión, y sus roles
cli-users-list = Muestra a todas las personas de la entidad
cli-users-add = Agrega a una persona; la contraseña generada se muestra una sola vez
cli-users-set-roles = Cambia los roles de una persona
cli-users-disable = Deshabilita a una persona: sale de inmediato de toda sesión
cli-users-enable = Vuelve a habilitar a una persona
cli-users-reset = Da una contraseña nueva y cierra las sesiones de la persona
cli-users-role = Rol: viewer, operator, supervisor, administrator, auditor o privacy_officer; se puede repetir
cli-users-name = Nombre completo
cli-users-active = activo
cli-users-disabled = deshabilitado
cli-users-changed = { $user }: { $roles } ({ $state })
cli-users-password = { $user }: contraseña { $password } (no se volverá a mostrar)
cli-audit = Registro de auditoría: qué se hizo y quién
cli-audit-list = Muestra las entradas, de la más nueva a la más antigua
cli-audit-verify = Comprueba que nadie haya alterado el registro
cli-audit-action = Solo esta acción, por ejemplo live.watch
cli-audit-refused = Solo lo rechazado
cli-audit-before = Solo entradas con número menor: para seguir hacia atrás
cli-audit-limit = Cuántas entradas como máximo
cli-audit-data = Carpeta de datos (o su copia) que se comprueba sin la consola
cli-audit-head = Cabeza anotada antes, NÚMERO:HASH; debe seguir en la cadena
cli-audit-empty = No hay entradas
cli-audit-intact = Íntegro: { $entries } entradas. Anote la cabeza fuera de esta máquina: { $head }
cli-audit-witness = Archivo con las cabezas de esta cadena que otro guarda (allí: veedor audit heads SITIO --out ARCHIVO)
cli-audit-witness-unreadable = No son cabezas firmadas: { $problem }
cli-audit-witness-places = El archivo debe tener cabezas firmadas de un solo lugar. Guárdelas con `veedor audit heads SITIO --out ARCHIVO` donde otro las tiene
cli-audit-unproved = Cabezas del archivo que no se pudieron comprobar, porque donde se guardan no se conocía la llave de la entidad: { $heads }. No se compararon
cli-audit-compared = Cabezas guardadas en otra parte que se compararon: { $heads }. Todas coinciden
cli-audit-break = entrada { $entry }: { $problem ->
    [missing] falta; tras la anterior viene la entrada { $found }
    [changed] lo que dice no es lo que se escribió: su hash debería ser { $expected } y es { $found }
    [unlinked] no continúa la anterior: debería nombrar { $expected } y nombra { $found }
    [other] aquí había otra cuando su cabeza se firmó en otra parte: { $expected }, ahora { $found }
    [lost] falta un dato personal y ninguna supresión del registro lo dice: { $expected }
   *[cut] se cortó el final: en otra parte se guarda una cabeza posterior, { $expected }
    }
cli-audit-restored = { $place ->
    [here] Esta consola
   *[other] { $place }
    }: { $by } restauró el { $at } la copia del { $made }; { $last ->
    [none] no se sabe de entradas perdidas
   *[other] las entradas { $first } a { $last } se perdieron allí y se guardan en otra parte
    }
cli-audit-contradiction = De { $place }, entrada { $entry }: { $flaw ->
    [signature] llegó una cabeza que su clave no firmó
    [fork] hay dos entradas distintas con este número
    [rollback] su registro era antes más largo
    [gap] la entrada anterior nunca llegó
    [break] no continúa la anterior
    [hash] su hash no es de lo que dice
    [head] su sitio había firmado otra
   *[other] no encaja
    }

column-username = Usuario
column-full-name = Nombre
column-roles = Roles
column-user-state = Situación
column-sequence = Entrada
column-audit-action = Acción
column-resource = Recurso
column-allowed = Permitido
column-reason = Motivo
column-at = Hora
cli-users-reset-config = En el propio equipo y sin iniciar sesión: archivo de configuración del sitio. Para un administrador que perdió su contraseña; queda en la auditoría con el usuario del sistema
cli-users-still-disabled = La cuenta { $user } sigue deshabilitada: otro administrador debe habilitarla
error-erasures-nothing = Ahí no hay nada que suprimir; { $whole } asientos de la forma antigua llevan sus datos en sí mismos
    .hint = Vea los números con `veedor audit list`; los asientos de la forma antigua se van con todo el registro, cuando vence su plazo
error-erasures-law = Diga qué ley o resolución lo exige
    .hint = Escriba la ley, el artículo o el número de la resolución; nunca el nombre de la persona
error-erasures-other-person = Quien pidió una supresión no puede confirmarla ni rechazarla
    .hint = Debe verla otra persona que tenga el rol auditor
error-erasures-settled = Esta supresión ya está resuelta: { $state ->
        [done] se hizo
       *[refused] se rechazó
    }
cli-audit-erase = Pedir que se supriman datos personales del registro, como manda la ley; otra persona debe confirmarlo
cli-audit-erase-person = Nombre de un usuario: todos los asientos que lo nombran
cli-audit-erase-agency = Entidad de ese usuario; si falta, la de esta consola
cli-audit-erase-entry = Número de un asiento; se puede repetir
cli-audit-erase-field = Solo este dato: username, address, purpose, case_number, reason o detail; se puede repetir
cli-audit-erase-reason = Ley o resolución que lo exige. Queda para siempre en el registro: nunca escriba el nombre de la persona
cli-audit-erasures = Ver qué se pidió suprimir
cli-audit-erasures-empty = No se pidió suprimir nada
cli-audit-erase-confirm = Suprimir lo que pidió otra persona. No se puede deshacer
cli-audit-erase-refuse = Rechazar lo que pidió otra persona
cli-audit-erase-id = Identificador del pedido
cli-audit-erase-asked = Pedido { $id }: { $entries } asientos. Otra persona debe confirmarlo: veedor audit confirm-erasure { $id }
cli-audit-erase-whole = De la forma antigua, y por eso no se suprimen: { $entries } asientos
cli-audit-erase-left = { $entries } asientos más: vuelva a pedirlo cuando este pedido esté hecho
cli-audit-erase-done = Suprimido en { $entries } asientos; lo dice el asiento { $entry } del registro
cli-audit-erase-refused = Rechazado: no se suprimió nada
cli-audit-erased = Suprimido conforme a ley el { $at }: { $values } datos en { $entries } asientos (lo dice el asiento { $entry })
column-entries = asientos
column-fields = datos
cli-audit-heads = Las cabezas firmadas de otra cadena que guarda la consola en la que inició sesión, para `veedor audit verify --witness`
cli-audit-heads-place = De qué sitio (su id, de `veedor hub sites`), o `hub`, el nodo central
cli-audit-heads-out = Archivo en que se guardan
cli-audit-heads-saved = { $heads } cabezas en { $path }
column-hash = Hash
column-flaw = Falla

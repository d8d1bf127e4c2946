error-internal = Internal error in Veedor
error-user = { $problem }
error-config = { $file }, line { $line }, column { $column }: { $problem }
error-not-found =
    There is no { $kind ->
        [package] package
        [path] address
        [bench] figure
       *[other] { $kind }
    } "{ $name }"
error-conflict = { $problem }
error-not-authenticated = Log in first
    .hint = Use `veedor login` or the login page
error-forbidden = Not allowed: { $action } ({ $reason })
    .hint = Ask your administrator for the right
error-unavailable = { $name } does not answer: { $problem }
error-store = { $path }: { $problem }
error-store-locked = { $path } is in use by another process
    .hint = Stop the other Veedor process that uses this folder, or choose another data folder
error-store-corrupt = { $path } is damaged: { $problem }
    .hint = Do not delete it. Run `veedor check --repair`, or restore the backup
error-store-full = No space left in { $path }
    .hint = Free some space, lower the retention, or add a disk
error-store-read-only = Cannot write to { $path }
    .hint = Check permissions, and whether the disk was remounted read-only after a fault

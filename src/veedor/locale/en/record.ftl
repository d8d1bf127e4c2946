error-record-no-footage = No footage of camera { $camera } at { $at }
    .hint = Look at the camera's gaps for the reason
error-record-no-segment = There is no segment { $segment }
error-record-damaged = Footage file { $path } cannot be read: { $problem }
    .hint = Run `veedor check`
problem-data-disk-full = The disk of { $path } is full ({ $megabytes } MB left): events and alerts wait, and what people do may be refused
    .hint = Free some space or add a disk; what waits is stored by itself as soon as there is room
problem-record-disk-full = The disk of { $path } is full and all footage left on it is locked: nothing is being recorded
    .hint = Release locks that are no longer needed, free some space or add a disk
problem-record-below-minimum = The disk is full: footage only { $days } days old is being deleted (the minimum is { $minimum } days)
    .hint = Add a disk, or lower the cameras' bit rate

record-check-interrupted = { $path }: recording was interrupted; the next start, or --repair, finishes it
record-check-index-corrupt = { $path } is damaged: { $detail }. --repair sets it aside and builds it anew from the files
record-check-index-missing = { $path } is missing. --repair builds it anew from the files
record-check-missing-file = { $path }: in the index, but the file is not there { $detail }
record-check-orphan-file = { $path }: a file that the index does not have
record-check-size = { $path }: the size is not that of the index ({ $detail })
record-check-hash = { $path }: its content is not what was recorded (SHA-256 differs)
record-check-unreadable = { $path }: cannot be read: { $detail }
record-check-overlap = { $path } overlaps { $detail } of the same run
record-check-gap-missing = { $path }: no footage and no gap row, { $detail } UTC
record-check-garbage = { $path }: deletion was not finished
record-check-lock-lost = Evidence lock { $path } on camera { $detail } is not in the index

cli-check = Check the recordings against their index, and predict days of footage per camera
cli-check-repair = Mend what is wrong. Footage is never deleted: files without a row are indexed, or set aside in quarantine
cli-check-deep = Compare the content of every file (by default up to 20 GB of footage), or never
cli-check-summary = { $path }: { $segments } segments, { $gigabytes } GB
cli-check-live = A site is recording here now: checking beside it
cli-check-not-hashed = Sizes compared, contents not (--deep compares them)
cli-check-repaired = repaired
cli-check-clean = No problems
cli-check-problems = { $count ->
    [one] One problem left. Run `veedor check --repair`
   *[other] { $count } problems left. Run `veedor check --repair`
}

column-check-gigabytes = GB stored
column-check-megabits = Mbit/s
column-check-days-stored = Days stored
column-check-days = Days that will fit
column-check-camera = Camera
cli-check-no-names = The names of the cameras cannot be read, so their ids are shown: { $problem }
cli-check-removed-camera = { $id } (no longer listed)

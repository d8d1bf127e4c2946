"""The index's tables. Times are microseconds since 1970, UTC; names end in `_us`. Each entry migrates one version."""

MIGRATIONS = (
    """
CREATE TABLE runs (
    -- Segments of one run follow each other without a gap, from one session and with one codec configuration.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- also in the file names; never used twice
    camera_id  TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('main', 'sub')),
    started_us INTEGER NOT NULL,                   -- where to look for a segment that has no row yet
    open       INTEGER NOT NULL CHECK (open IN (0, 1))  -- 1 at start of the process: it did not end properly
) STRICT;
CREATE INDEX runs_open ON runs (open) WHERE open = 1;

CREATE TABLE segments (
    -- Finished files only. A row says: this file is complete and synced.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which they were finished
    run            INTEGER NOT NULL REFERENCES runs (id),
    number         INTEGER NOT NULL CHECK (number >= 0),  -- place in its run, from 0
    camera_id      TEXT NOT NULL,
    role           TEXT NOT NULL CHECK (role IN ('main', 'sub')),
    started_us     INTEGER NOT NULL,  -- capture time of the first picture; may overlap others after a clock step
    ended_us       INTEGER NOT NULL CHECK (ended_us >= started_us),
    recorded_us    INTEGER NOT NULL,  -- when it was finished, by this machine's clock: retention counts from here,
                                      -- since a camera's clock may be years off
    clock          TEXT NOT NULL CHECK (clock IN ('sender_report', 'arrival', 'file')),
    clock_offset_s REAL,              -- camera clock less ours at the start; null: the camera does not tell
    codec          TEXT NOT NULL,
    width          INTEGER NOT NULL CHECK (width >= 0),
    height         INTEGER NOT NULL CHECK (height >= 0),
    octets         INTEGER NOT NULL CHECK (octets > 0),
    packets        INTEGER NOT NULL CHECK (packets > 0),
    sha256         TEXT NOT NULL CHECK (length(sha256) = 64),
    path           TEXT NOT NULL UNIQUE,  -- relative to the recordings folder
    UNIQUE (run, number)
) STRICT;
CREATE INDEX segments_by_time ON segments (camera_id, role, started_us);
CREATE INDEX segments_by_age ON segments (recorded_us);
CREATE INDEX segments_by_camera_age ON segments (camera_id, recorded_us);

CREATE TABLE gaps (
    -- Spans without footage. A gap is a row, never an absence of rows.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    camera_id  TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('main', 'sub')),
    started_us INTEGER NOT NULL,
    ended_us   INTEGER CHECK (ended_us >= started_us),  -- null: it goes on
    reason     TEXT NOT NULL CHECK (reason IN ('started', 'crashed', 'lost', 'codec_changed', 'clock_stepped',
                                               'disk_full', 'disk_error', 'disabled', 'missing'))
) STRICT;
CREATE UNIQUE INDEX gaps_open ON gaps (camera_id, role) WHERE ended_us IS NULL;
CREATE INDEX gaps_by_time ON gaps (camera_id, role, started_us);

CREATE TABLE garbage (
    -- Files that are to go: written in the transaction that drops the segment's row, dropped after the synced unlink.
    path       TEXT PRIMARY KEY,
    deleted_us INTEGER NOT NULL
) STRICT;

CREATE TABLE locks (
    -- Evidence locks: spans that retention leaves alone, footage of the future included.
    id           TEXT PRIMARY KEY,
    camera_id    TEXT NOT NULL,
    started_us   INTEGER NOT NULL,
    ended_us     INTEGER NOT NULL CHECK (ended_us > started_us),
    requested_us INTEGER NOT NULL,
    released_us  INTEGER               -- null: it holds
) STRICT;
CREATE INDEX locks_held ON locks (camera_id) WHERE released_us IS NULL;

CREATE TABLE lock_segments (
    -- Which finished segments a lock that holds covers. Retention asks this table alone.
    lock_id    TEXT NOT NULL REFERENCES locks (id),
    segment_id INTEGER NOT NULL REFERENCES segments (id),  -- no cascade: deleting a locked segment is an error
    PRIMARY KEY (lock_id, segment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lock_segments_by_segment ON lock_segments (segment_id);

CREATE TABLE longest (
    -- The longest segment there ever was: how far before a span one may begin that still overlaps it.
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    duration_us INTEGER NOT NULL
) STRICT;
INSERT INTO longest VALUES (1, 0);
""",
)

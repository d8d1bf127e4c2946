error-backtest-running = A backtest is running, that of camera { $camera }
    .hint = Wait until it is done, or stop it: a site runs one at a time, so that the analysis keeps its machine
error-backtest-failed = The backtest of { $name } ended before its time: { $problem }
    .hint = Try again; if it happens again, look at the site's log
error-backtest-no-history = Nothing of camera { $camera } is archived in that time
    .hint = Choose more days, or check that the camera is analysed
error-backtest-span = The end is not after the start
    .hint = Write, for example, --since 7d, or --since 2026-03-01 --until 2026-03-08

# What a backtest cannot say
backtest-note-not-kept = Not run: { $rules }. They read the camera's connection or clock, which the archive does not keep
backtest-note-resting = Resting: { $rules }. They need metres, and the camera is not calibrated or was moved
backtest-note-tampered = Only roughly: { $rules }. The archive keeps the picture's facts when they change, not each time
backtest-note-ground = Today's calibration is used, for days on which it was another too
backtest-note-unknown = The archive of those days does not say when the camera was analysed: it is taken to have been all the time
backtest-note-watched = The camera was analysed for { $hours } of { $of } hours; nothing is known of the rest
backtest-note-too-many = Stopped after { $count } events: rules like these are of no use

# Commands
backtest-cli = Tries new rules on a camera's last days, beside those in force; changes nothing
backtest-cli-camera = Camera (name or id)
backtest-cli-rules = File with the rules to try (YAML)
backtest-cli-since = Since when: 7d, 12h, or a date and time
backtest-cli-until = Until when (default: now)
backtest-cli-limit = How many events to show of the new ones and of those that go
backtest-cli-progress = { $tracks } tracks, { $rate } h per second
backtest-cli-counts-so-far = Alerts so far: { $new } by the new ones, { $old } by those in force
backtest-cli-done = { $tracks } tracks in { $seconds } s ({ $rate } h of archive per second)
backtest-cli-counts = New: { $new }. Gone: { $gone }. The same: { $same }
backtest-cli-more = and { $count } more
backtest-cli-list-new = New
backtest-cli-list-gone = Gone
column-day = Day
column-alerts-old = Alerts by the rules in force
column-alerts-new = Alerts by the new ones
column-only-new = New
column-only-old = Gone
column-same = The same
column-begins = Start

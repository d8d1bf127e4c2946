error-alerts-event-id = The event id { $id } is not valid
error-alerts-claimed = { $who } has this alert in hand (since { $at })
    .hint = Talk to { $who }, or act all the same and say so

error-acts-stale = { $what ->
        [acknowledge] { $who } has already taken this alert ({ $at })
        [dismiss] { $who } has already dismissed this alert ({ $at })
        [escalate] { $who } has already made this alert an incident ({ $at })
        [claim] { $who } has just taken this alert in hand ({ $at })
        [release] { $who } has just let go of this alert ({ $at })
        [close] { $who } has already closed this incident ({ $at })
       *[other] { $who } made a change before you ({ $at })
    }
    .hint = Load again and decide on what there is now (version { $version })
error-acts-not-now = The state does not allow it: { $state ->
        [new] not handled
        [acknowledged] taken by { $who } ({ $at })
        [dismissed] dismissed by { $who } ({ $at })
        [escalated] made an incident by { $who } ({ $at })
        [open] the incident is open; last change by { $who } ({ $at })
        [closed] the incident was closed by { $who } ({ $at })
       *[other] { $state } ({ $who }, { $at })
    }
    .hint = Load again to see who did it and why
error-acts-text-missing = The text of "{ $field }" is missing
    .hint = Say why, in a sentence

alerts-clip-no-footage = There is no recording of that moment
alerts-clip-expired = The clip and the picture have had their time and were removed
alerts-clip-fault = The clip could not be cut

alert-status-new = new
alert-status-acknowledged = taken
alert-status-dismissed = dismissed
alert-status-escalated = in an incident
alert-dismiss-nothing-there = there was nothing
alert-dismiss-weather-or-light = rain, wind, shadows or lights
alert-dismiss-animal = an animal
alert-dismiss-normal-activity = normal activity
alert-dismiss-already-attended = already attended
alert-dismiss-test = test
alert-dismiss-other = other reason

cli-alerts = Alerts: look, take, dismiss, escalate
cli-alerts-list = List alerts, newest first
cli-alerts-show = Show an alert with all that was done with it
cli-alerts-ack = Take an alert: others see that you handle it
cli-alerts-dismiss = Dismiss an alert, with the reason
cli-alerts-escalate = Make an alert an incident, or join it to one
cli-alerts-stats = False-alert rate per rule, and how late alerts are
cli-alerts-status = Only those of this status: new, acknowledged, dismissed, escalated
cli-alerts-severity = Only those of this severity: info, low, medium, high, critical
cli-alerts-camera = Only those of this camera (id)
cli-alerts-since = Since when: 2h, 3d, or date and time with a zone
cli-alerts-limit = How many at most
cli-alerts-id = The alert's id
cli-alerts-note = Free text
cli-alerts-reason = Reason: nothing_there, weather_or_light, animal, normal_activity, already_attended, test, other
cli-alerts-version = The version that you saw: refused if somebody acted since
cli-alerts-incident = The incident that it joins (number or id); otherwise a new one is opened
cli-alerts-type = Type of the new incident
cli-alerts-none = There are no alerts
cli-alerts-no-stats = No alerts yet
cli-alerts-done = Alert { $id }: { $status }
cli-alerts-escalated = Alert { $id } is in incident { $incident }
cli-alerts-clip = Clip: { $state }
cli-alerts-conflict = Conflict: { $who } also did "{ $what }" ({ $at })
cli-alerts-latency = Alerts were late by { $p50 } s (median), { $p95 } s (95th percentile), of { $count } alerts

column-raised-at = Time
column-alert = Alert
column-severity = Severity
column-handled-by = Handled by
column-raised = Alerts
column-handled = Handled
column-false = False
column-false-rate = False rate
column-camera = Camera
column-status = Status

alert-severity-info = information
alert-severity-low = low
alert-severity-medium = medium
alert-severity-high = high
alert-severity-critical = critical
alert-clip-pending = pending
alert-clip-ready = ready
alert-clip-failed = no clip
error-alerts-time = "{ $text }" is not a time
    .hint = Use 30m, 2h, 3d, or a date and time like 2026-03-01T10:00:00-05:00

alerts-title = Alerts
alerts-queue = Queue of alerts
alerts-detail = The alert in detail
alerts-counts = { $fresh } new · { $taken } taken
alerts-fresh = New
alerts-news = { $count } new
alerts-loading = Loading…
alerts-failed = The alerts could not be loaded
alerts-failed-hint = It is tried again by itself. If it goes on, tell your engineer.
alerts-none = No alert is waiting
alerts-none-hint = When one comes it appears here, with a sound if it is high or critical.
alerts-none-found = No alert passes the filter
alerts-none-found-hint = There are others that the filter hides.
alerts-choose = Choose an alert
alerts-not-there = This alert is not there
alerts-back = Back to the queue
alerts-age = { $age } ago
alerts-status-new = Not handled
alerts-status-acknowledged = Taken by { $who }
alerts-status-dismissed = Dismissed by { $who }
alerts-status-escalated = In an incident, by { $who }
alerts-similar = { $count ->
        [one] { $count } similar alert
       *[other] { $count } similar alerts
    }
alerts-conflict = Came after somebody else had decided
alerts-conflict-short = Conflict
alerts-where = Where
alerts-when = When
alerts-started = Began
alerts-raised = Raised
alerts-ended = Ended
alerts-goes-on = Goes on
alerts-camera-gone = This camera no longer exists
alerts-live = Live
alerts-playback = Playback
alerts-map = Map
alerts-rule = Rule
alerts-rate = { $percent } false: { $count } of { $handled } handled ({ $raised } in all)
alerts-rate-none = Not known yet how often it is right: { $raised ->
        [one] { $raised } alert, none handled
       *[other] { $raised } alerts, none handled
    }
alerts-rate-days = in { $days } days
alerts-in-incident = Incident
alerts-open-incident = Open the incident
alerts-dismissed-as = Reason of the dismissal
alerts-acts = What was done
alerts-acts-none = Nobody has done anything yet
alerts-act-acknowledge = Took the alert
alerts-act-dismiss = Dismissed the alert
alerts-act-escalate = Made it part of an incident
alerts-act-claim = Is looking into it
alerts-act-release = Let go of it
alerts-clip-label = Clip of { $camera }
alerts-snapshot-label = Picture of { $camera } with the zone and the path
alerts-clip-pending = The clip is being made; until then, the picture.
alerts-clip-failed = No clip: { $why }
alerts-clip-unplayable = This browser cannot play the clip
alerts-clip-not-allowed = Your role does not play recordings
alerts-no-picture = There is no picture of this alert
alerts-play = Play
alerts-pause = Pause
alerts-overlay = Zone and path
alerts-enlarge = Enlarge
alerts-actions = Actions
alerts-acknowledge = Acknowledge
alerts-dismiss = Dismiss
alerts-escalate = Escalate
alerts-claim = Claim
alerts-release = Release
alerts-claim-mine = You have it
alerts-claim-other = { $who } has had it for { $age }
alerts-scope-one = This one only
alerts-scope-all = All { $count } similar
alerts-done-dismiss = { $count ->
        [one] Alert dismissed
       *[other] { $count } alerts dismissed
    }
alerts-done-escalate = { $count ->
        [one] Alert is in an incident
       *[other] { $count } alerts are in an incident
    }
alerts-dismiss-title = { $count ->
        [one] Dismiss the alert
       *[other] Dismiss { $count } alerts
    }
alerts-dismiss-hint = Why did it need nobody? Press the number.
alerts-reason-nothing_there = There was nothing
alerts-reason-weather_or_light = Rain, wind, shadows or lights
alerts-reason-animal = An animal
alerts-reason-normal_activity = Normal activity
alerts-reason-already_attended = Already attended
alerts-reason-test = Test
alerts-reason-other = Other reason
alerts-counts-false = false alert
alerts-note = Note
alerts-note-other = Required with “Other reason”
alerts-note-missing = Say why, in a sentence
alerts-escalate-title = { $count ->
        [one] Escalate the alert
       *[other] Escalate { $count } alerts
    }
alerts-escalate-into = To which incident?
alerts-incident-new = A new one
alerts-incident = No. { $number }
alerts-incident-none = No incident is open.
alerts-incident-type = Type of incident
alerts-same-camera = same camera
alerts-all-the-same = Do it all the same
alerts-over-title = Somebody else is looking into it
alerts-over = { $who } has had it for { $age }: act anyway?
alerts-over-do = Act anyway
alerts-filter = Filter
alerts-filter-text = Camera, rule, zone or sentence
alerts-filter-severity = Severity
alerts-filter-any-severity = Any severity
alerts-filter-camera = Camera
alerts-filter-any-camera = Any camera
alerts-filter-rule = Rule
alerts-filter-any-rule = Any rule
alerts-filter-closed = Include closed ones
alerts-filter-clear = Clear the filter
alerts-order = Order
alerts-order-urgency = By severity
alerts-order-newest = Newest first
alerts-order-oldest = Oldest first
alerts-sound-on = Sound on
alerts-sound-muted = Sound off
alerts-sound-blocked = Click to allow sound
alerts-keys = Alerts
alerts-key-next = Next
alerts-key-before = Previous
alerts-key-open = Open, enlarge
alerts-key-close = Leave the enlarged view
alerts-key-dismiss = Dismiss, with the reason
alerts-key-escalate = Escalate to an incident
alerts-key-claim = Tell the others that I look into it, or let go
alerts-key-group = Act on one or on all similar ones
alerts-key-unfold = Unfold similar ones
alerts-key-play = Pause the clip or go on
alerts-key-filter = Filter
alerts-key-mute = Sound on or off
alerts-key-newest = Go to the one that has just come
alerts-strip = Critical alerts
alerts-strip-open = Open the alert
alerts-strip-more = and { $count } more
alerts-foreign = An alert of { $owner }: its own people handle it.

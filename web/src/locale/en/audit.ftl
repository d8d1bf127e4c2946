audit-keys = Audit
audit-key-search = Search by person
audit-query = Query
audit-user = User
audit-action = Action
audit-camera = Camera
audit-outcome = Outcome
audit-from = From
audit-until = Until
audit-any = Any
audit-allowed = Allowed
audit-refused = Refused
audit-last-hour = Last hour
audit-last-day = Last 24 hours
audit-search = Search
audit-none = No entry matches
audit-none-hint = Widen the time or drop a filter.
audit-when = When
audit-who = Who
audit-did = Did what
audit-what = To what
audit-why = What for
audit-nobody = Nobody logged in
audit-open = See the whole entry
audit-more = Show more
audit-note = Your query is in the audit too, under your name ({ $user }). Times are of the zone { $zone }.
audit-entry = Entry { $sequence }
audit-address = Address
audit-session = Session
audit-agency = Agency
audit-purpose = Purpose
audit-case = Case
audit-reason = Reason
audit-previous = Hash before
audit-hash = Hash
audit-verify = Verify the chain
audit-intact = The chain is whole
audit-intact-text = { $entries } entries fit, from the first to the last.
audit-broken = The chain is broken
audit-broken-text = Entry { $entry } does not fit: somebody changed or removed the record from there on.
audit-head-hint = Note the head away from this machine: a cut-off end shows only by comparing it.
audit-entries = This desk's record
audit-looks = Looks at our cameras
audit-flags = Habits that stand out
audit-flags-hint = Of the chosen time, else the last seven days. A habit proves nothing: ask the person.
audit-flags-none = Nothing stands out in { NUMBER($looks) } looks.
audit-flags-more = There are more looks than can be counted at once: choose a shorter time.
audit-flag-show = Show the { NUMBER($looks) } looks
audit-flag-stare = { $who } watched { $camera } live for { NUMBER($count) } minutes on { $day } (told from { NUMBER($limit) } on)
audit-flag-night = { $who } looked up recordings { NUMBER($count) } times without a case in the night of { $day } (told from { NUMBER($limit) } on)
audit-flag-exports = { $who } exported evidence { NUMBER($count) } times on { $day } (told from { NUMBER($limit) } on)
audit-flag-emergencies =
    { $count ->
        [one] One emergency access of { $who } ended without a review
       *[other] { NUMBER($count) } emergency accesses of { $who } ended without a review
    } (told from { NUMBER($limit) } on)
audit-flag-emergencies-show = Show agreements
audit-watched = ended after { NUMBER($seconds) } s
audit-look-flaw = does not fit its site's chain
audit-break-missing = An entry with this number is missing.
audit-break-changed = What the entry says is not what was written.
audit-break-unlinked = The entry does not continue the one before.
audit-break-other = Another entry was here when its head was signed elsewhere.
audit-break-cut = The end was cut off: a later head is kept elsewhere.
audit-break-lost = A personal value is gone, and no erasure in the record says so.
audit-contradictions = In what is kept of other records, this does not fit:
audit-contradiction = { $place }, entry { $entry }: { $flaw ->
    [signature] a head came that its key did not sign
    [fork] two different entries with this number
    [rollback] the record was longer before
    [gap] the entry before it never came
    [break] it does not continue the one before
    [hash] its hash is not of what it says
    [head] its site has signed another one
   *[other] it does not fit
    }
audit-restored = { $place ->
    [here] This desk
   *[other] { $place }
    } was restored by { $by } at { $at } from the backup of { $made }: { $last ->
    [none] no entry is known to be lost
   *[other] entries { $first } to { $last } are lost there, and held elsewhere
    }
audit-kind-session = Session
audit-kind-camera = Cameras
audit-kind-live = Live
audit-kind-footage = Recordings
audit-kind-alert = Alerts
audit-kind-incident = Incidents
audit-kind-evidence = Evidence
audit-kind-user = People
audit-kind-audit = Audit
audit-kind-health = Health
audit-kind-stream = Live news
audit-kind-site = The site
audit-action-login = Log in
audit-action-self = Own session
audit-action-camera-list = List cameras
audit-action-camera-edit = Change a camera
audit-action-camera-test = Test a camera
audit-action-live-watch = Watch live
audit-action-wall-share = Share a wall
audit-action-ptz-steer = Turn a camera
audit-action-footage-list = See what is recorded
audit-action-footage-play = Watch recordings
audit-action-bookmark-read = See bookmarks
audit-action-bookmark-edit = Set or remove a bookmark
audit-action-bookmark-clear = Remove somebody else's bookmark
audit-action-track-read = See tracks
audit-action-event-read = See events
audit-action-alert-read = See alerts
audit-action-alert-handle = Handle an alert
audit-action-incident-read = See incidents
audit-action-incident-handle = Work on an incident
audit-action-evidence-read = See evidence
audit-action-evidence-lock = Lock evidence
audit-action-evidence-export = Export evidence
audit-action-evidence-unlock = Release evidence
audit-action-health-read = See the site's health
audit-action-metrics-read = Read metrics
audit-action-rules-read = See rules
audit-action-rules-edit = Change rules
audit-action-backtest-run = Try rules on archived days
audit-action-user-list = See people
audit-action-user-edit = Change a person
audit-action-audit-read = Query the audit
audit-action-erasure-read = See erasures
audit-action-erasure-ask = Ask for an erasure
audit-action-erasure-confirm = Settle an erasure
audit-action-site-read = See the sites
audit-action-site-edit = Invite or remove sites
audit-action-agency-read = See the agencies
audit-action-agency-edit = Change an agency
audit-action-grant-read = See grants
audit-action-grant-edit = Draft a grant
audit-action-grant-sign = Sign, revoke or review a grant
audit-action-grant-request = Ask another agency for footage
audit-action-grant-emergency = Take emergency access
audit-kind-agency = Agencies
audit-kind-grant = Grants
audit-kind-track = Tracks
audit-kind-event = Events
audit-kind-package = Evidence packages
audit-kind-bookmark = Bookmarks
audit-kind-ptz = Camera movement
audit-kind-map = The map
audit-kind-rules = Rules
audit-kind-view = View of the camera
audit-kind-shift = Shifts
audit-kind-wall = Walls
audit-kind-totp = Second factor
audit-kind-backup = Backups
audit-erasures = Erasures
audit-erased = Lawful erasures; the chain is whole without those values:
audit-erased-one = Entry { $entry }: { $values } values of { $entries } entries
audit-erasure-keys = Erasures
audit-erasure-next = The next
audit-erasure-previous = The one before
audit-erasure-hint = The privacy officer asks and names the law; an auditor, who is somebody else, confirms. The chain stays whole.
audit-erasure-loading = Reading erasures…
audit-erasure-none = No erasure has been asked for
audit-erasure-none-hint = What was asked for, done and refused stands here, with who and by which law.
audit-erasure-ask = Ask for an erasure
audit-erasure-ask-hint = Nothing goes before somebody else has confirmed it. What was done to what, and when, always stays.
audit-erasure-of = Of what
audit-erasure-of-person = Of a person: the entries that name them
audit-erasure-of-entries = Of single entries
audit-erasure-own = The own agency
audit-erasure-numbers = Numbers of the entries
audit-erasure-numbers-hint = Divided by commas
audit-erasure-numbers-bad = Only numbers of entries, divided by commas
audit-erasure-fields = What goes
audit-erasure-law = Law or resolution that demands it
audit-erasure-law-hint = Never the person's name: this stays in the audit for ever
audit-erasure-told = { $entries ->
    [one] Asked for, of { $entries } entry. It waits for an auditor.
   *[other] Asked for, of { $entries } entries. It waits for an auditor.
}
audit-erasure-left = { $count ->
    [one] { $count } more entry is left: ask for it again once this is done.
   *[other] { $count } more entries are left: ask for them again once this is done.
}
audit-erasure-whole = { $count ->
    [one] { $count } entry of the old form cannot be erased.
   *[other] { $count } entries of the old form cannot be erased.
}
audit-erasure-entries = { $count ->
    [one] { $count } entry: { $which }
   *[other] { $count } entries: { $which }
}
audit-erasure-by = Asked by { $who },
audit-erasure-by-done = confirmed by { $who },
audit-erasure-by-refused = refused by { $who },
audit-erasure-other = Somebody else has to confirm it.
audit-erasure-asked = Waits for an auditor
audit-erasure-done = Done
audit-erasure-refused = Refused
audit-erasure-confirm = Confirm and erase
audit-erasure-confirm-text = Erased for good: { $fields }, of { $count ->
    [one] { $count } entry ({ $which }).
   *[other] { $count } entries ({ $which }).
} Backups made before and printed copies are not reached.
audit-erasure-refuse = Refuse
audit-erasure-refuse-text = Nothing goes: { $fields }, of { $count ->
    [one] { $count } entry ({ $which }).
   *[other] { $count } entries ({ $which }).
}
audit-erasure-gone = The values are gone; entry { $entry } says so.
audit-erasure-chain = { $erasures ->
    [one] The chain is whole: { $entries } entries, { $erasures } lawful erasure.
   *[other] The chain is whole: { $entries } entries, { $erasures } lawful erasures.
}
audit-field-username = user name
audit-field-address = network address
audit-field-purpose = purpose
audit-field-case_number = case number
audit-field-reason = reason
audit-field-detail = detail
audit-action-seal-read = See seals
audit-action-seal-make = Seal a case
audit-action-seal-open = Open a seal
audit-action-seal-hear = Hear of another agency's seal
audit-sealed =
    { $state ->
        [sealed] (sealed until { $until })
        [overdue] (sealed until { $until }; opening overdue)
        [opened] { $person }, { $case } (was sealed)
        [mismatch] THE OPENING DOES NOT FIT: it says { $person }, { $case }
       *[other] (sealed)
    }
audit-kind-alert_picture = Alert pictures
audit-kind-second_look = Second looks
audit-kind-approval = Approvals
audit-kind-backtest = Backtests of rules
audit-kind-erasure = Erasures
audit-kind-normality = Usual movement
audit-kind-sample = Samples
audit-kind-seal = Seals
audit-kind-api = Description of the interface
audit-name-erased = Name erased
audit-sealed-name = Sealed { $id }
audit-sealed-case = sealed case
audit-refusal = { $code ->
    [role] their role does not allow it
    [agency] it is another agency's
    [draft] the grant was not signed
    [signed_by_one] the grant lacked a signature
    [scheduled] the grant had not begun
    [expired] the grant had expired
    [revoked] the grant was revoked
    [right] the grant does not give that right
    [camera] the grant does not cover that camera
    [span] the grant is for other hours of footage
    [hours] the grant does not count at that hour
    [purpose] the purpose is not in the grant
    [case] the grant's case number was missing
    [two_person] a second person was missing
    [lease] the site did not know whether the grant still stood
    [restored] the hub had just been restored
    [origin] the request came from another page
   *[other] { $code }
}

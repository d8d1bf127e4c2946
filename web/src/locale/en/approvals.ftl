approvals-title = Second person
approvals-open = Second person: what waits for you to agree
approvals-waiting = { $count ->
    [one] { $count } colleague waits for you to agree
   *[other] { $count } requests of colleagues wait for you to agree
}
approvals-hint = That you agree stands under your name in the audit of both agencies, and is good for ten minutes. See what, whose and what for.
approvals-none = Nobody waits for you to agree
approvals-none-hint = Here stands what a colleague wants to see under a grant that asks for two persons.
approvals-lately = In the last twelve hours
approvals-approve = Agree
approvals-refuse = Say no
approvals-ask = Ask a colleague
approvals-ask-again = Ask again
approvals-take-back = Take it back
approvals-asks = { $who } wants to { $deed } { $camera } ({ $owner })
approvals-deed-live = watch live
approvals-deed-playback = play back
approvals-deed-ptz = steer
approvals-deed-search = search
approvals-deed-alerts = get the alerts of
approvals-deed-evidence = lock as evidence
approvals-footage = { $day }, { $from } to { $to }
approvals-waits = Waits for a colleague until { $until }
approvals-given = { $who } has agreed; good until { $until }
approvals-given-over = { $who } had agreed; good until { $until }
approvals-refused = { $who } said no
approvals-taken-back = Taken back
approvals-over = Nobody answered in ten minutes
approvals-from = From
approvals-until = Until
approvals-bad-time = Write valid dates and times: the end after the beginning
approvals-needed = The grant asks for a second person. It is locked as soon as one agrees.

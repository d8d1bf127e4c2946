# Grants as sentences: in the words of the console's sharing screen.

sharing-state-draft = Draft
sharing-state-signed_by_one = Signed by one
sharing-state-scheduled = Signed; not begun
sharing-state-active = Active
sharing-state-expired = Expired
sharing-state-revoked = Revoked
sharing-state-refused = Refused
sharing-waits-signature = Waits for your signature
sharing-waits-review = To be reviewed
sharing-sentence-convenio = { $grantee } may { $rights } { $cameras } of { $owner }{ $also }, { $hours }, for { $purposes }, until { $until }
sharing-sentence-request = { $grantee } asks to { $rights } { $cameras } of { $owner }{ $also }, { $span }, for { $purposes }
sharing-sentence-emergency = { $grantee } took emergency access to { $rights } { $cameras } of { $owner }{ $also }, until { $clock }
sharing-span = on { $day } from { $from } to { $to }
sharing-may-live = watch live
sharing-may-playback = play back
sharing-may-ptz = steer
sharing-of-search = search
sharing-of-alerts = get alerts of
sharing-of-evidence = keep evidence of
sharing-their-search = search in them
sharing-their-alerts = get their alerts
sharing-their-evidence = keep their evidence
sharing-also = and { $deeds }
sharing-cameras-all = all cameras
sharing-cameras-area = the cameras of an area
sharing-cameras-tag = the cameras “{ $tag }”
sharing-cameras-none = no camera
sharing-cameras-count =
    { $count ->
        [one] one camera
       *[other] { $count } cameras
    }
sharing-cameras-named =
    { $count ->
        [one] the camera { $names }
       *[other] the cameras { $names }
    }
sharing-every-day = every day
sharing-days-span = { $first } to { $last }
sharing-hours-any = at any hour
sharing-hours-never = at no hour
sharing-hours-window = { $days } from { $from } to { $to }
sharing-condition-case_number = a case number is needed
sharing-condition-this-case = only for case { $number }
sharing-condition-two_person = a second person must approve
sharing-condition-unknown = needs “{ $name }”, which this version does not know: it opens nothing
sharing-said-sign = signed
sharing-said-revoke = revoked
sharing-said-review = reviewed
sharing-purpose-emergency = emergency

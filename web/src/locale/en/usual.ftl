usual-open = What is usual
usual-title = What is usual at { $name }
usual-failed = What is usual could not be read
usual-none = Nothing has been learned of this camera
usual-none-hint = Switch on a rule "Unusual movement": from then on the site learns each night from the day before.
usual-about = Counted is where tracks pass and which way they go, by the hour of the week. Neither who passes nor how they look is kept.
usual-group = Who
usual-group-people = People
usual-group-vehicles = Vehicles
usual-day = Day
usual-hour = Hour
usual-expected = { $group ->
    [people] { $count } people are expected in that hour.
   *[vehicles] { $count } vehicles are expected in that hour.
}
usual-no-arrows = Hardly anybody passes then: there is no flow to show.
usual-arrows = { $count ->
    [one] One arrow: which way most go
   *[other] { $count } arrows: which way most go
}
usual-versions = Versions
usual-version = Version
usual-until = Learned until
usual-days = Days
usual-tracks = Tracks
usual-drift = Change
usual-in-force = in force
usual-back = Go back to this
usual-back-to = Go back to this: version { $version }
usual-back-title = Go back to version { $version }?
usual-back-text = It is copied as a new version and in force within a minute. What came in between is not learned again. It is in the audit.
usual-back-done = What version { $version } had learned is in force again
usual-why = What is usual at that hour at { $camera }, and over it the track of the alert
usual-why-title = Why it is unusual
usual-why-more = What is usual on this camera, hour by hour

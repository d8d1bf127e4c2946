# Explanations of events
rules-class = { $class_own ->
    [yes] { $class_en }
   *[no] { $class ->
        [person] Person
        [bicycle] Bicycle
        [motorcycle] Motorcycle
        [car] Car
        [bus] Bus
        [truck] Truck
        [bag] Bag
        [animal] Animal
        [object] Object
        [vehicle] Vehicle
       *[unknown] Somebody or something
    }
}
rules-classes = { $class_own ->
    [yes] { $class_en }
   *[no] { $class ->
        [person] people
        [bicycle] bicycles
        [motorcycle] motorcycles
        [car] cars
        [bus] buses
        [truck] trucks
        [bag] bags
        [animal] animals
        [object] objects
        [vehicle] vehicles
       *[unknown] people or things
    }
}
rules-duration = { $unit ->
    [s] { $amount } s
    [min] { $amount } min
   *[h] { $rest ->
        [0] { $amount } h
       *[other] { $amount } h { $rest } min
    }
}
rules-in-place = { $has_place ->
    [yes] in zone { $place }
   *[no] in the picture
}
rules-zone-intrusion = { rules-class } { rules-in-place }
rules-loitering = { rules-class } has stayed { rules-duration } { rules-in-place }
rules-occupancy = { $count } { rules-classes } { rules-in-place } for { rules-duration } (limit { $limit })
rules-stopped-vehicle = { $class ->
    [bicycle] Bicycle stopped
    [motorcycle] Motorcycle stopped
    [bus] Bus stopped
    [truck] Truck stopped
    [person] Person stopped
   *[car] Vehicle stopped
} { rules-duration } { rules-in-place }
rules-object-left = { $class ->
    [bag] Bag left
   *[object] Object left
} for { rules-duration } { rules-in-place }
rules-tripwire = { rules-class } crossed the line { $place } { $direction ->
    [left_to_right] from left to right
   *[right_to_left] from right to left
}
rules-camera-offline = No picture from the camera for { rules-duration }
rules-camera-tampered = { $cause ->
    [covered] Camera covered
    [turned] Camera turned away: it no longer sees the same
    [defocused] Camera out of focus
   *[frozen] Camera with a frozen picture
} for { rules-duration }

# Problems of a rules file
rules-guess = { $has_guess ->
    [yes] {" "}(did you mean "{ $guess }"?)
   *[no] {""}
}
rules-problem-unknown-key = unknown key "{ $given }"{ rules-guess }
rules-problem-missing = "{ $given }" is missing
rules-problem-kind = there is no kind of rule "{ $given }"{ rules-guess }
rules-problem-class = there is no class "{ $given }"{ rules-guess }
rules-problem-unknown-zone = there is no zone "{ $given }"{ rules-guess }
rules-problem-unknown-tripwire = there is no tripwire "{ $given }"{ rules-guess }
rules-problem-duplicate = another rule already has the name "{ $given }"
rules-problem-empty-name = the name is empty
rules-problem-empty-file = the file is empty
rules-problem-no-rules = "rules", the list of rules, is missing
rules-problem-too-large = too large to be a rules file
rules-problem-point = a point is two numbers, [x, y], from 0 to 1
rules-problem-off-picture = the point { $point } is off the picture: x and y go from 0 to 1 (0,0 top left)
rules-problem-corners = a zone has 3 to 200 corners, this one has { $count }
rules-problem-self-crossing = the zone's outline crosses or touches itself
rules-problem-zero-length = the tripwire has no length: "from" and "to" are the same point
rules-problem-day = there is no day "{ $given }": use mon, tue, wed, thu, fri, sat, sun or a span like mon..fri
rules-problem-time = "{ $given }" is no time: write it in quotes, "HH:MM"
rules-problem-empty-schedule = the schedule begins and ends at the same time
rules-problem-at-least = must be { $limit } or more, not { $given }
rules-problem-more-than = must be more than { $limit }, not { $given }
rules-problem-at-most = must be { $limit } or less, not { $given }
rules-problem-choice = "{ $given }" is not valid; it can be: { $choices }
rules-problem-too-short = the list is empty
rules-problem-string-too-long = the text is too long
rules-problem-type = { $expected ->
    [number] a number is expected
    [whole] a whole number is expected
    [bool] true or false is expected
    [text] a text is expected
    [list] a list is expected
   *[mapping] keys with values are expected
}

# Kinds of rules and their parameters, for `veedor rules list`
rules-kind-zone-intrusion = Somebody or something is in a zone
rules-kind-tripwire = Somebody or something goes over a line; crossings are counted per class and direction
rules-kind-loitering = Somebody stays long in a zone
rules-kind-occupancy = There are more than so many in a zone
rules-kind-object-left = A thing was left behind
rules-kind-stopped-vehicle = A vehicle stands still for long
rules-kind-camera-offline = No picture comes from the camera
rules-kind-camera-tampered = The camera is covered, turned away, out of focus or its picture is frozen
rules-param-name = Name of the rule, unique in the file
rules-param-kind = Kind of rule
rules-param-enabled = false turns it off
rules-param-severity = Severity: info, low, medium, high, critical
rules-param-schedule = Schedule: days, from, to, in the site's time; may go over midnight
rules-param-debounce-s = Seconds for which the condition must hold before there is an event
rules-param-cooldown-s = Least seconds between two events
rules-param-cooldown-per = Whether cooldown_s is of the whole rule (rule) or of each object (track)
rules-param-classes = Classes that count: person, bicycle, motorcycle, car, bus, truck, bag, animal, object, or the group vehicle
rules-param-min-size = Smallest box: share of the picture's height, or {"{"}height, area{"}"}
rules-param-anchor = The point that says where an object is: foot, or center (for cameras that look straight down)
rules-param-zone = Zone, one of "zones"; without it, the whole picture
rules-param-tripwire = Line, one of "tripwires"
rules-param-absence-s = Seconds out of sight that do not yet end the event
rules-param-dwell-s = Seconds that it must last
rules-param-more-than = Limit: there is an event above this number
rules-param-direction = Direction that makes an event, looking along from -> to: both, left_to_right, right_to_left
rules-param-bridge-s = Seconds out of sight over which a path is still joined
rules-param-attended-within = Distance (share of the picture's height) within which a person still minds the thing; 0 does not look
rules-param-after-s = Seconds without a picture
rules-param-checks = What is watched: covered, turned, defocused, frozen
rules-param-covered-more-than = Share of the picture that is covered (0 to 1)
rules-param-shifted-more-than = Turn of the view, as a share of the picture's width
rules-param-sharpness-below = Sharpness, where normal is 1
rules-param-frozen-for-s = Seconds with exactly the same picture

# Commands
rules-cli = Rules: see the kinds, check a file, run them over stored tracks
rules-cli-list = Show the kinds of rules and their parameters
rules-cli-check = Check a rules file and tell all that is wrong, with line and column
rules-cli-run = Run rules over tracks in MOTChallenge format and write the events
rules-cli-file = Rules file (YAML)
rules-cli-tracks = Tracks, MOTChallenge format (frame, id, x, y, width, height...)
rules-cli-classes = The class column: auto (counts if it tells tracks apart), column (always), none (never)
rules-cli-fps = Frames per second of the tracks
rules-cli-size = Size of the picture, for example 384x288
rules-cli-events = Where to write the events (JSON); "-" is standard output
rules-cli-start = When the video begins, site time (2026-01-31T22:00): needed for schedules
rules-cli-time-zone = Time zone of the site
rules-cli-valid = { $file }: fine. Rules: { $count }, zones: { $zones }, tripwires: { $tripwires }
rules-cli-problems = Problems in { $file }: { $count }
rules-cli-done = Events: { $events }, in { $seconds } s of video with { $tracks } tracks
rules-cli-no-schedules = Without --start the video's time of day is not known: schedules are not applied
rules-cli-required = required
rules-cli-empty = No events
error-rules-size = "{ $given }" is no picture size
    .hint = Write width and height in pixels, for example 384x288
error-rules-start = "{ $given }" is no date and time
    .hint = Write for example 2026-01-31T22:00
error-rules-time-zone = There is no time zone "{ $given }"
    .hint = Write for example America/Lima
error-rules-fps = Frames per second must be above 0 and at most 1000, not { $given }
column-parameter = Parameter
column-meaning = Meaning
column-default = Default
column-rule = Rule
column-zone = Zone
column-start-s = Start (s)
column-end-s = End (s)
column-explanation = Explanation
rules-cli-set = Give a camera a rules file; a running site follows within a second
rules-cli-set-done = Rules of { $camera }: { $path }
rules-cli-show = Show a camera's rules
rules-cli-show-default = { $camera } has no rules file: it warns when the camera is offline or tampered with
rules-cli-camera = Camera (name or id)
rules-camera-clock = The camera's clock is { $seconds } s { $way ->
        [ahead] ahead
       *[behind] behind
    }
rules-kind-camera-clock = The camera's clock is wrong
rules-param-off-by-more-than-s = Seconds of difference from the site's time that count

# Movement rules
rules-wrong-way = { rules-class } going the wrong way { rules-in-place }, for { rules-duration }
rules-running = { rules-class } running { rules-in-place } ({ $speed } body heights a second, limit { $limit })
rules-speeding = { rules-class } at { $speed } km/h { rules-in-place } (limit { $limit })
rules-closed-area = { rules-class } moving { rules-in-place }, closed now
rules-lingering = { rules-class } has stopped { rules-in-place } for { rules-duration }
rules-person-down = { rules-class } dropped to the ground { rules-in-place } and has not stood up for { rules-duration }
rules-sudden-stop = { rules-class } stopped suddenly { rules-in-place } and stands for { rules-duration }
rules-collision = { rules-class }: possible collision { rules-in-place }; both have stood for { rules-duration }
rules-fight = Two people close together move to and fro against each other { rules-in-place } ({ $speed } body heights a second, limit { $limit })
rules-meeting = Two people met { rules-in-place } and have stayed together for { rules-duration }
rules-parting = Two people who were together parted { rules-in-place }
rules-group-converging = { $count } people came to one from several sides { rules-in-place } within { $within } s
rules-object-removed = { $class ->
    [bag] Bag taken away
   *[object] Object taken away
} { rules-in-place }; it had stood there for { rules-duration }
rules-parked-vehicle = { $class ->
    [motorcycle] Motorcycle parked
    [bus] Bus parked
    [truck] Truck parked
   *[car] Vehicle parked
} for { rules-duration } { rules-in-place } (limit { $limit } { $limit_unit })
rules-vehicle-circling = { $count } passes { rules-in-place } in { rules-duration }, alike in class, size and way, as of one vehicle that goes round ({ rules-class })
rules-stop-and-flee = { rules-class } stood for { rules-duration } beside a person { rules-in-place } and drove off fast
rules-queue = Queue of { $count } { rules-classes } { rules-in-place } for { rules-duration } (limit { $limit })
rules-crowd = { $change ->
    [forming] Crowd forming
   *[dispersing] Crowd scattering
} { rules-in-place }: from { $before } to { $count } { rules-classes } within { $within } s
rules-counting = Line { $place }, { rules-duration }: from left to right { $people_left_to_right } people, { $vehicles_left_to_right } vehicles, { $others_left_to_right } others; from right to left { $people_right_to_left } people, { $vehicles_right_to_left } vehicles, { $others_right_to_left } others
rules-sequence = In this order, within { rules-duration }: { $steps }
rules-together = Together, within { rules-duration }: { $steps }
rules-absence = After "{ $after }", for { rules-duration }, no "{ $missing }"
rules-resting = The rule "{ $rule }" of { $camera } rests: it needs metres. { $why ->
    [stale] The camera was moved since it was calibrated: calibrate it again
   *[none] Calibrate the camera on the map
}
rules-problem-steps = name 2 to 5 rules
rules-problem-unknown-rule = there is no rule "{ $given }" in this file{ rules-guess }
rules-problem-circular = this rule hears itself, by way of the rules that it names
rules-standing = { $standing ->
    [measured] measured on labelled data
    [demonstrated] demonstrated on real or rendered video
   *[experimental] experimental: off unless "enabled: true"
}
rules-cli-standing = Standing: { rules-standing }
rules-kind-wrong-way = Somebody goes against the direction of a road or passage
rules-kind-running = Somebody runs where people walk
rules-kind-speeding = A vehicle is faster than is allowed (needs a calibrated camera)
rules-kind-closed-area = A vehicle moves in a protected area or on a closed road
rules-kind-lingering = Somebody stops on the way and stays about one spot
rules-kind-person-down = Somebody drops to the ground and stays there
rules-kind-sudden-stop = A vehicle stops suddenly
rules-kind-collision = Two come together, one stops at once, and they stay there
rules-kind-fight = Two people close together move to and fro against each other
rules-kind-meeting = Two people who came from apart stay together
rules-kind-parting = Two people who were together part
rules-kind-group-converging = Several people come from several sides to one who is not moving
rules-kind-object-removed = A thing that stood in its place was taken away
rules-kind-parked-vehicle = A vehicle is parked for longer than is allowed
rules-kind-vehicle-circling = What may be one vehicle passes again and again
rules-kind-stop-and-flee = A vehicle stops beside somebody on foot and drives off fast
rules-kind-queue = A queue is longer than so many
rules-kind-crowd = A crowd forms or scatters all at once
rules-kind-counting = Counts who goes over a line, by class and direction, and tells it once a period
rules-kind-sequence = Other rules have events one after the other
rules-kind-together = Other rules have events about the same time
rules-kind-absence = After the event of one rule, that of another does not come
rules-param-pacing-s = Seconds outside the zone, but in sight, that still belong to the same visit
rules-param-allowed = Allowed direction over the line, looking along from -> to: left_to_right, right_to_left
rules-param-within-deg = Degrees by which a heading may differ from the opposite direction
rules-param-least-speed = Least speed, in sizes of the object itself per second
rules-param-bodies-per-s = Speed limit, in body heights per second (walking 0.8, running from 1.5)
rules-param-limit-kmh = Speed limit in km/h
rules-param-reach-bodies = How far one may go from the spot, in body heights
rules-param-height-below = Share of the height before, below which somebody is down
rules-param-from-speed = Speed before stopping, in sizes of the object itself per second
rules-param-within-bodies = Distance of two people, in body heights, within which they are together
rules-param-apart-bodies = Distance of two people, in body heights, beyond which they are apart
rules-param-together-s = Seconds for which they must have been together
rules-param-people = How many people must come
rules-param-within-s = Seconds within which it must happen
rules-param-from-bodies = Distance from which they come, in body heights
rules-param-spread-deg = Degrees between the outermost directions that they come from
rules-param-change = What is told: forming, dispersing, both
rules-param-by-count = How many more or fewer
rules-param-spacing-bodies = Distance between two in a queue, in body heights
rules-param-stood-s = Seconds for which it must have stood
rules-param-stood-most-s = Most seconds for which it stands
rules-param-beside-within = Distance (share of the picture's height) within which a person is beside the thing
rules-param-times = How many passes
rules-param-span-s = Seconds in which all the passes must be
rules-param-apart-s = Least seconds between two passes
rules-param-regular = Longest pause over shortest pause between passes, at most
rules-param-quiet-below = Says nothing where so many of the class or more pass in the span
rules-param-leaves-within-s = Seconds in which it reaches its speed
rules-param-leaves-at = Speed with which it leaves, in sizes of the vehicle itself per second
rules-param-beside-bodies = Distance to the person, in body heights
rules-param-period-s = Seconds of a period
rules-param-steps = Names of the rules, in order
rules-param-without = Names of rules that must not have an event meanwhile
rules-param-same = What the events must have in common: anything, place (zone or line), track
rules-param-near = Distance (share of the picture's height) between the events, at most; 0 does not look
rules-param-after = Name of the rule whose event begins the wait
rules-param-missing = Name of the rule whose event should come

# What is usual on a camera
rules-unusual = { rules-class } { rules-in-place }: { $aspect ->
    [place] goes where hardly anybody goes ({ $share } in 100)
    [hour] is here at an hour when there is hardly anybody ({ $share } an hour)
    [way] goes { rules-way }; { $share } in 100 go that way here
    [speed] goes { $pace ->
        [fast] faster
       *[slow] slower
    } than { $speed } of its own sizes a second; { $share } in 100 do so here
   *[stay] stays in one spot for { rules-duration }; { $share } in 100 stay so long here
}. Something like it is seen once in { $often } { $many ->
    [no] day
   *[yes] days
}
rules-way = { $way ->
    [right] to the right
    [down-right] down and right
    [down] down
    [down-left] down and left
    [left] to the left
    [up-left] up and left
    [up] up
    [up-right] up and right
   *[other] nowhere
}
rules-kind-unusual = Somebody moves as hardly anybody does here at this hour (learned by itself, from the camera's tracks)
rules-param-per-day = The most alerts a day; the system holds it
rules-param-least-days = Days of tracks that are needed before anything is said
rules-param-aspects = In what it may be rare: place, hour, way, speed, stay
normality-drift = Camera { $camera }: what is usual changed by { $share } % from one day to the next (version { $version }). If neither camera nor street changed, look with "veedor normality show" and go back with "veedor normality rollback"
normality-cli = What is usual on each camera, learned from its tracks
normality-cli-show = Versions of what is usual on a camera: how many days and tracks, and how much changed
normality-cli-rollback = Go back to an earlier version; what came in between is not learned
normality-cli-camera = Camera (name or id)
normality-cli-to = The version to go back to
normality-cli-none = Nothing has been learned of { $camera }: give it a rule "unusual" and wait for the next early morning
normality-cli-back = { $camera }: version { $version } repeats { $since }; the site takes it within a minute
error-normality-version = { $camera } has no version { $version } of what is usual
    .hint = "veedor normality show --camera { $camera }" says which there are
column-version = Version
column-until = Learned until
column-days = Days
column-tracks = Tracks
column-drift = Change
column-back-to = Repeats

# Explanations of events
rules-class = { $class ->
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
rules-classes = { $class ->
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

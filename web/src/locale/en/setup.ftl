setup-tab-cameras = Cameras
setup-tab-import = Import
setup-tab-rules = Rules
setup-back = Back
setup-camera-gone = This camera is gone
setup-camera-gone-hint = Somebody else may have removed it.
setup-loading = Loading…
setup-again = Try again
setup-yes = Yes
setup-no = No
setup-save = Save
setup-unsaved = Unsaved changes
setup-unsaved-leave = There are unsaved changes. Leave and lose them?
setup-saved = “{ $name }” was saved
setup-number-problem = Write a number within the limits
setup-keys-cameras = Cameras
setup-keys-camera = Camera
setup-search = Search cameras
setup-count = { $count ->
    [one] { $count } camera
   *[other] { $count } cameras
}
setup-none-found = No camera matches
setup-one-stream = One stream
setup-two-streams = Main and substream
setup-not-placed = not on the map
setup-add = Add a camera
setup-first = Welcome: three steps to begin
setup-first-hint = This site has no cameras yet.
setup-first-camera = 1. Add a camera
setup-first-camera-hint = Find it on the network or type its address; you see it before it is saved, and it records within a minute.
setup-first-zone = 2. Draw a zone
setup-first-zone-hint = On the picture, under “Rules”: who may be there, when and for how long.
setup-first-alert = 3. See an alert
setup-first-alert-hint = What the rule finds comes to “Alerts”, with its picture and its place.
setup-steps = Steps
setup-step-find = Find
setup-step-login = Log in
setup-step-see = See and name
setup-step-done = Recording
setup-step-find-title = Where is the camera?
setup-step-login-title = The camera's user name and password
setup-step-see-title = Is it this one?
setup-step-done-title = Saved
setup-step-back = Back
setup-leave = Leave without saving
setup-next = Next
setup-way-search = Search the network
setup-way-search-hint = ONVIF cameras and recorders
setup-way-address = Type the address
setup-way-address-hint = RTSP, MJPEG or the ONVIF device
setup-way-recorder = Recorder (NVR or DVR)
setup-way-recorder-hint = Hikvision, Dahua or another, with its channels
setup-search-network = Search
setup-searching = Searching…
setup-search-only = or ask only
setup-devices = Devices found
setup-device = ONVIF device
setup-device-there = already added
setup-pick = Choose
setup-nothing-found = Nobody answered. Check that ONVIF is switched on, or type the address.
setup-address = Address
setup-address-hint = rtsp://…, http://… (MJPEG), or just the IP of an ONVIF device
setup-sub-url = Substream (optional)
setup-sub-url-hint = Smaller: for tiles and analysis
setup-main-url = Main stream
setup-udp = RTP over UDP (where TCP does not work)
setup-onvif-port = ONVIF port
setup-onvif-port-hint = To steer the camera from the wall. Empty: 80 for an ONVIF camera; any other is not steered.
setup-make = Make
setup-make-other = Other (ONVIF)
setup-recorder = Recorder
setup-recorder-address = The recorder's address
setup-recorder-address-hint = IP, and the RTSP port if it is not 554
setup-channels = Channels
setup-channels-example = For example 1-8, or 1,3,5
setup-channels-all-hint = Empty: all that it has
setup-channels-problem = Write channels from 1 to 256: 1-8, or 1,3,5
setup-channels-hint = { $count ->
    [one] One channel. Each is looked at when it appears.
   *[other] { $count } channels. Each is looked at when it appears.
}
setup-channel = Channel { $channel }
setup-channel-of = Channel { $channel } of a recorder
setup-all = All
setup-none = None
setup-login-hint = For { $address }. The password is kept encrypted and never shown again.
setup-username = User name
setup-username-hint = Empty, if the camera asks for none
setup-password = Password
setup-password-kept = Stored; not shown
setup-password-none = Not used without a user name
setup-password-replace = Replace
setup-password-new = New password
setup-password-keep = Keep the one there is
setup-connect = Connect
setup-connecting = Connecting…
setup-go-on = Go on without a picture
setup-name = Name
setup-name-hint = As those who watch will call it: place and what is seen
setup-name-missing = The name is missing
setup-name-long = Up to { $most } characters; this has { $length }
setup-place-hint = Optional; you can also place it on the map later.
setup-place-both = Write both latitude and longitude
setup-latitude = Latitude
setup-longitude = Longitude
setup-direction = Direction (°)
setup-view = Field of view (°)
setup-use-map = Place on the map
setup-record-it = Save and record
setup-record-them = { $count ->
    [one] Save and record { $count } channel
   *[other] Save and record { $count } channels
}
setup-done-all = { $count ->
    [one] Recording
   *[other] All { $count } cameras are recording
}
setup-done-waiting = { $count } of { $all } are recording, after { $age }
setup-add-another = Add another
setup-look = Look
setup-look-again = Look again
setup-look-busy = Looking at the camera…
setup-look-picture = Picture of { $name }
setup-look-codec = Video
setup-look-size = Size
setup-look-fps = Pictures
setup-look-fps-value = { $fps } per s
setup-look-keyframe = Keyframe every
setup-look-bit-rate = Bit rate
setup-look-clock = Camera's clock
setup-look-sound = Sound
setup-look-silent = None
setup-look-unknown = Not told
setup-edit-rules = Rules
setup-test-title = Test
setup-test = Test
setup-test-hint = Connects anew and says what the camera sends now, or why it does not.
setup-disabled-now = The camera is switched off
setup-remove-title = Remove
setup-remove = Remove camera
setup-remove-hint = It stops recording and its settings are forgotten. What was recorded stays until its time is over.
setup-remove-question = Remove “{ $name }”?
setup-removed = “{ $name }” was removed
setup-conflict-camera = Somebody else changed this camera meanwhile. Your changes were not saved.
setup-conflict-load = Load what is new
setup-section-camera = Camera
setup-section-streams = Streams
setup-section-recording = Recording
setup-section-analysis = Analysis
setup-section-place = Place
setup-tags = Tags
setup-tags-hint = Words divided by commas, such as "market, centre". Grants can name cameras by them: a change takes effect at once.
setup-enabled = Switched on
setup-role-main = Main
setup-role-sub = Substream
setup-record-main = Record the main stream
setup-record-sub = Record the substream
setup-record-sub-auto = Only where main is not H.264
setup-record-audio = Record sound
setup-keep-days = Keep (days)
setup-keep-days-hint = What is locked as evidence stays
setup-as-site = As the site
setup-max-gb = Most space (GB)
setup-max-gb-hint = When full, the oldest is deleted
setup-no-limit = No limit
setup-analyse = Analyse the picture
setup-fps = Pictures per second
setup-analyse-role = Stream to analyse
setup-analyse-auto = The substream, where there is one
setup-import-title = Cameras from a CSV file
setup-import-hint = With a heading; separated by comma or semicolon. It is checked first; nothing is added until you say so.
setup-import-example = Download an example
setup-import-file = CSV file
setup-import-choose = Choose a file
setup-import-large = The file is too large for the browser. Split it, or use “veedor cameras import” on the server.
setup-import-result = Check
setup-import-good = { $count ->
    [one] { $count } good line
   *[other] { $count } good lines
}
setup-import-bad = { $count ->
    [one] { $count } bad line
   *[other] { $count } bad lines
}
setup-import-all = Show the good ones too
setup-import-partial = { $count ->
    [one] Add only the good one
   *[other] Add only the { $count } good ones
}
setup-import-add = { $count ->
    [one] Add { $count } camera
   *[other] Add { $count } cameras
}
setup-import-added = { $count ->
    [one] { $count } camera was added
   *[other] { $count } cameras were added
}
setup-import-lines = Lines of the file
setup-import-line = Line
setup-import-problem = What is wrong and what to do
setup-import-fine = Good
setup-import-empty = The file has no cameras.
setup-import-all-good = Every line is good.
setup-rules-choose = Choose a camera to see or change its rules.
setup-rules-default = Default rules: nobody has written others
setup-rules-failed = The rules could not be read
setup-rules-saved = The rules of “{ $name }” are running now
setup-conflict-rules = Somebody else changed these rules meanwhile.
setup-conflict-theirs = See theirs and drop mine
setup-conflict-mine = Save mine over theirs
setup-new-zone = Zone
setup-new-line = Tripwire
setup-new-rule = New rule
setup-undo = Undo
setup-freeze = Freeze
setup-show-live = Live
setup-try = Try on the last 10 min
setup-tried = { $count ->
    [0] In the last { $minutes } min it would have given no event.
    [one] In the last { $minutes } min it would have given one event.
   *[other] In the last { $minutes } min it would have given { $count } events.
}
setup-tried-hint = From the stored tracks; rules about the camera itself are not tried like this.
setup-draw-zone = Draw a zone on the picture
setup-draw-line = Draw a tripwire on the picture
setup-draw-zone-help = Click each corner and close at the first. With keys: arrows move the cross (Shift more, Alt less), Enter sets a point, Backspace takes it back, F closes, Esc cancels.
setup-draw-line-help = Click the beginning and the end; the arrow goes from left to right. With keys: arrows move the cross, Enter sets a point, Esc cancels.
setup-draw-at = x { $x }, y { $y }, { $count } points
setup-points-help = Drag the points, or choose one with Tab and move it with the arrows (Shift more, Alt less). + adds a corner, Del takes it away.
setup-picture-help = Draw where: a zone or a tripwire. Then say what to alert to.
setup-point = { $name }: point { $number } of { $count }, x { $x }, y { $y }
setup-point-add = Add a corner after { $number }
setup-zone = Zone
setup-line = Line
setup-rule = Rule
setup-places = Zones and tripwires
setup-places-none = None yet: rules are about the whole picture.
setup-place-name = Name of the place
setup-place-unused = no rules
setup-place-remove = Remove “{ $name }”
setup-place-used = These rules use it and will have to change: { $rules }
setup-remove-place = Remove
setup-turn = Turn the arrow of “{ $name }”
setup-rules-of = { $count ->
    [one] { $count } rule
   *[other] { $count } rules
}
setup-rule-name = Name
setup-rule-kind = What it watches
setup-rule-on = On
setup-rule-off = off
setup-rule-remove = Remove rule
setup-severity = Severity
setup-more = More settings
setup-schedule = Schedule
setup-always = At all hours
setup-in-hours = At certain hours
setup-from = from
setup-to = to
setup-days = Days
setup-overnight = passes midnight
setup-day-mon = Monday
setup-day-tue = Tuesday
setup-day-wed = Wednesday
setup-day-thu = Thursday
setup-day-fri = Friday
setup-day-sat = Saturday
setup-day-sun = Sunday
setup-short-mon = M
setup-short-tue = T
setup-short-wed = W
setup-short-thu = T
setup-short-fri = F
setup-short-sat = S
setup-short-sun = S
setup-whole-picture = the whole picture
setup-choose = choose…
setup-anything = anything
setup-say-zone_intrusion = Alert if [classes] enters [zone]
setup-say-tripwire = Alert if [classes] crosses [tripwire] (way: [direction])
setup-say-loitering = Alert if [classes] stays more than [dwell_s] s in [zone]
setup-say-occupancy = Alert if there are more than [more_than] ([classes]) in [zone] for [dwell_s] s
setup-say-object_left = Alert if [classes] is left with nobody near for more than [dwell_s] s in [zone]
setup-say-stopped_vehicle = Alert if [classes] stands for more than [dwell_s] s in [zone]
setup-say-camera_offline = Alert if no picture comes for more than [after_s] s
setup-say-camera_tampered = Alert if the camera is [checks]
setup-say-camera_clock = Alert if its clock is off by more than [off_by_more_than_s] s
setup-say-counting = Count [classes] over [tripwire] every [period_s] s
setup-say-wrong_way = Alert if [classes] goes against [tripwire] in [zone] (allowed: [allowed]) for [dwell_s] s
setup-say-queue = Alert if more than [more_than] ([classes]) queue in [zone] for [dwell_s] s
setup-say-crowd = Alert if within [within_s] s there are [by_count] more or fewer ([classes]) in [zone] (tell: [change])
setup-say-lingering = Alert if [classes] stops for more than [dwell_s] s in [zone]
setup-say-running = Alert if [classes] goes faster than [bodies_per_s] body heights a second in [zone] for [dwell_s] s
setup-say-person_down = Alert if [classes] drops to the ground in [zone] and stays down for [dwell_s] s
setup-say-fight = Alert if two ([classes]) move to and fro against each other in [zone] for [dwell_s] s
setup-say-meeting = Alert if two ([classes]) meet in [zone] and stay together for [dwell_s] s
setup-say-parting = Tell if two ([classes]) who were together for [together_s] s part in [zone]
setup-say-group_converging = Alert if [people] or more ([classes]) come to one within [within_s] s in [zone]
setup-say-object_removed = Alert if [classes] that stood for [stood_s] s is taken from [zone]
setup-say-parked_vehicle = Alert if [classes] is parked for more than [dwell_s] s in [zone]
setup-say-closed_area = Alert if [classes] moves in [zone] (set a schedule)
setup-say-speeding = Alert if [classes] is faster than [limit_kmh] km/h in [zone] (needs a calibrated camera)
setup-say-sudden_stop = Alert if [classes] stops suddenly in [zone] and stands for [dwell_s] s
setup-say-collision = Alert if two ([classes]) come together in [zone], one stops at once, and they stay for [dwell_s] s
setup-say-vehicle_circling = Alert if [classes] passes [zone] [times] times, alike, within [span_s] s
setup-say-stop_and_flee = Alert if [classes] stops beside a person in [zone] for more than [stood_s] s and drives off fast
setup-say-sequence = Alert if these rules have events in this order: [steps], each within [within_s] s of the one before
setup-say-together = Alert if these rules have events within [within_s] s of each other: [steps]
setup-say-absence = Alert if after [after] there is no [missing] within [within_s] s
setup-word-forming = forming
setup-word-dispersing = scattering
setup-word-anything = nothing
setup-word-place = the zone or line
setup-word-person = person
setup-word-bicycle = bicycle
setup-word-motorcycle = motorcycle
setup-word-car = car
setup-word-bus = bus
setup-word-truck = truck
setup-word-bag = bag
setup-word-animal = animal
setup-word-object = object
setup-word-vehicle = vehicle
setup-word-both = both
setup-word-left_to_right = with the arrow
setup-word-right_to_left = against the arrow
setup-word-covered = covered
setup-word-turned = turned
setup-word-defocused = out of focus
setup-word-frozen = frozen
setup-word-rule = the whole rule
setup-word-track = each object
setup-word-foot = the feet
setup-word-center = the centre
setup-yaml = Rules as YAML
setup-yaml-fine = Correct
setup-at-line = Line { $line }
setup-line-column = { $line }:{ $column }
setup-behind = The YAML has errors: the drawing and the rules show what was last correct.
setup-hint-error-ingest-wrong-password = Check them and try again; several failed attempts may lock the camera
setup-hint-error-ingest-stream-not-found = Check the path of the address; “Search the network” asks the camera for it
setup-hint-error-ingest-scheme-refused = Use rtsp://, rtsps://, http:// or https://
setup-hint-error-ingest-bad-onvif-answer = Check that ONVIF is on and that the user may use it; else type the RTSP address
setup-hint-error-ingest-file-refused = Cameras that are files are added on the server itself
setup-hint-error-ingest-bad-camera-list = Correct the file and choose it again
setup-hint-error-ingest-not-video = Give the address of a video stream
setup-hint-error-ingest-unsupported-codec = Set the camera to H.264 or H.265

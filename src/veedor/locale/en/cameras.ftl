cli-cameras = The site's cameras
cli-cameras-add = Add a camera, or a recorder with its channels
cli-cameras-list = List the cameras
cli-cameras-remove = Remove a camera; its footage stays until its time is over
cli-cameras-test = Connect to a camera and show what it sends
cli-cameras-import = Add the cameras of a CSV file
cli-cameras-discover = Find ONVIF cameras in the network, or ask one for its streams
cli-cameras-name = Name of the camera
cli-cameras-name-or-url = Name of a camera, or a URL
cli-cameras-url = rtsp://…, http://… (MJPEG), a file, or the address of an ONVIF device or recorder
cli-cameras-sub = URL of the substream (smaller picture, for analysis)
cli-cameras-username = User name at the camera
cli-cameras-password = Password at the camera; other users of this machine may see it here: --ask-password is safer
cli-cameras-ask-password = Ask for the password without showing it
cli-cameras-password-prompt = Camera password
cli-cameras-kind = rtsp, mjpeg, file, onvif or recorder; if not given, the URL tells
cli-cameras-udp = Receive by UDP (TCP if not given)
cli-cameras-make = For recorders: hikvision, dahua or onvif
cli-cameras-channels = For recorders: which channels, such as 1-8 or 1,3,5
cli-cameras-audio = Record sound too
cli-cameras-keep-days = Days for which the footage is kept
cli-cameras-change = Set an existing camera of that name anew
cli-cameras-snapshot = Write a picture to this JPEG file
cli-cameras-csv = CSV file with a heading: name, url and, if wanted, sub_url, username, password, transport, kind, latitude, longitude, keep_days, audio
cli-cameras-partial = Add the good lines although others are bad
cli-cameras-address = Ask this device for its streams
cli-cameras-wait = Seconds to wait for answers
cli-cameras-added = Added: { $name }
cli-cameras-removed = Removed: { $name }
cli-cameras-none = There are no cameras. Add one: veedor cameras add NAME URL
cli-cameras-discover-none = No camera answered
cli-cameras-imported = { $count ->
    [one] { $count } camera added
   *[other] { $count } cameras added
 }; { $bad ->
    [one] { $bad } bad line
   *[other] { $bad } bad lines
 }
cli-cameras-bad-line = Line { $line }: { $problem }
cli-cameras-test-stream = Stream { $stream }
cli-cameras-test-codec = Codec
cli-cameras-test-size = Picture
cli-cameras-test-fps = Pictures per second
cli-cameras-test-keyframe-interval = Keyframe interval
cli-cameras-test-bit-rate = Bit rate
cli-cameras-test-clock-offset = Camera clock less ours
cli-cameras-test-clock = Time taken from
cli-cameras-test-sound = Sound
cli-cameras-test-snapshot = Picture written to
cli-cameras-stream-main = main
cli-cameras-stream-sub = sub
cli-cameras-clock-sender-report = the camera's clock
cli-cameras-clock-arrival = our clock, on arrival
cli-cameras-clock-file = our clock, with the file at real-time speed
cli-cameras-no-offset = the camera does not tell
column-kind = Kind
column-main-url = Main stream
column-sub-url = Substream
column-keep-days = Days kept
column-address = Address
column-hardware = Model
column-service = Service
column-channel = Channel
column-name = Name
cli-cameras-list-user = user { $user }
cli-cameras-list-days = kept { $days } days
column-streams = Streams

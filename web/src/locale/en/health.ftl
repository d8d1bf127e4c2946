health-keys = Health
health-refresh = Refresh
health-loading = Asking the site…
health-version = Veedor { $version } · running for { $age }
health-this-clock = This computer's clock is wrong by { $seconds } s
health-all-well = All is well
health-wrong = { $count ->
    [one] There is 1 problem now
   *[other] There are { $count } problems now
}
health-open-camera = Open the camera
health-disk = Recordings' disk
health-disk-used = Used space of the disk
health-days-unknown = It is not known yet how many days fit
health-days-left = { $days } days left until it is full
health-disk-free = { $free } free of { $total }
health-disk-rate = { $footage } of recordings · { $rate } coming in per second
health-analysis = Analysis: { $name }
health-worker-ready = Running
health-worker-starting = Starting or restarting; recording goes on
health-worker-host = On { $host }
health-load = { $load } of a core
health-passes = { $passes } detector passes a second · { $cameras } cameras
health-restarts = { $count ->
    [one] 1 restart since start
   *[other] { $count } restarts since start
}
health-cameras = Cameras ({ $count })
health-search = Find a camera
health-camera = Camera
health-state = State
health-rate = Coming in
health-lost = Packets lost
health-fps = Frames/s analysed
health-shed = Frames shed
health-offset = Clock offset
health-since = For
health-totals = In all { $rate } come in per second. Figures are of the last seconds; packets lost, since start.
health-hub = Hub
health-hub-heard = It answered last:
health-hub-away = This site's cameras, alerts and evidence go on here. Other agencies do not see them; what is done reaches { $hub } when the link is back. Check this machine's network; if it is well, tell { $hub }.

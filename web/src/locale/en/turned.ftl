turned-tab = Turned down
turned-keys = Turned down by second looks
turned-next = Next
turned-before = Previous
turned-switch = Picture or video
turned-span = Of the last
turned-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
turned-camera = Camera
turned-every-camera = All
turned-count = { $count }{ $most } turned down
turned-none = Nothing was turned down
turned-none-hint = Before an alert is raised the site looks again. What it does not see again then stays here, without an alert.
turned-one = What was turned down
turned-list = Turned down, the newest first
turned-picture = Picture with track and zone. { $said }
turned-clip = Video of what was turned down, without sound
turned-gone = There is no picture or video of that moment any more
turned-no-picture = The picture is there no more, nor is the video
turned-no-right = The picture is there no more, and your role may not play footage
turned-see-clip = See the video
turned-see-picture = See the picture
turned-tally = Second looks of “{ $rule }” in these days: { $confirmed } confirmed, { $down } turned down, { $unverified } could not be had (those alerts were raised).
turned-judged = Here one only looks. Each day some are drawn by lot and asked about under “Without an alert”, whether they should have been one: so it is known how much is missed.

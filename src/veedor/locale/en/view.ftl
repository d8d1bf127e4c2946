view-way = { $way ->
    [right] the view moved { $amount } % to the right
    [left] the view moved { $amount } % to the left
    [up] the view moved { $amount } % up
    [down] the view moved { $amount } % down
    [clockwise] the view turned { $amount }° clockwise
    [counterclockwise] the view turned { $amount }° counterclockwise
    [closer] the view is { $amount } % closer
    [wider] the view is { $amount } % wider
   *[elsewhere] the camera looks at another place
}
view-moved = { $camera }: { view-way }. { $rules ->
    [0] Look after the camera
    [one] One rule rests: turn the camera back, or check its zones and confirm the view
   *[other] { $rules } rules rest: turn the camera back, or check its zones and confirm the view
}
view-long-away = { $camera } has been looking elsewhere for more than half an hour: its rules with zones rest. Take it back to its preset
error-view-unseen = Too little has been seen of { $camera } yet to confirm its view
    .hint = Wait for some seconds with the camera still and online, and try again
error-view-unmoved = It is not known how far the view of { $camera } moved
    .hint = Correct the zones by hand on the picture of now
reason-view-unreadable = the file of a camera's views cannot be read ({ $said }): delete it, and what the camera sees now is learned afresh
error-compose-calibration = “{ $name }” is no calibration: { $detail }
    .hint = Save as a JSON file what the API gives as “calibration” of a camera, or calibrate it on the map and give its name
compose-calibration-form = the file has neither “matrix” (9 numbers) nor “pairs” (x, y, latitude_deg, longitude_deg)
compose-calibration-none = the camera is not calibrated
compose-calibration-stale = the camera was moved since it was calibrated
cli-calibration = Calibration for rules in metres: a JSON file, or the name of a calibrated camera of the site
rules-param-preset = Preset (name or number) at which the camera must be; without one, its usual view
rules-param-learned = true: against the usual direction, learned from tracks; where that is not known yet, against the drawn one
rules-param-least-tracks = Tracks needed at a place before its usual direction counts as known
rules-wrong-way-learned = { rules-class } going the wrong way { rules-in-place }, for { rules-duration }, by the usual direction, learned from { $tracks } tracks
rules-cli-resting = Rule “{ $rule }” does not run: it needs metres. Give a calibration with --calibration
map-points-lens = to estimate the lens, at least 8 pairs are needed

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

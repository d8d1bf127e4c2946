live-connecting = Connecting…
live-stale = No new picture for { $age }
live-none = No picture for { $age }
live-unsupported = This browser cannot play this camera's video (H.265)
live-substream = Substream: this browser cannot play H.265
live-keyframes = Keyframes only: slow link
live-slow = Substream: slow connection
live-logged-out = Log in again to see this camera
live-dropped = { $count ->
    [one] { $count } picture left out
   *[other] { $count } pictures left out
 }
live-word-connecting = connecting
live-word-stale = the picture is not current
live-word-none = no picture
live-word-unsupported = this browser cannot play its video
live-class-person = Person
live-class-bicycle = Bicycle
live-class-car = Car
live-class-motorcycle = Motorcycle
live-class-bus = Bus
live-class-truck = Truck
live-class-bag = Bag
live-class-animal = Animal
live-class-object = Object
live-class-unknown = Something

live-connecting = Connecting…
live-stale = No new picture for { $age }
live-none = No picture for { $age }
live-unsupported = This browser cannot play this camera's video (H.265)
live-substream = Substream: this browser cannot play H.265

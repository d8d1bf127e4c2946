place-said = Position told by the camera, please confirm: { $latitude }, { $longitude }
place-use = Use it
place-taken = Position told by the camera, please confirm: many carry the place of whoever installed them.

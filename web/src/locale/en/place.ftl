place-said = Position told by the camera, please confirm: { $latitude }, { $longitude }
place-use = Use it
place-taken = The camera says it is here. Confirm it on the map: many carry the place of whoever installed them.

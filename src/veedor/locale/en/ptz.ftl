error-ptz-none = Camera { $name } cannot be moved from here
error-ptz-taken = { $who } is steering this camera
    .hint = Wait { $seconds } s from their last move, or ask a supervisor to take over

error-live-no-picture = No live picture of camera { $camera }
    .hint = Check whether the camera is connected: `veedor cameras test`
error-live-not-live = Camera { $camera } is not being received here

"""Analysis apart from recording: supervised worker processes that decode, detect and track, and the parent's side of
them, which feeds packets, runs rules on what comes back, and restarts a worker that dies. Footage never waits on it."""

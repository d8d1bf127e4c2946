"""Tools that know nothing of cameras: clock, ids, errors, messages, geometry, hashing, files, databases."""

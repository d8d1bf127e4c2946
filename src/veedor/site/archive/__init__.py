"""The archive: every track with its path, every change of the scene; class, path and times, never appearance."""

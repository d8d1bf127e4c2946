"""The tree of agencies that this desk knows, with their keys."""

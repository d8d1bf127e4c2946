"""Grants: what one agency lets another see, from the draft to its end, and who asked for what."""

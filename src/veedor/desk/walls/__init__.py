"""Saved walls: which cameras somebody wants side by side, and tours through them."""

"""The ports of a desk, for cameras that are at sites far away: each call goes there, with a pass."""

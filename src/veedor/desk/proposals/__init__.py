"""Nearby alerts of several agencies, proposed as one incident. A person decides; nothing opens by itself."""

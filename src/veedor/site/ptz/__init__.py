"""Turning cameras: one person at a time, and never on after that person is gone."""

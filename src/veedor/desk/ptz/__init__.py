"""Turning cameras through the desk."""

"""Veedor: an open platform for intelligent public-safety video."""

__version__ = "0.1.0"

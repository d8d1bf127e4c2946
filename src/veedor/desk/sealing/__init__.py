"""Sealing case and officer: what this agency sealed, what others sealed, and what was opened since."""

"""Alembic migrations of the desk's database. `Database.migrate` runs them; a test compares them with the tables."""

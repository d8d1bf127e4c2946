"""A hub: a desk on PostgreSQL, and what joins sites."""

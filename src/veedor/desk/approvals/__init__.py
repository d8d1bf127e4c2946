"""The second person, where a grant asks for two."""

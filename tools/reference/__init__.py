"""The generator of `docs/reference/`: pages made from the program itself, so that they cannot differ from it."""

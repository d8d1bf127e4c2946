"""A search that goes to every site that has cameras in it."""

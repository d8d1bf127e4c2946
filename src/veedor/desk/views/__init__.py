"""Whether cameras look where their zones were drawn, and the person who says that they do."""

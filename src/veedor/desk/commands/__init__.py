"""What is asked of a camera of one's own agency from afar: requested, until its site has done it."""

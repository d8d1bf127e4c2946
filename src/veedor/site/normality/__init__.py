"""What is usual on one camera at one hour of the week, learned from its own tracks; and how rare a track is."""

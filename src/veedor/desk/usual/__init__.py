"""What is usual on a camera: seen, and taken back to an earlier version."""

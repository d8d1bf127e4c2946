"""What second looks found: which events raised no alert since they were turned down, and how often each rule's are."""

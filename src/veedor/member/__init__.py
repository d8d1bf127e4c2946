"""What a joined site runs beside itself: its link to the hub, the way up, the gate for calls from afar, the roster."""

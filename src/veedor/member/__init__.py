"""What a joined site runs besides: its leaf node, the way up, the gate, the roster."""

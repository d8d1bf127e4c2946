"""Frames -> scene facts: things left behind, a view that moved, lost sharpness, a covered lens, a frozen picture."""

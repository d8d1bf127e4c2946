"""Frames -> detections: where to look, the atlas that packs it, the detector, its weights."""

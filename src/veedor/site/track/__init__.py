"""Track: detections of one camera become tracks, each object with one identity for as long as it is in view."""

from veedor.site.track.config import MotionConfig, TrackerConfig
from veedor.site.track.tracker import Tracker

__all__ = ["MotionConfig", "Tracker", "TrackerConfig"]

"""What rules read: one camera at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from veedor.model.scene import SceneFacts
from veedor.model.track import Tracks


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One analysed frame of one camera, without its pixels; or, with `connected` False, the lack of one.

    `at_s`: seconds on a clock that never goes back (media time offline, monotonic time live): all durations in rules
    are differences of it. `captured_at` is for people. `width`, `height`: pixels of the analysed picture.
    Static foreground arrives in `tracks` with class OBJECT.
    """

    camera_id: str
    at_s: float
    captured_at: datetime
    frame: int
    width: int
    height: int
    tracks: Tracks
    scene: SceneFacts | None = None
    connected: bool = True
    clock_offset_s: float | None = None  # camera clock less ours, where the camera tells it

"""What rules read: one camera at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from veedor.model.scene import SceneFacts
from veedor.model.track import Tracks
from veedor.model.track_query import COLOURED, VehicleColour
from veedor.model.viewpoint import Viewpoint


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One analysed frame of one camera, without its pixels; or, with `connected` False, the lack of one.

    `at_s`: seconds on a clock that never goes back (media time offline, monotonic time live): all durations in rules
    are differences of it. `captured_at` is for people. `width`, `height`: pixels of the analysed picture.
    Static foreground arrives in `tracks` with class OBJECT. `colours`: by track id, of cars, buses and lorries that
    were looked at in this frame; a colour of anything else is refused. `background`: each few seconds the whole
    picture, (108, 192) uint8 grey levels, by which the site knows whether the camera was moved; no rule sees it.
    `viewpoint`: what the site made of that; None: nobody asked, and zones are where they were drawn.
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
    colours: Mapping[int, VehicleColour] = field(default_factory=dict)
    background: NDArray[np.uint8] | None = None
    viewpoint: Viewpoint | None = None

    def __post_init__(self) -> None:
        if self.colours:
            kinds = dict(zip(self.tracks.track_id.tolist(), self.tracks.class_id.tolist(), strict=True))
            if not {kinds.get(one) for one in self.colours} <= COLOURED:
                raise ValueError("only vehicles have a colour")

"""Scene facts of one camera: what is true of its whole picture, measured about once a second."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.model.frame import Frame
from veedor.model.scene import SceneFacts
from veedor.site.scene.foreground import ForegroundConfig, StaticForeground
from veedor.site.scene.grid import cells_of, shrink
from veedor.site.scene.view import ViewConfig, ViewMonitor

MAX_STEP_S = 5.0  # a longer pause counts as this much: nobody saw what happened in it


@dataclass(frozen=True, slots=True)
class SceneWatcherConfig:
    view: ViewConfig = field(default_factory=ViewConfig)
    foreground: ForegroundConfig = field(default_factory=ForegroundConfig)


class SceneWatcher:
    """Scene facts of one camera. Give it a frame about once a second. Not thread-safe."""

    def __init__(self, config: SceneWatcherConfig = SceneWatcherConfig()) -> None:
        self._view = ViewMonitor(config.view)
        self._foreground = StaticForeground(config.foreground)
        self._session = -1
        self._at_s = 0.0

    def update(self, frame: Frame, moving: NDArray[np.float32]) -> tuple[SceneFacts, Detections]:
        """Facts of `frame`, and its static objects (class OBJECT, pixels).

        `moving` (n, 4): pixel boxes of people and vehicles that are being tracked; no static object is sought there,
        and the view is not judged by what they hide. What was learned outlives a reconnect: a camera that comes back
        turned away is a camera turned away.
        """
        continues = frame.session == self._session and frame.media_s >= self._at_s
        dt_s = min(frame.media_s - self._at_s, MAX_STEP_S) if continues else 0.0
        self._session, self._at_s = frame.session, frame.media_s
        small = shrink(frame.luma)
        rows, columns = small.shape
        mask = cells_of(moving, (rows, columns), frame.width, frame.height)
        restarts = self._view.restarts
        facts = self._view.update(frame.luma, small, mask, dt_s)
        if restarts != self._view.restarts or facts.view_shift > 0.02:
            self._foreground.reset()  # nothing that it knows of the ground holds
        impaired = facts.covered > 0.3 or facts.sharpness < 0.6
        found = Detections.empty() if impaired else self._foreground.update(small, mask, dt_s)
        per_cell = np.array([frame.width / columns, frame.height / rows] * 2, np.float32)
        return facts, Detections(found.xyxy * per_cell, found.confidence, found.class_id)

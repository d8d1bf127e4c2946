"""What is true of a camera's whole picture, about once a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.model.frame import Frame
from veedor.model.scene import SceneFacts


@dataclass(frozen=True, slots=True)
class SceneWatcherConfig:
    learn_s: float = 10.0


class SceneWatcher:
    """Scene facts of one camera."""

    def __init__(self, config: SceneWatcherConfig = SceneWatcherConfig()) -> None:
        self._config = config

    def update(self, frame: Frame, moving: NDArray[np.float32]) -> tuple[SceneFacts, Detections]:
        """Facts of `frame`, and static objects; `moving` (n, 4): boxes of people and vehicles, in pixels."""
        return SceneFacts(), Detections.empty()

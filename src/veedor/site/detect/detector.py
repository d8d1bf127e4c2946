"""The port of object detectors."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections

CANVAS_SIDE = 416  # pixels; what a canvas measures both ways

Canvases = NDArray[np.uint8]


class Detector(Protocol):
    """Finds objects in canvases. An implementation keeps no memory of earlier canvases."""

    def detect(self, canvases: Canvases) -> list[Detections]:
        """What each of `canvases` (n, CANVAS_SIDE, CANVAS_SIDE, 3) uint8 BGR shows: n values, boxes in canvas pixels.

        Every box down to the implementation's low threshold comes back: the tracker makes use of the weak ones.
        """

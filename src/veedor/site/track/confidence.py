"""What a detector's confidence means on this camera.

Detectors disagree about what 0.8 is: one gives 0.99 to nearly everything, another 0.7 to a person in plain sight.
Fixed thresholds therefore fit one detector. Here they are set relative to the mean log-odds of the confidences of
detections that extended a track: objects known to be there.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from veedor.site.track.config import ConfidenceConfig

_PRIOR_DETECTIONS = 50.0
_LEAST, _MOST = 0.01, 0.99  # a detector that is always "certain" must not push the thresholds out of its reach


class ConfidenceScale:
    """The running mean, with a memory of some hundreds of detections, and the thresholds that follow from it."""

    def __init__(self, config: ConfidenceConfig) -> None:
        self._config = config
        self._weight = _PRIOR_DETECTIONS
        self._mean = config.initial_log_odds
        self._set()

    def _set(self) -> None:
        self.high = _probability(self._config.high_share * self._mean)
        self.birth = _probability(self._config.birth_share * self._mean)

    def learn(self, confidence: NDArray[np.float64]) -> None:
        """`confidence` (k,): of the detections that extended tracks in this frame."""
        count = len(confidence)
        if count == 0:
            return
        clipped = np.minimum(np.maximum(confidence, _LEAST), _MOST)
        mean = float(np.log(clipped / (1 - clipped)).sum()) / count
        self._weight = min(self._config.memory_detections, self._weight + count)
        self._mean += (mean - self._mean) * min(1.0, count / self._weight)
        self._set()


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))

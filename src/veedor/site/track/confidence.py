"""What a detector's confidence means on this camera.

Detectors disagree about what 0.8 is: one gives 0.99 to nearly everything, another 0.7 to a person in plain sight.
Fixed thresholds therefore fit one detector. Here they are set relative to the mean log-odds of the confidences of
detections that extended a track: objects known to be there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

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

    def learn(self, confidence: Iterable[float]) -> None:
        """`confidence`: of the detections that extended tracks in this frame, each 0..1."""
        count, total = 0, 0.0
        for share in confidence:
            clipped = _LEAST if share < _LEAST else _MOST if share > _MOST else share
            total += math.log(clipped / (1.0 - clipped))
            count += 1
        if count == 0:
            return
        self._weight = min(self._config.memory_detections, self._weight + count)
        self._mean += (total / count - self._mean) * min(1.0, count / self._weight)
        self._set()


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))

"""Paths as they are stored: milliseconds, boxes in 1/65535 of the picture, without the points that a line explains.

A point: uint16 little-endian times 5: milliseconds after the part's start, x1, y1, x2, y2. 10 octets.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

UNIT = 65_535
POINT_OCTETS = 10
MAX_PART_S = 60.0  # must fit uint16 milliseconds

Sample = tuple[float, float, float, float, float]  # seconds on the observation clock, x1, y1, x2, y2 in 0..1


@dataclass(slots=True)
class Simplifier:
    """Keeps, of a stream of samples, those from which the others follow by straight lines within `tolerance`.

    One pass, constant memory: from the last kept sample a cone of slopes per coordinate is narrowed by each new
    sample; when it is empty, the sample before is kept (the "swinging door" of process historians). A sample is kept
    at least each `most_s`, so that a longer step between two kept ones means that nothing was seen.
    """

    tolerance: float
    most_s: float
    kept: list[Sample] = field(default_factory=list)
    _low: list[float] | None = None
    _high: list[float] | None = None
    _last: Sample | None = None

    def add(self, sample: Sample) -> None:
        if not self.kept:
            self.kept.append(sample)
            return
        start = self.kept[-1]
        if sample[0] - start[0] > self.most_s and self._last is not None:
            self._keep_last()
            start = self.kept[-1]
        if self._narrow(start, sample):
            self._last = sample
            return
        if self._last is not None:
            self._keep_last()
            self._narrow(self.kept[-1], sample)
        self._last = sample

    def finish(self) -> list[Sample]:
        """The kept samples, the newest included; begins anew from that one."""
        if self._last is not None:
            self._keep_last()
        result, self.kept = self.kept, self.kept[-1:]
        return result

    def _keep_last(self) -> None:
        if self._last is not None:
            self.kept.append(self._last)
        self._low = self._high = self._last = None

    def _narrow(self, start: Sample, sample: Sample) -> bool:
        """Take `sample` into the cone; False where it would be empty, which leaves it as it was."""
        step_s = max(sample[0] - start[0], 1e-6)
        moved = [sample[i] - start[i] for i in range(1, 5)]
        slack = self.tolerance
        low = [(one - slack) / step_s for one in moved]
        high = [(one + slack) / step_s for one in moved]
        direct = [one / step_s for one in moved]
        if self._low is not None and self._high is not None:
            if any(not a <= d <= b for a, d, b in zip(self._low, direct, self._high, strict=True)):
                return False
            low = [max(a, b) for a, b in zip(low, self._low, strict=True)]
            high = [min(a, b) for a, b in zip(high, self._high, strict=True)]
        self._low, self._high = low, high
        return True


def pack(samples: list[Sample]) -> bytes:
    """The stored form of samples that span at most MAX_PART_S."""
    values = np.asarray(samples, np.float64)
    times_ms = np.rint((values[:, :1] - values[0, 0]) * 1000)
    boxes = np.rint(np.clip(values[:, 1:], 0, 1) * UNIT)
    return np.hstack((np.clip(times_ms, 0, UNIT), boxes)).astype("<u2").tobytes()


def unpack(data: bytes) -> NDArray[np.float64]:
    """(k, 5): seconds after the part's start, x1, y1, x2, y2 in 0..1. Raises ValueError where it is no path."""
    values = np.frombuffer(data, "<u2").reshape(-1, 5).astype(np.float64)
    values[:, 0] /= 1000
    values[:, 1:] /= UNIT
    return values

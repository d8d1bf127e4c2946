"""Decode times from presentation times: RTP carries only the latter, and with B-frames they do not rise."""

from __future__ import annotations

from bisect import insort

_LEARN_PICTURES = 12  # two of the longest usual runs of B-frames
_MAX_DEPTH = 16  # of both standards


class DecodeOrder:
    """`depth`: by how many places pictures are reordered; None where the stream does not say, then it is watched.

    The decode time of a picture is the presentation time that is `depth` places below the highest so far: it rises,
    and never passes a picture's own.
    """

    def __init__(self, depth: int | None, period_ticks: int) -> None:
        self.depth = 0 if depth is None else min(depth, _MAX_DEPTH)
        self.step_ticks = period_ticks  # the newest distance of two pictures; 0: not known
        self._to_learn = _LEARN_PICTURES if depth is None else 0
        self._highest: list[int] = []  # presentation times, rising
        self._last: int | None = None  # the newest decode time

    def restart(self) -> None:
        """Times have leapt: what came before says nothing of what comes."""
        self._highest.clear()
        self._last = None

    def decode_ticks(self, pts: int) -> int | None:
        """The decode time of the next picture; None for the first ones, whose order is not known yet."""
        last = self._last
        if self.depth == 0 and not self._to_learn and (last is None or pts > last):
            if last is not None:
                self.step_ticks = pts - last
            self._last = pts
            return pts
        return self._reordered(pts)

    def _reordered(self, pts: int) -> int | None:
        highest = self._highest
        if self.depth == 0 and self._last is not None:
            highest[:] = [self._last]
        self.depth = max(self.depth, sum(one > pts for one in highest))
        if not highest and self.step_ticks and not self._to_learn:
            highest += [pts - places * self.step_ticks for places in range(self.depth, 0, -1)]
        if self._to_learn and self.depth == 0 and highest and pts > highest[-1]:
            self.step_ticks = pts - highest[-1]
        insort(highest, pts)
        del highest[: -_MAX_DEPTH - 1]
        if self._to_learn:
            self._to_learn -= 1
            return None
        if len(highest) <= self.depth:
            return None
        dts = highest[-self.depth - 1]
        if self._last is not None and dts > self._last:
            self.step_ticks = dts - self._last
        self._last = dts
        return dts

"""The speeds of each track in its last seconds, to see it brake or drive off."""

from __future__ import annotations

from collections import deque

from veedor.site.rules.movement import movement
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.trails import Trails
from veedor.site.rules.view import View

_OVER_S = 0.5  # what a speed is measured over
_EVERY_S = 0.2
_BEFORE_S = (1.5, 2.5)  # how long ago a thing went that has stopped suddenly
_UNTIL_S = (0.8, 1.2)  # and how long ago it still went
_STILL_WENT = 0.65  # of the speed before: steady braking over two seconds or more is slower by then
_BRAKED = 0.15  # of its speed then


class Speeds:
    """(s, own sizes per second), oldest first, of about three seconds."""

    def __init__(self) -> None:
        self.past: deque[tuple[float, float]] = deque(maxlen=20)

    def mean(self, at_s: float, ago_s: tuple[float, float], least: int) -> float | None:
        """Mean speed between so many and so many seconds before `at_s`; None with fewer than `least` measurements."""
        found = [one[1] for one in self.past if ago_s[0] - 1e-6 <= at_s - one[0] <= ago_s[1] + 1e-6]
        return sum(found) / len(found) if len(found) >= least else None


class SpeedLog:
    """Keeps `Speeds` per track."""

    def __init__(self) -> None:
        self._tracks: PerTrack[Speeds] = PerTrack(Speeds)

    def __len__(self) -> int:
        return len(self._tracks)

    def rename(self, old: int, new: int) -> None:
        self._tracks.rename(old, new)

    def update(self, view: View, trails: Trails, rows: list[int]) -> dict[int, float]:
        """Take in `rows` of a view; the speeds now of those whose speed is known, in own sizes per second."""
        now_s = view.moment.at_s
        result: dict[int, float] = {}
        known, speed = movement(view, trails, _OVER_S).listed if rows else ([], [])
        listed, first, _ = view.listed()
        for row in rows:
            if not known[row]:
                continue
            track_id = listed.ids[first + row]
            speeds = self._tracks.at(track_id, now_s)
            result[track_id] = speed[row] / max(listed.size[first + row], 1e-6)
            if not speeds.past or now_s - speeds.past[-1][0] >= _EVERY_S - 1e-6:
                speeds.past.append((now_s, result[track_id]))
        self._tracks.prune(now_s)
        return result

    def braked(self, track_id: int, at_s: float, speed: float, least: float) -> bool:
        """Whether the track went at `least` sizes a second until about a second ago, and now, at `speed`, hardly."""
        found = self._tracks.get(track_id)
        before = found.mean(at_s, _BEFORE_S, 3) if found else None
        if found is None or before is None or before < least or speed > _BRAKED * before:
            return False
        until = found.mean(at_s, _UNTIL_S, 1)
        return until is not None and until >= _STILL_WENT * before

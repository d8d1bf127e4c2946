"""Who may begin to look when a site's budget for pictures is small: the substream first, then nobody more.

A live picture takes its place at the rate that its stream had lately. Live pictures together take at most `LIVE_SHARE`
of the budget, so that playback always moves on. The first one is always let in, in its smallest form: the budget paces
it, and whole groups of pictures are left out where it is too small even for that.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from veedor.kit.clock import Clock
from veedor.link.budget import Budget
from veedor.member.errors import BudgetUsed
from veedor.model.camera import Camera, StreamHealth, StreamRole

LIVE_SHARE = 0.8
UNKNOWN_KBPS = {StreamRole.MAIN: 4000, StreamRole.SUB: 500}  # until a stream has been seen for a few seconds
BEGIN_S = 15.0  # a place that nobody has begun to use by then is free again


@dataclass(slots=True)
class Place:
    """A live picture's part of the budget, from `begin` to `end`; `end` may be called again."""

    number: int
    role: StreamRole
    kbps: float
    made_s: float
    admission: Admission
    begun: bool = False

    def begin(self) -> None:
        self.begun = True

    def end(self) -> None:
        self.admission.leave(self)


class Admission:
    """Of one site. Safe to share between threads."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._places: dict[int, Place] = {}
        self._rates: dict[tuple[str, StreamRole], tuple[float, int, float | None]] = {}
        self._refused = 0

    def see(self, streams: Iterable[StreamHealth]) -> None:
        """Count what the cameras send: called every few seconds."""
        now_s = self._clock.monotonic()
        with self._lock:
            before, self._rates = self._rates, {}
            for one in streams:
                key = (one.camera_id, one.role)
                at_s, octets, kbps = before.get(key, (now_s, one.octets, None))
                if one.octets >= octets and now_s - at_s >= 1.0:
                    kbps = (one.octets - octets) / (now_s - at_s) / 125
                elif now_s > at_s and one.octets >= octets:
                    self._rates[key] = before[key]  # too soon to tell
                    continue
                self._rates[key] = (now_s, one.octets, kbps or None)

    def live(self, camera: Camera, role: StreamRole) -> Place:
        """A place for a picture of this stream, or of the camera's substream. Raises BudgetUsed."""
        with self._lock:
            now_s = self._clock.monotonic()
            self._places = {
                number: one for number, one in self._places.items() if one.begun or now_s - one.made_s < BEGIN_S
            }
            used = sum(one.kbps for one in self._places.values())
            choices = [role]
            if role is StreamRole.MAIN and camera.stream(StreamRole.SUB) is not None:
                choices.append(StreamRole.SUB)
            chosen = next((one for one in choices if self._fits(used, self._kbps(camera.id, one))), None)
            if chosen is None and self._places:
                self._refused += 1
                raise BudgetUsed(budget=self._budget.kbps or 0, used=round(used))
            chosen = chosen or choices[-1]
            place = Place(next(self._numbers), chosen, self._kbps(camera.id, chosen), now_s, self)
            self._places[place.number] = place
            return place

    def playback(self, camera: Camera, prefer: StreamRole) -> StreamRole:
        """The stream to play: the substream where the preferred one does not fit beside the live pictures."""
        limit = self._budget.kbps
        if limit is None or prefer is not StreamRole.MAIN or camera.stream(StreamRole.SUB) is None:
            return prefer
        with self._lock:
            used = sum(one.kbps for one in self._places.values())
            return prefer if used + self._kbps(camera.id, prefer) <= limit else StreamRole.SUB

    def leave(self, place: Place) -> None:
        with self._lock:
            self._places.pop(place.number, None)

    def use(self) -> dict[str, Any]:
        """For the hub's list of sites: `budget_kbps` (null: no limit), `used_kbps`, `live`, `refused`."""
        with self._lock:
            live, refused = len(self._places), self._refused
        return {
            "budget_kbps": self._budget.kbps,
            "used_kbps": self._budget.used_kbps(),
            "live": live,
            "refused": refused,
        }

    def _fits(self, used: float, kbps: float) -> bool:
        return self._budget.kbps is None or used + kbps <= self._budget.kbps * LIVE_SHARE

    def _kbps(self, camera_id: str, role: StreamRole) -> float:
        known = self._rates.get((camera_id, role))
        return known[2] if known is not None and known[2] is not None else UNKNOWN_KBPS[role]

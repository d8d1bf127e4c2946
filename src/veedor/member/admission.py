"""Who may look, and how well, when a site's budget for pictures is small.

A live picture takes its place at what its stream costs (`rates`). Where there is no room for the full rate of what is
asked for, the viewer gets the substream; where that does not fit either, its keyframes alone; and only where there is
no room for these, nothing. Live pictures together take at most `LIVE_SHARE` of the budget, so that playback always
moves on. The first one is always let in, in its smallest form.

While it is watched a place is decided again at each keyframe (`Place.again`). A newcomer takes the full rate from
nobody; where the streams themselves grow beyond the budget, who came last gives it up first. So that no picture flaps
between the two, a place then stays as it is for `DWELL_S`, and gets its full rate back only when that leaves some of
the budget over.
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
from veedor.member.rates import Cost, Rates
from veedor.model.camera import Camera, StreamHealth, StreamRole

LIVE_SHARE = 0.8
BEGIN_S = 15.0  # a place that nobody has begun to use by then is free again
DWELL_S = 10.0
SPARE_SHARE = 0.1  # of what live pictures may take: must be left over where a full rate returns
WORTH_SHARE = 0.9  # keyframes that cost more of the full rate save nothing (of MJPEG, every picture is one)
SLOW_TIMES, SLOW_WITHIN_S = 3, 20.0  # GOPs that lost pictures within so long: the line is slower than the stream
RETRY_S = (20.0, 320.0)  # the full rate of such a line is tried again after so long; twice as long each time it fails


@dataclass(slots=True)
class Place:
    """A live picture's part of the budget, from `begin` to `end`; `end` may be called again. `keyframes_only`: what
    it is given now."""

    number: int
    camera_id: str
    role: StreamRole
    cost: Cost
    keyframes_only: bool
    made_s: float
    admission: Admission
    begun: bool = False
    changed_s: float | None = None  # None: it is still what it began as, with its full rate
    dropped: int = 0
    lost_at_s: tuple[float, ...] = ()
    retry_s: float = 0.0
    held_until_s: float = 0.0

    @property
    def kbps(self) -> float:
        """What it takes of the budget."""
        return self.cost.keyframes_kbps if self.keyframes_only else self.cost.full_kbps

    @property
    def can_thin(self) -> bool:
        return self.cost.keyframes_kbps < self.cost.full_kbps * WORTH_SHARE

    def begin(self) -> None:
        self.begun = True

    def end(self) -> None:
        self.admission.leave(self)

    def again(self, dropped: int) -> bool:
        """Whether from this keyframe on there is room for keyframes only. `dropped`: pictures lost so far, because
        the line took them too slowly."""
        return self.admission.again(self, dropped)

    def note_losses(self, dropped: int, now_s: float) -> None:
        """A line that loses pictures time and again is too slow, whatever the budget says."""
        if dropped > self.dropped and not self.keyframes_only:
            lately = (one for one in self.lost_at_s if now_s - one <= SLOW_WITHIN_S)
            self.lost_at_s = (*lately, now_s)
        self.dropped = dropped
        if len(self.lost_at_s) >= SLOW_TIMES:
            self.lost_at_s = ()
            least, most = RETRY_S
            self.retry_s = min(max(least, self.retry_s * 2), most)
            self.held_until_s = now_s + self.retry_s
        elif self.changed_s is not None and not self.keyframes_only and now_s - self.changed_s > RETRY_S[1]:
            self.retry_s = 0.0  # it has held for long: the next time begins anew


class Admission:
    """Of one site. Safe to share between threads."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._places: dict[int, Place] = {}
        self._rates = Rates(clock)
        self._refused = 0

    def see(self, streams: Iterable[StreamHealth]) -> None:
        """Count what the cameras send: called every few seconds."""
        with self._lock:
            self._rates.see(streams)

    def live(self, camera: Camera, role: StreamRole) -> Place:
        """A place for a picture of this stream, or of the camera's substream. Raises BudgetUsed."""
        with self._lock:
            now_s = self._clock.monotonic()
            self._places = {
                number: one for number, one in self._places.items() if one.begun or now_s - one.made_s < BEGIN_S
            }
            choices = [role]
            if role is StreamRole.MAIN and camera.stream(StreamRole.SUB) is not None:
                choices.append(StreamRole.SUB)
            used = self._used()
            offers = [self._offer(camera.id, one, now_s) for one in choices]
            place = next((one for one in offers if used + one.kbps <= self._limit), None)
            if place is None:
                place = self._thinned(offers[-1], used)
            self._places[place.number] = place
            return place

    def again(self, place: Place, dropped: int) -> bool:
        """See `Place.again`."""
        with self._lock:
            now_s = self._clock.monotonic()
            place.note_losses(dropped, now_s)
            if place.changed_s is None or now_s - place.changed_s >= DWELL_S:
                thin = place.can_thin and (now_s < place.held_until_s or not self._has_room(place))
                if thin is not place.keyframes_only:
                    place.keyframes_only, place.changed_s = thin, now_s
            return place.keyframes_only

    def playback(self, camera: Camera, prefer: StreamRole) -> StreamRole:
        """The stream to play: the substream where the preferred one does not fit beside the live pictures."""
        limit = self._budget.kbps
        if limit is None or prefer is not StreamRole.MAIN or camera.stream(StreamRole.SUB) is None:
            return prefer
        with self._lock:
            used = sum(one.kbps for one in self._places.values())
            return prefer if used + self._rates.cost(camera.id, prefer).full_kbps <= limit else StreamRole.SUB

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

    # -- the caller holds the lock

    def _offer(self, camera_id: str, role: StreamRole, now_s: float) -> Place:
        cost = self._rates.cost(camera_id, role)
        return Place(next(self._numbers), camera_id, role, cost, False, now_s, self)

    def _thinned(self, place: Place, used: float) -> Place:
        """The place with its keyframes alone. The first is let in whatever it costs. Raises BudgetUsed."""
        if place.can_thin:
            place.keyframes_only, place.changed_s = True, place.made_s
        if self._places and used + place.kbps > self._limit:
            self._refused += 1
            raise BudgetUsed(budget=self._budget.kbps or 0, used=round(used))
        return place

    def _has_room(self, place: Place) -> bool:
        """Whether a place may have its full rate: where it has not, it must fit with something to spare; where it
        has, those who came later give theirs up first."""
        limit, used = self._limit, self._used()
        if place.keyframes_only:
            return used - place.kbps + place.cost.full_kbps <= limit * (1 - SPARE_SHARE)
        later = sum(
            one.cost.full_kbps - one.cost.keyframes_kbps
            for one in self._places.values()
            if one.number > place.number and one.can_thin and not one.keyframes_only
        )
        return used - later <= limit

    def _used(self) -> float:
        """What live pictures take now, by the newest rates, kbit/s."""
        for one in self._places.values():
            one.cost = self._rates.cost(one.camera_id, one.role)
        return sum(one.kbps for one in self._places.values())

    @property
    def _limit(self) -> float:
        """What live pictures may take together, kbit/s."""
        return float("inf") if self._budget.kbps is None else self._budget.kbps * LIVE_SHARE

"""Since when each track has not moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from veedor.site.rules.trails import FORGET_S
from veedor.site.rules.view import Moment, View

_RADIUS = 0.3  # of the box's size: jitter of a detector stays within, a step of a person does not
_RADIUS_MIN = 0.008  # of the picture's height
_TOLERANCE_S = 1.0  # a box may jump (a passer-by in front) for so long without counting as movement


@dataclass(slots=True)
class Still:
    """A track that has stayed around `anchor` (picture heights) since `since`."""

    anchor: tuple[float, float]
    since: Moment
    seen: Moment
    born: Moment
    away_since: Moment | None = None

    @property
    def from_birth(self) -> bool:
        """Whether the track has never moved, but for the first moments of a new box settling."""
        return self.since.at_s - self.born.at_s <= 1.5 * _TOLERANCE_S


class Stillness:
    """Keeps a `Still` per track; forgets a track FORGET_S after its last sighting."""

    def __init__(self) -> None:
        self._tracks: dict[int, Still] = {}
        self._pruned_at_s = 0.0

    def __len__(self) -> int:
        return len(self._tracks)

    def __getitem__(self, track_id: int) -> Still:
        return self._tracks[track_id]

    def rename(self, old: int, new: int) -> None:
        """Track `new` continues track `old`."""
        still = self._tracks.pop(old, None)
        if still is not None:
            self._tracks[new] = still

    def update(self, view: View) -> dict[int, Still]:
        """The tracks of this moment that are where they have been for some time (or are new): id -> Still."""
        now = view.moment
        result: dict[int, Still] = {}
        listed, first, end = view.listed()
        for place in range(first, end):
            track_id, center, size = listed.ids[place], listed.spot[place], listed.size[place]
            still = self._tracks.get(track_id)
            if still is None or now.at_s - still.seen.at_s > FORGET_S:
                still = self._tracks[track_id] = Still((center[0], center[1]), now, now, now)
            still.seen = now
            off = math.hypot(center[0] - still.anchor[0], center[1] - still.anchor[1])
            if off <= max(_RADIUS * size, _RADIUS_MIN):
                still.away_since = None
                result[track_id] = still
                continue
            still.away_since = still.away_since or now
            if now.at_s - still.away_since.at_s >= _TOLERANCE_S:
                still.anchor, still.since, still.away_since = (center[0], center[1]), now, None
        if now.at_s - self._pruned_at_s > FORGET_S / 6:
            self._pruned_at_s = now.at_s
            self._tracks = {k: v for k, v in self._tracks.items() if now.at_s - v.seen.at_s <= FORGET_S}
        return result

"""The port through which a desk reads what is usual on a camera, and goes back to an earlier version. It checks no
rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BaselineVersion:
    """One version of what is usual on a camera. `until`: what came before it was learned; `days`, `tracks`: how much,
    in all; `drift`: how far it is from the version before, 0..1; `since`: the version that a person went back to."""

    version: int
    until: datetime
    made_at: datetime
    days: float
    tracks: int
    drift: float
    since: int | None


@dataclass(frozen=True, slots=True)
class UsualFlow:
    """What is usual on a camera. `versions`: the newest, which is in force, first; none: nothing was learned.
    `hour`: hour of the week, Monday 0:00 in the site's time zone is 0; `flows`: group -> arrows (x, y, heading in
    eighths of a turn, weight) in that hour; `week`: group -> tracks to expect in each of the 168 hours."""

    versions: Sequence[BaselineVersion]
    hour: int
    flows: Mapping[str, Sequence[tuple[float, float, int, float]]]
    week: Mapping[str, Sequence[float]]


class UsualMovement(Protocol):
    """Desk -> site: what was learned of a camera's movement. Counts of cells; nobody's track is in it."""

    def show(self, camera_id: str, hour: int | None) -> UsualFlow:
        """`hour`: None: the present one. Raises the StoreError tree."""

    def roll_back(self, camera_id: str, version: int) -> None:
        """Go back to `version`, as a new one. Raises NotFound, and the StoreError tree."""

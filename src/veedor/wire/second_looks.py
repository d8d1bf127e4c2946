"""The port through which a desk reads what second looks found. It checks no rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from veedor.model.event import Event


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """An event that raised no alert: of `looked` pictures, a second look saw its object in `seen` only."""

    event: Event
    seen: int
    looked: int
    has_picture: bool


@dataclass(frozen=True, slots=True)
class LookCounts:
    """What came of the second looks of one rule on one camera."""

    camera_id: str
    rule: str
    confirmed: int
    turned_down: int
    unverified: int


class SecondLookBook(Protocol):
    """Desk -> site: what second looks found. Spans are [start, end) of when events were complete."""

    def turned_down(
        self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None, limit: int = 500
    ) -> list[TurnedDown]:
        """The newest first."""

    def turned_down_picture(self, camera_id: str, event_id: str) -> bytes | None:
        """JPEG with the object, zone and path drawn; None where it is kept no more."""

    def look_counts(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None) -> list[LookCounts]:
        """By camera and rule."""

"""A second look: the detector runs again, closely, on the objects of an event before that is raised as an alert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from veedor.model.detection import ObjectClass

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """Where an object was in one analysed picture: `box_norm` is x1, y1, x2, y2 in 0..1 of it."""

    frame: int  # as `Observation.frame`
    captured_at: datetime
    box_norm: Box


@dataclass(frozen=True, slots=True)
class Target:
    """An object to look at again, in several pictures, by time."""

    object_class: ObjectClass
    sights: tuple[Sight, ...]


class Outcome(StrEnum):
    CONFIRMED = "confirmed"
    TURNED_DOWN = "turned_down"
    UNVERIFIED = "unverified"  # no look could be had in time: the alert is raised all the same


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What came of it. `seen` of `looked` pictures show the object: of several objects, that with the largest share."""

    outcome: Outcome
    seen: int = 0
    looked: int = 0

"""Detections: boxes of one frame, as columns, and what they can hold.

Beside the classes that every installation knows there are an agency's own: numbers of OWN_CLASSES, given by its site
once and for all, with the names and labels that `know_own_classes` tells this process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

OWN_CLASSES = range(32, 63)  # a set of classes is kept as bits of a signed number of 64
CLASS_NUMBERS = 64  # length of a table that has a row for every class


class ObjectClass(IntEnum):
    """What a box holds. Numbers are stored: never reuse one. `ObjectClass(n)` is also there for numbers of OWN_CLASSES,
    which iterating leaves out."""

    UNKNOWN = 0  # imported tracks may have no class
    PERSON = 1
    BICYCLE = 2
    MOTORCYCLE = 3
    CAR = 4
    BUS = 5
    TRUCK = 6
    BAG = 7
    ANIMAL = 8
    OBJECT = 9  # static foreground: something that was not there before

    @classmethod
    def _missing_(cls, value: object) -> ObjectClass | None:
        if not isinstance(value, int) or value not in OWN_CLASSES:
            return None
        made = int.__new__(cls, value)
        made._name_, made._value_ = f"OWN_{value}", value
        return cls._value2member_map_.setdefault(value, made)  # type: ignore[return-value]

    @property
    def label(self) -> str:
        """The word for it in rules, events and searches."""
        own = _OWN.get(self.value)
        return own.name if own is not None else self.name.lower()

    @staticmethod
    def of(number: int) -> ObjectClass:
        """UNKNOWN where there is no such number: what a newer version stored, or an unsound worker says."""
        try:
            return ObjectClass(number)
        except ValueError:
            return ObjectClass.UNKNOWN


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class that an agency's own model gives. `name`: the word in rules; `labels`: what people read, by language."""

    number: int
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, lang: str) -> str:
        return self.labels.get(lang) or self.name.replace("_", " ")


_OWN: dict[int, OwnClass] = {}


def know_own_classes(classes: Iterable[OwnClass]) -> None:
    """These are the own classes that this process knows from now on, and no others."""
    told = {one.number: one for one in classes}
    for number in [number for number in _OWN if number not in told]:
        del _OWN[number]
    _OWN.update(told)


def own_classes() -> list[OwnClass]:
    """Those that this process knows, by number."""
    return [_OWN[number] for number in sorted(_OWN)]


def own_class(name: str) -> OwnClass | None:
    return next((one for one in _OWN.values() if one.name == name), None)


def class_named(name: str) -> ObjectClass | None:
    """The class whose label is `name`; None where there is none."""
    own = own_class(name)
    if own is not None:
        return ObjectClass(own.number)
    return _BY_LABEL.get(name)


_BY_LABEL = {one.name.lower(): one for one in ObjectClass}
VEHICLES = frozenset({ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK})


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """n boxes of one frame.

    `xyxy`: (n, 4) float32, pixels of the analysed picture; `confidence`: (n,) float32 in 0..1;
    `class_id`: (n,) int32, values of ObjectClass.
    """

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    class_id: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.xyxy)

    @staticmethod
    def empty() -> Detections:
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))

    def where(self, mask: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        """The rows that `mask` picks."""
        return Detections(self.xyxy[mask], self.confidence[mask], self.class_id[mask])

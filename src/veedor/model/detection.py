"""Detections: boxes of one frame, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class ObjectClass(IntEnum):
    """What a box holds. Numbers are stored: never reuse one."""

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

    @property
    def label(self) -> str:
        return self.name.lower()


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

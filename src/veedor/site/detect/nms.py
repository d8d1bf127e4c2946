"""Which boxes mean the same object: greedy suppression within groups of classes that detectors confuse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import CLASS_NUMBERS, Detections, ObjectClass

_GROUP = np.arange(CLASS_NUMBERS, dtype=np.int32)
# One vehicle often comes back as a car and as a truck; one rider's machine as a bicycle and as a motorcycle.
_GROUP[[ObjectClass.BUS, ObjectClass.TRUCK]] = ObjectClass.CAR
_GROUP[ObjectClass.MOTORCYCLE] = ObjectClass.BICYCLE


def class_groups(class_id: NDArray[np.int32]) -> NDArray[np.int32]:
    """(n,) int32: equal numbers where two boxes may be the same object."""
    return _GROUP[class_id]


def overlaps(xyxy: NDArray[np.float32], group: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, n) intersection over union, and (n, n) share of the column's box that lies in the row's; 0 across groups."""
    x1, y1, x2, y2 = np.ascontiguousarray(xyxy.T)
    wide = np.minimum.outer(x2, x2) - np.maximum.outer(x1, x1)
    tall = np.minimum.outer(y2, y2) - np.maximum.outer(y1, y1)
    shared = np.maximum(wide, 0) * np.maximum(tall, 0) * (group[:, None] == group[None, :])
    area = np.maximum((x2 - x1) * (y2 - y1), 1e-6)
    return shared / (area[:, None] + area[None, :] - shared), shared / area[None, :]


def suppress(detections: Detections, iou: float) -> Detections:
    """Drop each box that overlaps a more confident one of its group by more than `iou`. Most confident first."""
    if len(detections) < 2:
        return detections
    ordered = detections.where(np.argsort(-detections.confidence, kind="stable"))
    same, _ = overlaps(ordered.xyxy, class_groups(ordered.class_id))
    return ordered.where(greedy(same > iou))


def greedy(clash: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of n rows, best first, survive when each survivor removes the later rows that it clashes with (n, n)."""
    keep = np.ones(len(clash), np.bool_)
    for row in np.flatnonzero(np.triu(clash, 1).any(axis=1)):
        if keep[row]:
            keep[row + 1 :] &= ~clash[row, row + 1 :]
    return keep

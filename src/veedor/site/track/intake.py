"""What the tracker lets in: detections that can be boxes, and nothing that would poison its state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import CLASS_NUMBERS, OWN_CLASSES, Detections, ObjectClass
from veedor.site.track.errors import BadDetections

_KNOWN = frozenset({*(int(kind) for kind in ObjectClass), *OWN_CLASSES})
CLASSES = CLASS_NUMBERS
_MAX_PX = 1e6  # no picture is that large: a box beyond it is a fault, and its square would drown the others
_MAX_BOXES = 1000  # of one frame: the work grows with the square


class Found(NamedTuple):
    """The usable detections of one frame.

    `boxes` (4, m): x1, y1, x2, y2, pixels; `confidence`: 0..1 and `kinds`: values of ObjectClass, m of each.
    """

    boxes: NDArray[np.float64]
    confidence: list[float]
    kinds: list[int]


_NOTHING = Found(np.zeros((4, 0)), [], [])


def clean(detections: Detections, least_confidence: float) -> Found:
    """The usable detections from `least_confidence` up.

    Left out are boxes that are not finite, lie absurdly far away or have no area, confidences that are not numbers,
    boxes that repeat another of the frame exactly, and all but the surest thousand. An unknown class counts as UNKNOWN.
    Raises BadDetections where the columns do not fit together.
    """
    xyxy, shares, classes = detections.xyxy, detections.confidence, detections.class_id
    count = len(xyxy)
    if xyxy.shape != (count, 4) or not shares.shape == classes.shape == (count,):
        raise BadDetections(problem=f"xyxy {xyxy.shape}, confidence {shares.shape}, class_id {classes.shape}")
    if count == 0:
        return _NOTHING
    rows, confidence, kinds = xyxy.tolist(), shares.tolist(), classes.tolist()
    usable = [
        at
        for at, (x1, y1, x2, y2) in enumerate(rows)  # comparisons with NaN are False
        if confidence[at] >= least_confidence and -_MAX_PX < x1 < x2 < _MAX_PX and -_MAX_PX < y1 < y2 < _MAX_PX
    ]
    if len(usable) > _MAX_BOXES:
        usable = sorted(sorted(usable, key=lambda at: -confidence[at])[:_MAX_BOXES])
    usable = _without_repeats(rows, confidence, usable)
    if len(usable) < count:
        xyxy = xyxy.take(usable, axis=0)
        confidence, kinds = [confidence[at] for at in usable], [kinds[at] for at in usable]
    if not _KNOWN.issuperset(kinds):
        kinds = [kind if kind in _KNOWN else ObjectClass.UNKNOWN for kind in kinds]
    if max(confidence, default=0.0) > 1.0:
        confidence = [min(one, 1.0) for one in confidence]
    return Found(xyxy.T.astype(np.float64, order="C"), confidence, kinds)


def _without_repeats(rows: list[list[float]], confidence: list[float], usable: list[int]) -> list[int]:
    if len({rows[at][0] for at in usable}) == len(usable):  # the usual case, found cheaply
        return usable
    surest: dict[tuple[float, ...], int] = {}
    for at in sorted(usable, key=lambda at: -confidence[at]):
        surest.setdefault(tuple(rows[at]), at)
    return sorted(surest.values())

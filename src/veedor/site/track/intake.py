"""What the tracker lets in: detections that can be boxes, and nothing that would poison its state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections, ObjectClass
from veedor.site.track.errors import BadDetections

CLASSES = max(ObjectClass) + 1
_MAX_PX = 1e6  # no picture is that large: a box beyond it is a fault, and its square would drown the others
_MAX_BOXES = 1000  # of one frame: the work grows with the square


def clean(
    detections: Detections, least_confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Boxes (n, 4), confidence (n,) in 0..1 and class (n,) of the usable detections from `least_confidence` up.

    Left out are boxes that are not finite, lie absurdly far away or have no area, confidences that are not numbers,
    boxes that repeat another of the frame exactly, and all but the surest thousand. An unknown class counts as UNKNOWN.
    Raises BadDetections where the columns do not fit together.
    """
    boxes = np.asarray(detections.xyxy, np.float64)
    confidence = np.asarray(detections.confidence, np.float64)
    classes = np.asarray(detections.class_id, np.int32)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or not confidence.shape == classes.shape == boxes.shape[:1]:
        raise BadDetections(problem=f"xyxy {boxes.shape}, confidence {confidence.shape}, class_id {classes.shape}")
    with np.errstate(invalid="ignore"):
        good = confidence >= least_confidence  # False for NaN, as are the comparisons below
        good &= (boxes[:, 2:] > boxes[:, :2]).all(axis=1) & (np.abs(boxes) < _MAX_PX).all(axis=1)
    if not good.all():
        boxes, confidence, classes = boxes[good], confidence[good], classes[good]
    if len(boxes) > _MAX_BOXES:
        surest = np.sort(np.argsort(-confidence, kind="stable")[:_MAX_BOXES])
        boxes, confidence, classes = boxes[surest], confidence[surest], classes[surest]
    boxes, confidence, classes = _without_repeats(boxes, np.minimum(confidence, 1.0), classes)
    known = (classes >= 0) & (classes < CLASSES)
    return boxes, confidence, np.where(known, classes, ObjectClass.UNKNOWN).astype(np.intp)


def _without_repeats(
    boxes: NDArray[np.float64], confidence: NDArray[np.float64], classes: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
    left = np.sort(boxes[:, 0])
    if not (left[1:] == left[:-1]).any():  # the usual case, found cheaply
        return boxes, confidence, classes
    order = np.argsort(-confidence, kind="stable")  # of equal boxes the surest stays
    _, first = np.unique(boxes[order], axis=0, return_index=True)
    keep = np.sort(order[first])
    return boxes[keep], confidence[keep], classes[keep]

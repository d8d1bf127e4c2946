"""Detections of one camera, frame by frame, into tracks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import box_iou
from veedor.model.detection import Detections, ObjectClass
from veedor.model.track import Tracks
from veedor.site.track.association import Indices, match
from veedor.site.track.config import TrackerConfig
from veedor.site.track.errors import BadDetections, BadTime, TimeWentBack
from veedor.site.track.motion import Motion, to_centre, to_corners

Floats = NDArray[np.float64]

_CLASSES = max(ObjectClass) + 1


class Tracker:
    """Follows every object of one camera. Memory depends on what is in view, never on how long it has run.

    Not thread-safe: one tracker per camera, called by one thread.
    """

    def __init__(self, config: TrackerConfig = TrackerConfig()) -> None:
        self._config = config
        self._next_id = 1
        self.reset()

    def reset(self) -> None:
        """Forget all tracks and the clock. Ids go on: none is ever given twice."""
        self._at_s: float | None = None
        self._motion = Motion.start(np.zeros((0, 4)), self._config.motion)
        self._ids = np.zeros(0, np.int64)
        self._seen_s = np.zeros(0)
        self._confidence = np.zeros(0)
        self._votes = np.zeros((0, _CLASSES))

    def update(self, detections: Detections, at_s: float) -> Tracks:
        """The tracks at `at_s` (seconds on a clock that never goes back; intervals may differ).

        Boxes that are not finite, or have no area, are ignored. Raises TimeWentBack, BadTime and BadDetections,
        and is then unchanged.
        """
        boxes, confidence, classes = _clean(detections)
        self._advance(at_s)
        config = self._config
        centre = to_centre(boxes)
        high = np.flatnonzero(confidence >= config.high_confidence)
        low = np.flatnonzero((confidence < config.high_confidence) & (confidence >= config.low_confidence))
        similarity = box_iou(to_corners(self._motion.position), boxes)
        rows, columns = match(similarity[:, high], config.min_similarity)
        columns = high[columns]
        lately = np.setdiff1d(np.flatnonzero(self._seen_s >= self._at_s_before - 1e-9), rows)
        rows_low, columns_low = match(similarity[np.ix_(lately, low)], config.min_similarity_low)
        rows, columns = np.append(rows, lately[rows_low]), np.append(columns, low[columns_low])
        self._motion.correct(rows, centre[columns], config.motion)
        self._seen_s[rows] = at_s
        self._confidence[rows] = confidence[columns]
        self._votes[rows, classes[columns]] += confidence[columns]
        free = np.setdiff1d(high, columns)
        self._give_birth(free[confidence[free] >= config.birth_confidence], centre, confidence, classes)
        self._retire()
        return self._report()

    def _advance(self, at_s: float) -> None:
        """Bring all tracks to `at_s`."""
        if not math.isfinite(at_s):
            raise BadTime(at_s=str(at_s))
        last_s = self._at_s
        if last_s is not None and at_s < last_s:
            raise TimeWentBack(at_s=f"{at_s:.3f}", last_s=f"{last_s:.3f}")
        self._at_s_before = at_s if last_s is None else last_s
        self._at_s = at_s
        if last_s is not None and at_s > last_s:
            if at_s - last_s > self._config.lost_s:
                self._keep(np.zeros(len(self._ids), np.bool_))
            self._motion.predict(at_s - last_s, self._config.motion)

    def _give_birth(self, which: Indices, centre: Floats, confidence: Floats, classes: NDArray[np.int32]) -> None:
        count = len(which)
        if count == 0:
            return
        votes = np.zeros((count, _CLASSES))
        votes[np.arange(count), classes[which]] = confidence[which]
        self._motion.extend(Motion.start(centre[which], self._config.motion))
        self._ids = np.concatenate((self._ids, np.arange(self._next_id, self._next_id + count)))
        self._next_id += count
        self._seen_s = np.concatenate((self._seen_s, np.full(count, self._at_s)))
        self._confidence = np.concatenate((self._confidence, confidence[which]))
        self._votes = np.concatenate((self._votes, votes))

    def _retire(self) -> None:
        keep = self._seen_s >= (self._at_s or 0.0) - self._config.lost_s
        if not keep.all():
            self._keep(keep)

    def _keep(self, keep: NDArray[np.bool_]) -> None:
        self._motion.select(keep)
        self._ids, self._seen_s = self._ids[keep], self._seen_s[keep]
        self._confidence, self._votes = self._confidence[keep], self._votes[keep]

    def _report(self) -> Tracks:
        at_s = self._at_s or 0.0
        shown = self._seen_s >= at_s - self._config.report_lost_s
        return Tracks(
            self._ids[shown],
            to_corners(self._motion.position[shown]).astype(np.float32),
            self._confidence[shown].astype(np.float32),
            self._votes[shown].argmax(axis=1).astype(np.int32),
            self._seen_s[shown] == at_s,
        )


def _clean(detections: Detections) -> tuple[Floats, Floats, NDArray[np.int32]]:
    """The usable boxes, their confidence and class. A class that we do not know counts as UNKNOWN."""
    boxes = np.asarray(detections.xyxy, np.float64)
    confidence = np.asarray(detections.confidence, np.float64)
    classes = np.asarray(detections.class_id)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or not len(boxes) == len(confidence) == len(classes):
        raise BadDetections(problem=f"xyxy {boxes.shape}, confidence {confidence.shape}, class_id {classes.shape}")
    good = np.isfinite(boxes).all(axis=1) & np.isfinite(confidence)
    good &= (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    if not good.all():
        boxes, confidence, classes = boxes[good], confidence[good], classes[good]
    known = (classes >= 0) & (classes < _CLASSES)
    return boxes, confidence, np.where(known, classes, ObjectClass.UNKNOWN).astype(np.int32)

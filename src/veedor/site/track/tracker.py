"""Detections of one camera, frame by frame, into tracks. docs/design/tracking.md tells how and why."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.model.track import Tracks
from veedor.site.track.association import Floats, Indices, iou, match, nearness, overlap, without
from veedor.site.track.camera_motion import estimate_shift
from veedor.site.track.confidence import ConfidenceScale
from veedor.site.track.config import TrackerConfig
from veedor.site.track.errors import BadTime, TimeWentBack
from veedor.site.track.intake import CLASSES, clean
from veedor.site.track.motion import Motion, sizes, to_centre, to_corners

_NONE = np.zeros(0, np.intp)


class Tracker:
    """Follows every object of one camera. Memory depends on what is in view, never on how long it has run.

    Not thread-safe: one tracker per camera, called by one thread.
    """

    def __init__(self, config: TrackerConfig = TrackerConfig()) -> None:
        self._config = config
        self._next_id = 1
        self.reset()

    def reset(self) -> None:
        """Forget all tracks, what was learned of the detector, and the clock. Ids go on: none is given twice."""
        self._at_s: float | None = None
        self._confidence_scale = ConfidenceScale(self._config.confidence)
        self._motion = Motion(self._config.motion)
        self._ids = np.zeros(0, np.int64)
        self._seen_s = np.zeros(0)
        self._confirmed = np.zeros(0, np.bool_)
        self._confidence = np.zeros(0)
        self._votes = np.zeros((0, CLASSES))  # summed confidence per class

    def update(self, detections: Detections, at_s: float) -> Tracks:
        """The tracks at `at_s` (seconds on a clock that never goes back; the intervals between frames may differ).

        Reports confirmed tracks: those seen in this frame, and with observed=False where those lost a moment ago must
        be by now. Detections that cannot be boxes are ignored. After a gap longer than `longest_gap_s` all begins anew.
        Raises TimeWentBack, BadTime and BadDetections, and is then unchanged.
        """
        boxes, confidence, classes = clean(detections, self._config.confidence.low)
        last_s = self._advance(at_s)
        if len(boxes) == 0 and len(self._ids) == 0:
            return Tracks.empty()
        centre = to_centre(boxes)
        high = np.flatnonzero(confidence >= self._confidence_scale.high)
        self._follow_camera(centre[high], last_s)
        rows, columns, free = self._associate(boxes, centre, high, last_s)
        self._motion.correct(rows, centre[columns], confidence[columns])
        self._seen_s[rows] = at_s
        self._confirmed[rows] = True
        self._confidence[rows] = confidence[columns]
        self._votes[rows, classes[columns]] += confidence[columns]
        self._confidence_scale.learn(confidence[columns])
        born = self._worth_a_track(boxes, free, columns)
        self._give_birth(born, centre, confidence, classes, at_s)
        seen_at = np.full(len(self._ids), -1)
        seen_at[rows] = columns
        seen_at[len(seen_at) - len(born) :] = born
        tracks = self._report(boxes, seen_at, at_s)
        self._retire(at_s)
        return tracks

    def _advance(self, at_s: float) -> float:
        """Bring all tracks to `at_s`; return the time of the frame before."""
        if not math.isfinite(at_s):
            raise BadTime(at_s=str(at_s))
        last_s = at_s if self._at_s is None else self._at_s
        if at_s < last_s:
            raise TimeWentBack(at_s=f"{at_s:.3f}", last_s=f"{last_s:.3f}")
        self._at_s = at_s
        if at_s - last_s > self._config.longest_gap_s:
            self._keep(np.zeros(len(self._ids), np.bool_))
        if at_s > last_s and len(self._ids):
            self._motion.predict(at_s - last_s)
        return last_s

    def _follow_camera(self, detections: Floats, last_s: float) -> None:
        """Move all tracks by the shift that those of the last frame have in common."""
        recent = np.flatnonzero(self._confirmed & (self._seen_s >= last_s))
        if min(len(recent), len(detections)) < self._config.camera.least_tracks:
            return
        motion = self._motion
        shift = estimate_shift(motion.position[recent], motion.place_std[recent], detections, self._config.camera)
        motion.position[:, :2] += shift

    def _associate(
        self, boxes: Floats, centre: Floats, high: Indices, last_s: float
    ) -> tuple[Indices, Indices, Indices]:
        """Pairs of track rows and detections, and the high detections that are left over.

        First confirmed tracks, then tentative ones, among sure detections by overlap; then tracks nearby, since fast
        or long unseen objects need not overlap; last, unsure detections, for tracks seen in the last frame only
        (Y. Zhang et al., ByteTrack, ECCV 2022).
        """
        config = self._config
        similarity = overlap(to_corners(self._motion.position), boxes[high])
        everyone = np.arange(len(self._ids))
        rows, columns, tracks, free = _pair(
            similarity, everyone[self._confirmed], np.arange(len(high)), config.min_similarity
        )
        tentative = everyone[~self._confirmed]
        rows2, columns2, tentative, free = _pair(similarity, tentative, free, config.min_similarity)
        tracks, free = np.concatenate((tracks, tentative)), high[free]
        columns, columns2 = high[columns], high[columns2]
        rows3 = columns3 = rows4 = columns4 = _NONE
        if len(tracks) and len(free):
            position = self._motion.position[tracks]
            reach_px = config.recovery_reach * sizes(position) + self._motion.place_std[tracks]
            r, c = match(nearness(position, reach_px, centre[free]), 0.0)
            rows3, columns3 = tracks[r], free[c]
            tracks, free = without(tracks, r), without(free, c)
        recent = tracks[self._confirmed[tracks] & (self._seen_s[tracks] >= last_s)]
        if len(recent) and len(high) < len(boxes):
            low = without(np.arange(len(boxes)), high)
            r, c = match(overlap(to_corners(self._motion.position[recent]), boxes[low]), config.min_similarity_low)
            rows4, columns4 = recent[r], low[c]
        return (
            np.concatenate((rows, rows2, rows3, rows4)),
            np.concatenate((columns, columns2, columns3, columns4)),
            free,
        )

    def _worth_a_track(self, boxes: Floats, free: Indices, taken: Indices) -> Indices:
        """The detections among `free` that are not a second box of an object just found."""
        if len(free) == 0 or len(taken) == 0:
            return free
        separate = iou(boxes[free], boxes[taken]).max(axis=1) < self._config.max_birth_overlap
        return np.asarray(free[separate])

    def _give_birth(self, which: Indices, centre: Floats, confidence: Floats, classes: Indices, at_s: float) -> None:
        count = len(which)
        if count == 0:
            return
        votes = np.zeros((count, CLASSES))
        votes[np.arange(count), classes[which]] = confidence[which]
        self._motion.start(centre[which], self._drift(at_s))
        self._ids = np.concatenate((self._ids, np.arange(self._next_id, self._next_id + count)))
        self._next_id += count
        self._seen_s = np.concatenate((self._seen_s, np.full(count, at_s)))
        sure = confidence[which] >= self._confidence_scale.birth
        self._confirmed = np.concatenate((self._confirmed, sure))
        self._confidence = np.concatenate((self._confidence, confidence[which]))
        self._votes = np.concatenate((self._votes, votes))

    def _drift(self, at_s: float) -> Floats:
        """How the others move, sizes per second (2,): the best guess for a newcomer, above all on a moving camera."""
        seen = np.flatnonzero(self._confirmed & (self._seen_s == at_s))
        if len(seen) < 2:
            return np.zeros(2)
        speed = self._motion.velocity[seen, :2] / sizes(self._motion.position[seen])[:, None]
        return np.asarray(np.median(speed, axis=0))

    def _retire(self, at_s: float) -> None:
        config = self._config
        unseen_s = at_s - self._seen_s
        keep = unseen_s <= np.where(self._confirmed, config.lost_s, config.tentative_s)
        if not keep.all():
            self._keep(keep)

    def _keep(self, which: NDArray[np.bool_]) -> None:
        self._motion.keep(which)
        self._ids, self._seen_s, self._confirmed = self._ids[which], self._seen_s[which], self._confirmed[which]
        self._confidence, self._votes = self._confidence[which], self._votes[which]

    def _report(self, boxes: Floats, seen_at: Indices, at_s: float) -> Tracks:
        """`seen_at` (n,): the detection of each track in this frame, -1 where there is none."""
        shown = np.flatnonzero(self._confirmed & (at_s - self._seen_s <= self._config.report_lost_s))
        seen_at = seen_at[shown]
        observed = seen_at >= 0
        corners = to_corners(self._motion.position[shown])
        weight = self._config.detection_weight
        corners[observed] += weight * (boxes[seen_at[observed]] - corners[observed])
        return Tracks(
            self._ids[shown],
            corners.astype(np.float32),
            self._confidence[shown].astype(np.float32),
            self._votes[shown].argmax(axis=1).astype(np.int32),
            observed,
        )


def _pair(
    similarity: Floats, tracks: Indices, detections: Indices, minimum: float
) -> tuple[Indices, Indices, Indices, Indices]:
    """Pairs among `tracks` and `detections` (indices into `similarity`): rows, columns, and what is left of each."""
    if len(tracks) == 0 or len(detections) == 0:
        return _NONE, _NONE, tracks, detections
    rows, columns = match(similarity[np.ix_(tracks, detections)], minimum)
    return tracks[rows], detections[columns], without(tracks, rows), without(detections, columns)

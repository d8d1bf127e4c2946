"""Detections of one camera, frame by frame, into tracks. docs/design/tracking.md tells how and why.

A frame has few objects, and most of its cost is that of calling NumPy at all. So what is decided about each track is
decided on plain lists; only what touches coordinates is NumPy, for all tracks at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

import numpy as np

from veedor.model.detection import VEHICLES, Detections
from veedor.model.track import Tracks
from veedor.site.track.association import Floats, iou, match, nearness, overlap, part
from veedor.site.track.camera_motion import STILL, estimate_shift
from veedor.site.track.confidence import ConfidenceScale
from veedor.site.track.config import TrackerConfig
from veedor.site.track.errors import BadTime, TimeWentBack
from veedor.site.track.intake import CLASSES, Found, clean
from veedor.site.track.motion import Motion, sizes, to_centre, to_corners
from veedor.site.track.movers import Movers, Sight, Way

_UNSEEN = -1  # in the place of a detection's number
_NOBODY = Tracks.empty()


@dataclass(slots=True)
class _Track:
    """What is known of a track but for its motion, which is the row of the same number in Motion.

    `votes`: the summed confidence of each class; `kind`: the class with most of it; `only`: while it was seen but once,
    the number of that detection in its frame, else _UNSEEN.
    """

    id: int
    seen_s: float
    confirmed: bool
    confidence: float
    votes: list[float]
    kind: int
    only: int


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
        self._movers = Movers(self._config.movers)
        self._tracks: list[_Track] = []

    def update(self, detections: Detections, at_s: float) -> Tracks:
        """The tracks at `at_s` (seconds on a clock that never goes back; the intervals between frames may differ).

        Reports confirmed tracks: those seen in this frame, and with observed=False where those lost a moment ago must
        be by now. Detections that cannot be boxes are ignored. After a gap longer than `longest_gap_s` all begins anew.
        Raises TimeWentBack, BadTime and BadDetections, and is then unchanged.
        """
        found = clean(detections, self._config.confidence.low)
        last_s = self._advance(at_s)
        high = self._confidence_scale.high
        sure = [at for at, confidence in enumerate(found.confidence) if confidence >= high]
        if not (found.confidence or self._tracks):
            return _NOBODY
        centre = to_centre(found.boxes)
        seen_at = [_UNSEEN] * len(self._tracks)
        if self._tracks and found.confidence:
            self._follow_camera(centre, sure, last_s)
            seen_at = self._associate(found.boxes, centre, sure, last_s)
        fast = self._fast(found, centre, seen_at, at_s)
        new = self._continued(fast, seen_at)
        if self._tracks and found.confidence:
            self._take_in(found, centre, seen_at, at_s)
        else:
            self._motion.miss()
        born = self._worth_a_track(found.boxes, sure, seen_at + [way.third.at for way in new])
        for way in new:
            self._give_birth(found, centre, [way.third.at], at_s, way.drift)
        if born:
            self._give_birth(found, centre, born, at_s)
        tracks = self._report(found.boxes, seen_at + [way.third.at for way in new] + born, at_s)
        if _UNSEEN in seen_at:
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
            self._keep([])
        if at_s > last_s and self._tracks:
            self._motion.predict(at_s - last_s)
        return last_s

    def _follow_camera(self, centre: Floats, sure: list[int], last_s: float) -> None:
        """Move all tracks by the shift that those of the last frame have in common."""
        config, motion = self._config.camera, self._motion
        recent = [row for row, track in enumerate(self._tracks) if track.confirmed and track.seen_s >= last_s]
        if min(len(recent), len(sure)) < config.least_tracks:
            return
        places, place_std = motion.position.take(recent, axis=1), motion.place_std.take(recent)
        shift = estimate_shift(places, place_std, centre.take(sure, axis=1), config)
        if shift != STILL:
            motion.shift(*shift)

    def _associate(self, boxes: Floats, centre: Floats, sure: list[int], last_s: float) -> list[int]:
        """The detection of each track, or _UNSEEN.

        First confirmed tracks, then tentative ones, among sure detections by overlap; then tracks nearby, since fast
        or long unseen objects need not overlap; last, unsure detections, for tracks seen in the last frame only
        (Y. Zhang et al., ByteTrack, ECCV 2022).
        """
        config, tracks, position = self._config, self._tracks, self._motion.position
        similarity = overlap(to_corners(position), boxes)
        seen_at, free = [_UNSEEN] * len(tracks), sure
        for confirmed in (True, False):
            rows = [row for row, track in enumerate(tracks) if track.confirmed is confirmed]
            if rows and free:
                pairs = match(part(similarity, rows, free), config.min_similarity)
                free = _settle(seen_at, rows, free, pairs)
        rows = [row for row, at in enumerate(seen_at) if at == _UNSEEN]
        if rows and free:
            places = position.take(rows, axis=1)
            reach_px = config.recovery_reach * sizes(places) + self._motion.place_std.take(rows)
            _settle(seen_at, rows, free, match(nearness(places, reach_px, centre.take(free, axis=1)), 0.0))
        count = boxes.shape[1]
        if len(sure) < count:
            rows = [row for row in rows if seen_at[row] == _UNSEEN]
            rows = [row for row in rows if tracks[row].confirmed and tracks[row].seen_s >= last_s]
            if rows:
                unsure = sorted(set(range(count)).difference(sure))
                pairs = match(part(similarity, rows, unsure), config.min_similarity_low)
                _settle(seen_at, rows, unsure, pairs)
        return seen_at

    def _take_in(self, found: Found, centre: Floats, seen_at: list[int], at_s: float) -> None:
        """Let every track have been seen at the detection `seen_at` (n of them, or _UNSEEN)."""
        doubt, believed = [], []
        for track, at in zip(self._tracks, seen_at, strict=True):
            if at == _UNSEEN:
                doubt.append(math.inf)
                continue
            confidence, kind, votes = found.confidence[at], found.kinds[at], track.votes
            doubt.append((2.0 - confidence) ** 2)
            believed.append(confidence)
            votes[kind] += confidence
            if votes[kind] > votes[track.kind]:
                track.kind = kind
            track.seen_s, track.confirmed, track.confidence, track.only = at_s, True, confidence, _UNSEEN
        self._motion.correct(centre.take(seen_at, axis=1), np.array(doubt))
        self._confidence_scale.learn(believed)

    def _worth_a_track(self, boxes: Floats, sure: list[int], seen_at: list[int]) -> list[int]:
        """The detections among `sure` that no track took and that are not a second box of an object just found."""
        taken = set(seen_at)
        free = [at for at in sure if at not in taken]
        taken.discard(_UNSEEN)
        if not (free and taken):
            return free
        nearest = iou(boxes.take(free, axis=1), boxes.take(list(taken), axis=1)).max(axis=1).tolist()
        return [at for at, share in zip(free, nearest, strict=True) if share < self._config.max_birth_overlap]

    def _fast(self, found: Found, centre: Floats, seen_at: list[int], at_s: float) -> list[Way]:
        """Fast vehicles that were seen here for the third time."""
        least = self._config.movers.least_confidence
        likely = [at for at, kind in enumerate(found.kinds) if kind in VEHICLES and found.confidence[at] >= least]
        left = self._worth_a_track(found.boxes, likely, seen_at) if likely else []
        sights = [
            Sight(at_s, at, x, y, width, height, found.confidence[at])
            for at, (x, y, width, height) in zip(left, centre.take(left, axis=1).T.tolist(), strict=True)
        ]
        return self._movers.update(sights, at_s)

    def _continued(self, ways: list[Way], seen_at: list[int]) -> list[Way]:
        """Enter ways whose sights have begun tracks into `seen_at`; return the others. Of several such tracks the
        oldest goes on, and the others end, as they were the same thing."""
        if not ways:
            return ways
        once = {(track.seen_s, track.only): row for row, track in enumerate(self._tracks) if track.only != _UNSEEN}
        new, ended = [], set()
        for way in ways:
            rows = [row for sight in way if (row := once.get((sight.at_s, sight.at))) is not None]
            rows.sort(key=lambda row: (not self._tracks[row].confirmed, row))
            if rows:
                seen_at[rows[0]] = way.third.at
                ended.update(rows[1:])
            else:
                new.append(way)
        if ended:
            kept = [row for row in range(len(seen_at)) if row not in ended]
            seen_at[:] = [seen_at[row] for row in kept]
            self._keep(kept)
        return new

    def _give_birth(
        self, found: Found, centre: Floats, which: list[int], at_s: float, drift: tuple[float, float] | None = None
    ) -> None:
        """`drift`: how they are known to move, sizes per second; they are then believed at once."""
        self._motion.start(centre.take(which, axis=1), self._drift(at_s) if drift is None else drift)
        for at in which:
            confidence, kind = found.confidence[at], found.kinds[at]
            votes = [0.0] * CLASSES
            votes[kind] = confidence
            sure = drift is not None or confidence >= self._confidence_scale.birth
            only = at if drift is None else _UNSEEN
            self._tracks.append(_Track(self._next_id, at_s, sure, confidence, votes, kind, only))
            self._next_id += 1

    def _drift(self, at_s: float) -> tuple[float, float]:
        """How the others move, sizes per second: the best guess for a newcomer, above all on a moving camera."""
        seen = [row for row, track in enumerate(self._tracks) if track.confirmed and track.seen_s == at_s]
        if len(seen) < 2:
            return 0.0, 0.0
        speed = self._motion.velocity[:2] / sizes(self._motion.position)
        x, y = speed.take(seen, axis=1).tolist()
        return median(x), median(y)

    def _retire(self, at_s: float) -> None:
        lost_s, tentative_s = self._config.lost_s, self._config.tentative_s
        kept = [
            row
            for row, track in enumerate(self._tracks)
            if at_s - track.seen_s <= (lost_s if track.confirmed else tentative_s)
        ]
        if len(kept) < len(self._tracks):
            self._keep(kept)

    def _keep(self, rows: list[int]) -> None:
        self._motion.keep(rows)
        self._tracks = [self._tracks[row] for row in rows]

    def _report(self, boxes: Floats, seen_at: list[int], at_s: float) -> Tracks:
        """`seen_at` (n): the detection of each track in this frame, or _UNSEEN."""
        report_s = self._config.report_lost_s
        shown = [row for row, track in enumerate(self._tracks) if track.confirmed and at_s - track.seen_s <= report_s]
        if not shown:
            return _NOBODY
        tracks, corners = self._tracks, to_corners(self._motion.position)
        if len(shown) < len(tracks):
            tracks, corners = [tracks[row] for row in shown], corners.take(shown, axis=1)
            seen_at = [seen_at[row] for row in shown]
        observed = np.array(seen_at) != _UNSEEN
        if boxes.size:
            weight = self._config.detection_weight * observed
            corners += weight * (boxes.take(seen_at, axis=1) - corners)
        return Tracks(
            np.array([track.id for track in tracks], np.int64),
            corners.T.astype(np.float32, order="C"),
            np.array([track.confidence for track in tracks], np.float32),
            np.array([track.kind for track in tracks], np.int32),
            observed,
        )


def _settle(seen_at: list[int], rows: list[int], free: list[int], pairs: list[tuple[int, int]]) -> list[int]:
    """Enter `pairs` of positions in `rows` and `free` into `seen_at`; return what is left of `free`."""
    for row, column in pairs:
        seen_at[rows[row]] = free[column]
    taken = {column for _, column in pairs}
    return [at for column, at in enumerate(free) if column not in taken]

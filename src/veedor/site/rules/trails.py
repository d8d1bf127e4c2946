"""What the engine remembers of each track: when it was seen, where it went, and whose place it took."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from veedor.kit.geometry import box_iou
from veedor.model.detection import ObjectClass
from veedor.model.event import TrackOverlay
from veedor.site.rules.view import Moment, View

FORGET_S = 30.0  # a track unseen for so long is over
_PATH_EVERY_S = 0.2
_PATH_POINTS = 75
_HEIR_GAP_S = 2.0
_HEIR_STILL_GAP_S = 10.0
_HEIR_REACH = 0.4  # of the box's height, around where the lost track would be by now
_HEIR_REACH_PER_S = 0.2  # more, for each second without it
_HEIR_IOU = 0.5
_BORDER = 0.005
_NOBODY: frozenset[int] = frozenset()


@dataclass(slots=True)
class Trail:
    """One track up to now. `box`: xyxy, 0..1. `path`: seconds and foot point (x, y), at most one each 0.2 s."""

    born: Moment
    last: Moment
    box: tuple[float, float, float, float]
    object_class: int
    inherited: bool = False  # another track has already taken its place
    path: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=_PATH_POINTS))

    def stood_still(self, aspect: float) -> bool:
        """Whether it did not move in its last two seconds."""
        last = self.path[-1]
        recent = [one for one in self.path if last[0] - one[0] <= 2.1]
        reach = 0.3 * (self.box[3] - self.box[1])
        return len(recent) >= 5 and all(math.hypot((last[1] - x) * aspect, last[2] - y) <= reach for _, x, y in recent)

    def back(self, at_s: float, ago_s: float) -> tuple[float, float, float] | None:
        """Seconds and foot point `ago_s` before `at_s`; the oldest that is known, where that is younger."""
        found = None
        for point in reversed(self.path):
            found = point
            if at_s - point[0] >= ago_s - 1e-6:
                break
        return found

    def expected(self, at_s: float) -> tuple[float, float]:
        """Where its foot would be at `at_s`, if it went on as in its last second: x, y."""
        last_s, x, y = self.path[-1]
        first_s, first_x, first_y = next(one for one in self.path if last_s - one[0] <= 1.1)
        if last_s <= first_s:
            return x, y
        share = (at_s - last_s) / (last_s - first_s)
        return x + share * (x - first_x), y + share * (y - first_y)


class Trails:
    """Memory per track that ends FORGET_S after its last sighting."""

    def __init__(self) -> None:
        self._trails: dict[int, Trail] = {}
        self._pruned_at_s = 0.0
        self.heirs: dict[int, int] = {}  # this moment's new track -> the lost one that it continues
        self.newborn: frozenset[int] = frozenset()  # this moment's new tracks, heirs included

    def __getitem__(self, track_id: int) -> Trail:
        return self._trails[track_id]

    def __contains__(self, track_id: int) -> bool:
        return track_id in self._trails

    def __len__(self) -> int:
        return len(self._trails)

    def values(self) -> list[Trail]:
        return list(self._trails.values())

    def update(self, view: View) -> None:
        """Take in one moment."""
        now = view.moment
        new: list[int] = []
        listed, first, end = view.listed()
        for place in range(first, end):
            track_id, box, number = listed.ids[place], listed.boxes[place], listed.classes[place]
            trail = self._trails.get(track_id)
            if trail is None or now.at_s - trail.last.at_s > FORGET_S:
                trail = self._trails[track_id] = Trail(now, now, box, number)
                new.append(track_id)
            trail.last, trail.box, trail.object_class = now, box, number
            if not trail.path or now.at_s - trail.path[-1][0] >= _PATH_EVERY_S - 1e-6:
                x, y = listed.foot[place]
                trail.path.append((now.at_s, x, y))
        self.newborn = frozenset(new) if new else _NOBODY
        if new or self.heirs:
            self.heirs = {}
        for track_id in new:
            lost = self._lost_at(track_id, now, view.aspect)
            if lost is not None:
                self.heirs[track_id] = lost
                self._trails[lost].inherited = True
        if now.at_s - self._pruned_at_s > FORGET_S / 6:
            self._pruned_at_s = now.at_s
            self._trails = {k: v for k, v in self._trails.items() if now.at_s - v.last.at_s <= FORGET_S}

    def _lost_at(self, track_id: int, now: Moment, aspect: float) -> int | None:
        """The lost track that `track_id` most likely continues: same class, gone a moment ago, close by."""
        new = self._trails[track_id]
        best, best_distance = None, np.inf
        for other_id, other in self._trails.items():
            gap_s = now.at_s - other.last.at_s
            if other_id == track_id or other.inherited or not 0 < gap_s <= _HEIR_STILL_GAP_S:
                continue
            if min(other.box) <= _BORDER or max(other.box) >= 1 - _BORDER:
                continue  # it has left the picture
            unknown = ObjectClass.UNKNOWN in (new.object_class, other.object_class)
            if new.object_class != other.object_class and not unknown:
                continue
            height = max(new.box[3] - new.box[1], other.box[3] - other.box[1])
            x, y = other.expected(now.at_s)
            foot_x, foot_y = (new.box[0] + new.box[2]) / 2, new.box[3]
            distance = math.hypot((foot_x - x) * aspect, foot_y - y)
            near = gap_s <= _HEIR_GAP_S and distance <= (_HEIR_REACH + _HEIR_REACH_PER_S * gap_s) * height
            same_place = other.stood_still(aspect) and _iou(new.box, other.box) >= _HEIR_IOU
            if (near or same_place) and distance < best_distance:
                best, best_distance = other_id, distance
        return best

    def overlay(self, track_id: int) -> TrackOverlay | None:
        """The track as a snapshot shows it."""
        trail = self._trails.get(track_id)
        if trail is None:
            return None
        path = tuple((x, y) for _, x, y in trail.path)
        return TrackOverlay(track_id, ObjectClass.of(trail.object_class).label, trail.box, path)


def _iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return float(box_iou(np.asarray([a]), np.asarray([b]))[0, 0])

"""How fast the tracks of one moment go, and where to: in the picture, and on the ground where it is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from veedor.site.rules.ground import Ground
from veedor.site.rules.trails import Trails
from veedor.site.rules.view import View

Floats = NDArray[np.float64]
_LEAST = 0.6  # a speed is known when at least so much of the time asked for has passed
_MOST = 2.5  # and not when the track was out of sight for so many times of it


@dataclass(frozen=True)
class Movement:
    """Of the tracks of a view, in its order, over about `over_s`.

    `known`: (n,) bool; `velocity`: (n, 2), picture heights per second, y down; `speed`: (n,), its length, 0 where not
    known; `before`: (n, 2), where the foot was, 0..1; `taken_s`: (n,), how long ago that was.
    """

    known: NDArray[np.bool_]
    velocity: Floats
    speed: Floats
    before: Floats
    taken_s: Floats

    @cached_property
    def listed(self) -> tuple[list[bool], list[float]]:
        """`known` and `speed` as plain numbers."""
        return self.known.tolist(), self.speed.tolist()


def movement(view: View, trails: Trails, over_s: float = 1.0) -> Movement:
    """The movement of every track of `view`; made once for each moment and `over_s`, for all rules."""
    found = view.movements.get(over_s)
    if not isinstance(found, Movement):
        found = view.movements[over_s] = _measured(view, trails, over_s)
    return found


def _measured(view: View, trails: Trails, over_s: float) -> Movement:
    now_s, count = view.moment.at_s, len(view)
    listed, first, end = view.listed()
    ids = listed.ids
    back = [trails[track_id].back(now_s, over_s) for track_id in ids[first:end]]
    points = np.asarray([point or (now_s, 0.0, 0.0) for point in back], np.float64).reshape(count, 3)
    taken_s, before = now_s - points[:, 0], points[:, 1:]
    known = (taken_s >= _LEAST * over_s - 1e-6) & (taken_s <= _MOST * over_s)
    way = (view.foot - before) * (view.aspect, 1.0)
    velocity = np.where(known[:, None], way / np.where(known, taken_s, 1.0)[:, None], 0.0)
    return Movement(known, velocity, np.hypot(velocity[:, 0], velocity[:, 1]), before, taken_s)


def metres_per_s(view: View, moved: Movement, ground: Ground) -> tuple[Floats, Floats]:
    """(n,) speeds on the ground and (n,) how far they may be off: what a foot point's trembling by a twentieth of its
    box does. NaN where it cannot be told."""
    key = (ground, id(moved))  # `moved` is kept by the view for as long as the key is
    found = view.movements.get(key)
    if not isinstance(found, tuple):
        found = view.movements[key] = _on_ground(view, moved, ground)
    return found


def _on_ground(view: View, moved: Movement, ground: Ground) -> tuple[Floats, Floats]:
    lifted = view.foot.copy()
    lifted[:, 1] -= 0.05 * view.height
    now, then, shaken = ground.metres(np.concatenate((view.foot, moved.before, lifted))).reshape(3, -1, 2)
    seconds = np.where(moved.known, moved.taken_s, np.nan)
    speed = np.hypot(*(now - then).T) / seconds
    return speed, np.hypot(*(now - shaken).T) / seconds

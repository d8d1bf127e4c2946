"""Somebody falls or drops to the ground and stays there."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from veedor.model.event import Severity
from veedor.site.rules.per_track import PerTrack, middle
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Seconds, Share
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View, is_whole

_EVERY_S = 0.2
_BEFORE_S = (0.8, 4.5)  # how long ago somebody stood whose height is compared; a slump may take three seconds
_TOP_FELL = 0.25  # of the standing height: what shrinks from below is hidden, not lying
_FOOT_ROSE = 0.15
_UPRIGHT = 1.0  # height by width: who stands is no wider than tall, else it cannot be told who fell
_TIPPED = 0.5  # of the standing shape (height by width): who falls across the view gets wider, not only lower
_TIPPED_LOWER = 0.85  # of the standing height
_STAYS_LOW = 1.15  # times height_below: who lies moves a little
_STAYS_TIPPED = 0.65  # of the standing shape
_STAYS_NEAR = 1.0  # standing heights


class PersonDownParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 4.0
    absence_s: Seconds = 5.0
    height_below: Share = 0.65


class _Stance:
    """The last seconds of a track: (s, top, bottom, width), and since when it is down, from which height and shape,
    where. Widths in picture heights."""

    def __init__(self) -> None:
        self.past: deque[tuple[float, float, float, float]] = deque(maxlen=24)
        self.down: Moment | None = None
        self.height = 0.0
        self.shape = 0.0
        self.spot = (0.0, 0.0)


class PersonDown(TrackRule[PersonDownParams]):
    """A person's box falls below `height_below` of the height that it had one to four seconds before, or gets lower
    and twice as wide for its height, from the top (its lower edge stays), and stays so and near for `dwell_s`. Standing
    up or going on ends it.

    It cannot tell a fall from sitting or lying down quickly, and it is blind to a fall behind something, to a fall
    towards or away from a camera that looks along the ground, to one below a camera so steep that who stands is wider
    than tall, and to who is no longer detected once lying: with the default detector that is most. It is shown on film
    with a stand-in for the detector."""

    kind: ClassVar[str] = "person_down"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = PersonDownParams

    def __init__(self, params: PersonDownParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._stances: PerTrack[_Stance] = PerTrack(_Stance)

    def renamed(self, old: int, new: int) -> None:
        self._stances.rename(old, new)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        now = view.moment
        result: dict[int, Moment | None] = {}
        listed, first, _ = view.listed()
        for place in [first + row for row in self.rows(view)]:
            track_id = listed.ids[place]
            stance = self._stances.at(track_id, now.at_s)
            left, top, right, bottom = box = listed.boxes[place]
            spot = (listed.spot[place][0], bottom)
            shape = (top, bottom, max((right - left) * view.aspect, 1e-6))
            self._follow(stance, shape, spot, (now, is_whole(box)))
            if stance.down is not None:
                result[track_id] = stance.down
        self._stances.prune(now.at_s)
        return result

    def _follow(
        self, stance: _Stance, shape: tuple[float, float, float], spot: tuple[float, float], seen: tuple[Moment, bool]
    ) -> None:
        """Take in one sight: the box's edges and width, where it stands, when, and whether it is whole."""
        (top, bottom, width), (now, whole) = shape, seen
        height = bottom - top
        if stance.down is not None:
            off = float(np.hypot(spot[0] - stance.spot[0], spot[1] - stance.spot[1]))
            low = height <= _STAYS_LOW * self.params.height_below * stance.height
            if not (low or height <= _STAYS_TIPPED * stance.shape * width) or off > _STAYS_NEAR * stance.height:
                stance.down = None
                stance.past.clear()
            return
        stood = [one for one in stance.past if _BEFORE_S[0] - 1e-6 <= now.at_s - one[0] <= _BEFORE_S[1]]
        if whole and len(stood) >= 3:
            tallest = sorted(stood, key=lambda one: one[1] - one[2])[: (len(stood) + 1) // 2]
            top_then, bottom_then, width_then = (middle([one[n] for one in tallest]) for n in (1, 2, 3))
            height_then = bottom_then - top_then
            shape_then = height_then / width_then
            low = height <= self.params.height_below * height_then
            tipped = height <= _TIPPED_LOWER * height_then and height <= _TIPPED * shape_then * width
            fell = top - top_then >= _TOP_FELL * height_then and bottom >= bottom_then - _FOOT_ROSE * height_then
            if shape_then >= _UPRIGHT and (low or tipped) and fell:
                stance.down, stance.height, stance.shape, stance.spot = now, height_then, shape_then, spot
        if whole and (not stance.past or now.at_s - stance.past[-1][0] >= _EVERY_S - 1e-6):
            stance.past.append((now.at_s, top, bottom, width))

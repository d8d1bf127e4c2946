"""Somebody falls or drops to the ground and stays there."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from statistics import median
from typing import ClassVar

import numpy as np

from veedor.model.event import Severity
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Classes, Enabled, Seconds, Share
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_EVERY_S = 0.2
_BEFORE_S = (0.8, 3.0)  # how long ago somebody stood whose height is compared
_TOP_FELL = 0.25  # of the standing height: what shrinks from below is hidden, not lying
_FOOT_ROSE = 0.15
_STAYS_LOW = 1.15  # times height_below: who lies moves a little
_STAYS_NEAR = 1.0  # standing heights


class PersonDownParams(HoldParams):
    enabled: Enabled = False
    classes: Classes | None = ("person",)
    severity: Severity = Severity.HIGH
    dwell_s: Seconds = 4.0
    absence_s: Seconds = 5.0
    height_below: Share = 0.65


class _Stance:
    """The last seconds of a track: (s, top, bottom), and since when it is down, from which height, where."""

    def __init__(self) -> None:
        self.past: deque[tuple[float, float, float]] = deque(maxlen=24)
        self.down: Moment | None = None
        self.height = 0.0
        self.spot = (0.0, 0.0)


class PersonDown(TrackRule[PersonDownParams]):
    """A person's box falls below `height_below` of the height that it had one to three seconds before, from the top
    (its lower edge stays), and stays low and near for `dwell_s`. Standing up or going on ends it.

    It cannot tell a fall from sitting or lying down quickly, and it is blind to a fall behind something, to a fall
    towards or away from a camera that looks along the ground, and to who is no longer detected once lying: with the
    default detector that is most. It is shown on film with a stand-in for the detector."""

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
        for index in np.flatnonzero(self.inside(view)).tolist():
            track_id = int(view.ids[index])
            stance = self._stances.at(track_id, now.at_s)
            top, bottom = float(view.boxes[index, 1]), float(view.boxes[index, 3])
            spot = (float(view.center[index, 0]) * view.aspect, bottom)
            self._follow(stance, (top, bottom), spot, (now, bool(view.whole[index])))
            if stance.down is not None:
                result[track_id] = stance.down
        self._stances.prune(now.at_s)
        return result

    def _follow(
        self, stance: _Stance, edges: tuple[float, float], spot: tuple[float, float], seen: tuple[Moment, bool]
    ) -> None:
        """Take in one sight: upper and lower edge of the box, where it stands, when, and whether it is whole."""
        (top, bottom), (now, whole) = edges, seen
        if stance.down is not None:
            off = float(np.hypot(spot[0] - stance.spot[0], spot[1] - stance.spot[1]))
            low = bottom - top <= _STAYS_LOW * self.params.height_below * stance.height
            if not low or off > _STAYS_NEAR * stance.height:
                stance.down = None
                stance.past.clear()
            return
        stood = [one for one in stance.past if _BEFORE_S[0] - 1e-6 <= now.at_s - one[0] <= _BEFORE_S[1]]
        if whole and len(stood) >= 3:
            top_then = median(one[1] for one in stood)
            bottom_then = median(one[2] for one in stood)
            height = bottom_then - top_then
            low = bottom - top <= self.params.height_below * height
            if low and top - top_then >= _TOP_FELL * height and bottom >= bottom_then - _FOOT_ROSE * height:
                stance.down, stance.height, stance.spot = now, height, spot
        if whole and (not stance.past or now.at_s - stance.past[-1][0] >= _EVERY_S - 1e-6):
            stance.past.append((now.at_s, top, bottom))

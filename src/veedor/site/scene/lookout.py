"""Whether one camera looks where its zones were drawn: its memory of views, and what it makes of each new picture.

Pictures come each few seconds; the median of the last three is looked at, so that whoever walks by is not in it. What
is decided holds until something else has held for as long as hysteresis asks: one gust of wind moves nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veedor.model.viewpoint import HOME, ViewMovement, Viewpoint, ViewState
from veedor.site.scene.grid import Mask, Plane
from veedor.site.scene.references import MOST_VIEWS, Album, Memory, movement_from, movement_json
from veedor.site.scene.registration import COLUMNS, ROWS, Registration, register

_WINDOW = 3  # pictures of which the median is looked at


@dataclass(frozen=True, slots=True)
class LookoutConfig:
    moved_from: float = 0.025  # of the width: a movement that counts ...
    moved_for_s: float = 15.0  # ... when it has held for so long
    back_within: float = 0.015  # of the width: nearer than that to where it was ...
    back_for_s: float = 15.0  # ... for so long: it is back
    lost_below: float = 0.1  # share of blocks alike, in a clear picture that stays the same: it looks elsewhere ...
    lost_for_s: float = 60.0  # ... when that has held for so long
    learn_for_s: float = 20.0  # a view that stays the same for so long is learned; longer than _WINDOW pictures take
    settle_s: float = 4.0  # after the last command to a motor: it may still turn


@dataclass(frozen=True, slots=True)
class Aim:
    """What is known of a camera's motor. `is_moving`: now, or until a moment ago. `was_steered`: since it was last seen
    at home, or its position is another. `preset`: the token of the one that it was sent to, or that it says it is at.
    `names`: token -> name of its presets."""

    is_moving: bool = False
    was_steered: bool = False
    preset: str | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Lookout:
    """One camera. `wanted`: the presets that its rules name, by token or name; their views are learned on arrival."""

    memory: Memory
    config: LookoutConfig = field(default_factory=LookoutConfig)
    wanted: frozenset[str] = frozenset()
    state: ViewState = ViewState.LEARNING
    at: frozenset[str] = frozenset()  # tokens, and HOME
    movement: ViewMovement | None = None  # with `moved`: None where it looks somewhere else altogether
    moved_view: str = HOME  # which view moved
    since: datetime | None = None
    event_id: str | None = None  # of the alert that says so
    calibration: str = ""  # which one was in force when it moved
    _names: dict[str, str] = field(default_factory=dict)
    _window: deque[Plane] = field(default_factory=lambda: deque(maxlen=_WINDOW))
    _before: Plane | None = None
    _candidate: Plane | None = None  # what is learned, if it stays the same
    _pending: tuple[str, float] | None = None  # what may be so, and since when
    _steered: bool = False
    _turns: bool = False  # it was steered once

    def __post_init__(self) -> None:
        told = self.memory.state
        if HOME in self.memory.views:
            self.state = ViewState(told.get("state", "settled"))
            self.at = frozenset({HOME}) if self.state is ViewState.SETTLED else frozenset()
            self.movement = movement_from(told.get("movement"))
            self.moved_view = told.get("moved_view", HOME)
            self.event_id = told.get("event_id")
            self.calibration = told.get("calibration", "")
            self._steered = bool(told.get("steered"))
            self._turns = bool(told.get("turns"))
            self._names = dict(told.get("names", {}))
            since = told.get("since")
            self.since = datetime.fromisoformat(since) if since else None

    @property
    def viewpoint(self) -> Viewpoint:
        names = {self._names[token] for token in self.at if token in self._names}
        return Viewpoint(self.state, self.at | names, self._turns or bool(self.wanted))

    @property
    def can_confirm(self) -> bool:
        """Whether enough has been seen of the view of now to take it for right."""
        return self._before is not None

    def remembered(self) -> Memory:
        """What to keep on disk."""
        told: dict[str, Any] = {
            "state": self.state.value,
            "movement": movement_json(self.movement),
            "moved_view": self.moved_view,
            "event_id": self.event_id,
            "calibration": self.calibration,
            "steered": self._steered,
            "turns": self._turns,
            "names": dict(list(self._names.items())[:300]),
            "since": self.since.isoformat() if self.since else None,
        }
        self.memory.state = told
        return self.memory

    def names_of(self, token: str) -> frozenset[str]:
        """What a preset is called, besides its token."""
        return frozenset({self._names[token]} if token in self._names else ())

    # -- what happens

    def see(
        self, picture: NDArray[np.uint8], hidden: Mask | None, at_s: float, now: datetime, aim: Aim, aspect: float
    ) -> bool:
        """Take in a picture (ROWS, COLUMNS) of now; True where what is kept on disk has changed. `at_s`: monotonic."""
        self._names = aim.names or self._names
        if aim.is_moving:
            return self.steered(now)
        if picture.shape != (ROWS, COLUMNS):
            return False
        self._window.append(np.asarray(picture, np.float32))
        if len(self._window) < _WINDOW:
            return False
        median = np.asarray(np.median(np.stack(self._window), axis=0), np.float32)
        before, self._before = self._before, median
        if HOME not in self.memory.views:
            return self._learn(HOME, median, at_s, now)
        self._steered = aim.was_steered or self._steered
        self._turns = self._turns or self._steered
        changed, found = self._compared(median, hidden, aim, aspect)
        near = self.config.moved_from if self.state is ViewState.STEERED else self.config.back_within
        at = frozenset(name for name, one in found.items() if _is_within(one, near))
        if at:
            changed |= self._arrived(at, at_s, now)
        elif any(one.at_rest is not None for one in found.values()):  # else dark, fog, a crowd: nothing is known
            changed |= self._astray(found, median, before, at_s, now, aim)
        return changed

    def steered(self, now: datetime) -> bool:
        """Somebody turns the camera."""
        self._window.clear()
        self._before = self._pending = None
        if HOME not in self.memory.views:
            return False
        was = self._steered
        self._steered = self._turns = True
        return self._elsewhere(now) or not was

    def confirm(self, now: datetime) -> bool:
        """What is seen now is right: the view that moved (or HOME) is learned from it. False where nothing has been
        seen for long enough to say."""
        if self._before is None:
            return False
        view = self.moved_view if self.state is ViewState.MOVED else HOME
        self.memory.views[view] = Album([self._before])
        self._steered = view != HOME
        self._become(ViewState.SETTLED, frozenset({view}), now)
        return True

    # -- inside

    def _to_compare(self, aim: Aim) -> list[str]:
        views = [name for name in self.memory.views if name == HOME or self._is_wanted(name, aim.names or self._names)]
        if aim.preset in views and aim.was_steered:
            views.remove(aim.preset)
            views.insert(0, aim.preset)
        return views

    def _compared(
        self, median: Plane, hidden: Mask | None, aim: Aim, aspect: float
    ) -> tuple[bool, dict[str, Registration]]:
        """Whether something was kept, and how the picture lies over each view that matters."""
        changed, found = False, {}
        for name in self._to_compare(aim):
            album = self.memory.views[name]
            found[name], fits = album.compare(median, hidden, aspect)
            if found[name].is_still and self.state is ViewState.SETTLED:
                changed |= album.keep_light(median, found[name], fits, aspect)
        return changed, found

    def _astray(
        self,
        found: dict[str, Registration],
        median: Plane,
        before: Plane | None,
        at_s: float,
        now: datetime,
        aim: Aim,
    ) -> bool:
        """It is none of the views that are known."""
        there = aim.preset if self._steered else HOME
        if there is None:
            return self._elsewhere(now)
        if there in found:
            return self._moved(there, found[there], median, before, at_s, now)
        changed = self._elsewhere(now)
        if self._is_wanted(there, aim.names):
            changed |= self._learn(there, median, at_s, now)
        return changed

    def _is_wanted(self, token: str, names: dict[str, str]) -> bool:
        return token in self.wanted or names.get(token, "") in self.wanted

    def _learn(self, view: str, median: Plane, at_s: float, now: datetime) -> bool:
        """A view that nobody has seen before: when it has stayed the same for long enough."""
        what = f"learn {view}"
        if self._pending is None or self._pending[0] != what or self._candidate is None:
            self._candidate, self._pending = median, (what, at_s)
        elif not register(self._candidate, median).is_still:
            self._candidate = self._pending = None  # a film with cuts, a camera on a drone, a tour
        if not self._held(what, at_s, self.config.learn_for_s) or len(self.memory.views) >= MOST_VIEWS:
            return False
        self.memory.views[view], self._candidate = Album([median]), None
        self._become(ViewState.SETTLED, frozenset({view}), now)
        return True

    def _arrived(self, at: frozenset[str], at_s: float, now: datetime) -> bool:
        if HOME in at:
            was, self._steered = self._steered, False
        else:
            was = False
        if self.state is ViewState.MOVED and not self._held("back", at_s, self.config.back_for_s):
            return was
        if self.state is not ViewState.MOVED:
            self._pending = None
        if self.state is ViewState.SETTLED and at == self.at:
            return was
        self._become(ViewState.SETTLED, at, now)
        return True

    def _elsewhere(self, now: datetime) -> bool:
        if self.state in (ViewState.STEERED, ViewState.LEARNING):
            return False
        self._become(ViewState.STEERED, frozenset(), now)
        return True

    def _moved(
        self, view: str, found: Registration, median: Plane, before: Plane | None, at_s: float, now: datetime
    ) -> bool:
        """The camera is not where it was, and nobody steered it: for long enough, it was moved."""
        what = self._what_moved(found, median, before)
        if what is None:
            if self.state is not ViewState.MOVED:
                self._pending = None
            return False
        if not self._held(what, at_s, self.config.moved_for_s if what == "moved" else self.config.lost_for_s):
            return False
        movement = found.movement
        if self.state is not ViewState.MOVED:
            self.movement, self.moved_view = movement, view
            self._become(ViewState.MOVED, frozenset(), now)
            return True
        if movement is None or _apart(self.movement, movement) < self.config.moved_from:
            return False
        self.movement = movement  # it moved on: this is what is told, and how zones would be moved along
        return True

    def _what_moved(self, found: Registration, median: Plane, before: Plane | None) -> str | None:
        """ "moved" by so much, "lost" where nothing is as it was in a clear picture that stays the same."""
        if found.movement is not None:
            return "moved" if found.movement.extent >= self.config.moved_from else None
        if found.at_rest is None or found.at_rest >= self.config.lost_below:
            return None
        return "lost" if before is not None and register(before, median).is_still else None

    def _held(self, what: str, at_s: float, for_s: float) -> bool:
        if self._pending is None or self._pending[0] != what:
            self._pending = (what, at_s)
        return at_s - self._pending[1] >= for_s - 0.5

    def _become(self, state: ViewState, at: frozenset[str], now: datetime) -> None:
        if state is not self.state:
            self.since = now
        if state is not ViewState.MOVED:
            self.movement = None
        self.state, self.at, self._pending = state, at, None


def _is_within(found: Registration, extent: float) -> bool:
    return found.is_still or (found.movement is not None and found.movement.extent < extent)


def _apart(one: ViewMovement | None, other: ViewMovement | None) -> float:
    if one is None or other is None:
        return 1.0
    return abs(one.right - other.right) + abs(one.down - other.down)

"""Whether each camera looks where its zones were drawn: pictures in, viewpoints out, an alert while one was moved.

The comparing is done on a thread of its own, the newest picture of each camera at a time: neither rules nor workers
wait for it. What is known is on disk before anybody is told, so that a site that was killed goes on where it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError
from veedor.kit.ids import new_id
from veedor.kit.messages import Message, Param
from veedor.model.camera import Camera
from veedor.model.event import Event, Severity
from veedor.model.observation import Observation
from veedor.model.viewpoint import HOME, ViewMovement, Viewpoint, ViewState
from veedor.site.scene.errors import ViewUnseen
from veedor.site.scene.grid import cells_of
from veedor.site.scene.lookout import Aim, Lookout, LookoutConfig
from veedor.site.scene.references import Memory, ReferenceStore
from veedor.site.scene.registration import COLUMNS, ROWS
from veedor.wire.views import ViewReport

log = logging.getLogger(__name__)

KIND = "view_moved"
MOST_AWAYS = 200  # spans that are remembered
_LOOK_S = 0.5
_LONG_AWAY_S = 1800.0  # steered elsewhere for so long: the site's problems say that rules rest

Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person's word changed. `view`: which one, HOME or a preset's token. `calibration_is_old`: it is the one
    that was in force when the camera was moved."""

    view: str
    was_moved: bool
    calibration_is_old: bool


@dataclass(slots=True)
class _Camera:
    camera: Camera
    lookout: Lookout
    resting: int  # rules that rest while the view is not as it was
    waiting: Observation | None = None
    event: Event | None = None


class Views:
    """All cameras of a site. Safe for several threads. `aim`: what is known of a camera's motor."""

    def __init__(self, directory: Path, clock: Clock, tell: Callable[[Camera, Event], None]) -> None:
        self._store, self._clock, self._tell = ReferenceStore(directory), clock, tell
        self.aim: Callable[[str], Aim] = lambda _camera_id: Aim()
        self._cameras: dict[str, _Camera] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="views", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._ready.set()
        if self._thread.is_alive():
            self._thread.join(10.0)

    def on_change(self, listener: Callable[[str], None]) -> None:
        """`listener` is called with the camera's id when its viewpoint has changed."""
        self._listeners.append(listener)

    # -- cameras

    def watch(self, camera: Camera, *, presets: frozenset[str], resting: int) -> None:
        """From now on. `presets`: those that its rules name; `resting`: how many rules rest while it was moved."""
        with self._lock:
            known = self._cameras.get(camera.id)
            if known is not None:
                known.camera, known.resting, known.lookout.wanted = camera, resting, presets
                return
            try:
                memory = self._store.load(camera.id)
            except StoreError as problem:
                log.error("the views of camera %s: %s", camera.id, problem)  # what is seen now is learned
                memory = Memory()
            known = self._cameras[camera.id] = _Camera(camera, Lookout(memory, LookoutConfig(), presets), resting)
            if known.lookout.state is ViewState.MOVED:  # the desk takes each alert once, whoever died in between
                known.event = self._event(known)
        if known.event is not None:
            self._tell(camera, known.event)

    def forget(self, camera_id: str) -> None:
        """Watch it no longer; what it looks like is kept."""
        with self._lock:
            self._cameras.pop(camera_id, None)

    def remove(self, camera_id: str) -> None:
        """The camera is no more: neither is what it looked like. Raises the StoreError tree."""
        self.forget(camera_id)
        self._store.remove(camera_id)

    # -- asking

    def viewpoint(self, camera_id: str) -> Viewpoint | None:
        known = self._cameras.get(camera_id)
        return known.lookout.viewpoint if known is not None else None

    def is_trusted(self, camera_id: str) -> bool:
        """Whether the picture lies as it did when the camera was calibrated."""
        viewpoint = self.viewpoint(camera_id)
        return viewpoint is None or viewpoint.is_at(None)

    def report(self, camera_id: str) -> ViewReport | None:
        """None where the camera is not watched."""
        with self._lock:
            known = self._cameras.get(camera_id)
            if known is None:
                return None
            one = known.lookout
            names = tuple(sorted(one.viewpoint.at - one.at)) or tuple(sorted(one.at - {HOME}))
            sentence = self._sentence(known) if one.state is ViewState.MOVED else None
            return ViewReport(one.state, one.since, one.movement, sentence, one.moved_view, names, (), one.can_confirm)

    def names_of(self, camera_id: str, token: str) -> frozenset[str]:
        """What a preset is called, besides its token."""
        with self._lock:
            known = self._cameras.get(camera_id)
            return known.lookout.names_of(token) if known is not None else frozenset()

    def with_presets(self) -> list[str]:
        """The cameras whose rules name presets."""
        return [camera_id for camera_id, known in list(self._cameras.items()) if known.lookout.wanted]

    def is_home(self, camera_id: str) -> bool:
        """Whether it has been seen, not guessed, that the camera looks where it does at home."""
        viewpoint = self.viewpoint(camera_id)
        return viewpoint is not None and viewpoint.state is ViewState.SETTLED and viewpoint.is_at(None)

    def away(self, camera_id: str) -> list[Span]:
        """When the camera did not look where it does at home, oldest first: nothing is learned from that."""
        with self._lock:
            known = self._cameras.get(camera_id)
            try:
                told = (known.lookout.memory if known else self._store.load(camera_id)).aways
            except StoreError:
                return []
            return [
                (datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None) for begin, end in told
            ]

    def problems(self) -> list[Message]:
        """Cameras that were moved, and those that have been steered elsewhere for long, while rules rest."""
        now, found = self._clock.now(), []
        with self._lock:
            for known in self._cameras.values():
                one = known.lookout
                if one.state is ViewState.MOVED:
                    found.append(self._sentence(known))
                elif one.state is ViewState.STEERED and known.resting and _is_long(one.since, now):
                    found.append(Message("view-long-away", {"camera": known.camera.name}))
        return found

    # -- what happens

    def offer(self, observation: Observation) -> None:
        """Take a picture of now, in place of one that still waits; returns at once."""
        known = self._cameras.get(observation.camera_id)
        if known is not None and observation.background is not None:
            known.waiting = observation
            self._ready.set()

    def look(self, observation: Observation) -> None:
        """Compare a picture, keep what was learned, tell what has changed."""
        if observation.background is None:
            return
        aim = self.aim(observation.camera_id)
        boxes = observation.tracks.xyxy[observation.tracks.observed]
        hidden = cells_of(boxes, (ROWS, COLUMNS), observation.width, observation.height)
        aspect = observation.width / max(observation.height, 1)
        picture: NDArray[np.uint8] = observation.background
        with self._lock:
            known = self._cameras.get(observation.camera_id)
            if known is None:
                return
            was = known.lookout.viewpoint
            changed = known.lookout.see(picture, hidden, self._clock.monotonic(), self._clock.now(), aim, aspect)
        if changed:
            self._changed(known, was)

    def steered(self, camera_id: str) -> None:
        """Somebody begins to turn the camera: its rules rest at once."""
        with self._lock:
            known = self._cameras.get(camera_id)
            if known is None:
                return
            was = known.lookout.viewpoint
            changed = known.lookout.steered(self._clock.now())
        if changed:
            self._changed(known, was)

    def confirm(self, camera_id: str) -> Confirmed:
        """A person says that the view is right as it is. Raises ViewUnseen where too little has been seen of it."""
        with self._lock:
            known = self._cameras.get(camera_id)
            if known is None or not known.lookout.can_confirm:
                raise ViewUnseen(camera=known.camera.name if known is not None else camera_id)
            one = known.lookout
            was, was_moved = one.viewpoint, one.state is ViewState.MOVED
            view = one.moved_view if was_moved else HOME
            is_old = one.calibration == _mark(known.camera)
            one.confirm(self._clock.now())
        self._changed(known, was)
        return Confirmed(view, was_moved, is_old)

    # -- inside

    def _run(self) -> None:
        while not self._stop.is_set():
            self._ready.wait(_LOOK_S)
            self._ready.clear()
            for known in list(self._cameras.values()):
                observation, known.waiting = known.waiting, None
                if observation is None or self._stop.is_set():
                    continue
                try:
                    self.look(observation)
                except Exception:  # one camera's picture must not blind the others
                    log.exception("the view of camera %s", known.camera.id)

    def _changed(self, known: _Camera, was: Viewpoint) -> None:
        events: list[Event] = []
        with self._lock:
            lookout, now = known.lookout, self._clock.now()
            state = lookout.state
            if state is ViewState.MOVED and was.state is not ViewState.MOVED:
                lookout.event_id, lookout.calibration = new_id(now), _mark(known.camera)
                known.event = self._event(known)
                events.append(known.event)
            elif state is not ViewState.MOVED and known.event is not None:
                events.append(replace(known.event, ended_at=now))
                known.event, lookout.event_id = None, None
            self._note_away(lookout, now)
            try:
                self._store.save(known.camera.id, lookout.remembered())
            except StoreError as problem:
                log.error("the views of camera %s are not kept: %s", known.camera.id, problem)
            now_at = lookout.viewpoint
        for event in events:
            self._tell(known.camera, event)
        if now_at != was:
            for listener in tuple(self._listeners):
                try:
                    listener(known.camera.id)
                except Exception:
                    log.exception("telling that the view of camera %s changed", known.camera.id)

    def _note_away(self, lookout: Lookout, now: datetime) -> None:
        aways = lookout.memory.aways
        is_away = not lookout.viewpoint.is_at(None)
        is_open = bool(aways) and aways[-1][1] is None
        if is_away and not is_open:
            aways.append((now.isoformat(), None))
            del aways[:-MOST_AWAYS]
        elif not is_away and is_open:
            aways[-1] = (aways[-1][0], now.isoformat())

    def _event(self, known: _Camera) -> Event:
        since = known.lookout.since or self._clock.now()
        return Event(
            id=known.lookout.event_id or new_id(since),
            camera_id=known.camera.id,
            rule=KIND,
            kind=KIND,
            severity=Severity.HIGH,
            started_at=since,
            completed_at=since,
            ended_at=None,
            explanation=self._sentence(known),
        )

    def _sentence(self, known: _Camera) -> Message:
        params: dict[str, Param] = {"camera": known.camera.name, "rules": known.resting}
        return Message("view-moved", {**params, **movement_params(known.lookout.movement)})


def _is_long(since: datetime | None, now: datetime) -> bool:
    return since is not None and (now - since).total_seconds() > _LONG_AWAY_S


def _mark(camera: Camera) -> str:
    """Which calibration this is."""
    return repr(camera.calibration.pairs) if camera.calibration is not None else ""


def movement_params(movement: ViewMovement | None) -> dict[str, Param]:
    """Parameters of the catalogue's `view-way`: the part of the movement that counts most, and its amount."""
    if movement is None:
        return {"way": "elsewhere", "amount": ""}
    parts: Sequence[tuple[float, str, str]] = (
        (abs(movement.right), "right" if movement.right > 0 else "left", f"{100 * abs(movement.right):.0f}"),
        (abs(movement.down) * 0.6, "down" if movement.down > 0 else "up", f"{100 * abs(movement.down):.0f}"),
        # So that each counts by about how far it moves the picture's points.
        (
            abs(movement.turned_deg) / 57.3 * 0.4,
            "clockwise" if movement.turned_deg > 0 else "counterclockwise",
            f"{abs(movement.turned_deg):.0f}",
        ),
        (
            abs(movement.zoomed - 1) * 0.4,
            "closer" if movement.zoomed > 1 else "wider",
            f"{100 * abs(movement.zoomed - 1):.0f}",
        ),
    )
    _, way, amount = max(parts)
    return {"way": way, "amount": amount}

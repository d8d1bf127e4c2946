"""Where motors look, as far as commands and ONVIF's GetStatus say: so that a camera that is steered is no camera that
was moved, and rules of a preset run while it is at that preset.

A device that gives no position is believed about nothing: then the pictures alone say where it looks.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.site.ptz.device import Position, PresetPlace
from veedor.site.scene.lookout import Aim

log = logging.getLogger(__name__)

SETTLE_S = 4.0  # after a command to a device that does not say when it has stopped
TURN_S = 30.0  # the longest way to a preset, on a device that says it still moves
ASK_EVERY_S = 2.0
PRESETS_EVERY_S = 60.0
NEAR = 0.01  # of a motor's whole range (ONVIF: -1..1): as near as it comes back to a preset


class Motors(Protocol):
    """What is asked of `PtzControl`."""

    def position(self, camera_id: str) -> Position | None:
        """Asks the device; None where it does not tell. Raises VeedorError."""

    def places(self, camera_id: str) -> list[PresetPlace]:
        """Asks the device for its presets. Raises VeedorError."""


@dataclass(slots=True)
class _Head:
    commanded_s: float = float("-inf")
    goal: str | None = None
    position: Position | None = None
    home: Position | None = None
    places: dict[str, PresetPlace] = field(default_factory=dict)
    presets_s: float = float("-inf")


class Aims:
    """All motors of a site. `followed`: the cameras whose rules name presets; others are asked once they are steered.
    `at_home`: whether a camera is known to look where its zones were drawn."""

    def __init__(
        self,
        motors: Motors,
        clock: Clock,
        followed: Callable[[], Iterable[str]],
        at_home: Callable[[str], bool],
    ) -> None:
        self._motors, self._clock, self._followed, self._at_home = motors, clock, followed, at_home
        self._heads: dict[str, _Head] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ptz-aims", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10.0)

    def commanded(self, camera_id: str, preset: str | None) -> None:
        """A person begins to turn the camera: to a preset, or freely (None)."""
        with self._lock:
            head = self._heads.setdefault(camera_id, _Head())
            head.commanded_s, head.goal = self._clock.monotonic(), preset

    def aim(self, camera_id: str) -> Aim:
        """What is known now; asks nobody."""
        now_s = self._clock.monotonic()
        is_followed = camera_id in set(self._followed())
        with self._lock:
            head = self._heads.get(camera_id)
            if head is None:
                # Of a motor that other programs steer too, and that has not said where it looks, nothing is known.
                return Aim(was_steered=is_followed)
            since_s = now_s - head.commanded_s
            told = head.position.is_moving if head.position is not None else None
            is_moving = since_s < SETTLE_S if told is None else since_s < ASK_EVERY_S or (told and since_s < TURN_S)
            if told and head.goal is None:
                is_moving = True  # a tour of its own
            names = {token: one.name for token, one in head.places.items()}
            return Aim(is_moving, self._was_steered(head, is_followed), self._preset(head), names)

    def ask(self) -> None:
        """Ask every motor that matters, once."""
        with self._lock:
            steered = [one for one, head in self._heads.items() if head.commanded_s > float("-inf")]
        for camera_id in {*self._followed(), *steered}:
            with self._lock:
                head = self._heads.setdefault(camera_id, _Head())
                asks_presets = self._clock.monotonic() - head.presets_s >= PRESETS_EVERY_S
            try:
                places = {one.token: one for one in self._motors.places(camera_id)} if asks_presets else head.places
                position = self._motors.position(camera_id)
            except VeedorError as problem:
                log.debug("where camera %s looks: %s", camera_id, problem)
                position, places = None, head.places
            with self._lock:
                if asks_presets:
                    head.presets_s, head.places = self._clock.monotonic(), places
                head.position = position
                if position is not None and not position.is_moving and self._at_home(camera_id):
                    head.home = replace(position)

    # -- inside

    def _run(self) -> None:
        while not self._clock.wait(self._stop, ASK_EVERY_S):
            try:
                self.ask()
            except Exception:  # one device's answer must not end the watch of the others
                log.exception("asking where motors look")

    def _was_steered(self, head: _Head, is_followed: bool) -> bool:
        if head.position is None or head.position.at is None:
            return is_followed
        return head.home is not None and not _near(head.position, head.home)

    def _preset(self, head: _Head) -> str | None:
        at = head.position
        if at is not None and at.at is not None:
            told = [token for token, one in head.places.items() if one.at is not None]
            near = [token for token in told if _near(at, Position(head.places[token].at))]
            if near or head.goal in told:  # it says where it is: that is not where it was sent
                return head.goal if head.goal in near else next(iter(near), None)
        return head.goal


def _near(one: Position, other: Position) -> bool:
    if one.at is None or other.at is None:
        return False
    return all(abs(a - b) <= NEAR for a, b in zip(one.at, other.at, strict=True))

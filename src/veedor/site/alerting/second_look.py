"""Which events get a second look before they are raised, at what, and what is made of it. No pixel is read here: who
has the pictures (an analytics worker, or the run over a file) is asked through `Look`.

A missed alert is worse than a false one. So an event is turned down only where every object that it rests on was
looked at in several pictures and none was seen again; whatever else happens (no answer in time, no pictures, too many
looks in a minute) it is raised, and says that nobody looked.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from veedor.kit.clock import Clock
from veedor.kit.messages import Message
from veedor.model.detection import ObjectClass
from veedor.model.event import Event
from veedor.model.observation import Observation
from veedor.model.second_look import Box, Outcome, SecondLook, Sight, Target

log = logging.getLogger(__name__)

Wish = Literal["auto", "true", "false"]
Look = Callable[[str, Sequence[Target], float], Sequence[Sequence[bool | None]] | None]
"""(camera id, targets, seconds that it may take) -> for each sight of each target: seen, not seen, or None where its
picture has gone. None for all: no look could be had."""

# Kinds whose events each rest on one object that stands upright in plain sight. Not here: those about several at once
# (a queue, a fight: two people in one box), about people who lie (networks see them badly), and about still things
# that no network knows.
AUTOMATIC = frozenset({
    "zone_intrusion",
    "tripwire",
    "loitering",
    "lingering",
    "stopped_vehicle",
    "parked_vehicle",
    "wrong_way",
    "running",
    "speeding",
    "sudden_stop",
    "closed_area",
    "vehicle_circling",
    "stop_and_flee",
    "unusual",
})  # fmt: skip
_NOT_FOR_NETWORKS = frozenset({ObjectClass.OBJECT})


@dataclass(frozen=True, slots=True)
class SecondLookConfig:
    """`least_share` of the pictures must show the object: 2 of 5."""

    pictures: int = 5
    span_s: float = 2.0  # the pictures are spread over so much of the object's last time in sight
    least_share: float = 0.4
    least_pictures: int = 2  # fewer do not turn an event down
    most_objects: int = 3  # the largest of those that the event rests on
    timeout_s: float = 4.0  # from the event to the answer; then it is raised unverified
    per_minute: int = 60  # looks for one camera; beyond them alerts are raised unverified


def is_wanted(kind: str, wish: Wish) -> bool:
    """Whether alerts of a rule of this kind get a second look."""
    return wish == "true" or (wish == "auto" and kind in AUTOMATIC)


class SecondLooks:
    """Second looks of all cameras. Thread-safe. It remembers the last seconds of each camera's tracks, no more."""

    def __init__(self, clock: Clock, look: Look, config: SecondLookConfig = SecondLookConfig()) -> None:
        self._clock = clock
        self._look = look
        self._config = config
        self._lock = threading.Lock()
        self._recent: dict[str, deque[Observation]] = {}
        self._begun_s: dict[str, deque[float]] = {}

    def observe(self, observation: Observation) -> None:
        """Take in what was seen, before the events of that moment are asked about."""
        with self._lock:
            recent = self._recent.setdefault(observation.camera_id, deque())
            if recent and observation.at_s < recent[-1].at_s:
                recent.clear()
            if observation.connected:
                recent.append(observation)
            while recent and observation.at_s - recent[0].at_s > self._config.span_s + 1e-6:
                recent.popleft()

    def forget(self, camera_id: str) -> None:
        with self._lock:
            self._recent.pop(camera_id, None)
            self._begun_s.pop(camera_id, None)

    def targets(self, event: Event, wish: Wish) -> tuple[Target, ...]:
        """What to look at for `event`, which the newest observation completed; () where no look is wanted, or where
        it rests on nothing that a detector could see."""
        if not is_wanted(event.kind, wish):
            return ()
        with self._lock:
            recent = list(self._recent.get(event.camera_id, ()))
        found = []
        for overlay in event.overlays:
            target = _target(recent, overlay.track_id, self._config.pictures)
            if target is not None and target.object_class not in _NOT_FOR_NETWORKS:
                found.append(target)
        found.sort(key=lambda one: -_area(one.sights[-1].box_norm))
        return tuple(found[: self._config.most_objects])

    def judge(self, camera_id: str, targets: Sequence[Target], since_s: float) -> SecondLook:
        """Look at `targets` again. `since_s`: when the event came, monotonic. Blocks until it is too late."""
        left_s = since_s + self._config.timeout_s - self._clock.monotonic()
        if left_s <= 0 or not self._afford(camera_id):
            return SecondLook(Outcome.UNVERIFIED)
        try:
            told = self._look(camera_id, targets, left_s)
        except Exception:  # an alert must not be lost because looking at it failed
            log.exception("no second look at camera %s", camera_id)
            told = None
        return verdict(told, self._config) if told is not None else SecondLook(Outcome.UNVERIFIED)

    def _afford(self, camera_id: str) -> bool:
        now_s = self._clock.monotonic()
        with self._lock:
            begun = self._begun_s.setdefault(camera_id, deque())
            while begun and now_s - begun[0] >= 60.0:
                begun.popleft()
            if len(begun) >= self._config.per_minute:
                return False
            begun.append(now_s)
        return True


def verdict(told: Sequence[Sequence[bool | None]], config: SecondLookConfig = SecondLookConfig()) -> SecondLook:
    """What the answers for each object's pictures come to."""
    best = SecondLook(Outcome.UNVERIFIED)
    unsure = not told
    for one in told:
        seen, looked = sum(answer is True for answer in one), sum(answer is not None for answer in one)
        if looked and seen >= math.ceil(config.least_share * looked - 1e-9):
            outcome = Outcome.CONFIRMED
        elif looked >= config.least_pictures:
            outcome = Outcome.TURNED_DOWN
        else:
            unsure = True
            continue
        if best.looked == 0 or seen * best.looked > best.seen * looked:
            best = SecondLook(outcome, seen, looked)
    if best.outcome is Outcome.TURNED_DOWN and unsure:
        return SecondLook(Outcome.UNVERIFIED)
    return best


def noted(event: Event, look: SecondLook) -> Event:
    """`event`, whose explanation also says what the second look found."""
    note = f"second-look-{look.outcome.value.replace('_', '-')}"
    params = {**event.explanation.params, "note": note, "look_seen": look.seen, "look_of": look.looked}
    return replace(event, explanation=Message(event.explanation.key, params))


def _target(recent: Sequence[Observation], track_id: int, pictures: int) -> Target | None:
    sights: list[Sight] = []
    kind = ObjectClass.UNKNOWN
    for one in recent:
        rows = np.flatnonzero((one.tracks.track_id == track_id) & one.tracks.observed)
        if not len(rows) or one.width <= 0 or one.height <= 0:
            continue
        row = int(rows[0])
        kind = ObjectClass(int(one.tracks.class_id[row]))
        x1, y1, x2, y2 = (one.tracks.xyxy[row] / np.array([one.width, one.height] * 2)).tolist()
        sights.append(Sight(one.frame, one.captured_at, (x1, y1, x2, y2)))
    if not sights:
        return None
    picked = np.unique(np.linspace(0, len(sights) - 1, min(pictures, len(sights))).round().astype(int))
    return Target(kind, tuple(sights[number] for number in picked.tolist()))


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])

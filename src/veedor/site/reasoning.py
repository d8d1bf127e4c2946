"""Observations in, facts out: rules make events, the policy raises alerts, and what was seen goes into the archive.

This runs in the site process, not in a worker, so that the state of a rule (how long somebody has been somewhere)
survives a worker's death.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError
from veedor.kit.messages import Message
from veedor.model.camera import Camera
from veedor.model.detection import ObjectClass
from veedor.model.event import Event
from veedor.model.observation import Observation
from veedor.model.second_look import Outcome, SecondLook, Target
from veedor.model.track import Tracks
from veedor.site.alerting.outbox import Outbox
from veedor.site.alerting.policy import AlertPolicy
from veedor.site.alerting.second_look import SecondLooks, noted
from veedor.site.archive.archive import TrackArchive
from veedor.site.normality.baseline import Normality
from veedor.site.normality.keeper import NormalityKeeper
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.schema import TrackRuleParams
from veedor.site.views import Views

log = logging.getLogger(__name__)

RETRY_S = (0.5, 10.0)

Draw = Callable[[Camera, Event, int], bytes | None]


@dataclass(slots=True)
class _Watched:
    camera: Camera
    rules: RuleSet
    engine: RuleEngine
    lock: threading.Lock
    analysed: bool
    newest: Observation | None = None
    clock_offset_s: float | None = None

    @property
    def is_stale(self) -> bool:
        return self.camera.calibration is not None and self.camera.calibration.stale


@dataclass(frozen=True, slots=True)
class _Found:
    """An event on its way out. `frame`: what completed it; `targets`: what a second look shall look at; `since_s`:
    when it was found, monotonic."""

    camera: Camera | None
    event: Event
    frame: int = 0
    targets: tuple[Target, ...] = ()
    since_s: float = 0.0


class Reasoner:
    """Rules, alerts and archive of all cameras. `observe` may be called from several threads."""

    def __init__(  # noqa: PLR0913 (one parameter per part)
        self,
        clock: Clock,
        archive: TrackArchive,
        outbox: Outbox,
        policy: AlertPolicy,
        draw: Draw,
        time_zone: str,
        normality: NormalityKeeper | None = None,
        *,
        looks: SecondLooks | None = None,
    ) -> None:
        """`looks` None: alerts are raised without a second look."""
        self._clock = clock
        self._archive = archive
        self._outbox = outbox
        self._policy = policy
        self._draw = draw
        self._time_zone = ZoneInfo(time_zone)
        self._normality = normality
        self.views: Views | None = None  # who compares pictures; its viewpoints say which rules rest
        self._cameras: dict[str, _Watched] = {}
        self._looks = looks
        self._counted: dict[str, dict[str, int]] = defaultdict(lambda: {"events": 0, "alerts": 0, "turned_down": 0})
        self._facts: queue.SimpleQueue[_Found | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._raise_alerts, name="alerting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after every event that was found has been stored."""
        self._facts.put(None)
        self._thread.join(5.0)
        self._stopping.set()  # from here on a disk that takes nothing is not waited for
        self._thread.join(20.0)

    def watch(self, camera: Camera, rules: RuleSet, *, analysed: bool) -> None:
        """Start, or start again, with these rules. Events that the old rules had open are ended.

        `analysed`: a worker sends observations of this camera.
        """
        old = self._cameras.get(camera.id)
        engine = RuleEngine(
            rules,
            camera.id,
            self._time_zone,
            ground=Ground.of(camera.calibration),
            normality=self._learned(camera.id, rules),
        )
        fresh = _Watched(camera, rules, engine, threading.Lock(), analysed)
        if self.views is not None and analysed:
            presets = frozenset(one for rule in rules.rules if (one := getattr(rule, "preset", None)))
            self.views.watch(camera, presets=presets, resting=len(engine.bound()))
        if old is not None:
            self.forget(camera.id)
        self._cameras[camera.id] = fresh

    def _learned(self, camera_id: str, rules: RuleSet) -> Normality | None:
        """What is usual there, where a rule asks for it: other cameras are not learned."""
        if self._normality is None:
            return None
        if any(one.enabled and one.uses_learned for one in rules.rules):
            return self._normality.of(camera_id)
        self._normality.forget(camera_id)
        return None

    def forget(self, camera_id: str) -> None:
        watched = self._cameras.pop(camera_id, None)
        if watched is not None:
            with watched.lock:
                self._publish(watched, watched.engine.close(), 0)
            if self._looks is not None:
                self._looks.forget(camera_id)

    def observe(self, observation: Observation) -> None:
        """Take one observation: archive it, run the camera's rules on it."""
        watched = self._cameras.get(observation.camera_id)
        if watched is None:
            return
        with watched.lock:
            if watched.newest is not None and observation.at_s <= watched.newest.at_s:
                return
            viewpoint = None
            if self.views is not None:
                self.views.offer(observation)
                viewpoint = self.views.viewpoint(observation.camera_id)
            observation = replace(
                observation, clock_offset_s=watched.clock_offset_s, viewpoint=viewpoint, background=None
            )
            watched.newest = observation
            self._archive.append(observation.camera_id, observation)
            if self._looks is not None:
                self._looks.observe(observation)
            self._publish(watched, watched.engine.step(observation), observation.frame)

    def tick(self, camera_id: str, *, connected: bool, clock_offset_s: float | None) -> None:
        """Called each second with what ingest knows: tells the rules of a camera that sends nothing that it does."""
        watched = self._cameras.get(camera_id)
        if watched is None:
            return
        watched.clock_offset_s = clock_offset_s
        now_s = self._clock.monotonic()
        if connected and watched.analysed:
            return  # observations come from the worker, or it is being restarted: then nothing is known
        newest = watched.newest
        size = (newest.width, newest.height) if newest else (0, 0)
        self.observe(
            Observation(camera_id, now_s, self._clock.now(), 0, *size, Tracks.empty(), None, connected=connected)
        )

    def counters(self, camera_id: str) -> dict[str, int]:
        """Since start, also of a camera that is no longer watched."""
        return dict(self._counted[camera_id])

    def problems(self) -> list[Message]:
        """The rules that rest since their camera is not calibrated, or was moved since; baselines that changed much."""
        names = {camera_id: one.camera.name for camera_id, one in list(self._cameras.items())}
        drifted = self._normality.problems(names) if self._normality is not None else []
        return drifted + [
            Message(
                "rules-resting", {"rule": name, "camera": one.camera.name, "why": "stale" if one.is_stale else "none"}
            )
            for one in list(self._cameras.values())
            for name in one.engine.resting()
        ]

    def resting(self, camera_id: str) -> list[str]:
        """Names of the camera's rules that rest since it does not look where their places were drawn."""
        watched = self._cameras.get(camera_id)
        viewpoint = self.views.viewpoint(camera_id) if self.views is not None else None
        return watched.engine.resting_at(viewpoint) if watched is not None else []

    def rules(self, camera_id: str) -> RuleSet:
        """The rules that the camera is watched by now."""
        watched = self._cameras.get(camera_id)
        return watched.rules if watched else RuleSet()

    def newest(self, camera_id: str) -> Observation | None:
        """The last observation, for drawing live tracks."""
        watched = self._cameras.get(camera_id)
        return watched.newest if watched else None

    def _publish(self, watched: _Watched, events: list[Event], frame: int) -> None:
        for event in events:
            if event.ended_at is None or event.ended_at == event.completed_at:
                self._counted[watched.camera.id]["events"] += 1
            self._facts.put(
                _Found(watched.camera, event, frame, self._targets(watched, event), self._clock.monotonic())
            )

    def _targets(self, watched: _Watched, event: Event) -> tuple[Target, ...]:
        """What to look at again before this event is raised; nothing where it needs nobody, or was told before."""
        if self._looks is None or not self._policy.is_candidate(event):
            return ()
        rule = next((one for one in watched.rules.rules if one.name == event.rule), None)
        return self._looks.targets(event, rule.second_look) if isinstance(rule, TrackRuleParams) else ()

    def tell_of_camera(self, camera: Camera, event: Event) -> None:
        """Store and raise an event that the site found on one camera, with its newest picture."""
        newest = self.newest(camera.id)
        frame = newest.frame if newest is not None else 0
        self._facts.put(_Found(camera, event, frame, (), self._clock.monotonic()))

    def tell(self, events: Sequence[Event]) -> None:
        """Store and raise events of the site itself: no camera saw them, so there is nothing to draw."""
        for event in events:
            self._facts.put(_Found(None, event))

    def _raise_alerts(self) -> None:
        """Draws, looks again and stores, apart from the threads that hear the workers: both ask a worker."""
        while (found := self._facts.get()) is not None:
            event, snapshot, look = found.event, None, None
            if self._looks is not None and found.camera and found.targets and self._policy.is_candidate(event):
                snapshot = self._drawn(found, event)  # first: the worker keeps its pictures for some seconds only
                look = self._looks.judge(found.camera.id, found.targets, found.since_s)
                event = noted(event, look)
                if look.outcome is Outcome.TURNED_DOWN:
                    self._policy.pass_over(event)
                    self._counted[event.camera_id]["turned_down"] += 1
            alert = self._policy.decide(event)
            if alert is not None and (snapshot is None or alert is not event):
                snapshot = self._drawn(found, alert) or snapshot
            self._store(found.event, alert, snapshot, look)
            self._counted[event.camera_id]["alerts"] += alert is not None

    def _drawn(self, found: _Found, event: Event) -> bytes | None:
        try:
            return self._draw(found.camera, event, found.frame) if found.camera else None
        except Exception:
            log.exception("no snapshot of event %s of camera %s", event.id, event.camera_id)
            return None

    def _store(self, event: Event, alert: Event | None, snapshot: bytes | None, look: SecondLook | None) -> None:
        """Until the disk takes it: a fact is not dropped because the disk was full for a while. At the end of the
        process it is tried once more, then given up, loudly."""
        pause_s = RETRY_S[0]
        while True:
            try:
                self._outbox.record(event, alert=alert, snapshot_jpeg=snapshot, look=look)
            except StoreError as problem:
                if self._stopping.is_set():
                    log.error("event %s of camera %s is lost: %s", event.id, event.camera_id, problem)
                    return
                log.error("event %s waits for the disk: %s", event.id, problem)
                self._clock.wait(self._stopping, pause_s)
                pause_s = min(pause_s * 2, RETRY_S[1])
            else:
                return


def live_tracks(observation: Observation | None) -> dict[str, Any]:
    """What a viewer draws over the picture: boxes in 0..1."""
    if observation is None or not observation.width:
        return {"captured_at": None, "tracks": []}
    scale = (observation.width, observation.height, observation.width, observation.height)
    tracks = observation.tracks
    return {
        "captured_at": observation.captured_at,
        "tracks": [
            {
                "track_id": str(int(tracks.track_id[row])),
                "class": ObjectClass.of(int(tracks.class_id[row])).label,
                "box_norm": [round(float(v) / s, 4) for v, s in zip(tracks.xyxy[row], scale, strict=True)],
                "observed": bool(tracks.observed[row]),
            }
            for row in range(len(tracks))
        ],
    }

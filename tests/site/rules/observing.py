"""Small scenes for the tests of rules: actors that walk along points in time, seen at some frames per second."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from veedor.model.detection import ObjectClass
from veedor.model.event import Event
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import Tracks
from veedor.site.normality.baseline import Normality
from veedor.site.rules import RuleEngine, RuleSet
from veedor.site.rules.ground import Ground
from veedor.site.rules.replay import says_classes, without_classes
from veedor.site.track.motchallenge import read_tracks

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in Lima
WIDTH, HEIGHT = 1600, 900
Spot = tuple[float, float, float]  # seconds, x, y of the foot point in 0..1


@dataclass
class Actor:
    """One track. `way`: where its foot is when, straight in between. `hidden`, `guessed`: spans without a detection,
    in which the track is missing or is a prediction."""

    track_id: int
    way: Sequence[Spot]
    object_class: ObjectClass = ObjectClass.PERSON
    size: tuple[float, float] = (0.04, 0.2)
    hidden: Sequence[tuple[float, float]] = ()
    guessed: Sequence[tuple[float, float]] = ()
    sizes: Sequence[Spot] = ()  # seconds, width, height: where the box changes

    def size_at(self, t: float) -> tuple[float, float]:
        if not self.sizes:
            return self.size
        times, widths, heights = zip(*self.sizes, strict=True)
        return float(np.interp(t, times, widths)), float(np.interp(t, times, heights))

    def at(self, t: float) -> tuple[float, float] | None:
        if not self.way[0][0] - 1e-9 <= t <= self.way[-1][0] + 1e-9:
            return None
        if any(a - 1e-9 <= t < b - 1e-9 for a, b in self.hidden):
            return None
        times, xs, ys = zip(*self.way, strict=True)
        return float(np.interp(t, times, xs)), float(np.interp(t, times, ys))

    def is_guessed(self, t: float) -> bool:
        return any(a - 1e-9 <= t < b - 1e-9 for a, b in self.guessed)


@dataclass
class Stage:
    """What the camera sees for `seconds`."""

    actors: Sequence[Actor] = ()
    seconds: float = 10.0
    fps: float = 5.0
    start: datetime = START
    scene: Callable[[float], SceneFacts | None] = field(default=lambda _t: None)
    offline: Sequence[tuple[float, float]] = ()

    def observations(self) -> Iterator[Observation]:
        for number in range(int(self.seconds * self.fps) + 1):
            t = number / self.fps
            connected = not any(a <= t < b for a, b in self.offline)
            yield observation(t, number + 1, self.actors if connected else (), self.start, self.scene(t), connected)


def observation(
    t: float,
    frame: int,
    actors: Sequence[Actor],
    start: datetime = START,
    scene: SceneFacts | None = None,
    connected: bool = True,
) -> Observation:
    seen = [(actor, spot) for actor in actors if (spot := actor.at(t)) is not None]
    boxes = [
        ((x - w / 2) * WIDTH, (y - h) * HEIGHT, (x + w / 2) * WIDTH, y * HEIGHT)
        for (w, h), (x, y) in ((a.size_at(t), spot) for a, spot in seen)
    ]
    tracks = Tracks(
        np.asarray([a.track_id for a, _ in seen], np.int64),
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.ones(len(seen), np.float32),
        np.asarray([a.object_class for a, _ in seen], np.int32),
        np.asarray([not a.is_guessed(t) for a, _ in seen], np.bool_),
    )
    return Observation("c1", t, start + timedelta(seconds=t), frame, WIDTH, HEIGHT, tracks, scene, connected)


def numbered() -> Callable[[datetime], str]:
    counter = itertools.count(1)
    return lambda _at: f"event-{next(counter)}"


def run(
    rules: str,
    stage: Stage,
    time_zone: str = "America/Lima",
    ground: Ground | None = None,
    normality: Normality | None = None,
) -> list[Event]:
    """Every event of the stage, in its last state, by completion."""
    engine = RuleEngine(
        RuleSet.loads(rules, name="test"), "c1", time_zone, ids=numbered(), ground=ground, normality=normality
    )
    last = {event.id: event for event in engine.run(stage.observations())}
    return list(last.values())


def caviar(clip: str, fps: int = 25) -> dict[int, Tracks]:
    """The tracks of a CAVIAR clip by frame, thinned from 25 to `fps`. People and bags have the same class: none."""
    shared = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[4] / "shared"))
    files = sorted((shared / "data" / "behaviour" / "caviar" / clip).glob("*.tracks.txt.gz"))
    if not files:
        pytest.skip("no CAVIAR tracks: set VEEDOR_SHARED")
    step = 25 // fps
    frames = {frame: tracks for frame, tracks in read_tracks(files[0]).items() if (frame - 1) % step == 0}
    assert not says_classes(frames)
    return {(frame - 1) // step + 1: tracks for frame, tracks in without_classes(frames).items()}

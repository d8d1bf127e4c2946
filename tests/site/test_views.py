"""A camera that is moved: its rules rest, one alert says so, and all goes on when it is back or a person says so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from footage import frame_of, street
from veedor.kit.clock import SimulatedClock
from veedor.model.camera import Calibration, Camera, GroundPair, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event
from veedor.model.observation import Observation
from veedor.model.track import Tracks
from veedor.model.viewpoint import ViewMovement, ViewState
from veedor.site.alerting.outbox import Outbox
from veedor.site.alerting.policy import AlertPolicy
from veedor.site.analysis.protocol import message_to_observation, observation_to_message
from veedor.site.archive.archive import TrackArchive
from veedor.site.detect.atlas import AtlasDetector
from veedor.site.detect.scripted import ScriptedDetector
from veedor.site.pipeline import Pipeline
from veedor.site.reasoning import Reasoner
from veedor.site.rules.ruleset import RuleSet
from veedor.site.scene.errors import ViewUnseen
from veedor.site.scene.lookout import Aim
from veedor.site.scene.registration import COLUMNS, ROWS, small_picture
from veedor.site.views import Views, movement_params
from waiting import wait_until

STREAMS = (StreamSource(StreamRole.MAIN, "rtsp://192.0.2.7/main"),)
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
PAIRS = tuple(GroundPair(x, y, -12.0 + 0.001 * y, -77.0 + 0.001 * x) for x, y in CORNERS)
CAMERA = Camera(
    "c1",
    "Plaza",
    "agency",
    SourceKind.RTSP,
    STREAMS,
    calibration=Calibration(PAIRS, (1.0, 0, 0, 0, 1, 0, 0, 0, 1), -12.0, -77.0, 0.1),
)
CITY = street(900, 420)


def picture(right: float = 0, down: float = 0, *, seed: int = 0, city: np.ndarray = CITY) -> np.ndarray:
    """What the camera sees after it was moved by shares of its picture, with a sensor's noise."""
    left, top = round(130 + 640 * right), round(30 + 360 * down)
    grey = cv2.cvtColor(city[top : top + 360, left : left + 640], cv2.COLOR_BGR2GRAY)
    noise = np.random.default_rng(seed).normal(0, 2, (ROWS, COLUMNS))
    return np.clip(small_picture(grey) + noise, 0, 255).astype(np.uint8)


@dataclass
class Post:
    """A camera at its post: pictures come each five seconds."""

    views: Views
    clock: SimulatedClock
    told: list[Event] = field(default_factory=list)
    shown: int = 0

    def show(self, seconds: float, *where: float, city: np.ndarray = CITY, dark: bool = False) -> ViewState:
        for _ in range(round(seconds / 5)):
            self.shown += 1
            self.clock.advance(5)
            seen = picture(*where, seed=self.shown, city=city)
            if dark:
                seen = np.full_like(seen, 4)
            at = self.clock.monotonic()
            self.views.look(
                Observation("c1", at, self.clock.now(), self.shown, 640, 360, Tracks.empty(), background=seen)
            )
        report = self.views.report("c1")
        assert report is not None
        return report.state


def post(directory: Path, clock: SimulatedClock | None = None, presets: frozenset[str] = frozenset()) -> Post:
    made = Post(None, clock or SimulatedClock())  # type: ignore[arg-type]
    made.views = Views(directory, made.clock, lambda _camera, event: made.told.append(event))
    made.views.watch(CAMERA, presets=presets, resting=2)
    return made


@pytest.fixture
def at_post(tmp_path: Path) -> Post:
    made = post(tmp_path)
    assert made.show(40) is ViewState.SETTLED
    return made


def test_a_turned_camera_is_told_once_with_by_how_much_and_it_ends_when_it_is_back(at_post: Post) -> None:
    assert at_post.show(60, 0.08) is ViewState.MOVED
    (event,) = at_post.told
    assert event.camera_id == "c1"
    assert event.explanation.render("es").startswith("Plaza: la vista se movió 8 % a la derecha. 2 reglas están en")
    assert at_post.views.problems()[0].render("es") == event.explanation.render("es")
    assert not at_post.views.is_trusted("c1")
    assert at_post.show(10) is ViewState.MOVED  # not yet: it must stay there
    assert at_post.show(30) is ViewState.SETTLED
    assert at_post.told[1].id == event.id
    assert at_post.told[1].ended_at is not None
    assert at_post.views.problems() == []
    begin, end = at_post.views.away("c1")[0]
    assert end is not None
    assert timedelta(seconds=30) < end - begin < timedelta(seconds=90)


def test_a_gust_dusk_and_the_dark_move_nothing(at_post: Post) -> None:
    dusk = (CITY * 0.4).astype(np.uint8)
    assert at_post.show(10, 0.05) is ViewState.SETTLED  # a gust of wind
    assert at_post.show(60, city=dusk) is ViewState.SETTLED
    assert at_post.show(120, dark=True) is ViewState.SETTLED
    assert at_post.show(60) is ViewState.SETTLED
    assert at_post.told == []


def test_a_camera_that_looks_at_another_place_is_told_too(at_post: Post) -> None:
    blobs = np.random.default_rng(4).integers(0, 255, (42, 90, 3)).astype(np.uint8)
    elsewhere = cv2.resize(blobs, (900, 420), interpolation=cv2.INTER_CUBIC)
    assert at_post.show(120, city=elsewhere) is ViewState.MOVED
    assert "mira a otro lugar" in at_post.told[0].explanation.render("es")


def test_a_mount_that_sags_a_little_each_day_is_found(at_post: Post) -> None:
    for step in range(1, 8):
        at_post.show(20, 0, 0.009 * step, city=(CITY * (1 - 0.04 * step)).astype(np.uint8))
    assert at_post.told, "6.3 % of the height in seven steps went unseen"


def test_a_person_confirms_the_new_view_and_it_is_the_one_to_come_back_to(at_post: Post) -> None:
    at_post.show(60, 0.08)
    done = at_post.views.confirm("c1")
    assert done.was_moved
    assert done.calibration_is_old
    assert at_post.show(30, 0.08) is ViewState.SETTLED
    assert at_post.told[-1].ended_at is not None
    assert at_post.show(60) is ViewState.MOVED


def test_a_calibration_made_after_the_move_stays_good(at_post: Post) -> None:
    at_post.show(60, 0.08)
    assert CAMERA.calibration is not None
    anew = replace(CAMERA, calibration=replace(CAMERA.calibration, pairs=(*PAIRS, PAIRS[0])))
    at_post.views.watch(anew, presets=frozenset(), resting=2)
    assert not at_post.views.confirm("c1").calibration_is_old


def test_what_nobody_has_seen_cannot_be_confirmed(tmp_path: Path) -> None:
    with pytest.raises(ViewUnseen) as told:
        post(tmp_path).views.confirm("c1")
    assert "Espere" in str(told.value.hint("es"))


def test_a_site_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    before = post(tmp_path)
    before.show(40)
    before.show(60, -0.06)
    after = post(tmp_path, before.clock)
    (again,) = after.told
    assert again.id == before.told[0].id  # the desk takes it once
    assert after.show(15, -0.06) is ViewState.MOVED
    assert after.show(40) is ViewState.SETTLED
    assert after.told[-1].ended_at is not None
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) < 200_000
    for step in range(8):  # every light that a day has: what is kept stays small
        after.show(15, city=np.clip(CITY * (0.3 + 0.1 * step), 0, 255).astype(np.uint8))
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) < 200_000


def test_a_spoilt_file_is_learned_anew(tmp_path: Path) -> None:
    (tmp_path / "c1.npz").write_bytes(b"PK\x03\x04 half a file")
    made = post(tmp_path)
    assert made.show(40) is ViewState.SETTLED


# -- cameras with a motor

NAMES = {"1": "Puerta", "2": "Esquina"}


def test_a_steered_camera_rests_without_an_alarm_until_it_is_home(at_post: Post) -> None:
    at_post.views.aim = lambda _id: Aim(is_moving=True, was_steered=True, names=NAMES)
    at_post.views.steered("c1")
    assert at_post.show(10, 0.04) is ViewState.STEERED
    at_post.views.aim = lambda _id: Aim(was_steered=True, names=NAMES)
    assert at_post.show(200, 0.12) is ViewState.STEERED
    at_post.views.aim = lambda _id: Aim()  # a site that began anew knows nothing of the motor
    assert at_post.show(60, 0.12) is ViewState.STEERED
    assert at_post.show(30) is ViewState.SETTLED
    assert at_post.told == []


def test_a_preset_is_learned_on_arrival_and_known_again(tmp_path: Path) -> None:
    made = post(tmp_path, presets=frozenset({"Esquina"}))
    made.show(40)
    here = made.views.viewpoint("c1")
    assert here is not None
    assert here.is_at(None)
    assert not here.is_at("Esquina")
    made.views.aim = lambda _id: Aim(was_steered=True, preset="2", names=NAMES)
    made.views.steered("c1")
    assert made.show(40, 0.15) is ViewState.SETTLED
    there = made.views.viewpoint("c1")
    assert there is not None
    assert there.is_at("Esquina")
    assert there.is_at("2")
    assert not there.is_at(None)
    # Its own tour brings it home and back, and nobody here has steered it: the pictures alone tell.
    made.views.aim = lambda _id: Aim(was_steered=True, names=NAMES)
    made.show(30)
    assert made.views.viewpoint("c1").is_at(None)  # type: ignore[union-attr]
    made.show(30, 0.15)
    assert made.views.viewpoint("c1").is_at("Esquina")  # type: ignore[union-attr]
    assert made.told == []


def test_a_preset_that_no_longer_shows_what_it_did_is_told(tmp_path: Path) -> None:
    made = post(tmp_path, presets=frozenset({"2"}))
    made.show(40)
    made.views.aim = lambda _id: Aim(was_steered=True, preset="2", names=NAMES)
    made.views.steered("c1")
    made.show(40, 0.15)
    made.views.steered("c1")
    assert made.show(60, 0.10) is ViewState.MOVED
    report = made.views.report("c1")
    assert report is not None
    assert report.view == "2"
    assert "5 % a la izquierda" in made.told[0].explanation.render("es")


# -- with rules


def test_from_a_cameras_frames_through_the_workers_words_to_the_alert(tmp_path: Path) -> None:
    made, pipeline = post(tmp_path), Pipeline(AtlasDetector(ScriptedDetector([])))
    for second in range(0, 120, 5):
        made.clock.advance(5)
        left = 130 if second < 55 else 180
        frame = frame_of(np.ascontiguousarray(CITY[30:390, left : left + 640]), float(second), camera="c1")
        (seen,) = pipeline.process([frame], [float(second)])
        made.views.look(message_to_observation(*observation_to_message(seen)))
    (event,) = made.told
    assert "8 % a la derecha" in event.explanation.render("es")


def test_the_rules_of_a_moved_camera_rest_and_the_alert_is_stored(tmp_path: Path) -> None:
    clock = SimulatedClock()
    outbox = Outbox(tmp_path / "events.db", clock)
    archive = TrackArchive(tmp_path / "archive", clock)
    reasoner = Reasoner(clock, archive, outbox, AlertPolicy(clock), lambda *_: None, "America/Lima")
    reasoner.views = views = Views(tmp_path / "views", clock, reasoner.tell_of_camera)
    made = Post(views, clock)
    reasoner.watch(CAMERA, RULES, analysed=True)
    reasoner.start()

    def walk(*where: float) -> list[str]:
        """Somebody comes into the zone and goes; what was told, by rule."""
        made.show(60, *where)
        begin = clock.now()
        made.shown += 1
        for step in range(20):
            clock.advance(0.5)
            x = 40.0 * step
            box = np.array([[x, 100, x + 40, 250]], np.float32)
            tracks = Tracks(np.array([made.shown]), box, np.ones(1, np.float32), np.ones(1, np.int32), np.ones(1, bool))
            seen = Observation("c1", clock.monotonic(), clock.now(), made.shown * 100 + step, 640, 360, tracks)
            reasoner.observe(seen)
        clock.advance(5)
        reasoner.observe(
            Observation("c1", clock.monotonic(), clock.now(), made.shown * 100 + 99, 640, 360, Tracks.empty())
        )
        reasoner.forget("c1")  # ends what is open, so that all of it is told
        reasoner.watch(CAMERA, RULES, analysed=True)
        return [
            one.rule for one in outbox.events(begin, clock.now() + timedelta(seconds=1)) if one.rule != "view_moved"
        ]

    try:
        wait_until(lambda: set(walk()) == {"Zona", "Todo"})
        assert reasoner.resting("c1") == ["En la esquina"]
        wait_until(lambda: walk(0.08) == ["Todo"])
        assert reasoner.resting("c1") == ["En la esquina", "Zona"]
        (alert,) = [
            one for one in outbox.events(clock.now() - timedelta(hours=9), clock.now()) if one.kind == "view_moved"
        ]
        assert "8 % a la derecha" in alert.explanation.render("es")
        wait_until(lambda: set(walk()) == {"Zona", "Todo"})
    finally:
        reasoner.stop()
        outbox.stop()


RULES = RuleSet.loads(
    """
zones: {Puerta: [[0.2, 0.2], [0.8, 0.2], [0.8, 0.9], [0.2, 0.9]]}
rules:
  - {name: Zona, kind: zone_intrusion, zone: Puerta}
  - {name: En la esquina, kind: zone_intrusion, zone: Puerta, preset: 2}
  - {name: Todo, kind: occupancy, more_than: 0, severity: low}
""",
    name="r",
)


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ({"right": 0.08}, "right"),
        ({"down": -0.1}, "up"),
        ({"turned_deg": 9.0}, "clockwise"),
        ({"zoomed": 0.8}, "wider"),
    ],
)
def test_a_movement_is_told_by_the_part_that_counts_most(kind: dict[str, float], way: str) -> None:
    small = {"right": 0.01, "down": 0.01, "turned_deg": 0.5, "zoomed": 1.01}
    assert movement_params(ViewMovement((), **{**small, **kind}, extent=0.1))["way"] == way

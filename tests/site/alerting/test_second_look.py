"""Second looks: what is looked at, what is made of the answer, and that no alert is lost for want of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.kit.messages import Message
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.model.detection import ObjectClass
from veedor.model.event import Event, Severity, TrackOverlay
from veedor.model.observation import Observation
from veedor.model.second_look import Outcome, SecondLook, Target
from veedor.model.track import Tracks
from veedor.site.alerting.outbox import Outbox, OutboxConfig
from veedor.site.alerting.policy import AlertPolicy, PolicyConfig
from veedor.site.alerting.second_look import SecondLookConfig, SecondLooks, noted, verdict
from veedor.site.archive.archive import ArchiveConfig, TrackArchive
from veedor.site.reasoning import Reasoner
from veedor.site.rules.ruleset import RuleSet
from waiting import wait_until

AT = datetime(2026, 5, 1, tzinfo=UTC)
Answer = Sequence[Sequence[bool | None]] | None


def observation(number: int, *rows: tuple[int, ObjectClass, float], missing: bool = False) -> Observation:
    """5 a second; each row a track: id, class, how tall in pixels of 640 x 360."""
    tracks = Tracks(
        np.array([one for one, _, _ in rows], np.int64),
        np.array([[100 + number, 300 - tall, 120 + number, 300] for _, _, tall in rows], np.float32).reshape(-1, 4),
        np.full(len(rows), 0.8, np.float32),
        np.array([kind for _, kind, _ in rows], np.int32),
        np.full(len(rows), not missing),
    )
    return Observation("cam", number / 5, AT + timedelta(seconds=number / 5), number, 640, 360, tracks)


def event(*ids: int, kind: str = "loitering", **changes: Any) -> Event:
    overlays = tuple(TrackOverlay(one, "person", (0.1, 0.1, 0.2, 0.5)) for one in ids)
    values: dict[str, Any] = {
        "id": "e1",
        "camera_id": "cam",
        "rule": "r",
        "kind": kind,
        "severity": Severity.HIGH,
        "started_at": AT,
        "completed_at": AT,
        "ended_at": None,
        "explanation": Message("alerting-class-person"),
        "track_ids": ids,
        "overlays": overlays,
    }
    return Event(**{**values, **changes})


def looks(answer: Answer = None, **config: Any) -> tuple[SecondLooks, SimulatedClock]:
    clock = SimulatedClock(AT)
    return SecondLooks(clock, lambda *_: answer, SecondLookConfig(**config)), clock


def test_pictures_are_spread_over_the_last_seconds_in_which_the_object_was_seen() -> None:
    seen, _ = looks()
    for number in range(40):
        seen.observe(observation(number, (7, ObjectClass.PERSON, 80.0), missing=number in {36, 37}))
    (target,) = seen.targets(event(7), "auto")
    frames = [one.frame for one in target.sights]
    assert target.object_class is ObjectClass.PERSON
    assert len(frames) == 5
    assert frames[0] >= 29
    assert frames[-1] == 39
    assert not {36, 37} & set(frames), "where a track is only predicted there is nothing to look at"
    assert target.sights[-1].box_norm == pytest.approx((139 / 640, 220 / 360, 159 / 640, 300 / 360))


def test_what_no_detector_knows_is_not_looked_at_and_neither_is_what_the_rule_does_not_want() -> None:
    seen, _ = looks()
    seen.observe(observation(1, (7, ObjectClass.PERSON, 80.0), (8, ObjectClass.OBJECT, 20.0)))
    assert seen.targets(event(8), "true") == ()
    assert seen.targets(event(7), "false") == ()
    assert seen.targets(event(7, kind="fight"), "auto") == ()
    assert len(seen.targets(event(7, kind="fight"), "true")) == 1
    assert seen.targets(event(99), "true") == (), "a track that nobody has seen lately"
    assert seen.targets(event(kind="camera_tampered"), "true") == ()


def test_the_largest_objects_of_an_event_are_looked_at() -> None:
    seen, _ = looks(most_objects=2)
    seen.observe(observation(1, *((number, ObjectClass.PERSON, 10.0 * number) for number in (1, 2, 3))))
    heights = [one.sights[-1].box_norm[3] - one.sights[-1].box_norm[1] for one in seen.targets(event(1, 2, 3), "true")]
    assert heights == pytest.approx([30 / 360, 20 / 360])


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ([[True, True, False, False, False]], SecondLook(Outcome.CONFIRMED, 2, 5)),
        ([[True, False, False, False, False]], SecondLook(Outcome.TURNED_DOWN, 1, 5)),
        ([[False, None, None, None, False]], SecondLook(Outcome.TURNED_DOWN, 0, 2)),
        ([[False, None, None]], SecondLook(Outcome.UNVERIFIED)),  # one picture turns nothing down
        ([[True, None, None]], SecondLook(Outcome.CONFIRMED, 1, 1)),
        ([[None, None]], SecondLook(Outcome.UNVERIFIED)),
        ([[False] * 5, [True] * 5], SecondLook(Outcome.CONFIRMED, 5, 5)),  # one of two objects is enough
        ([[False] * 5, [None] * 5], SecondLook(Outcome.UNVERIFIED)),  # the other may be there
        ([], SecondLook(Outcome.UNVERIFIED)),
    ],
)
def test_what_the_answers_come_to(told: Answer, outcome: SecondLook) -> None:
    assert told is not None
    assert verdict(told) == outcome


def test_without_an_answer_in_time_an_alert_is_unverified() -> None:
    targets = (Target(ObjectClass.PERSON, ()),)
    silent, clock = looks(None)
    assert silent.judge("cam", targets, clock.monotonic()).outcome is Outcome.UNVERIFIED
    quick, clock = looks([[False] * 5])
    since_s = clock.monotonic()
    assert quick.judge("cam", targets, since_s).outcome is Outcome.TURNED_DOWN
    clock.advance(5.0)  # it has waited behind others
    assert quick.judge("cam", targets, since_s).outcome is Outcome.UNVERIFIED

    def fail(*_: object) -> Answer:
        raise RuntimeError("the worker")

    assert SecondLooks(clock, fail).judge("cam", targets, clock.monotonic()).outcome is Outcome.UNVERIFIED


def test_looks_of_a_camera_are_bounded_and_others_have_their_own() -> None:
    seen, clock = looks([[False] * 5], per_minute=2)
    targets = (Target(ObjectClass.PERSON, ()),)
    outcomes = [seen.judge("cam", targets, clock.monotonic()).outcome for _ in range(3)]
    assert outcomes == [Outcome.TURNED_DOWN, Outcome.TURNED_DOWN, Outcome.UNVERIFIED]
    assert seen.judge("other", targets, clock.monotonic()).outcome is Outcome.TURNED_DOWN
    clock.advance(61.0)
    assert seen.judge("cam", targets, clock.monotonic()).outcome is Outcome.TURNED_DOWN


def test_the_explanation_says_what_was_found_in_both_languages() -> None:
    told = noted(event(7), SecondLook(Outcome.CONFIRMED, 4, 5)).explanation
    assert told.render("es") == "Persona (segunda mirada: confirmado en 4 de 5 imágenes)"
    assert told.render("en") == "Person (second look: confirmed in 4 of 5 pictures)"
    assert "no second look" in noted(event(7), SecondLook(Outcome.UNVERIFIED)).explanation.render("en")


RULES = """
zones: {all: [[0, 0], [1, 0], [1, 1], [0, 1]]}
rules:
  - {name: in, kind: zone_intrusion, zone: all, debounce_s: 0.4}
  - {name: unseen, kind: zone_intrusion, zone: all, debounce_s: 0.4, second_look: false}
"""
CAMERA = Camera("cam", "Cam", "muni", SourceKind.RTSP, (StreamSource(StreamRole.MAIN, "rtsp://10.0.0.1/x"),))


class Site:
    """A reasoner whose worker answers second looks with `answer`."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        clock = SystemClock()
        self.outbox = Outbox(
            folder / "events.db", clock, OutboxConfig(keep_days=1e5, picture_days=1e5, most_pictures=3)
        )
        self.archive = TrackArchive(folder / "archive", clock, ArchiveConfig())
        self.policy = AlertPolicy(clock, PolicyConfig(burst=1))
        self.reasoner = Reasoner(
            clock,
            self.archive,
            self.outbox,
            self.policy,
            lambda _camera, told, _frame: f"picture of {told.id}".encode(),
            "America/Lima",
            looks=SecondLooks(clock, lambda *_: answer),
        )
        self.reasoner.start()
        self.raised: list[tuple[Event, bytes | None]] = []
        self.outbox.start(self)

    def raise_alert(self, told: Event, snapshot_jpeg: bytes | None) -> None:
        self.raised.append((told, snapshot_jpeg))

    def end_event(self, told: Event) -> None:
        pass

    def live(self, people: int) -> None:
        """Each stays for a second, one after the other."""
        self.reasoner.watch(CAMERA, RuleSet.loads(RULES, name="rules"), analysed=True)
        for person in range(people):
            for number in range(20):
                rows = [(person + 1, ObjectClass.PERSON, 90.0)] if number < 5 else []
                self.reasoner.observe(observation(person * 20 + number, *rows))
        self.reasoner.stop()
        wait_until(lambda: self.outbox.pending() == 0)

    def end(self) -> None:
        self.outbox.stop()


def test_what_is_turned_down_raises_nothing_and_is_kept_with_its_picture(tmp_path: Path) -> None:
    site = Site(tmp_path, [[False, False, False]])
    site.live(people=5)
    assert {told.rule for told, _ in site.raised} == {"unseen"}
    (counts,) = site.outbox.look_counts(AT, AT + timedelta(hours=1))
    assert (counts.rule, counts.confirmed, counts.turned_down, counts.unverified) == ("in", 0, 5, 0)
    down = site.outbox.turned_down(AT, AT + timedelta(hours=1))
    assert [(one.event.rule, one.seen, one.looked) for one in down] == [("in", 0, 3)] * 5
    assert down[0].event.completed_at > down[-1].event.completed_at
    assert site.outbox.turned_down_picture("cam", down[0].event.id) == f"picture of {down[0].event.id}".encode()
    assert site.outbox.turned_down_picture("other", down[0].event.id) is None, "by its own camera only"
    assert site.outbox.turned_down(AT, AT + timedelta(hours=1), ["other"]) == []
    ids = {one.id for one in site.outbox.events(AT, AT + timedelta(hours=1))}
    assert {one.event.id for one in down} <= ids, "the event itself stays among all others"
    assert site.reasoner.counters("cam")["turned_down"] == 5
    site.outbox._cleaned_at_s = float("-inf")
    site.outbox._clean()
    kept = [one.has_picture for one in site.outbox.turned_down(AT, AT + timedelta(hours=1))]
    assert kept == [True, True, True, False, False], "the newest pictures are kept, and every event"
    site.end()


def test_what_is_turned_down_does_not_hide_a_true_alert_in_a_burst(tmp_path: Path) -> None:
    site = Site(tmp_path, [[False, False, False]])
    for number in range(10):
        site.policy.pass_over(event(id=f"false {number}"))
    true = event(id="true")
    assert site.policy.decide(true) is true
    assert site.policy.decide(replace(true, id="false 3")) is None, "it was decided before"
    site.end()


@pytest.mark.parametrize(
    ("answer", "words"), [([[True, True, False]], "confirmado en 2 de 3 imágenes"), (None, "sin segunda mirada")]
)
def test_what_is_confirmed_or_could_not_be_looked_at_is_raised_and_says_so(
    tmp_path: Path, answer: Answer, words: str
) -> None:
    site = Site(tmp_path, answer)
    site.live(people=1)
    by_rule = {told.rule: (told, jpeg) for told, jpeg in site.raised}
    told, jpeg = by_rule["in"]
    assert words in told.explanation.render("es")
    assert jpeg == f"picture of {told.id}".encode()
    assert "note" not in by_rule["unseen"][0].explanation.params
    site.end()

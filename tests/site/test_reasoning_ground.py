"""Rules in metres: on with a calibration, at rest and told so without one or with a stale one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from veedor.kit.clock import SimulatedClock
from veedor.model.camera import Calibration, Camera, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event
from veedor.site.alerting.outbox import Outbox
from veedor.site.alerting.policy import AlertPolicy
from veedor.site.archive.archive import TrackArchive
from veedor.site.reasoning import Reasoner
from veedor.site.rules import RuleSet
from waiting import wait_until

sys.path.insert(0, str(Path(__file__).parent / "rules"))
from acts import ACTS, GROUND

ACT = ACTS["speeding"]
RULES = RuleSet.loads(ACT.rules("speeding"), name="r")
STREAMS = (StreamSource(StreamRole.MAIN, "rtsp://192.0.2.7/main"),)
PLAIN = Camera("c1", "Avenida", "agency", SourceKind.RTSP, STREAMS)
CALIBRATED = replace(PLAIN, calibration=Calibration((), GROUND.matrix, -12.0, -77.0, 0.2))


@pytest.fixture
def reasoner(tmp_path: Path) -> Iterator[tuple[Reasoner, Outbox]]:
    clock = SimulatedClock()
    outbox = Outbox(tmp_path / "events.db", clock)
    archive = TrackArchive(tmp_path / "archive", clock)
    made = Reasoner(clock, archive, outbox, AlertPolicy(clock), lambda *_: None, "America/Lima")
    made.start()
    yield made, outbox
    made.stop()
    outbox.stop()


def seen(reasoner: Reasoner, outbox: Outbox, count: int) -> list[Event]:
    """Drive the car past, and wait for so many events to be stored."""
    observations = list(ACT.stage.observations())
    for observation in observations:
        reasoner.observe(observation)
    start = observations[0].captured_at - timedelta(hours=1)

    def stored() -> list[Event]:
        return list(outbox.events(start, start + timedelta(hours=3)))

    wait_until(lambda: len(stored()) >= count)
    return stored()


def test_a_calibrated_camera_measures(reasoner: tuple[Reasoner, Outbox]) -> None:
    made, outbox = reasoner
    made.watch(CALIBRATED, RULES, analysed=True)
    assert made.problems() == []
    (event,) = seen(made, outbox, 1)
    assert "58 km/h" in event.explanation.render("es")


def test_without_a_calibration_or_with_a_stale_one_the_rule_rests_and_the_site_says_so(
    reasoner: tuple[Reasoner, Outbox],
) -> None:
    made, _ = reasoner
    made.watch(PLAIN, RULES, analysed=True)
    (problem,) = made.problems()
    assert (
        problem.render("es") == "La regla «r» de Avenida está en pausa: necesita metros. Calibre la cámara en el mapa"
    )
    assert CALIBRATED.calibration is not None
    stale = replace(CALIBRATED, calibration=replace(CALIBRATED.calibration, stale=True))
    made.watch(stale, RULES, analysed=True)
    assert "calíbrela de nuevo" in made.problems()[0].render("es")
    for observation in ACT.stage.observations():
        made.observe(observation)
    assert made.counters("c1")["events"] == 0
    made.watch(CALIBRATED, RULES, analysed=True)
    assert made.problems() == []

"""Which events become alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from alerts_helper import event

from veedor.kit.clock import SimulatedClock
from veedor.model.event import Severity
from veedor.site.alerting.policy import AlertPolicy, PolicyConfig


def test_severity_decides_and_an_event_is_decided_once() -> None:
    policy = AlertPolicy(SimulatedClock(), PolicyConfig(least_severity=Severity.MEDIUM))
    high = event("a", severity=Severity.HIGH)
    assert policy.decide(high) is high
    assert policy.decide(replace(high, ended_at=high.completed_at + timedelta(seconds=3))) is None
    assert policy.decide(event("b", severity=Severity.LOW)) is None


def test_a_flapping_rule_cannot_flood() -> None:
    clock = SimulatedClock()
    policy = AlertPolicy(clock, PolicyConfig(burst=3, window_s=600))
    raised = []
    for number in range(500):
        alert = policy.decide(event(f"e{number}"))
        raised += [alert] if alert else []
        clock.advance(5)
        if number % 50 == 0:
            clock.step_wall(-3600)  # a stepped wall clock changes nothing
    assert [one.id for one in raised] == ["e0", "e1", "e2", "e3", "e123", "e243", "e363", "e483"]
    assert raised[2].explanation.key == "rules-stopped-vehicle"
    assert raised[3].explanation.render("es").startswith("«Mal estacionado» se repite: 4 veces en 10 min")
    assert "120 veces" in raised[4].explanation.render("es")
    assert policy.folded == 492
    assert policy.decide(event("other camera", camera="c2")) is not None
    clock.advance(601)
    assert policy.decide(event("after a calm")) is not None


def test_memory_is_bounded() -> None:
    clock = SimulatedClock()
    policy = AlertPolicy(clock, PolicyConfig(window_s=10))
    for number in range(30_000):
        policy.decide(replace(event(f"e{number}"), rule=f"rule {number}"))
        clock.advance(1)
    assert len(policy._decided) <= 10_000
    assert len(policy._recent) <= 1000

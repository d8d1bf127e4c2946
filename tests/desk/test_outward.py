"""What a federated desk tells: every fact, in the order of the commits, and none that was rolled back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desk.cases import JPEG, event
from desk.desks import AGENCY, Desk, make_desk
from desk.fakes import START
from veedor.access.principal import Principal, Role
from veedor.desk.acts.errors import StaleVersion
from veedor.desk.alerts.handling import AlertHandling, Escalation, Seen
from veedor.desk.alerts.service import AlertService
from veedor.desk.context import DeskConfig, DeskPorts
from veedor.desk.evidence.service import EvidenceService, LockRequest
from veedor.desk.outward.outward import Outward
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.wire.facts import act_from_json, act_to_json

ROSA = Principal("u1", "rosa", AGENCY, frozenset({Role.SUPERVISOR}))


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[DeskPorts]:
    one = make_desk(tmp_path, federated=True).ports
    yield one
    one.database.close()


def kinds(ports: DeskPorts) -> list[str]:
    return [row.body["act"]["kind"] if row.kind == "act" else row.kind for row in Outward(ports.database).after(0)]


def story(ports: DeskPorts) -> tuple[str, str]:
    """An alert that became an incident, with a lock."""
    alerts = AlertService(ports)
    one = event(camera_id="plaza", started_at=START)
    alerts.raise_alert(one, JPEG)
    alerts.raise_alert(one, JPEG)
    alerts.end_event(replace(one, ended_at=one.completed_at + timedelta(seconds=9)))
    AlertHandling(ports).acknowledge(ROSA, one.id, Seen())
    incident = AlertHandling(ports).escalate(ROSA, one.id, Seen(), Escalation(type="robbery"))
    request = LockRequest("plaza", START, START + timedelta(seconds=10), "Caso 7")
    EvidenceService(ports).lock(ROSA, incident, request, "en")
    return one.id, incident


def test_every_fact_is_told_in_order(ports: DeskPorts) -> None:
    story(ports)
    assert kinds(ports) == [
        "alert.raised",
        "alert.ended",
        "acknowledge",
        "open",
        "escalate",
        "add_alert",
        "request_lock",
    ]
    rows = Outward(ports.database).after(0)
    assert [row.sequence for row in rows] == sorted({row.sequence for row in rows})
    assert len({row.message_id for row in rows}) == len(rows)
    assert {row.agency_id for row in rows} == {AGENCY}
    assert JPEG not in json.dumps([row.body for row in rows]).encode()
    assert rows[0].body["camera_name"] == "Plaza"
    assert rows[3].body["about"] == {"number": 1}
    assert rows[6].body["about"] == {"camera_name": "Plaza"}


def test_what_was_rolled_back_is_not_told(ports: DeskPorts) -> None:
    alert, _ = story(ports)
    before = kinds(ports)
    with pytest.raises(StaleVersion):
        AlertHandling(ports).acknowledge(ROSA, alert, Seen(version=0))
    assert kinds(ports) == before


def test_a_desk_without_a_hub_tells_nothing(tmp_path: Path) -> None:
    quiet = make_desk(tmp_path).ports
    assert DeskConfig().federated is False
    story(quiet)
    assert kinds(quiet) == []
    quiet.database.close()


def test_what_is_safe_elsewhere_is_forgotten_and_numbers_go_on(ports: DeskPorts) -> None:
    story(ports)
    outward = Outward(ports.database)
    rows = outward.after(0)
    assert outward.trim(rows[2].sequence) == 3
    assert [row.sequence for row in outward.after(0, limit=2)] == [rows[3].sequence, rows[4].sequence]
    assert outward.trim(rows[-1].sequence) == 4
    AlertService(ports).raise_alert(event(camera_id="plaza"), None)
    (later,) = outward.after(0)
    assert later.sequence > rows[-1].sequence


def test_an_act_crosses_json_unchanged_and_a_newer_kind_is_passed_over() -> None:
    act = Act("a1", SubjectKind.ALERT, "x", ActKind.DISMISS, "u1", AGENCY, START, "por error", {"a": [1]}, "rosa")
    told = json.loads(json.dumps(act_to_json(act)))
    assert act_from_json(told) == act
    assert act_from_json({**told, "kind": "levitate"}) is None
    assert act_from_json({**told, "subject_kind": "drone"}) is None


def test_a_desk_made_by_hand_is_federated_too(tmp_path: Path) -> None:
    desk: Desk = make_desk(tmp_path)
    replace(desk.ports, config=replace(desk.ports.config, federated=True))
    AlertService(desk.ports).raise_alert(event(camera_id="plaza"), None)
    assert kinds(desk.ports) == ["alert.raised"]
    desk.ports.database.close()

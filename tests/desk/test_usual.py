"""What is usual on a camera: read by who reads its rules, taken back by who edits them, both in the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from desk.desks import Desk, running
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery
from veedor.model.detection import ObjectClass
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import empty
from veedor.site.normality.store import BaselineStore

MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # midnight in Lima
EIGHT = 8  # hour of the week
_LIMA = ZoneInfo("America/Lima")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two Mondays of cars that go to the right at eight in the morning, each a version of the baseline of `plaza`."""
    folder = tmp_path_factory.mktemp("desk")
    store, baseline = BaselineStore(folder / "normality"), empty(MONDAY)
    for week in range(2):
        begin = MONDAY + timedelta(weeks=week)
        until = begin + timedelta(days=7)
        baseline = baseline.after([_car(begin, number) for number in range(40)], until, _LIMA, until)
        store.keep("plaza", baseline)
    with running(folder) as made:
        yield made


def _car(day: datetime, number: int) -> ArchivedTrack:
    start = day + timedelta(hours=EIGHT, seconds=60 * number)
    at = np.linspace(0, 9, 10)
    x, foot = 0.05 + 0.1 * at, np.full(10, 0.6)
    path = np.column_stack((at, x - 0.03, foot - 0.1, x + 0.03, foot)).astype(np.float32)
    return ArchivedTrack("plaza", number, ObjectClass.CAR, start, start + timedelta(seconds=9), path)


def test_the_usual_flow_of_an_hour_is_seen_by_who_reads_rules(desk: Desk) -> None:
    desk.add_user("olga", Role.OPERATOR)
    with desk.client("olga") as olga:
        told = olga.get("/api/cameras/plaza/usual", params={"hour": EIGHT}).json()
        night = olga.get("/api/cameras/plaza/usual", params={"hour": 3}).json()
        assert olga.get("/api/cameras/plaza/usual", params={"hour": 168}).status_code == 422
        assert olga.get("/api/cameras/ghost/usual").status_code == 404
        assert olga.post("/api/cameras/plaza/usual/back", json={"version": 1}).status_code == 403
    assert [one["version"] for one in told["versions"]] == [2, 1]
    assert told["versions"][0]["tracks"] == 80
    arrows = told["vehicles"]["arrows"]
    assert len(arrows) >= 8
    assert {one["way"] for one in arrows} == {0}, "all go to the right"
    assert all(0.5 < one["y"] < 0.7 for one in arrows), "on their lane"
    assert told["people"]["arrows"] == []
    week = told["vehicles"]["week"]
    assert len(week) == 168
    assert max(range(168), key=week.__getitem__) == EIGHT
    assert night["vehicles"]["arrows"] == [] or week[3] >= 0.05


def test_going_back_makes_a_new_version_and_an_audit_entry(desk: Desk) -> None:
    desk.add_user("sara", Role.SUPERVISOR)
    with desk.client("sara") as sara:
        assert sara.post("/api/cameras/plaza/usual/back", json={"version": 9}).status_code == 404
        told = sara.post("/api/cameras/plaza/usual/back", json={"version": 1}).json()
    newest = told["versions"][0]
    assert (newest["version"], newest["since"], newest["tracks"]) == (3, 1, 40)
    entries = [one for one in desk.audit.entries(AuditQuery(limit=50)) if one.resource_kind == "normality"]
    done = [json.loads(one.detail) for one in entries if one.action == "rules.edit" and one.allowed]
    assert {"camera": "Plaza", "version": "1"}.items() <= done[0].items()
    assert any(one.action == "rules.edit" and not one.allowed for one in entries), "the refusal too"


def test_a_hub_says_that_it_is_at_its_own_site(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        object.__setattr__(desk.ports, "usual", None)
        desk.add_user("sara", Role.SUPERVISOR)
        with desk.client("sara") as sara:
            assert sara.get("/api/cameras/plaza/usual").status_code == 503

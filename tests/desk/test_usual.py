"""What is usual on a camera: read by who reads its rules, taken back by who edits them, both in the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.desks import Desk, running
from learned_street import EIGHT, learn
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery
from veedor.site.normality.store import BaselineStore


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """`plaza` has learned two weeks, each a version."""
    folder = tmp_path_factory.mktemp("desk")
    learn(BaselineStore(folder / "normality"), "plaza")
    with running(folder) as made:
        yield made


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
    desk.add_user("omar", Role.OPERATOR)
    with desk.client("omar") as omar:
        assert omar.post("/api/cameras/plaza/usual/back", json={"version": 1}).status_code == 403
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

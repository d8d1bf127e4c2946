"""A restored desk is told again what it had told, or been told, since its backup: once, and in pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.cases import JPEG, event
from desk.desks import AGENCY, Desk, make_desk
from desk.fakes import START
from desk.test_inward import envelopes, state, taker
from desk.test_outward import story
from veedor.desk.alerts.service import AlertService
from veedor.desk.audit.restores import note_own
from veedor.desk.inward.recall import Recall, told_of

MADE_AT = START - timedelta(days=1)


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Desk]]:
    """The site as it was, its hub, and the site as it came back from a backup of before all of it."""
    found = []
    for name in ("site", "hub", "again"):
        (tmp_path / name).mkdir()
        found.append(make_desk(tmp_path / name, federated=name != "hub"))
    yield found[0], found[1], found[2]
    for one in found:
        one.ports.database.close()


def restored(desk: Desk) -> None:
    told = {"restored_at": desk.ports.clock.now().isoformat(), "backup_made_at": MADE_AT.isoformat(), "by": "os:ana"}
    with desk.ports.database.session() as session:
        note_own(session, desk.ports.clock, ("site-1", AGENCY), 0, told)


def ask(desk: Desk, other: Desk, cameras: list[str] | None, peer: str = "hub") -> int:
    """Until all of it has come; how many pages it took."""
    for page in range(100):
        wanted = Recall(desk.ports).wanted(peer)  # a new one each time: how far it is stands in the database
        if wanted is None:
            return page
        with other.ports.database.reading() as session:
            told = told_of(session, AGENCY, json.loads(json.dumps(wanted)), cameras)
        Recall(desk.ports).take(peer, AGENCY, json.loads(json.dumps(told)))
    pytest.fail("it never ends")


def test_a_site_gets_its_alerts_and_acts_back(desks: tuple[Desk, Desk, Desk]) -> None:
    site, hub, again = desks
    story(site.ports)
    for one in envelopes(site):
        taker(hub).take(one)
    assert ask(again, hub, ["plaza"]) == 0  # nothing was restored, nothing is asked
    restored(again)
    ask(again, hub, ["plaza"])
    assert state(again) == state(site)
    assert envelopes(again) == []  # it is not told anew
    before = state(again)
    Recall(again.ports).take("hub", AGENCY, {"facts": [], "after": None})
    assert state(again) == before


def test_in_pages_and_each_once(desks: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("veedor.desk.inward.recall._PAGE", 2)
    site, hub, again = desks
    story(site.ports)
    for number in range(5):
        AlertService(site.ports).raise_alert(event(camera_id="plaza", started_at=START + timedelta(hours=number)), JPEG)
    for one in envelopes(site):
        taker(hub).take(one)
    restored(again)
    assert ask(again, hub, ["plaza"]) > 4
    assert _sorted(state(again)) == _sorted(state(site))


def test_of_other_sites_cameras_nothing_comes(desks: tuple[Desk, Desk, Desk]) -> None:
    site, hub, again = desks
    story(site.ports)
    for one in envelopes(site):
        taker(hub).take(one)
    restored(again)
    ask(again, hub, ["elsewhere"])
    found = state(again)
    assert found["alerts"] == []
    assert found["locks"] == []
    assert len(found["incidents"]) == 1  # which are the whole agency's


def test_a_hub_gets_acts_back_that_only_a_site_has(desks: tuple[Desk, Desk, Desk]) -> None:
    site, hub, _ = desks
    story(site.ports)
    for one in envelopes(site):
        if one["kind"] != "act":
            taker(hub).take(one)
    restored(hub)
    ask(hub, site, None, peer="site-1")
    assert state(hub) == state(site)


def test_what_nobody_can_read_keeps_nothing_out(desks: tuple[Desk, Desk, Desk]) -> None:
    site, hub, again = desks
    story(site.ports)
    for one in envelopes(site):
        taker(hub).take(one)
    restored(again)
    with hub.ports.database.reading() as session:
        told: dict[str, Any] = told_of(session, AGENCY, Recall(again.ports).wanted("hub"), ["plaza"]) or {}
    broken = [{}, {"kind": "act", "body": {"act": {}}}, {"kind": "alert.raised", "body": None}]
    foreign = json.loads(json.dumps(told["facts"][0]))
    foreign["body"]["agency_id"] = "other"
    Recall(again.ports).take("hub", AGENCY, {"facts": [*broken, foreign, *told["facts"]], "after": told["after"]})
    ask(again, hub, ["plaza"])
    assert state(again) == state(site)


def _sorted(found: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(rows, key=str) for name, rows in found.items()}

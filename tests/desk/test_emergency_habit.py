"""Emergencies that nobody reviews: nobody is stopped, and both agencies' officers see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.desks import make_desk, serving
from desk.fakes import camera
from desk.two_agencies import MUNI, PEOPLE, PNP, Two, make
from veedor.access.principal import Role
from veedor.desk.accounts.service import ensure_agency
from veedor.desk.agencies import repository as agencies
from veedor.desk.audit.entry import detail_of
from veedor.desk.audit.log import AuditQuery
from veedor.desk.grants.repository import grants_of
from veedor.desk.grants.service import Agreements
from veedor.desk.scope_clause import only
from veedor.kit.clock import SimulatedClock

BEGAN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR_S = 3600.0 + 1


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    desk = make(tmp_path, SimulatedClock(BEGAN), MUNI, PNP)
    desk.add_user("dana", Role.PRIVACY_OFFICER, agency_id=MUNI)
    desk.add_user("dora", Role.PRIVACY_OFFICER, agency_id=PNP)
    desk.add_user("olga", Role.AUDITOR, agency_id="other")
    people: dict[str, httpx.Client] = {}
    with serving(desk.app) as desk.url:
        people |= {name: desk.client(name) for name in ("dana", "dora", "olga", *PEOPLE)}
        yield Two(desk, people)
        for client in people.values():
            client.close()
    desk.ports.database.close()


def take(two: Two, who: str) -> dict[str, Any]:
    body = {"owner": MUNI, "cameras": ["plaza"], "reason": "Toma de rehenes"}
    answer = two.people[who].post("/api/emergency-access", json=body)
    assert answer.status_code == 201, answer.text
    taken: dict[str, Any] = answer.json()
    return taken


def flagged(two: Two, officer: str, **query: Any) -> list[tuple[str, str, int]]:
    told = two.people[officer].get("/api/audit/looks/flags", params=query)
    assert told.status_code == 200, told.text
    every = [one for one in told.json()["flags"] if one["habit"] == "emergencies"]
    return [(one["username"], one["user_agency_id"], one["count"]) for one in every]


def hours_later(two: Two, hours: int) -> None:
    clock = two.desk.ports.clock
    assert isinstance(clock, SimulatedClock)
    clock.advance(hours * HOUR_S)


def test_two_that_ended_unreviewed_are_a_habit_of_the_person(two: Two) -> None:
    first = take(two, "pablo")
    assert (first["state"], first["waiting"]) == ("active", 1)
    hours_later(two, 1)
    assert flagged(two, "dana") == [], "one waits in the owner's queue, and is no habit"
    second = take(two, "pablo")
    assert (second["state"], second["waiting"]) == ("active", 2), "nobody is stopped"
    assert flagged(two, "dana") == [], "the second has not ended"
    hours_later(two, 1)
    for officer in ("dana", "dora"):
        assert flagged(two, officer) == [("pablo", PNP, 2)]
    assert flagged(two, "olga") == [], "a third agency's officer"
    assert flagged(two, "dana", emergencies=3) == []
    assert flagged(two, "dana", end=(BEGAN.replace(hour=13, minute=30)).isoformat()) == []
    hours_later(two, 8)
    told = two.people["dora"].get("/api/audit/looks/flags", params={"start": BEGAN.replace(hour=21).isoformat()})
    (flag,) = told.json()["flags"]
    assert (flag["day"], flag["limit"], flag["looks"]) == ("2026-03-02", 2, 2), "however long ago they were"
    assert two.mario.post(f"/api/grants/{first['id']}/review", json={"reason": "Conforme"}).status_code == 200
    assert flagged(two, "dana") == flagged(two, "dora") == []


def test_an_agency_whose_people_take_turns_is_told_of_as_a_whole(two: Two) -> None:
    take(two, "pablo")
    take(two, "petra")
    hours_later(two, 1)
    assert flagged(two, "dana") == [("", PNP, 2)]
    take(two, "petra")
    hours_later(two, 1)
    assert sorted(flagged(two, "dora")) == [("", PNP, 3), ("petra", PNP, 2)]


def test_the_owner_hears_with_the_second_how_many_wait(two: Two) -> None:
    take(two, "pablo")
    take(two, "pablo")
    news = [one.payload for one in two.desk.app.state.feed.after(0, only(MUNI)) if one.kind == "grant.emergency"]
    assert [one["waiting"] for one in news] == [1, 2]
    queued = two.mario.get("/api/grant-queue").json()
    assert [(one["kind"], one["waiting"]) for one in queued] == [("emergency", 2)] * 2
    entries = two.desk.audit.entries(AuditQuery(action="grant.emergency", limit=4))
    assert [detail_of(one).get("unreviewed") for one in entries if detail_of(one)] == [1, 0]
    assert two.mario.post(f"/api/grants/{queued[0]['id']}/review", json={"reason": "Conforme"}).json()["waiting"] == 1


def test_the_owners_own_desk_hears_it_too(two: Two, tmp_path: Path) -> None:
    """The emergencies were taken elsewhere, and its site is told of them."""
    for _ in range(2):
        take(two, "pablo")
    database = two.desk.ports.database
    with database.reading() as session:
        known = grants_of(session, MUNI)
        parties = [agencies.agency(session, one) for one in (MUNI, PNP)]
    (tmp_path / "site").mkdir()
    site = make_desk(tmp_path / "site", two.desk.ports.clock)
    site.cameras.save(camera("plaza"))
    with site.ports.database.session() as session:
        for one in parties:
            ensure_agency(session, two.desk.ports.clock, one.id, one.name)
            agencies.save(session, one, two.desk.ports.clock.now())
    Agreements(site.ports).merge([grant for grant, _ in known], [word for _, told in known for word in told])
    news = [one for one in site.app.state.feed.after(0, only(MUNI)) if one.kind == "grant.emergency"]
    assert [one.payload["waiting"] for one in news] == [2, 2]
    site.ports.database.close()

"""Two sites of one agency and a third of another: people follow, with the link cut too, and the hub makes nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa

from federation.small import Small, config_of, login, small_federation
from veedor.compose.demo_plans import PLANS
from veedor.compose.demo_sites import Party
from veedor.desk.accounts.tables import AccountRecordRow
from veedor.desk.database import Database, database_url
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("federation")]


@dataclass
class Stations:
    small: Small
    first: Party
    second: Party
    stranger: Party


@pytest.fixture(scope="module")
def stations() -> Iterator[Stations]:
    with small_federation() as small:
        plan = PLANS[0]
        first = small.add_site("first", plan, [])
        second = small.add_site("second", replace(plan, site="Base Norte", user="marta"), [])
        stranger = small.add_site("stranger", PLANS[1], [])
        yield Stations(small, first, second, stranger)


def can_log_in(party: Party, user: str, password: str) -> bool:
    return login(party.url, user, password).status_code == 200


def test_a_person_of_the_first_station_logs_in_at_the_second(stations: Stations) -> None:
    rosa = stations.first.logins["rosa"]
    wait_until(lambda: can_log_in(stations.second, "rosa", rosa), timeout_s=60, every_s=1)
    with stations.small.at(stations.second, "rosa", rosa) as at_second:
        assert at_second.get("/api/me").json()["user"]["roles"] == ["operator", "supervisor"]
        changed = at_second.post("/api/me/password", json={"current": rosa, "new": "otra-clave-larga-9"})
        assert changed.status_code == 409
        assert "Serenazgo La Victoria" in changed.json()["message"]
    with stations.small.at(stations.second, "admin") as admin:
        names = {row["username"] for row in admin.get("/api/users").json()}
        assert names == {"admin", "auditoria", "datos", "marta", "rosa"}  # of each station's `admin`, its own
    # What was made at the second stays there, and nobody of the agency is known at another agency's.
    assert not can_log_in(stations.first, "marta", stations.second.logins["marta"])
    assert not can_log_in(stations.stranger, "rosa", rosa)
    assert _records(stations.stranger) == {"admin", "auditoria", "datos", "luis"}
    assert _records(stations.second) == {"admin", "auditoria", "datos", "rosa"}


def test_at_the_hub_whoever_can_vouch_is_asked(stations: Stations) -> None:
    """The second station answers as well, and has no key to sign with."""
    with stations.small.at_hub(stations.first) as rosa:
        assert rosa.get("/api/me").json()["user"]["agency_id"] == "la-victoria"


def test_changes_travel_and_hold_without_a_hub(stations: Stations) -> None:
    new = "una-clave-distinta-7"
    with stations.small.at(stations.first, "admin") as admin:
        assert admin.post("/api/users/rosa/password", json={"password": new}).status_code == 200
        body = {"username": "tomas", "roles": ["viewer"], "password": "verano-azul-88"}
        assert admin.post("/api/users", json=body).status_code == 201
    wait_until(lambda: can_log_in(stations.second, "rosa", new), timeout_s=30, every_s=1)
    wait_until(lambda: can_log_in(stations.second, "tomas", "verano-azul-88"), timeout_s=30, every_s=1)
    assert not can_log_in(stations.second, "rosa", stations.first.logins["rosa"])
    stations.first.logins["rosa"] = new
    stations.small.demo.hub.kill()
    assert can_log_in(stations.second, "rosa", new)
    with stations.small.at(stations.first, "admin") as admin:
        assert admin.patch("/api/users/tomas", json={"disabled": True}).status_code == 200
    assert can_log_in(stations.second, "tomas", "verano-azul-88")  # nobody could tell it yet
    stations.small.start_hub()
    wait_until(lambda: not can_log_in(stations.second, "tomas", "verano-azul-88"), timeout_s=60, every_s=1)
    with stations.small.at(stations.second, "auditoria") as officer:
        rows = officer.get("/api/audit", params={"action": "user.edit", "limit": 200}).json()
    told = [row for row in rows if row["username"].startswith("site:") and row["allowed"]]
    assert {"username": "tomas", "changed": ["disabled"]}.items() <= told[0]["detail"].items()


def test_a_hub_that_alters_a_record_convinces_nobody(stations: Stations) -> None:
    """Whoever runs the hub has its database, and all that the agency's people are known by there."""
    small = stations.small
    (record,) = small.in_hub("SELECT record FROM account_records WHERE record->>'username' = 'rosa'")[0]
    raised = {**record, "revision": record["revision"] + 1, "roles": ["administrator"]}
    invented = {**raised, "person": "eve", "username": "eve"}
    small.in_hub("UPDATE account_records SET record = %s WHERE person_id = %s", json.dumps(raised), record["person"])
    small.in_hub(
        "INSERT INTO account_records SELECT 'eve', agency_id, is_home, revision, %s, problem, taken_at"
        " FROM account_records WHERE person_id = %s",
        json.dumps(invented),
        record["person"],
    )
    with small.at(stations.second, "auditoria") as officer:

        def refused() -> set[str]:
            rows = officer.get("/api/audit", params={"action": "user.edit", "allowed": False}).json()
            return {row["detail"].get("username") for row in rows if row["reason"] == "forged account"}

        wait_until(lambda: refused() == {"rosa", "eve"}, timeout_s=40, every_s=1)
    with small.at(stations.second, "rosa", stations.first.logins["rosa"]) as rosa:
        assert rosa.get("/api/me").json()["user"]["roles"] == ["operator", "supervisor"]
    assert not can_log_in(stations.second, "eve", stations.first.logins["rosa"])


def test_a_site_that_was_revoked_says_so_to_its_people_and_in_its_journal(stations: Stations) -> None:
    stranger = stations.stranger
    words = "`veedor site join --again`"
    with stations.small.at(stranger, "admin") as admin, stations.small.administrator() as at_hub:

        def hub() -> dict[str, Any]:
            return dict(admin.get("/api/health").json()["hub"])

        wait_until(lambda: hub()["connected"], timeout_s=60, every_s=1)
        assert hub()["problem"] is None
        (site_id,) = [
            row["id"] for row in at_hub.get("/api/sites").json()["sites"] if row["name"] == stranger.plan.site
        ]
        assert at_hub.post(f"/api/sites/{site_id}/revoke").status_code == 204
        wait_until(lambda: words in (hub()["problem"] or ""), timeout_s=60, every_s=1)
    wait_until(lambda: words in stranger.process.log.read_text(encoding="utf-8"), timeout_s=30, every_s=0.5)


def _records(party: Party) -> set[str]:
    """Names in what a site keeps of accounts."""
    database = Database(database_url(config_of(party).data))
    try:
        with database.reading() as session:
            return {str(row.record["username"]) for row in session.scalars(sa.select(AccountRecordRow))}
    finally:
        database.close()

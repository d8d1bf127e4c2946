"""A hub that comes back from yesterday's backup, and a site too: nothing twice, nothing missing, nothing opened."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import httpx
import pytest

from federation.conftest import PURPOSE, client
from federation.small import CLOCK, Small, config_of, login, small_federation
from veedor.compose import demo_sites
from veedor.compose.backup import backup
from veedor.compose.demo import DemoOptions, demo_cameras
from veedor.compose.demo_plans import PLANS
from veedor.compose.demo_sites import Party
from veedor.compose.restore import restore
from veedor.desk.database import database_file
from veedor.kit.clock import SystemClock
from veedor.link.keys import new_seed, public_of
from veedor.wire.invitation import Invitation
from veedor.wire.version import PROTOCOL
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("federation"), pytest.mark.timeout(900)]

_ALL = {"limit": 1000}


@dataclass
class Two:
    """A municipality with a camera, a comisaría without one, and a grant from the one to the other."""

    small: Small
    owner: Party
    police: Party
    grant_id: str

    def alerts(self, found: httpx.Client) -> list[str]:
        return [str(one["id"]) for one in found.get("/api/alerts", params=_ALL).json()["alerts"]]

    def at_hub_is(self, alert_id: str, status: str) -> bool:
        rows = self.small.in_hub("SELECT status FROM alerts WHERE id = %s", alert_id)
        return bool(rows) and rows[0][0] == status

    def told(self) -> list[tuple[str, str]]:
        """What open pages at the hub were told of alerts, in order: camera and alert."""
        query = "SELECT payload->>'camera_id', payload->>'id' FROM feed WHERE kind = 'alert.raised' ORDER BY sequence"
        return [(str(camera), str(alert)) for camera, alert in self.small.in_hub(query)]

    def raised(self) -> list[tuple[str, str]]:
        """The same at the site, as its outbox has them."""
        path = database_file(config_of(self.owner).data)
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as found:
            rows = found.execute("SELECT body FROM outward WHERE kind = 'alert.raised' ORDER BY sequence").fetchall()
        bodies = [json.loads(body)["event"] for (body,) in rows]
        return [(one["camera_id"], one["id"]) for one in bodies]


@pytest.fixture(scope="module")
def two() -> Iterator[Two]:
    with ExitStack() as stack:
        cameras, _server = stack.enter_context(demo_cameras(DemoOptions(cameras=1)))
        small = stack.enter_context(small_federation())
        owner = small.add_site("owner", replace(PLANS[0], cameras=1), cameras, analyse=True)
        police = small.add_site("police", replace(PLANS[2], cameras=0), [])
        demo = small.demo
        parties, demo.parties = demo.parties, [owner, police, police]
        grant_id = demo_sites._agree(demo, SystemClock())
        demo.parties = parties
        yield Two(small, owner, police, grant_id)


def test_a_hub_of_yesterday(two: Two) -> None:
    small, owner, police = two.small, two.owner, two.police
    with small.at(owner) as rosa, small.at(owner, "admin") as boss, small.at(owner, "auditoria") as officer:
        wait_until(lambda: len(two.alerts(rosa)) >= 2, timeout_s=120, every_s=0.5)
        with small.at_hub(police, **PURPOSE) as olga:
            camera = wait_until(lambda: _camera(olga, "la-victoria"), timeout_s=60, every_s=0.5)
            wait_until(lambda: olga.get(f"/api/cameras/{camera}/snapshot.jpg").status_code == 200, timeout_s=60)
        early = two.alerts(rosa)[-1]
        _acknowledge(rosa, early)
        wait_until(lambda: two.at_hub_is(early, "acknowledged"), timeout_s=30, every_s=0.2)

        ghost = _join(small, "Puesto de paso", "la-victoria")
        saved = backup(small.hub_file, small.folder / "yesterday.tar", CLOCK)
        (had,) = small.in_hub("SELECT max(sequence) FROM audit")[0]

        # The comisaría's site, which would tell it too, sleeps through all that follows.
        police.process.kill()
        # What the backup does not have: two revocations, a site, a person, an agency, alerts, acts, audit entries.
        end = {"reason": "El convenio terminó"}
        assert rosa.post(f"/api/grants/{two.grant_id}/revoke", json=end).status_code == 200
        body = {"username": "nueva", "roles": ["viewer"], "password": "verano-azul-88"}
        assert boss.post("/api/users", json=body).status_code == 201
        with small.administrator() as admin:
            admin.put("/api/agencies/surco", json={"name": "Surco", "kind": "municipality"}).raise_for_status()
            admin.post(f"/api/sites/{ghost}/revoke").raise_for_status()
        newcomer = _join(small, "Serenazgo Surco", "surco")
        before = set(two.alerts(rosa))
        late = wait_until(lambda: next(iter(set(two.alerts(rosa)) - before), ""), timeout_s=120, every_s=0.5)
        _acknowledge(rosa, late)
        wait_until(lambda: two.at_hub_is(late, "acknowledged"), timeout_s=30, every_s=0.2)
        wait_until(lambda: "nueva" in _accounts(small), timeout_s=30, every_s=0.5)
        wait_until(lambda: _knows(officer, "surco"), timeout_s=30, every_s=0.5)
        # Somebody must hold a head that is younger than the backup: they go at a start, and then once a minute.
        owner.process.stop()
        small.start(owner)
        wait_until(lambda: _held(officer) > had, timeout_s=60, every_s=0.5)

        wait_until(lambda: newcomer in _kept_sites(owner), timeout_s=90, every_s=0.5)

        small.demo.hub.kill()
        owner.process.kill()
        small.wait_until_hub_is_gone()
        shutil.rmtree(small.hub_config.data)
        (small.hub_config.keys / "sites.json").unlink()  # as on another machine: the sites alone can tell it
        restore(saved.path, small.hub_file, CLOCK)
        small.start_hub()
        small.start(police)
        wait_until(lambda: _doubted(small) == {"la-victoria"}, timeout_s=60, every_s=0.2)

        # The owner's site is not there: nothing of it is opened, though the grant stands here as it did yesterday.
        with small.at_hub(police, **PURPOSE) as olga:
            assert olga.get(f"/api/grants/{two.grant_id}").json()["state"] == "active"
            assert _camera(olga, "la-victoria") is None
            assert two.alerts(olga) == []
            refused = olga.get(f"/api/cameras/{camera}/snapshot.jpg")
            assert refused.status_code == 403, refused.text
            assert "restored from a backup" in refused.json()["message"]

            small.start(owner)
            wait_until(lambda: "la-victoria" not in _doubted(small), timeout_s=60, every_s=0.2)
            assert olga.get(f"/api/grants/{two.grant_id}").json()["state"] == "revoked"
            assert _camera(olga, "la-victoria") is None
            refused = olga.get(f"/api/cameras/{camera}/snapshot.jpg")
            assert "revoked" in refused.json()["message"]

    # The sites' log from where the backup had it: each once, in the order in which it happened.
    wait_until(lambda: two.at_hub_is(late, "acknowledged"), timeout_s=60, every_s=0.5)
    told, raised = two.told(), two.raised()
    assert len(set(told)) == len(told), "an alert was told twice"
    assert told == raised[: len(told)]
    assert late in {alert for _camera_id, alert in told}
    assert small.in_hub("SELECT id FROM acts WHERE subject_id = %s AND kind = 'acknowledge'", late) != []
    (copies,) = small.in_hub("SELECT count(*) FROM acts WHERE subject_id = %s", late)[0]
    assert copies == 1
    # What only sites knew is known again: people, agencies, and who may connect.
    wait_until(lambda: "nueva" in _accounts(small), timeout_s=30, every_s=0.5)
    wait_until(lambda: small.in_hub("SELECT 1 FROM agencies WHERE id = 'surco'") != [], timeout_s=30, every_s=0.5)

    wait_until(lambda: _revoked(small, ghost) and _revoked(small, newcomer) is False, timeout_s=30, every_s=0.5)

    with small.administrator() as admin, small.at(owner, "auditoria") as officer:
        body = {"username": "control", "roles": ["auditor"], "password": "otra-clave-larga-9"}
        assert admin.post("/api/users", json=body).status_code == 201
        with _as(small, "control", "otra-clave-larga-9") as control:
            entries = control.get("/api/audit", params={"resource_kind": "backup"}).json()
            assert [one["sequence"] for one in entries] == [entries[0]["detail"]["last_entry"] + 1]
            assert entries[0]["username"].startswith("os:")
            assert entries[0]["detail"]["manifest_sha256"] == saved.digest
            # Both ends say the same of it: from which backup, and which entries are lost here and held elsewhere.
            for found in (control, officer):
                wait_until(partial(_explained, found, "hub"), timeout_s=150, every_s=2)
                (one,) = found.get("/api/audit/verify").json()["restores"]
                assert one["place"] == "hub"
                assert one["lost_from"] == entries[0]["sequence"]
                assert one["lost_to"] > had
                assert one["by"].startswith("os:")


def test_a_site_of_yesterday(two: Two) -> None:
    small, owner = two.small, two.owner
    with small.at(owner) as rosa, small.at(owner, "admin") as boss:
        first = wait_until(lambda: two.alerts(rosa)[:1], timeout_s=120, every_s=0.5)
        wait_until(lambda: set(first) <= {alert for _camera_id, alert in two.told()}, timeout_s=60, every_s=0.5)
        saved = backup(owner.folder / "veedor.yaml", small.folder / "site-yesterday", CLOCK)

        body = {"username": "segunda", "roles": ["viewer"], "password": "verano-azul-88"}
        assert boss.post("/api/users", json=body).status_code == 201
        before = set(two.alerts(rosa))
        late = wait_until(lambda: next(iter(set(two.alerts(rosa)) - before), ""), timeout_s=120, every_s=0.5)
        _acknowledge(rosa, late)
        opened = rosa.post(f"/api/alerts/{late}/escalate", json={"expected_version": 1, "type": "robbery"})
        assert opened.status_code in (200, 201), opened.text
        wait_until(lambda: two.at_hub_is(late, "escalated"), timeout_s=30, every_s=0.2)
        wait_until(lambda: "segunda" in _accounts(small), timeout_s=30, every_s=0.5)
    incarnation = _incarnation(small)
    owner.process.kill()
    shutil.rmtree(config_of(owner).data)
    restore(saved.path, owner.folder / "veedor.yaml", CLOCK)
    small.start(owner)

    # The person, the alert with what was done about it, and the incident come back from the hub.
    wait_until(lambda: login(owner.url, "segunda", "verano-azul-88").status_code == 200, timeout_s=60, every_s=1)
    with small.at(owner) as rosa, small.at(owner, "auditoria") as officer:
        wait_until(lambda: late in two.alerts(rosa), timeout_s=60, every_s=0.5)
        wait_until(lambda: rosa.get(f"/api/alerts/{late}").json()["status"] == "escalated", timeout_s=60, every_s=0.5)
        assert rosa.get(f"/api/alerts/{late}").json()["incident_id"] in {
            one["id"] for one in rosa.get("/api/incidents").json()["incidents"]
        }
        # It speaks anew, under numbers that nobody has heard before; the hub takes nothing twice.
        wait_until(lambda: _incarnation(small) != incarnation, timeout_s=60, every_s=0.5)
        again = wait_until(lambda: next(iter(set(two.alerts(rosa)) - {late} - before), ""), timeout_s=120, every_s=0.5)
        wait_until(lambda: again in {alert for _camera_id, alert in two.told()}, timeout_s=60, every_s=0.5)
        told = two.told()
        assert len(set(told)) == len(told)
        # Its chain forks where the backup ended: both the hub and the site itself say so, and why.
        with small.administrator() as admin:
            body = {"username": "control2", "roles": ["auditor"], "password": "otra-clave-larga-9"}
            assert admin.post("/api/users", json=body).status_code == 201
        with _as(small, "control2", "otra-clave-larga-9") as control:
            wait_until(lambda: _explained(control, "hub", is_not=True), timeout_s=60, every_s=1)
            for found in (control, officer):
                one = wait_until(_lost_at_a_site(found), timeout_s=90, every_s=1)
                assert one is not None
                assert one["by"].startswith("os:")
                assert one["lost_to"] >= one["lost_from"]


def _lost_at_a_site(found: httpx.Client) -> Callable[[], dict[str, Any] | None]:
    def look() -> dict[str, Any] | None:
        rows = found.get("/api/audit/verify").json()["restores"]
        return next((row for row in rows if row["place"] != "hub" and row["lost_to"]), None)

    return look


def _incarnation(small: Small) -> str:
    return str(small.in_hub("SELECT incarnation FROM site_position WHERE agency_id = 'la-victoria'")[0][0])


def _camera(found: httpx.Client, agency_id: str) -> str | None:
    return next((str(row["id"]) for row in found.get("/api/cameras").json() if row["agency_id"] == agency_id), None)


def _acknowledge(found: httpx.Client, alert_id: str) -> None:
    said = found.post(f"/api/alerts/{alert_id}/acknowledge", json={"expected_version": 0})
    assert said.status_code == 200, said.text


def _doubted(small: Small) -> set[str]:
    query = "SELECT agency_id FROM sites WHERE doubted_at IS NOT NULL AND revoked_at IS NULL"
    return {str(one) for (one,) in small.in_hub(query)}


def _join(small: Small, name: str, agency: str) -> str:
    """A site that has joined and never speaks; its id."""
    with small.administrator() as admin:
        made = admin.post("/api/invitations", json={"agency_id": agency, "site_name": name})
        asked = {
            "secret": Invitation.decode(made.raise_for_status().json()["token"]).secret,
            "protocol": PROTOCOL,
            "version": "1",
            "agency_id": agency,
            "link_key": public_of(new_seed()),
        }
        return str(admin.post("/api/join", json=asked).raise_for_status().json()["site_id"])


def _kept_sites(party: Party) -> str:
    """The list of sites that this one keeps for its hub."""
    path = database_file(config_of(party).data)
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as found:
        rows = found.execute("SELECT told FROM kept_roster WHERE one = 2").fetchall()
    return str(rows[0][0]) if rows else ""


def _revoked(small: Small, site_id: str) -> bool | None:
    """None: the hub does not know it."""
    rows = small.in_hub("SELECT revoked_at IS NOT NULL FROM sites WHERE id = %s", site_id)
    return bool(rows[0][0]) if rows else None


def _accounts(small: Small) -> set[str]:
    return {str(name) for (name,) in small.in_hub("SELECT record->>'username' FROM account_records")}


def _knows(found: httpx.Client, agency_id: str) -> bool:
    return agency_id in {row["id"] for row in found.get("/api/agencies").json()}


def _held(officer: httpx.Client) -> int:
    """The highest entry of the hub's audit that this desk keeps a head of."""
    rows = officer.get("/api/audit/witnessed", params={"place": "hub"}).json()
    return max((int(row["sequence"]) for row in rows), default=0)


def _explained(found: httpx.Client, place: str, *, is_not: bool = False) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = found.get("/api/audit/verify").json()["contradictions"]
    return [row for row in rows if (row["place"] == place) is not is_not and row["restore"]]


def _as(small: Small, user: str, password: str) -> Any:
    return client(small.demo.hub_url, str(small.demo.ca), user, password)

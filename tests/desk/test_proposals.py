"""Two agencies at a hub's desk: nearby alerts are proposed as one incident, and a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from desk.cases import JPEG, event
from desk.desks import serving
from desk.fakes import camera
from desk.two_agencies import Two, make
from veedor.desk.alerts.service import AlertService
from veedor.desk.audit.entry import detail_of
from veedor.desk.audit.log import AuditQuery
from veedor.desk.incidents.tables import IncidentRow
from veedor.model.camera import Placement

PURPOSE = {"x-veedor-purpose": "Robo"}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """`plaza` is the municipality's, `comisaria` the police's, 221 m away; the police may see alerts at `plaza`."""
    desk = make(tmp_path, None, "muni", "pnp")
    desk.cameras.save(replace(camera("plaza"), placement=Placement(-12.05, -77.03)))
    desk.cameras.save(replace(camera("comisaria", "pnp"), placement=Placement(-12.052, -77.03)))
    people: dict[str, httpx.Client] = {}
    with serving(desk.app) as desk.url:
        found = Two(desk, people)
        found.agree(rights=["live", "alerts"])
        found.petra.headers.update(PURPOSE)
        found.pablo.headers.update(PURPOSE)
        yield found
        for client in people.values():
            client.close()
    desk.ports.database.close()


def raise_alert(two: Two, camera_id: str, **changes: Any) -> str:
    started = changes.pop("started_at", two.desk.ports.clock.now() - timedelta(seconds=60))
    one = event(camera_id=camera_id, started_at=started, **{"kind": "fight", **changes})
    AlertService(two.desk.ports).raise_alert(one, JPEG)
    return one.id


def proposals(who: httpx.Client) -> list[dict[str, Any]]:
    answer = who.get("/api/incident-proposals")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def incidents(two: Two) -> list[IncidentRow]:
    with two.desk.ports.database.reading() as session:
        return list(session.scalars(sa.select(IncidentRow)))


def test_it_is_proposed_to_those_who_may_see_all_of_it(two: Two) -> None:
    ours, theirs = raise_alert(two, "comisaria"), raise_alert(two, "plaza", kind="person_down")
    (one,) = proposals(two.pablo)
    assert {alert["id"] for alert in one["alerts"]} == {ours, theirs}
    assert (one["agencies"], one["family"], one["suggested_type"]) == (["muni", "pnp"], "violence", "disturbance")
    assert one["apart_m"] == pytest.approx(221, abs=1)
    assert proposals(two.omar) == []  # the municipality may not see alerts of the police
    assert two.adela.get("/api/incident-proposals").status_code == 403
    assert incidents(two) == [], "nothing opens by itself"


def test_without_the_purpose_of_the_grant_nothing_is_proposed(two: Two) -> None:
    raise_alert(two, "comisaria")
    raise_alert(two, "plaza")
    assert two.pablo.get("/api/incident-proposals", headers={"x-veedor-purpose": "curiosidad"}).json() == []


def test_accepted_it_is_one_incident_and_the_other_agency_is_invited(two: Two) -> None:
    ours, theirs = raise_alert(two, "comisaria"), raise_alert(two, "plaza")
    (one,) = proposals(two.pablo)
    answer = two.pablo.post(f"/api/incident-proposals/{one['id']}/accept", json={"note": "Pelea en la plaza"})
    assert answer.status_code == 201, answer.text
    opened = answer.json()
    assert (opened["agency_id"], opened["type"], opened["origin"]) == ("pnp", "disturbance", "alert")
    assert [alert["id"] for alert in opened["alerts"]] == [ours, theirs]
    assert opened["agencies"] == [{"agency_id": "muni", "part": "invited"}]
    assert len(incidents(two)) == 1
    assert proposals(two.pablo) == []
    assert two.pablo.get(f"/api/alerts/{ours}").json()["incident_id"] == opened["id"]
    # The alert of the municipality is still its own to decide about, until its people come in.
    assert two.omar.get(f"/api/alerts/{theirs}").json()["status"] == "new"
    assert two.omar.post(f"/api/incidents/{opened['id']}/accept").status_code == 200
    followed = two.omar.get(f"/api/alerts/{theirs}").json()
    assert (followed["status"], followed["incident_id"]) == ("escalated", opened["id"])
    # Twice is once.
    assert two.petra.post(f"/api/incident-proposals/{one['id']}/accept", json={}).status_code == 409
    assert len(incidents(two)) == 1


def test_the_look_at_the_foreign_alert_is_in_the_audit(two: Two) -> None:
    raise_alert(two, "comisaria")
    theirs = raise_alert(two, "plaza")
    (one,) = proposals(two.pablo)
    two.pablo.post(f"/api/incident-proposals/{one['id']}/accept", json={})
    rows = two.desk.audit.entries(AuditQuery(action="alert.read", resource_id="plaza"))
    assert [(row.username, row.allowed, detail_of(row)["alert"]) for row in rows] == [("pablo", True, theirs)]


def test_a_third_alert_joins_the_incident_that_is_open(two: Two) -> None:
    raise_alert(two, "comisaria")
    raise_alert(two, "plaza")
    (one,) = proposals(two.pablo)
    opened = two.pablo.post(f"/api/incident-proposals/{one['id']}/accept", json={}).json()
    later = raise_alert(two, "plaza", rule="otra regla")
    (again,) = proposals(two.pablo)
    assert again["incident_id"] == opened["id"]
    joined = two.pablo.post(f"/api/incident-proposals/{again['id']}/accept", json={}).json()
    assert joined["id"] == opened["id"]
    assert later in [alert["id"] for alert in joined["alerts"]]
    assert len(joined["agencies"]) == 1
    assert proposals(two.pablo) == []


def test_dismissed_it_stays_dismissed(two: Two) -> None:
    raise_alert(two, "comisaria")
    raise_alert(two, "plaza")
    (one,) = proposals(two.pablo)
    path = f"/api/incident-proposals/{one['id']}/dismiss"
    assert two.pablo.post(path, json={"note": "Son dos cosas"}).status_code == 204
    assert proposals(two.petra) == []
    raise_alert(two, "plaza")  # of the same burst
    assert proposals(two.petra) == []
    assert two.pablo.post(path, json={}).status_code == 409
    assert incidents(two) == []


def test_what_a_person_has_dismissed_or_claimed(two: Two) -> None:
    ours = raise_alert(two, "comisaria")
    raise_alert(two, "plaza")
    (one,) = proposals(two.pablo)
    two.petra.post(f"/api/alerts/{ours}/claim", json={})
    refused = two.pablo.post(f"/api/incident-proposals/{one['id']}/accept", json={})
    assert (refused.status_code, refused.json()["error"]) == (409, "error-alerts-claimed")
    assert incidents(two) == []
    assert two.petra.post(f"/api/alerts/{ours}/dismiss", json={"reason": "test"}).status_code == 200
    assert proposals(two.pablo) == []


def test_a_camera_that_is_not_on_the_map_has_no_neighbours(two: Two) -> None:
    two.desk.cameras.save(camera("comisaria", "pnp"))
    raise_alert(two, "comisaria")
    raise_alert(two, "plaza")
    assert proposals(two.pablo) == []

"""Acts on alerts: one person at a time, kept for good, merged from other places."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk.cases import Cases, event
from desk.desks import make_desk
from stored_footage import START
from veedor.access.principal import Principal, Role
from veedor.desk.acts.repository import acts_of, merge
from veedor.desk.acts.tables import ActRow
from veedor.desk.alerts.handling import AlertHandling, Seen
from veedor.desk.alerts.repository import get_alert, project
from veedor.desk.alerts.service import AlertService
from veedor.desk.scope_clause import only
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import StoreError
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.alert import AlertStatus, DismissReason, fold_alert


def test_from_new_to_escalated_with_every_act_kept(desk: Cases) -> None:
    alert = desk.raise_alert()
    taken = desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={"expected_version": 0}).json()
    assert (taken["status"], taken["handled_by"], taken["version"]) == ("acknowledged", "ana", 1)
    body = {"expected_version": 1, "type": "suspicious_vehicle", "note": "sin placa"}
    done = desk.ana.post(f"/api/alerts/{alert}/escalate", json=body).json()
    assert done["status"] == "escalated"
    assert [act["kind"] for act in done["acts"]] == ["acknowledge", "escalate"]
    incident = desk.ana.get(f"/api/incidents/{done['incident_id']}").json()
    assert incident["type"] == "suspicious_vehicle"
    assert incident["place"] == "Jirón Puno"
    assert [one["id"] for one in incident["alerts"]] == [alert]


def test_the_second_to_take_an_alert_is_told_who_was_first(desk: Cases) -> None:
    alert = desk.raise_alert()
    assert desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={"expected_version": 0}).status_code == 200
    for body in ({"expected_version": 0}, {}, {"expected_version": 1}, {"expected_version": 7}):
        answer = desk.luis.post(f"/api/alerts/{alert}/acknowledge", json=body)
        assert answer.status_code == 409
        assert "ana" in answer.json()["message"]


def test_of_many_who_take_an_alert_at_once_one_does(desk: Cases) -> None:
    alert = desk.raise_alert()
    start = threading.Barrier(8)
    codes: list[int] = []

    def take(name: str, body: dict[str, int]) -> None:
        with desk.desk.client(name) as client:
            start.wait()
            codes.append(client.post(f"/api/alerts/{alert}/acknowledge", json=body).status_code)

    bodies = [{"expected_version": 0}, {}] * 4
    threads = [
        threading.Thread(target=take, args=("ana" if number % 2 else "luis", body))
        for number, body in enumerate(bodies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] + [409] * 7
    shown = desk.ana.get(f"/api/alerts/{alert}").json()
    assert (shown["version"], len(shown["acts"]), shown["conflicts"]) == (1, 1, 0)


def test_the_database_itself_refuses_two_acts_on_one_version(desk: Cases) -> None:
    """Were the service's check gone, the unique key would still hold."""
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={})
    with pytest.raises(StoreError), desk.desk.ports.database.session() as session:
        session.add(
            ActRow(
                id="double",
                agency_id="muni",
                actor_agency_id="muni",
                subject_kind="alert",
                subject_id=alert,
                sequence=1,
                kind="acknowledge",
                actor_id="u",
                at=START,
                received_at=START,
                payload={},
            )
        )


def test_acts_cannot_be_changed(desk: Cases) -> None:
    desk.ana.post(f"/api/alerts/{desk.raise_alert()}/acknowledge", json={})
    for change in ("UPDATE acts SET actor_id = 'x'", "DELETE FROM acts"):
        with pytest.raises(StoreError), desk.desk.ports.database.session() as session:
            session.execute(sa.text(change))


def test_acts_from_another_place_merge_and_conflicts_are_shown(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={})
    mine = datetime.fromisoformat(desk.ana.get(f"/api/alerts/{alert}").json()["acts"][0]["at"])
    far = Act(
        id="far-1",
        subject_kind=SubjectKind.ALERT,
        subject_id=alert,
        kind=ActKind.ACKNOWLEDGE,
        actor_id="u9",
        agency_id="pnp",
        at=mine - timedelta(seconds=2),
        actor_name="Comisaría",
    )
    for _ in range(2):  # it may arrive twice
        with desk.desk.ports.database.session() as session:
            merge(session, [far], "muni", mine)
            project(session, get_alert(session, only("muni"), alert))
    shown = desk.ana.get(f"/api/alerts/{alert}").json()
    assert shown["handled_by"] == "Comisaría"
    assert [act["by"] for act in shown["conflicting_acts"]] == ["ana"]
    assert shown["version"] == 2
    stale = desk.luis.post(f"/api/alerts/{alert}/dismiss", json={"reason": "test", "expected_version": 1})
    assert stale.status_code == 409


def test_a_clock_set_back_does_not_turn_the_order_of_acts_around(tmp_path: Path) -> None:

    clock = SimulatedClock(START)
    desk = make_desk(tmp_path, clock)
    one = event()
    AlertService(desk.ports).raise_alert(one, None)
    handling = AlertHandling(desk.ports)
    ana, luis = (Principal(name, name, "muni", frozenset({Role.OPERATOR})) for name in ("ana", "luis"))
    handling.acknowledge(ana, one.id, Seen(0))
    clock.step_wall(-3600)
    handling.dismiss(luis, one.id, Seen(1), DismissReason.ANIMAL, None)

    with desk.ports.database.reading() as session:
        state = fold_alert(acts_of(session, SubjectKind.ALERT, one.id))
    assert (state.status, state.handled_by, state.conflicts) == (AlertStatus.DISMISSED, "luis", ())


def test_dismissing_needs_a_reason_from_the_list(desk: Cases) -> None:
    alert = desk.raise_alert()
    path = f"/api/alerts/{alert}/dismiss"
    assert desk.ana.post(path, json={}).status_code == 422
    assert desk.ana.post(path, json={"reason": "because"}).status_code == 422
    assert desk.ana.post(path, json={"reason": "other"}).status_code == 400
    assert desk.ana.post(path, json={"reason": "other", "note": "   "}).status_code == 400
    done = desk.ana.post(path, json={"reason": "animal", "note": "un perro"}).json()
    assert (done["status"], done["dismiss_reason"]) == ("dismissed", "animal")
    assert desk.luis.post(path, json={"reason": "animal"}).status_code == 409


def test_false_alerts_are_counted_per_rule(desk: Cases) -> None:
    for reason in ("animal", "nothing_there", "normal_activity"):
        desk.ana.post(f"/api/alerts/{desk.raise_alert()}/dismiss", json={"reason": reason})
    desk.ana.post(f"/api/alerts/{desk.raise_alert()}/escalate", json={"type": "robbery"})
    desk.raise_alert()
    desk.raise_alert(rule="salida")
    stats = desk.ana.get("/api/alerts/stats").json()
    rules = {one["rule"]: one for one in stats["rules"]}
    assert rules["paradero"] == {
        "camera_id": "cam-1",
        "camera_name": "Jirón Puno",
        "rule": "paradero",
        "raised": 5,
        "handled": 4,
        "dismissed": 3,
        "false": 2,
        "escalated": 1,
        "false_rate": 0.5,
    }
    assert rules["salida"]["false_rate"] is None
    assert stats["alerts"] == 6
    assert stats["latency_p50_s"] > 0


def test_several_alerts_join_one_incident_and_a_closed_one_takes_none(desk: Cases) -> None:
    first, second, third = (desk.raise_alert() for _ in range(3))
    incident = desk.ana.post(f"/api/alerts/{first}/escalate", json={"type": "robbery"}).json()["incident_id"]
    number = str(desk.ana.get(f"/api/incidents/{incident}").json()["number"])
    joined = desk.luis.post(f"/api/alerts/{second}/escalate", json={"incident": number}).json()
    assert joined["incident_id"] == incident
    shown = desk.ana.get(f"/api/incidents/{incident}").json()
    assert {one["id"] for one in shown["alerts"]} == {first, second}
    desk.ana.post(f"/api/incidents/{incident}/close", json={"disposition": "resolved"})
    refused = desk.ana.post(f"/api/alerts/{third}/escalate", json={"incident": incident})
    assert refused.status_code == 409
    assert desk.ana.get(f"/api/alerts/{third}").json()["status"] == "new", "half of a refused act stayed"
    assert desk.ana.post(f"/api/alerts/{third}/escalate", json={"incident": "999"}).status_code == 404
    assert desk.ana.post(f"/api/alerts/{third}/escalate", json={"type": "party"}).status_code == 422

"""Claims: two operators never handle the same alert unknowingly."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.cases import Cases, event
from desk.desks import make_desk
from stored_footage import START
from veedor.access.principal import Principal, Role
from veedor.desk.acts.repository import acts_of
from veedor.desk.alerts.errors import AlertClaimed
from veedor.desk.alerts.handling import AlertHandling, Seen
from veedor.desk.alerts.service import AlertService
from veedor.desk.scope_clause import only
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.clock import SimulatedClock
from veedor.model.act import SubjectKind
from veedor.model.alert import CLAIM_LASTS, DismissReason


def test_a_claim_is_shown_with_the_name_and_told_to_open_pages(desk: Cases) -> None:
    alert = desk.raise_alert()
    feed = LiveFeedHub(desk.desk.ports.database, desk.desk.ports.clock)
    before = feed.bounds()[1]
    taken = desk.ana.post(f"/api/alerts/{alert}/claim", json={"expected_version": 0}).json()
    assert (taken["status"], taken["claim"]["by"], taken["version"]) == ("new", "ana", 1)
    seen = desk.luis.get("/api/alerts", params={"id": alert}).json()["alerts"][0]
    assert seen["claim"]["by"] == "ana"
    assert seen["claim"]["until"] > seen["claim"]["since"]
    told = [(one.kind, one.payload["act"], one.payload["by"]) for one in feed.after(before, only("muni"))]
    assert told == [("alert.act", "claim", "ana")]


def test_acting_on_somebody_elses_claim_must_be_meant(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/claim", json={})
    for act, body in (("claim", {}), ("acknowledge", {}), ("dismiss", {"reason": "test"}), ("escalate", {})):
        answer = desk.luis.post(f"/api/alerts/{alert}/{act}", json={"expected_version": 1, **body})
        assert (answer.status_code, answer.json()["error"]) == (409, "error-alerts-claimed"), act
        assert "ana" in answer.json()["message"]
    assert desk.luis.get("/api/incidents").json()["incidents"] == []
    body = {"reason": "test", "expected_version": 1, "over_claim": True}
    done = desk.luis.post(f"/api/alerts/{alert}/dismiss", json=body).json()
    assert (done["status"], done["handled_by"], done["claim"], done["conflicts"]) == ("dismissed", "luis", None, 0)


def test_whoever_claimed_acts_without_being_asked_and_the_claim_ends(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/claim", json={})
    done = desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={"expected_version": 1}).json()
    assert (done["status"], done["claim"]) == ("acknowledged", None)
    again = desk.luis.post(f"/api/alerts/{alert}/claim", json={}).json()
    assert again["claim"]["by"] == "luis"


def test_a_claim_can_be_taken_over_and_given_back(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/claim", json={})
    over = desk.luis.post(f"/api/alerts/{alert}/claim", json={"over_claim": True}).json()
    assert (over["claim"]["by"], over["conflicts"]) == ("luis", 0)
    kept = desk.ana.post(f"/api/alerts/{alert}/release").json()  # not hers any more: nothing happens
    assert (kept["claim"]["by"], kept["version"]) == ("luis", 2)
    free = desk.luis.post(f"/api/alerts/{alert}/release").json()
    assert (free["claim"], [act["kind"] for act in free["acts"]]) == (None, ["claim", "claim", "release"])


def test_a_settled_alert_cannot_be_claimed(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/dismiss", json={"reason": "animal"})
    answer = desk.ana.post(f"/api/alerts/{alert}/claim", json={})
    assert (answer.status_code, answer.json()["error"]) == (409, "error-acts-not-now")


def test_of_two_who_claim_what_they_saw_free_one_does(desk: Cases) -> None:
    alert = desk.raise_alert()
    assert desk.ana.post(f"/api/alerts/{alert}/claim", json={"expected_version": 0}).status_code == 200
    answer = desk.luis.post(f"/api/alerts/{alert}/claim", json={"expected_version": 0})
    assert answer.status_code == 409
    assert "ana" in answer.json()["message"]


def test_a_claim_ends_by_itself(tmp_path: Path) -> None:
    clock = SimulatedClock(START)
    desk = make_desk(tmp_path, clock)
    one = event()
    AlertService(desk.ports).raise_alert(one, None)
    handling = AlertHandling(desk.ports)
    ana, luis = (Principal(name, name, "muni", frozenset({Role.OPERATOR})) for name in ("ana", "luis"))
    handling.claim(ana, one.id, Seen(0))
    clock.advance(CLAIM_LASTS.total_seconds() - 1)
    with pytest.raises(AlertClaimed):
        handling.dismiss(luis, one.id, Seen(1), DismissReason.TEST, None)
    handling.claim(ana, one.id, Seen(1))  # she is still at it
    clock.advance(CLAIM_LASTS.total_seconds() - 1)
    with pytest.raises(AlertClaimed):
        handling.dismiss(luis, one.id, Seen(2), DismissReason.TEST, None)
    clock.advance(1)
    handling.release(ana, one.id)  # ended: nothing to give back
    handling.dismiss(luis, one.id, Seen(2), DismissReason.TEST, None)
    with desk.ports.database.reading() as session:
        kinds = [act.kind.value for act in acts_of(session, SubjectKind.ALERT, one.id)]
    assert kinds == ["claim", "claim", "dismiss"]


def test_lists_find_by_id_and_by_text(desk: Cases) -> None:
    one, other = desk.raise_alert(), desk.raise_alert(rule="100% noche", zone="Vereda_Sur")
    found = desk.ana.get("/api/alerts", params={"id": [one, "nobody"]}).json()["alerts"]
    assert [alert["id"] for alert in found] == [one]
    for text, ids in (("0% NO", [other]), ("vereda_s", [other]), ("jirón", [other, one]), ("a%b", []), ("o_N", [])):
        found = desk.ana.get("/api/alerts", params={"text": text}).json()["alerts"]
        assert {alert["id"] for alert in found} == set(ids), text


def test_the_rate_of_one_rule(desk: Cases) -> None:
    desk.ana.post(f"/api/alerts/{desk.raise_alert()}/dismiss", json={"reason": "animal"})
    desk.raise_alert(rule="salida")
    stats = desk.ana.get("/api/alerts/stats", params={"camera": "cam-1", "rule": "paradero"}).json()
    assert [(one["rule"], one["false"], one["handled"]) for one in stats["rules"]] == [("paradero", 1, 1)]
    assert stats["alerts"] == 1
    assert desk.ana.get("/api/alerts/stats", params={"camera": "other"}).json()["rules"] == []

"""Incidents: opened by hand or by alert, worked through, closed, and all of it kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk.cases import Cases, cases
from veedor.desk.incidents.catalogue import TYPES, step_name, type_name
from veedor.desk.scope_clause import only
from veedor.kit.messages import LANGUAGES


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Cases]:
    with cases(tmp_path, work=False) as ready:
        yield ready


@pytest.fixture
def incident(desk: Cases) -> str:
    return opened(desk)["id"]


def opened(desk: Cases, **changes: Any) -> dict[str, Any]:
    body = {"type": "robbery", "place": "Jr. Puno 120", "summary": "dos sujetos en moto", "caller": "vecina", **changes}
    answer = desk.ana.post("/api/incidents", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_call_becomes_an_incident_with_its_checklist(desk: Cases) -> None:
    one = opened(desk)
    assert (one["number"], one["status"], one["origin"], one["opened_by"]) == (1, "open", "phone", "ana")
    assert [step["step"] for step in one["checklist"]] == list(TYPES["robbery"])
    assert not any(step["done"] for step in one["checklist"])
    assert one["timeline"][0]["payload"]["caller"] == "vecina"
    assert opened(desk)["number"] == 2
    assert desk.ana.get("/api/incidents/2").json()["number"] == 2


def test_incidents_are_found_by_their_words_and_number(desk: Cases) -> None:
    opened(desk, place="Av. Grau 50", summary="choque 100% leve")
    opened(desk)

    def numbers(text: str) -> list[int]:
        return [one["number"] for one in desk.ana.get("/api/incidents", params={"text": text}).json()["incidents"]]

    assert numbers("GRAU") == [1]
    assert numbers("moto") == [2]
    assert numbers("100%") == [1]
    assert numbers("%") == [1], "taken as it is written"
    assert numbers("robbery") == [2, 1]
    assert numbers("2") == [2]
    assert numbers("nada de eso") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_type_and_step_has_a_name(lang: str) -> None:
    for type_, steps in TYPES.items():
        assert type_name(type_, lang) != type_
        for step in steps:
            assert step_name(step, lang)
    assert type_name("from-another-desk", lang) == "from-another-desk"


def test_the_catalogue_is_served_in_the_readers_language(desk: Cases) -> None:
    types = desk.ana.get("/api/incident-types", headers={"accept-language": "es"}).json()
    assert {"type": "robbery", "name": "Robo o asalto"}.items() <= types[0].items()


def test_the_whole_life_of_an_incident(desk: Cases, incident: str) -> None:
    path = f"/api/incidents/{incident}"
    assert desk.luis.post(f"{path}/notes", json={"text": "  camisa roja  "}).status_code == 200
    checked = desk.luis.post(f"{path}/checklist", json={"step": "notify_police"}).json()
    step = next(step for step in checked["checklist"] if step["step"] == "notify_police")
    assert (step["done"], step["by"]) == (True, "luis")
    undone = desk.ana.post(f"{path}/checklist", json={"step": "notify_police", "done": False}).json()
    assert not next(step for step in undone["checklist"] if step["step"] == "notify_police")["done"]
    assert desk.ana.post(f"{path}/assign", json={"assignee": "Unidad 7"}).json()["assignee"] == "Unidad 7"
    assert desk.ana.post(f"{path}/assign", json={"assignee": None}).json()["assignee"] is None
    closed = desk.ana.post(f"{path}/close", json={"disposition": "handed_to_police", "note": "acta 14"}).json()
    assert (closed["status"], closed["disposition"]) == ("closed", "handed_to_police")
    assert desk.ana.post(f"{path}/close", json={"disposition": "resolved"}).status_code == 409
    assert desk.ana.post(f"{path}/checklist", json={"step": "notify_police"}).status_code == 409
    assert desk.ana.post(f"{path}/notes", json={"text": "llamó de nuevo"}).status_code == 200
    again = desk.sara.post(f"{path}/reopen", json={"reason": "volvieron"}).json()
    assert (again["status"], again["closed_at"], again["disposition"]) == ("open", None, None)
    kinds = [act["kind"] for act in again["timeline"]]
    assert kinds == ["open", "note", "check", "check", "assign", "assign", "close", "note", "reopen"]
    assert [act["by"] for act in again["timeline"]][:3] == ["ana", "luis", "luis"]
    assert again["timeline"][1]["reason"] == "camisa roja"


def test_a_wrong_request_changes_nothing(desk: Cases, incident: str) -> None:
    for path, body in (
        ("", {"type": "party"}),
        ("", {"type": "robbery", "surprise": 1}),
        ("", {"type": "robbery", "place": "x" * 501}),
        ("/{id}/notes", {"text": ""}),
        ("/{id}/notes", {"text": "   "}),
        ("/{id}/checklist", {"step": "dance"}),
        ("/{id}/checklist", {"step": "call_fire_brigade"}),
        ("/{id}/close", {"disposition": "bored"}),
        ("/{id}/close", {"disposition": "other"}),
        ("/{id}/reopen", {"reason": "  "}),
        ("/{id}/assign", {"assignee": ""}),
        ("/{id}/assign", {"assignee": "x", "expected_version": -1}),
    ):
        answer = desk.ana.post("/api/incidents" + path.replace("{id}", incident), json=body)
        assert answer.status_code in (400, 422), (path, body, answer.text)
        assert answer.json()["message"]
    assert desk.ana.get(f"/api/incidents/{incident}").json()["version"] == 1


def test_who_acts_on_a_stale_view_is_told_who_was_first(desk: Cases, incident: str) -> None:
    path = f"/api/incidents/{incident}"
    desk.luis.post(f"{path}/assign", json={"assignee": "Unidad 7", "expected_version": 1})
    answer = desk.ana.post(f"{path}/close", json={"disposition": "resolved", "expected_version": 1})
    assert answer.status_code == 409
    assert "luis" in answer.json()["message"]
    assert desk.ana.post(f"{path}/close", json={"disposition": "resolved", "expected_version": 2}).status_code == 200


def test_of_many_who_close_at_once_one_does_and_every_note_stays(desk: Cases, incident: str) -> None:
    path = f"/api/incidents/{incident}"
    start = threading.Barrier(6)
    codes: dict[str, list[int]] = {"close": [], "note": []}

    def act(name: str, what: str) -> None:
        with desk.desk.client(name) as client:
            start.wait()
            if what == "close":
                codes[what].append(client.post(f"{path}/close", json={"disposition": "resolved"}).status_code)
            else:
                codes[what].append(client.post(f"{path}/notes", json={"text": "nota"}).status_code)

    jobs = [("ana", "close"), ("luis", "close"), ("sara", "close"), ("ana", "note"), ("luis", "note"), ("sara", "note")]
    threads = [threading.Thread(target=act, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes["close"]) == [200, 409, 409]
    assert codes["note"] == [200, 200, 200]
    assert len(desk.ana.get(path).json()["timeline"]) == 5


def test_lists_filter_and_page(desk: Cases) -> None:
    ids = [opened(desk, type=type_)["id"] for type_ in ("robbery", "fire", "fire")]
    desk.ana.post(f"/api/incidents/{ids[1]}/close", json={"disposition": "resolved"})
    first = desk.ana.get("/api/incidents", params={"limit": 2}).json()
    rest = desk.ana.get("/api/incidents", params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["incidents"] + rest["incidents"]] == ids[::-1]
    assert rest["next"] is None
    found = desk.ana.get("/api/incidents", params={"type": "fire", "status": "open"}).json()["incidents"]
    assert [one["id"] for one in found] == [ids[2]]
    assert desk.ana.get("/api/incidents", params={"cursor": "@@@@"}).status_code == 422


def test_the_timeline_holds_the_acts_on_its_alerts(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.luis.post(f"/api/alerts/{alert}/acknowledge", json={})
    incident = desk.luis.post(f"/api/alerts/{alert}/escalate", json={"type": "fire"}).json()["incident_id"]
    timeline = desk.ana.get(f"/api/incidents/{incident}").json()["timeline"]
    assert {act["kind"] for act in timeline} == {"acknowledge", "open", "escalate", "add_alert"}


def test_who_may_not_see_incidents_does_not(desk: Cases, incident: str) -> None:
    assert desk.vera.get("/api/incidents").status_code == 403
    assert desk.vera.get(f"/api/incidents/{incident}").status_code == 403
    assert desk.audi.get(f"/api/incidents/{incident}").status_code == 200
    assert desk.audi.post(f"/api/incidents/{incident}/notes", json={"text": "x"}).status_code == 403
    assert ("vera", incident, False) in desk.audited("incident.read")
    assert desk.ana.get("/api/incidents/nothing").status_code == 404
    assert desk.ana.get("/api/incidents/99999999999999999999").status_code == 404


def test_what_happens_is_told_to_open_pages(desk: Cases, incident: str) -> None:
    from veedor.desk.stream.hub import LiveFeedHub

    desk.ana.post(f"/api/incidents/{incident}/notes", json={"text": "nota"})
    hub = LiveFeedHub(desk.desk.ports.database, desk.desk.ports.clock)
    told = [(item.kind, item.payload["act"]) for item in hub.after(0, only("muni"))]
    assert told == [("incident.act", "open"), ("incident.act", "note")]


def test_text_that_no_database_or_manifest_could_hold_is_refused_or_kept_whole(desk: Cases, incident: str) -> None:
    path = f"/api/incidents/{incident}"
    lone = desk.ana.post(f"{path}/notes", content=b'{"text": "\\ud800"}', headers={"content-type": "application/json"})
    assert lone.status_code == 422
    assigned = b'{"assignee": "\\udfff"}'
    lone = desk.ana.post(f"{path}/assign", content=assigned, headers={"content-type": "application/json"})
    assert lone.status_code == 422
    kept = "ñandú 🚓 \u202e {$x} <b> ' OR 1=1 --"
    assert desk.ana.post(f"{path}/notes", json={"text": kept}).json()["timeline"][-1]["reason"] == kept

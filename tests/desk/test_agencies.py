"""Two agencies in one desk: neither sees anything of the other's, but for the cameras that it was given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.cases import JPEG, event
from desk.desks import Desk, make_desk, serving
from desk.fakes import START, camera
from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.grants import Decision
from veedor.access.principal import Principal, Resource, Role
from veedor.access.scope import Scope
from veedor.desk.accounts import service
from veedor.desk.alerts.service import AlertService
from veedor.desk.app import create_app
from veedor.desk.stream import endpoints
from veedor.desk.stream.hub import LiveFeedHub

SPAN = {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T13:00:00Z"}


class SharedCamera(Access):
    """The check with one camera shared with agency `pnp`, for everything."""

    shared: str | None = None

    def decide(self, principal: Principal, action: Action, resource: Resource) -> Decision:
        found = super().decide(principal, action, resource)
        shares = found.refusal == "agency" and resource.camera == self.shared and principal.agency_id == "pnp"
        return Decision(None) if shares else found

    def scope(self, principal: Principal, action: Action, span: tuple[datetime, datetime] | None = None) -> Scope:
        own = super().scope(principal, action)
        return Scope(own.agencies, frozenset({self.shared})) if self.shared and principal.agency_id == "pnp" else own


class Two:
    """A desk of `muni` with people of `pnp`, cameras of both, and `access` to share one."""

    def __init__(self, directory: Path) -> None:
        bare = make_desk(directory)
        self.access = SharedCamera(bare.audit)
        ports = replace(bare.ports, access=self.access)
        self.desk = Desk(ports, create_app(ports), bare.audit, bare.live, bare.cameras, bare.ptz)
        for camera_id, agency_id in (("mercado", "muni"), ("puente", "muni"), ("comisaria", "pnp")):
            self.desk.cameras.save(camera(camera_id, agency_id))
        with ports.database.session() as session:
            service.ensure_agency(session, ports.clock, "pnp", "Policía")
            service.ensure_agency(session, ports.clock, "fire", "Bomberos")
        self.desk.add_user("ana", *Role)
        self.desk.add_user("pedro", *Role, agency_id="pnp")
        self.desk.add_user("flor", Role.OPERATOR, agency_id="fire")
        self.service = AlertService(ports)
        self.clients: dict[str, httpx.Client] = {}

    def __getattr__(self, name: str) -> httpx.Client:
        if name not in ("ana", "pedro", "flor"):
            raise AttributeError(name)
        if name not in self.clients:
            self.clients[name] = self.desk.client(name)
        return self.clients[name]

    def alert(self, camera_id: str) -> str:
        one = event(camera_id=camera_id, started_at=START)
        self.service.raise_alert(one, JPEG)
        return one.id


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    one = Two(tmp_path)
    with serving(one.desk.app) as one.desk.url:
        yield one
    for client in one.clients.values():
        client.close()
    one.desk.ports.database.close()


def alerts_of(client: httpx.Client) -> set[str]:
    return {one["id"] for one in client.get("/api/alerts").json()["alerts"]}


def test_an_alert_belongs_to_the_agency_of_its_camera(two: Two) -> None:
    theirs, ours = two.alert("comisaria"), two.alert("mercado")
    assert alerts_of(two.pedro) == {theirs}
    assert alerts_of(two.ana) == {ours}
    for client, hidden in ((two.pedro, ours), (two.ana, theirs)):
        for path in ("", "/snapshot.jpg", "/clip.mp4"):
            assert client.get(f"/api/alerts/{hidden}{path}").status_code == 404
        for act in ("acknowledge", "claim", "escalate", "release"):
            assert client.post(f"/api/alerts/{hidden}/{act}", json={}).status_code == 404
        assert client.post(f"/api/alerts/{hidden}/dismiss", json={"reason": "animal"}).status_code == 404
    rules = two.pedro.get("/api/alerts/stats").json()["rules"]
    assert [one["camera_id"] for one in rules] == ["comisaria"]


def test_of_another_agency_one_sees_the_shared_camera_and_nothing_else(two: Two) -> None:
    shared, hidden, own = two.alert("mercado"), two.alert("puente"), two.alert("comisaria")
    two.access.shared = "mercado"
    assert alerts_of(two.pedro) == {shared, own}
    assert {one["id"] for one in two.pedro.get("/api/cameras").json()} == {"mercado", "comisaria"}
    assert all(
        "10.0.0.5" not in json.dumps(one) for one in two.pedro.get("/api/cameras").json() if one["id"] == "mercado"
    )
    assert two.pedro.get(f"/api/alerts/{shared}").status_code == 200
    assert two.pedro.get(f"/api/alerts/{shared}/snapshot.jpg").content == JPEG
    assert two.pedro.get(f"/api/alerts/{hidden}").status_code == 404
    asked = {**SPAN, "camera": ["mercado", "puente", "comisaria"]}
    marks = two.pedro.get("/api/marks", params=asked).json()["marks"]
    assert {one["camera_id"] for one in marks} == {"mercado", "comisaria"}
    streams = {one["camera_id"] for one in two.pedro.get("/api/health").json()["streams"]}
    assert streams == {"mercado", "comisaria"}
    two.access.shared = None
    assert alerts_of(two.pedro) == {own}
    assert two.pedro.get(f"/api/alerts/{shared}").status_code == 404


def test_the_look_at_a_shared_camera_is_audited_for_its_owner(two: Two) -> None:
    shared = two.alert("mercado")
    two.access.shared = "mercado"
    two.pedro.get(f"/api/alerts/{shared}/snapshot.jpg")
    from veedor.desk.audit.log import AuditQuery

    rows = [row for row in two.desk.audit.entries(AuditQuery(username="pedro")) if row.resource_agency_id == "muni"]
    assert [(row.action, row.resource_id, row.allowed) for row in rows] == [("alert.read", "mercado", True)]


def test_health_of_another_agency_names_no_machine(two: Two) -> None:
    theirs = two.pedro.get("/api/health").json()
    assert {one["camera_id"] for one in theirs["streams"]} == {"comisaria"}
    assert (theirs["disks"], theirs["workers"], theirs["problems"]) == ([], [], [])
    assert two.ana.get("/api/health").json()["disks"]


def test_lists_of_ones_own_agency_hold_nothing_of_the_other(two: Two) -> None:
    two.ana.post("/api/shift-notes", json={"text": "de muni"})
    two.ana.post("/api/bookmarks", json={"camera": "mercado", "at": "2026-03-01T12:00:05Z", "text": "moto"})
    number = two.ana.post("/api/incidents", json={"type": "fire"}).json()["number"]
    wall = {"name": "Sala", "shared": True, "layout": "2x2", "cells": [], "revision": 0}
    two.ana.put("/api/walls/11111111-1111-4111-8111-111111111111", json=wall)
    now = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
    assert two.ana.get("/api/bookmarks", params=now).json()
    for path, params in (("/api/bookmarks", now), ("/api/shift-notes", now), ("/api/walls", {})):
        assert two.pedro.get(path, params=params).json() == []
    assert two.pedro.get("/api/incidents").json()["incidents"] == []
    assert two.pedro.get(f"/api/incidents/{number}").status_code == 404
    assert {one["username"] for one in two.pedro.get("/api/users").json()} == {"pedro"}
    assert {one["username"] for one in two.ana.get("/api/users").json()} == {"ana"}
    mine = two.pedro.post("/api/incidents", json={"type": "fire"}).json()
    assert (mine["number"], mine["agency_id"]) == (1, "pnp")


def test_a_foreign_camera_is_locked_and_marked_only_where_it_is_shared(two: Two) -> None:
    incident = two.pedro.post("/api/incidents", json={"type": "robbery"}).json()["id"]
    lock = {"camera": "mercado", "start": "2026-03-01T12:00:00Z", "end": "2026-03-01T12:00:10Z", "reason": "Caso 7"}
    bookmark = {"camera": "mercado", "at": "2026-03-01T12:00:05Z", "text": "moto"}
    assert two.pedro.post(f"/api/incidents/{incident}/evidence", json=lock).status_code == 403
    assert two.pedro.post("/api/bookmarks", json=bookmark).status_code == 403
    two.access.shared = "mercado"
    held = two.pedro.post(f"/api/incidents/{incident}/evidence", json=lock)
    assert held.status_code == 202
    assert two.pedro.post("/api/bookmarks", json=bookmark).status_code == 201
    assert two.ana.get(f"/api/evidence/{held.json()['id']}").status_code == 200  # the owner sees what is held of theirs


def test_an_invited_agency_sees_the_incident_but_no_camera_by_it(two: Two) -> None:
    alert = two.alert("mercado")
    incident = two.ana.post(f"/api/alerts/{alert}/escalate", json={"type": "robbery"}).json()["incident_id"]
    path = f"/api/incidents/{incident}"
    assert two.pedro.post(f"{path}/accept").status_code == 404
    assert two.ana.post(f"{path}/agencies", json={"agency_id": "nobody"}).status_code == 404
    asked = two.ana.post(f"{path}/agencies", json={"agency_id": "pnp", "note": "Vengan"}).json()
    assert asked["agencies"] == [{"agency_id": "pnp", "part": "invited"}]
    early = two.pedro.post(f"{path}/notes", json={"text": "ya"})
    assert (early.status_code, early.json()["error"]) == (409, "error-incidents-not-come")
    assert two.pedro.post(f"{path}/accept").json()["agencies"] == [{"agency_id": "pnp", "part": "accepted"}]
    assert two.pedro.post(f"{path}/notes", json={"text": "En camino"}).status_code == 200
    seen = two.pedro.get(path).json()
    assert seen["alerts"] == []
    assert [one["kind"] for one in seen["timeline"]] == ["open", "add_alert", "invite", "accept", "note"]
    assert two.pedro.get(f"/api/alerts/{alert}/snapshot.jpg").status_code == 404
    two.access.shared = "mercado"
    assert [one["id"] for one in two.pedro.get(path).json()["alerts"]] == [alert]
    refused = two.pedro.post(f"{path}/close", json={"disposition": "resolved"})
    assert (refused.status_code, refused.json()["error"]) == (409, "error-incidents-not-owner")
    assert two.flor.get(path).status_code == 404
    assert [one["id"] for one in two.pedro.get("/api/incidents").json()["incidents"]] == [incident]


def test_an_incident_changes_hands_when_the_other_agency_takes_it(two: Two) -> None:
    two.pedro.post("/api/incidents", json={"type": "fire"})
    path = f"/api/incidents/{two.ana.post('/api/incidents', json={'type': 'robbery'}).json()['id']}"
    assert two.ana.post(f"{path}/hand-over", json={"agency_id": "muni"}).status_code == 409
    offered = two.ana.post(f"{path}/hand-over", json={"agency_id": "pnp", "note": "Es de ustedes"}).json()
    assert (offered["agency_id"], offered["agencies"]) == ("muni", [{"agency_id": "pnp", "part": "offered"}])
    assert two.flor.post(f"{path}/take-over").status_code == 404
    taken = two.pedro.post(f"{path}/take-over").json()
    assert (taken["agency_id"], taken["number"]) == ("pnp", 2)
    assert taken["agencies"] == [{"agency_id": "muni", "part": "accepted"}]
    assert two.ana.post(f"{path}/close", json={"disposition": "resolved"}).status_code == 409
    assert two.ana.post(f"{path}/notes", json={"text": "Quedamos atentos"}).status_code == 200
    assert two.pedro.post(f"{path}/close", json={"disposition": "resolved"}).status_code == 200
    assert two.pedro.post(f"{path}/take-over").status_code == 409


def told(two: Two, name: str, count: int) -> list[dict[str, Any]]:
    """The first `count` items of somebody's stream, from its beginning."""
    found: list[dict[str, Any]] = []
    client: httpx.Client = getattr(two, name)
    with client.stream("GET", "/api/stream", params={"after": 0}) as answer:
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: ") and kind.startswith(("alert", "incident")):
                found.append({"kind": kind, **json.loads(line.removeprefix("data: "))})
            elif line.startswith("data: ") and kind == "health" and len(found) >= count:
                break
            if kind == "still":
                break
    return found


@pytest.mark.parametrize("wide", [200, -1], ids=["asked for", "passed over"])
def test_the_stream_tells_of_a_shared_camera_and_of_incidents_one_works_on(
    two: Two, monkeypatch: pytest.MonkeyPatch, wide: int
) -> None:
    """Somebody who hears of a great many cameras reads everybody's items, and is told the same."""
    monkeypatch.setattr(endpoints, "_WIDE", wide)
    shared, own = two.alert("mercado"), two.alert("comisaria")
    two.alert("puente")
    incident = two.ana.post("/api/incidents", json={"type": "robbery"}).json()["id"]
    two.ana.post(f"/api/incidents/{incident}/agencies", json={"agency_id": "pnp"})
    assert [one["id"] for one in told(two, "pedro", 2)] == [own, incident]
    two.access.shared = "mercado"
    assert [one["id"] for one in told(two, "pedro", 3)] == [shared, own, incident]


def test_tracks_and_events_follow_the_scope(two: Two) -> None:
    events = two.pedro.get("/api/events", params=SPAN)
    assert events.status_code == 200
    assert events.json()["events"] == []
    assert [one["camera_id"] for one in two.ana.get("/api/events", params=SPAN).json()["events"]] == ["plaza"]
    assert two.pedro.get("/api/cameras/mercado/tracks", params=SPAN).status_code == 403
    two.access.shared = "mercado"
    assert two.pedro.get("/api/cameras/mercado/tracks", params=SPAN).status_code == 200
    assert two.pedro.get("/api/cameras/puente/tracks", params=SPAN).status_code == 403


def test_feed_bounds_and_items_are_of_the_scope(two: Two) -> None:
    two.alert("mercado")
    two.alert("comisaria")
    feed = LiveFeedHub(two.desk.ports.database, two.desk.ports.clock)
    assert feed.bounds() == (1, 2)
    pnp = Scope(frozenset({"pnp"}))
    assert [item.camera_id for item in feed.after(0, pnp)] == ["comisaria"]
    assert [item.camera_id for item in feed.after(0, replace(pnp, cameras=frozenset({"mercado"})))] == [
        "mercado",
        "comisaria",
    ]

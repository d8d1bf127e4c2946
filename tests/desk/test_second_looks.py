"""What second looks turned down, at the desk: listed and shown to who may read alerts, and every look audited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from desk.desks import Desk, make_desk, serving
from desk.fakes import JPEG, START
from veedor.access.principal import Role
from veedor.desk.app import create_app
from veedor.desk.audit.log import AuditQuery
from veedor.kit.clock import SystemClock
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.model.second_look import Outcome, SecondLook
from veedor.site.alerting.outbox import Outbox

SPAN = {"start": (START - timedelta(hours=1)).isoformat(), "end": (START + timedelta(hours=1)).isoformat()}


def event(name: str, camera_id: str = "plaza") -> Event:
    said = Message("alerting-class-person")
    at = START + timedelta(seconds=3)
    return Event(name, camera_id, "paradero", "loitering", Severity.HIGH, START, at, at, said, (7,))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    outbox = Outbox(folder / "events.db", SystemClock())
    down = SecondLook(Outcome.TURNED_DOWN, 1, 5)
    outbox.record(event("down"), look=down, snapshot_jpeg=JPEG)
    outbox.record(event("bare"), look=down)
    outbox.record(event("good"), look=SecondLook(Outcome.CONFIRMED, 5, 5))
    outbox.record(event("unlooked"))
    made = make_desk(folder)
    made.ports = replace(made.ports, second_looks=outbox)
    made.app = create_app(made.ports)
    with serving(made.app) as made.url:
        made.add_user("vera", Role.VIEWER)
        made.add_user("stranger", *Role, agency_id="other")
        yield made
    made.ports.database.close()
    outbox.stop()


def test_what_was_turned_down_is_listed_with_what_was_seen(desk: Desk) -> None:
    with desk.client("vera") as vera:
        found = vera.get("/api/turned-down", params=SPAN, headers={"accept-language": "es"}).json()
        counts = vera.get("/api/second-looks", params=SPAN).json()
    assert {one["event_id"]: one["has_picture"] for one in found} == {"down": True, "bare": False}
    assert found[0]["note"] == "segunda mirada: visto solo en 1 de 5 imágenes"
    assert found[0]["explanation"] == "Persona"
    told = {"camera_id": "plaza", "rule": "paradero", "confirmed": 1, "turned_down": 2, "unverified": 0}
    assert counts == [told]


def test_a_picture_is_shown_by_its_own_camera_only_and_each_look_is_audited(desk: Desk) -> None:
    with desk.client("vera") as vera:
        answer = vera.get("/api/cameras/plaza/turned-down/down/picture.jpg")
        assert (answer.status_code, answer.content) == (200, JPEG)
        assert answer.headers["content-type"] == "image/jpeg"
        assert vera.get("/api/cameras/plaza/turned-down/bare/picture.jpg").status_code == 404
        assert vera.get("/api/cameras/market/turned-down/down/picture.jpg").status_code == 404
    rows = [one for one in desk.audit.entries(AuditQuery(action="alert.read", limit=50)) if one.resource_id == "plaza"]
    assert [(one.username, one.allowed, json.loads(one.detail)["event_id"]) for one in reversed(rows)][:2] == [
        ("vera", True, "down"),
        ("vera", True, "bare"),
    ]


def test_another_agency_sees_nothing(desk: Desk) -> None:
    with desk.client("stranger") as stranger:
        assert stranger.get("/api/cameras/plaza/turned-down/down/picture.jpg").status_code in {403, 404}
        for path in ("/api/turned-down", "/api/second-looks"):
            assert stranger.get(path, params=SPAN).json() == []


def test_who_is_not_logged_in_sees_nothing(desk: Desk) -> None:
    for path in ("/api/turned-down", "/api/second-looks"):
        assert httpx.get(desk.url + path, params=SPAN).status_code == 401

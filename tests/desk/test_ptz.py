"""Steering over real WebSockets, and tracks over the live one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from desk.desks import Desk
from veedor.access.principal import Role
from veedor.desk.scope_clause import only
from waiting import wait_until


def socket(desk: Desk, username: str, path: str) -> ClientConnection:
    headers = {"authorization": f"Bearer {desk.token(username)}"}
    return connect(f"{desk.url.replace('http', 'ws')}/api/cameras/plaza/{path}", additional_headers=headers)


@pytest.fixture(autouse=True)
def _people(desk: Desk) -> None:
    desk.add_user("olga", Role.OPERATOR)
    desk.add_user("oscar", Role.OPERATOR)
    desk.add_user("vera", Role.VIEWER)


def test_steering_and_its_end(desk: Desk) -> None:
    with socket(desk, "olga", "ptz/steer") as one:
        for bad in ("", "{", "[]", '{"move": [1]}', '{"move": ["NaN", 0, 0]}', '{"move": null}', "9" * 2000):
            one.send(bad)
        one.send(json.dumps({"move": [0.5, -9, 0]}))
        assert json.loads(one.recv(timeout=5)) == {"type": "steering"}
        assert desk.ptz.moves == [(0.5, -1.0, 0.0)]
        with socket(desk, "oscar", "ptz/steer") as other:
            other.send(json.dumps({"move": [1, 0, 0]}))
            assert json.loads(other.recv(timeout=5))["type"] == "taken"
        seen = desk.client("vera").get("/api/cameras/plaza/ptz").json()
        assert (seen["available"], seen["holder"]["name"]) == (True, "olga")
        assert desk.ptz.left == 1
    wait_until(lambda: desk.ptz.left == 2)
    kinds = [(item.kind, item.payload) for item in desk.app.state.feed.after(0, only(desk.ports.agency_id))]
    assert [(kind, payload["holder"]["name"]) for kind, payload in kinds] == [("ptz.changed", "olga")]


def test_steering_ends_with_the_right(desk: Desk) -> None:
    desk.add_user("boss", Role.ADMINISTRATOR)
    user_id = next(one["id"] for one in desk.client("boss").get("/api/users").json() if one["username"] == "olga")
    with socket(desk, "olga", "ptz/steer") as one:
        one.send(json.dumps({"move": [1, 0, 0]}))
        one.recv(timeout=5)
        assert desk.client("boss").patch(f"/api/users/{user_id}", json={"roles": ["viewer"]}).status_code == 200
        wait_until(lambda: desk.ptz.left == 1, timeout_s=5)


def texts(connection: ClientConnection, kind: str, most: int = 60) -> dict[str, Any]:
    """The next message of a kind."""
    for _ in range(most):
        message = connection.recv(timeout=5)
        if isinstance(message, str) and json.loads(message)["type"] == kind:
            found: dict[str, Any] = json.loads(message)
            return found
    raise AssertionError(f"no {kind}")


def test_tracks_are_pushed_when_asked_for(desk: Desk) -> None:
    with socket(desk, "olga", "live?overlay=tracks") as one:
        told = texts(one, "tracks")
        assert told["captured_at"] == "2026-03-01T12:00:00.000Z"
        assert told["tracks"][0]["class"] == "car"
    with socket(desk, "olga", "live") as one:
        one.send(json.dumps({"overlay": "tracks"}))
        assert texts(one, "tracks")["tracks"]


def test_a_viewer_gets_the_picture_and_no_tracks(desk: Desk) -> None:
    with socket(desk, "vera", "live") as one:
        one.send(json.dumps({"overlay": "tracks"}))
        assert texts(one, "refused") == {"type": "refused", "overlay": "tracks"}
        assert texts(one, "time")

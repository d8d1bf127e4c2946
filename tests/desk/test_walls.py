"""Saved walls: whose they are, and two who change the same one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from desk.desks import Desk
from veedor.access.principal import Role
from veedor.desk.scope_clause import only

WALL: dict[str, Any] = {"name": "Centro", "tiles": 4, "cameras": ["plaza", None, "ghost"], "tour_s": 10}


@pytest.fixture
def olga(desk: Desk) -> httpx.Client:
    desk.add_user("olga", Role.OPERATOR)
    return desk.client("olga")


@pytest.fixture
def sara(desk: Desk) -> httpx.Client:
    desk.add_user("sara", Role.OPERATOR, Role.SUPERVISOR)
    return desk.client("sara")


def test_save_list_change_delete(olga: httpx.Client) -> None:
    made = olga.put("/api/walls/w1", json=WALL).json()
    assert (made["revision"], made["own"], made["shared"], made["editable"]) == (1, True, False, True)
    assert made["cameras"] == WALL["cameras"]
    assert olga.get("/api/walls").json() == [made]
    changed = olga.put("/api/walls/w1", json={**WALL, "tiles": 9, "revision": 1}).json()
    assert (changed["tiles"], changed["revision"]) == (9, 2)
    assert olga.put("/api/walls/w1", json={**WALL, "revision": 1}).status_code == 409
    assert olga.put("/api/walls/w1", json=WALL).status_code == 409
    assert olga.delete("/api/walls/w1?revision=1").status_code == 409
    assert olga.delete("/api/walls/w1?revision=2").status_code == 204
    assert olga.get("/api/walls").json() == []
    assert olga.delete("/api/walls/w1").status_code == 404


def test_a_wall_of_ones_own_is_nobody_elses(olga: httpx.Client, sara: httpx.Client) -> None:
    olga.put("/api/walls/w1", json=WALL)
    assert sara.get("/api/walls").json() == []
    assert sara.put("/api/walls/w1", json=WALL).status_code == 404
    assert sara.put("/api/walls/w1", json={**WALL, "revision": 1}).status_code == 404
    assert sara.delete("/api/walls/w1").status_code == 404


def test_shared_walls_are_for_supervisors_to_change(desk: Desk, olga: httpx.Client, sara: httpx.Client) -> None:
    assert olga.put("/api/walls/w1", json={**WALL, "shared": True}).status_code == 403
    assert sara.put("/api/walls/w1", json={**WALL, "shared": True}).status_code == 200
    (seen,) = olga.get("/api/walls").json()
    assert (seen["own"], seen["editable"], seen["changed_by"]) == (False, False, "sara")
    assert olga.put("/api/walls/w1", json={**WALL, "revision": 1}).status_code == 403
    assert olga.delete("/api/walls/w1").status_code == 403
    items = desk.app.state.feed.after(0, only(desk.ports.agency_id))
    assert [(one.kind, one.payload) for one in items] == [("wall.changed", {"id": "w1", "owner": None})]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 5000},
        {"name": "a\u202eb"},
        {"tiles": 5},
        {"cameras": ["../etc"]},
        {"cameras": ["plaza"] * 401},
        {"tour_s": 0},
        {"tour_s": 1e400},
        {"more": 1},
    ],
)
def test_bad_walls_are_refused(olga: httpx.Client, change: dict[str, Any]) -> None:
    import json

    text = json.dumps({**WALL, **change})
    answer = olga.put("/api/walls/w1", content=text, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert olga.get("/api/walls").json() == []


def test_html_in_a_name_is_text(olga: httpx.Client) -> None:
    name = "<img src=x onerror=alert(1)>"
    assert olga.put("/api/walls/w1", json={**WALL, "name": name}).json()["name"] == name

"""Live pictures over real WebSockets, and the live feed over real Server-Sent Events."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from desk.desks import AGENCY, PASSWORD, Desk
from desk.fakes import MIME
from veedor.access.principal import Role
from veedor.model.camera import StreamRole, StreamState
from waiting import wait_until


@pytest.fixture
def rosa(desk: Desk) -> str:
    desk.add_user("boss", Role.ADMINISTRATOR)
    return desk.add_user("rosa", Role.VIEWER)


def watch(desk: Desk, camera: str = "plaza", query: str = "", **headers: str) -> ClientConnection:
    return connect(f"{desk.url.replace('http', 'ws')}/api/cameras/{camera}/live{query}", additional_headers=headers)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def cookie(desk: Desk) -> dict[str, str]:
    with desk.client() as client:
        client.post("/api/login", json={"username": "rosa", "password": PASSWORD})
        return {"cookie": f"veedor_session={client.cookies['veedor_session']}"}


def test_an_init_then_fragments(desk: Desk, rosa: str) -> None:
    with watch(desk, **bearer(desk.token("rosa"))) as socket:
        assert json.loads(socket.recv()) == {"type": "init", "mime": MIME}
        assert socket.recv() == b"init-plaza"
        told = json.loads(socket.recv())
        assert (told["type"], told["captured_at"]) == ("time", "2026-03-01T12:00:01.000Z")
        assert socket.recv() == b"media-1"
        assert socket.recv() == b"media-2"
    wait_until(lambda: desk.live.watching == 0)


def test_a_change_to_keyframes_only_and_back_is_told_at_once(desk: Desk, rosa: str) -> None:
    desk.live.keyframes_only = range(3, 6)
    with watch(desk, **bearer(desk.token("rosa"))) as socket:
        told: dict[bytes, bool] = {}
        thin = False
        while b"media-7" not in told:
            said = socket.recv(10)
            if isinstance(said, bytes):
                told[said] = thin
            elif (words := json.loads(said))["type"] == "time":
                thin = words["keyframes_only"]
    assert [number for number in range(1, 8) if told[b"media-%d" % number]] == [3, 4, 5]


def test_a_hub_shows_the_substream_unless_asked_for_more(desk: Desk, rosa: str) -> None:
    config = desk.ports.config
    token = desk.token("rosa")
    for is_hub in (False, True):
        desk.app.state.ports = replace(desk.ports, config=replace(config, is_hub=is_hub))
        with watch(desk, **bearer(token)) as socket:
            socket.recv()
        with watch(desk, "plaza", "?role=main", **bearer(token)) as socket:
            socket.recv()
    main, sub = StreamRole.MAIN, StreamRole.SUB
    assert desk.live.asked == [main, main, sub, main]


def refused(desk: Desk, camera: str = "plaza", **headers: str) -> int:
    with pytest.raises(InvalidStatus) as found, watch(desk, camera, **headers):
        pass
    return found.value.response.status_code


def test_who_may_not(desk: Desk, rosa: str) -> None:
    desk.add_user("audi", Role.AUDITOR)
    assert refused(desk) == 401
    assert refused(desk, **bearer("x" * 43)) == 401
    assert refused(desk, **bearer(desk.token("audi"))) == 403
    assert refused(desk, "ghost", **bearer(desk.token("rosa"))) == 404
    assert desk.live.watching == 0


def test_a_cookie_needs_our_own_page(desk: Desk, rosa: str) -> None:
    kept = cookie(desk)
    assert refused(desk, **kept) == 403
    assert refused(desk, origin="https://evil.example", **kept) == 403
    assert refused(desk, origin="null", **kept) == 403
    assert refused(desk, origin=desk.url.replace("127.0.0.1", "127.0.0.1.evil.example"), **kept) == 403
    with watch(desk, origin=desk.url, **kept) as socket:
        assert "init" in socket.recv()


def until_closed(socket: ClientConnection) -> tuple[float, int]:
    """Seconds until the server closed, and its code."""
    started = time.monotonic()
    with contextlib.suppress(ConnectionClosed):
        while time.monotonic() - started < 20:
            socket.recv(timeout=20)
    return time.monotonic() - started, socket.close_code or 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/users/rosa", {"disabled": True}),
        ("PATCH", "/api/users/rosa", {"roles": ["auditor"]}),
        ("POST", "/api/users/rosa/password", {}),
    ],
)
def test_an_open_stream_ends_when_the_right_does(
    desk: Desk, rosa: str, method: str, path: str, body: dict[str, Any]
) -> None:
    with watch(desk, **bearer(desk.token("rosa"))) as socket:
        socket.recv()
        assert desk.client("boss").request(method, path, json=body).status_code == 200
        seconds, code = until_closed(socket)
    assert code == 4401
    assert seconds < 2.5  # 2 s, and half of one for a busy machine
    wait_until(lambda: desk.live.watching == 0)


def test_an_open_stream_ends_with_a_logout(desk: Desk, rosa: str) -> None:
    token = desk.token("rosa")
    with watch(desk, **bearer(token)) as socket:
        socket.recv()
        httpx.post(f"{desk.url}/api/logout", headers=bearer(token))
        assert until_closed(socket)[1] == 4401


def test_a_stalled_camera_does_not_keep_a_withdrawn_stream_open(desk: Desk, rosa: str) -> None:
    desk.live.stalled.set()
    with watch(desk, **bearer(desk.token("rosa"))) as socket:
        socket.recv()
        desk.client("boss").patch("/api/users/rosa", json={"disabled": True})
        assert until_closed(socket)[1] == 4401


class Events:
    """A reader of the feed in a thread."""

    def __init__(self, desk: Desk, token: str, **headers: str) -> None:
        self.found: list[tuple[str, dict[str, Any], int | None]] = []
        self.ended = threading.Event()
        self._client = httpx.Client(base_url=desk.url, headers={**bearer(token), **headers}, timeout=30)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._stop = False
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(httpx.HTTPError), self._client.stream("GET", "/api/stream") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines: dict[str, str] = {}
            for line in answer.iter_lines():
                if self._stop:
                    return
                if line:
                    name, _, value = line.partition(": ")
                    lines[name] = value
                elif "event" in lines:
                    number = int(lines["id"]) if "id" in lines else None
                    self.found.append((lines["event"], json.loads(lines["data"]), number))
                    lines = {}
        self.ended.set()

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.found]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [payload for found, payload, _ in self.found if found == kind]

    def close(self) -> None:
        self._stop = True
        self._client.close()


@contextlib.contextmanager
def listening(desk: Desk, username: str, **headers: str) -> Iterator[Events]:
    events = Events(desk, desk.token(username), **headers)
    try:
        wait_until(lambda: "hello" in events.kinds())
        yield events
    finally:
        events.close()


def publish(desk: Desk, kind: str, number: int, agency_id: str = AGENCY) -> int:
    hub = desk.app.state.feed
    with desk.ports.database.session() as session:
        return int(hub.publish(session, kind, {"id": f"a{number}"}, agency_id))


def test_what_is_published_is_heard_at_once(desk: Desk, rosa: str) -> None:
    with listening(desk, "rosa") as events:
        started = time.monotonic()
        sequence = publish(desk, "alert.raised", 1)
        wait_until(lambda: "alert.raised" in events.kinds())
        assert time.monotonic() - started < 0.9  # woken, not polled
        assert next(number for kind, _, number in events.found if kind == "alert.raised") == sequence
        assert events.of("alert.raised")[0]["id"] == "a1"


def test_a_fact_that_is_rolled_back_is_not_told(desk: Desk, rosa: str) -> None:
    def fails() -> None:
        with desk.ports.database.session() as session:
            desk.app.state.feed.publish(session, "alert.raised", {"id": "never"}, AGENCY)
            raise ZeroDivisionError

    with listening(desk, "rosa") as events:
        with pytest.raises(ZeroDivisionError):
            fails()
        publish(desk, "alert.raised", 2)
        wait_until(lambda: "alert.raised" in events.kinds())
        assert [one["id"] for one in events.of("alert.raised")] == ["a2"]


def test_a_reconnect_misses_nothing_and_repeats_nothing(desk: Desk, rosa: str) -> None:
    with listening(desk, "rosa") as events:
        for number in range(3):
            publish(desk, "alert.raised", number)
        wait_until(lambda: len(events.of("alert.raised")) == 3)
        last = events.found[-1][2] if events.found[-1][2] else max(one[2] or 0 for one in events.found)
    for number in range(3, 1200):
        if number % 200 == 3:
            publish(desk, "alert.raised", number)
    with listening(desk, "rosa", **{"last-event-id": str(last)}) as events:
        wait_until(lambda: len(events.of("alert.raised")) == 6)
        publish(desk, "alert.act", 9)
        wait_until(lambda: events.of("alert.act"))
        assert [one["id"] for one in events.of("alert.raised")] == ["a3", "a203", "a403", "a603", "a803", "a1003"]


def test_an_id_from_another_life_resets(desk: Desk, rosa: str) -> None:
    publish(desk, "alert.raised", 1)
    with listening(desk, "rosa", **{"last-event-id": "99999"}) as events:
        wait_until(lambda: "reset" in events.kinds())
        assert "alert.raised" not in events.kinds()


def test_each_hears_only_what_they_may(desk: Desk, rosa: str) -> None:
    desk.add_user("audi", Role.AUDITOR)
    with listening(desk, "rosa") as viewer, listening(desk, "audi") as auditor:
        publish(desk, "alert.raised", 1)
        publish(desk, "incident.act", 2)
        publish(desk, "unheard.of", 3)
        publish(desk, "incident.act", 4)
        publish(desk, "alert.raised", 5)
        wait_until(lambda: len(viewer.of("alert.raised")) == 2 and len(auditor.of("incident.act")) == 2)
        assert "incident.act" not in viewer.kinds()
        assert "alert.raised" not in auditor.kinds()
        assert "unheard.of" not in viewer.kinds() + auditor.kinds()


def test_other_agencies_hear_nothing_of_ours(desk: Desk, rosa: str) -> None:
    from veedor.desk.accounts.service import ensure_agency

    with desk.ports.database.session() as session:
        ensure_agency(session, desk.ports.clock, "other", "Other")
    with listening(desk, "rosa") as events:
        publish(desk, "alert.raised", 1, "other")
        publish(desk, "alert.raised", 2)
        wait_until(lambda: "alert.raised" in events.kinds())
        assert [one["id"] for one in events.of("alert.raised")] == ["a2"]


def test_health_is_told_when_it_changes(desk: Desk, rosa: str) -> None:
    with listening(desk, "rosa") as events:
        wait_until(lambda: len(events.of("health")) == 1)
        desk.cameras.state = StreamState.OFFLINE
        wait_until(lambda: len(events.of("health")) == 2)
        assert events.of("health")[1]["streams"][0]["state"] == "offline"


def test_the_feed_ends_with_the_session(desk: Desk, rosa: str) -> None:
    with listening(desk, "rosa") as events:
        desk.client("boss").patch("/api/users/rosa", json={"disabled": True})
        publish(desk, "alert.raised", 1)
        assert events.ended.wait(10)
        assert events.kinds()[-1] == "ended"

"""Every route for every role, for nobody, and for somebody of another agency."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import Depends
from fastapi.routing import APIRoute, APIWebSocketRoute
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from desk.databases import DATABASES
from desk.desks import Desk, running
from desk.matrix import LETTERS, PUBLIC, ROWS, Row
from veedor.access.principal import Role
from veedor.desk.app import need_of, refuse_open_routes
from veedor.desk.audit.log import AuditQuery

STRANGER = "stranger"  # every role there is, in another agency


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("desk")) as one:
        for letter, role in LETTERS.items():
            one.add_user(f"user-{letter}", role)
        one.add_user(STRANGER, *Role, agency_id="other")
        yield one


@pytest.fixture(scope="module")
def tokens(desk: Desk) -> dict[str, str]:
    names = [*(f"user-{letter}" for letter in LETTERS), STRANGER]
    return {name: desk.token(name) for name in names}


def status(desk: Desk, row: Row, token: str | None) -> int:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if row.method == "WS":
        try:
            with connect(desk.url.replace("http", "ws") + row.url, additional_headers=headers):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code
    with (
        httpx.Client(base_url=desk.url, headers=headers, timeout=20) as client,
        client.stream(row.method, row.url, json=row.body) as answer,
    ):
        return answer.status_code


def test_every_route_has_a_row_and_every_row_a_route(desk: Desk) -> None:
    routes = set()
    for route in desk.app.routes:
        if isinstance(route, APIWebSocketRoute):
            routes.add(("WS", route.path))
        else:
            assert isinstance(route, APIRoute), f"{route} is not a route that can be checked"
            routes |= {(method, route.path) for method in route.methods if method != "HEAD"}
    rows = {(row.method, row.path) for row in ROWS}
    assert len(rows) == len(ROWS)
    assert routes - rows == PUBLIC
    assert rows <= routes


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(desk: Desk, tokens: dict[str, str], row: Row) -> None:
    before = desk.audit.verify().entries
    found = {}
    for letter in LETTERS:
        name = f"user-{letter}"
        found[letter] = status(desk, row, tokens[name])
        if row.path == "/api/logout":
            tokens[name] = desk.token(name)
    assert found == {letter: row.ok if letter in row.roles else 403 for letter in LETTERS}
    assert status(desk, row, None) == 401
    assert status(desk, row, "0" * 43) == 401
    if row.path == "/api/logout":
        assert status(desk, row, desk.token(STRANGER)) == row.ok
    else:
        assert status(desk, row, tokens[STRANGER]) == (403 if row.of_the_desk else row.ok)
    # Each look and each refusal of somebody known is in the audit.
    entries = desk.audit.entries(AuditQuery(limit=1000))
    new = [one for one in entries if one.sequence > before and one.action != "login"]
    for letter in LETTERS:
        assert {one.allowed for one in new if one.username == f"user-{letter}"} == {letter in row.roles}
    assert desk.audit.verify().intact


def test_every_row_answers_alike_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each route once for somebody who may, and for somebody of another agency; the roles do not ask the database."""
    monkeypatch.setattr(DATABASES, "kind", "postgresql")
    everybody = "everybody"
    with running(tmp_path_factory.mktemp("desk")) as one:
        one.add_user(everybody, *Role)
        one.add_user(STRANGER, *Role, agency_id="other")
        found, wanted = {}, {}
        for name in (everybody, STRANGER):
            token = one.token(name)
            for row in sorted(ROWS, key=lambda row: row.path == "/api/logout"):
                found[name, str(row)] = status(one, row, token)
                wanted[name, str(row)] = 403 if name == STRANGER and row.of_the_desk else row.ok
        assert found == wanted
        assert one.audit.verify().intact


def test_a_route_without_need_does_not_start(desk: Desk) -> None:
    app = desk.app.__class__(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/api/leak", dependencies=[Depends(lambda: None)])
    def leak() -> str:
        return "picture"

    with pytest.raises(RuntimeError, match="/api/leak"):
        refuse_open_routes(app.routes)


def test_public_routes_carry_no_need_and_others_do(desk: Desk) -> None:
    open_routes = {
        route.path
        for route in desk.app.routes
        if isinstance(route, APIRoute | APIWebSocketRoute) and need_of(route.dependant) is None
    }
    assert open_routes == {path for _, path in PUBLIC}

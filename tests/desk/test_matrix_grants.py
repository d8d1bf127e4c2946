"""Every route for another agency: with a grant of every right, and with a draft, an expired and a revoked one.

`test_matrix.py` has the roles of the own agency, and an agency without any grant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from agreements import KEYS, PUBLIC, said
from agreements import grant as make_grant
from desk.cases import JPEG, event
from desk.desks import AGENCY, Desk, make_desk, serving
from desk.fakes import camera
from desk.matrix import IDS, LETTERS, ROWS, Row
from desk.test_matrix import status
from veedor.access.actions import RIGHTS
from veedor.access.check import Access
from veedor.access.principal import Role
from veedor.desk.agencies import repository as agencies
from veedor.desk.alerts.service import AlertService
from veedor.desk.app import create_app, need_of
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.grants.service import Agreements
from veedor.model.grant import Right
from veedor.model.statement import StatementKind

GRANTED = "pnp"
SHUT = {"late": "expired", "former": "revoked", "draft": "signed_by_one"}
MARK = "Zarzamora"  # stands in everything that the owner has; nothing of it may be in an answer to a stranger
BY_BODY = {"/api/bookmarks", "/api/incidents/{incident_id}/evidence"}  # whose camera stands in the body
PURPOSE = {"x-veedor-purpose": "Robo"}


@dataclass
class Stand:
    desk: Desk
    tokens: dict[str, str]
    ids: dict[str, str]
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def client(self, name: str) -> httpx.Client:
        """One for each person: making one costs more than what is asked."""
        if name not in self.clients:
            headers = {"authorization": f"Bearer {self.tokens[name]}", **PURPOSE}
            self.clients[name] = httpx.Client(base_url=self.desk.url, headers=headers, timeout=60)
        return self.clients[name]

    def crosses(self, row: Row) -> bool:
        """Whether a grant can open it: an action with a right, on a camera that the row names."""
        if row.path in BY_BODY:
            return True
        route = next(one for one in self.desk.app.routes if getattr(one, "path", "") == row.path and _is(one, row))
        need = need_of(route.dependant)  # type: ignore[attr-defined]
        return need is not None and need.action in RIGHTS and "{camera_id}" in row.path

    def got(self, row: Row, name: str) -> int:
        if row.method == "WS":
            return status(self.desk, replace(row, query="?purpose=Robo"), self.tokens[name])
        with self.client(name).stream(row.method, row.url, json=row.body) as answer:
            return answer.status_code


def _is(route: Any, row: Row) -> bool:
    methods = getattr(route, "methods", None)
    return row.method in methods if methods else row.method == "WS"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    bare = make_desk(tmp_path_factory.mktemp("desk"))
    ports = bare.ports
    book = DeskGrantBook(ports.database, ports.clock, bare.cameras)
    ports = replace(ports, access=Access(bare.audit, book))
    desk = Desk(ports, create_app(ports), bare.audit, bare.live, bare.cameras, bare.ptz)
    desk.cameras.save(replace(camera("plaza"), name=MARK))
    names = {MARK.lower(): desk.add_user(MARK.lower(), *Role)}
    with pytest.MonkeyPatch.context() as patch:
        for agency in (GRANTED, *SHUT):
            patch.setitem(KEYS, agency, KEYS["other"])
            patch.setitem(PUBLIC, agency, PUBLIC["other"])
            names |= {
                f"{one}-{agency}": desk.add_user(f"{one}-{agency}", role, agency_id=agency)
                for one, role in LETTERS.items()
            }
            names[agency] = desk.add_user(agency, *Role, agency_id=agency)
        _agree(desk)
    with serving(desk.app) as desk.url:
        made = Stand(desk, {name: desk.token(name) for name in names}, {})
        made.ids = _things(made)
        yield made
        for client in made.clients.values():
            client.close()
    ports.database.close()


def _agree(desk: Desk) -> None:
    """Of everything, for every camera."""
    ports, now = desk.ports, desk.ports.clock.now()
    with ports.database.session() as session:
        for name in (AGENCY, GRANTED, *SHUT):
            agencies.save(session, replace(agencies.agency(session, name), public_key=PUBLIC[name]), now)
    for grantee in (GRANTED, *SHUT):
        one = make_grant(
            id=f"g-{grantee}",
            owner=AGENCY,
            grantee=grantee,
            rights=frozenset(one.value for one in Right),
            starts_at=now - timedelta(days=2),
            expires_at=now + timedelta(days=0 if grantee == "late" else 9),
        )
        signers = (AGENCY,) if grantee == "draft" else (AGENCY, grantee)
        stated = [said(one, agency, at=now - timedelta(days=1)) for agency in signers]
        if grantee == "former":
            stated.append(said(one, AGENCY, StatementKind.REVOKE, at=now - timedelta(minutes=5)))
        Agreements(ports).merge([one], stated)


def _things(stand: Stand) -> dict[str, str]:
    """What the owner has, each with the mark in its words."""
    alert = event(camera_id="plaza", rule=MARK)
    AlertService(stand.desk.ports).raise_alert(alert, JPEG)
    span = {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T12:00:10Z"}

    def made(path: str, body: dict[str, Any]) -> str:
        answer = stand.client(MARK.lower()).post(path, json=body)
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    incident = made("/api/incidents", {"type": "other", "summary": MARK})
    lock = {"camera": "plaza", **span, "reason": MARK}
    return {
        "alert_id": alert.id,
        "incident_id": incident,
        "evidence_id": made(f"/api/incidents/{incident}/evidence", lock),
        "bookmark_id": made("/api/bookmarks", {"camera": "plaza", "at": span["start"], "text": MARK}),
    }


@pytest.mark.parametrize("agency", [GRANTED, *SHUT])
def test_all_roles_together_open_what_the_grant_opens_and_nothing_else(stand: Stand, agency: str) -> None:
    """What is the desk's own is refused as without a grant, except looks at its cameras under one that stands."""
    wrong = {}
    for row in ROWS:
        if row.of_the_desk:
            expected = row.ok if agency == GRANTED and stand.crosses(row) else 403
            if (got := stand.got(row, agency)) != expected:
                wrong[str(row)] = (got, expected)
    assert wrong == {}


def test_under_a_grant_a_role_is_what_it_is_at_home(stand: Stand) -> None:
    expected, got = {}, {}
    for row in ROWS:
        if stand.crosses(row):
            for letter in LETTERS:
                expected[str(row), letter] = row.ok if letter in row.roles else 403
                got[str(row), letter] = stand.got(row, f"{letter}-{GRANTED}")
    assert got == expected
    assert len(got) > 6 * 10


def test_nothing_of_the_owner_is_in_an_answer(stand: Stand) -> None:
    """Its real alert, incident, lock and bookmark are asked for by their ids, its lists as they are."""
    told: dict[str, set[str]] = {name: set() for name in (MARK.lower(), *SHUT)}
    for row in ROWS:
        if row.method != "GET" or row.path == "/api/stream":
            continue
        url = row.path
        for name, value in {**IDS, **stand.ids}.items():
            url = url.replace(f"{{{name}}}", value)
        for name, paths in told.items():
            if _tells(stand.client(name).get(url + row.query)):
                paths.add(row.path)
    assert {name: told[name] for name in SHUT} == {name: set() for name in SHUT}
    owner = told[MARK.lower()]
    assert {"/api/alerts", "/api/alerts/{alert_id}/snapshot.jpg", "/api/bookmarks"} <= owner
    assert {"/api/incidents", "/api/evidence/{evidence_id}", "/api/cameras", "/api/users", "/api/audit"} <= owner
    assert {"/api/cameras/{camera_id}/clip.mp4", "/api/cameras/{camera_id}/snapshot.jpg"} <= owner


def _tells(answer: httpx.Response) -> bool:
    kind = answer.headers.get("content-type", "")
    return answer.is_success and (kind.startswith(("image/", "video/")) or MARK.lower() in answer.text.lower())

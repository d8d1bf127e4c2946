"""Grants, statements and agencies as they come from elsewhere: merged once, forgeries refused, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agreements import KEYS, PUBLIC, said
from agreements import grant as make_grant
from desk.cases import JPEG, event
from desk.desks import Desk, make_desk, serving
from desk.two_agencies import MUNI, PNP, make
from veedor.access.principal import Principal
from veedor.desk.accounts import service as accounts
from veedor.desk.agencies import repository as agencies
from veedor.desk.alerts.service import AlertService
from veedor.desk.app import create_app
from veedor.desk.grants import repository
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.grants.errors import (
    AgencyKeyChanged,
    BadAgency,
    BadGrant,
    ForgedStatement,
    GrantDiffers,
    UnknownAgency,
)
from veedor.desk.grants.service import Agreements
from veedor.desk.need import Owned, own_alert
from veedor.desk.scope_clause import only
from veedor.kit.errors import VeedorError
from veedor.model.agency import Agency, AgencyKind
from veedor.model.grant import Grant
from veedor.model.statement import StatementKind
from waiting import wait_until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = make(tmp_path)
    yield one
    one.ports.database.close()


def merge(desk: Desk, *grants: Grant, statements: Any) -> set[str]:
    return Agreements(desk.ports).merge(grants, statements)


def test_merging_twice_changes_nothing(desk: Desk) -> None:
    now = desk.ports.clock.now()
    one = make_grant(expires_at=now + timedelta(days=1))
    mine, theirs = said(one, MUNI), said(one, PNP)
    before = desk.app.state.feed.after(0, only(PNP))
    assert merge(desk, one, statements=[mine]) == {"g1"}
    with desk.ports.database.reading() as session:
        first = repository.revisions(session)
    assert merge(desk, one, statements=[mine]) == set()
    with desk.ports.database.reading() as session:
        assert repository.revisions(session) == first
        assert len(repository.grants_of(session, PNP, since=first["grants"])) == 0
    assert merge(desk, statements=[theirs]) == {"g1"}
    with desk.ports.database.reading() as session:
        ((grant, told),) = repository.grants_of(session, PNP, since=first["grants"])
    assert (grant, set(told)) == (one, {mine, theirs})
    assert len(desk.app.state.feed.after(0, only(PNP))) == len(before) + 2


def test_forgeries_are_refused_whole(desk: Desk) -> None:
    one = make_grant()
    good = said(one, MUNI)
    forged = replace(said(one, "other"), agency=PNP)
    cases: list[tuple[type[VeedorError], list[Grant], list[Any]]] = [
        (ForgedStatement, [one], [good, forged]),
        (ForgedStatement, [one], [said(one, "other")]),  # no party
        (ForgedStatement, [one], [replace(good, kind=StatementKind.REVOKE)]),
        (ForgedStatement, [one], []),  # a draft of somebody's
        (UnknownAgency, [replace(one, grantee="nobody")], [good]),
    ]
    for error, grants, statements in cases:
        with pytest.raises(error):
            merge(desk, *grants, statements=statements)
    with desk.ports.database.reading() as session:
        assert repository.grants_of(session) == []
    merge(desk, one, statements=[good])
    wider = replace(one, rights=frozenset({"live", "ptz"}))
    with pytest.raises(GrantDiffers):
        merge(desk, wider, statements=[said(wider, MUNI)])


def test_a_key_changes_only_when_somebody_has_looked(desk: Desk) -> None:
    one = make_grant(expires_at=desk.ports.clock.now() + timedelta(days=1))
    merge(desk, one, statements=[said(one, MUNI), said(one, PNP)])
    book = DeskGrantBook(desk.ports.database, desk.ports.clock, desk.cameras)
    assert len(book.grants_for(PNP)[0][1]) == 2
    with desk.ports.database.reading() as session:
        pnp = agencies.agency(session, PNP)
    changed = replace(pnp, public_key=KEYS["other"].public_hex)
    now = desk.ports.clock.now()
    with pytest.raises(AgencyKeyChanged), desk.ports.database.session() as session:
        agencies.merge_agencies(session, [changed], now)
    assert len(book.grants_for(PNP)[0][1]) == 2
    with desk.ports.database.session() as session:
        assert agencies.save(session, changed, now, repin=True)
    # What the old key signed counts no more.
    assert len(book.grants_for(PNP)[0][1]) == 1
    book.close()


def test_the_tree_comes_in_any_order(desk: Desk) -> None:
    now = desk.ports.clock.now()
    tree = [
        Agency("cercado", "Comisaría Cercado", AgencyKind.POLICE, "region"),
        Agency("region", "Región Policial Lima", AgencyKind.POLICE_REGION, None, hosted=True),
    ]
    with desk.ports.database.session() as session:
        assert agencies.merge_agencies(session, tree, now) == 2
    with desk.ports.database.session() as session:
        assert agencies.merge_agencies(session, tree, now) == 0
        assert agencies.agency(session, "cercado") == tree[0]
        assert agencies.agency(session, "region") == tree[1]


def test_another_process_revokes(tmp_path: Path) -> None:
    here, there = make(tmp_path), make_desk(tmp_path)
    one = make_grant(expires_at=here.ports.clock.now() + timedelta(days=1))
    merge(here, one, statements=[said(one, MUNI), said(one, PNP)])
    book = DeskGrantBook(here.ports.database, here.ports.clock, here.cameras)
    assert len(book.grants_for(PNP)[0][1]) == 2
    merge(there, statements=[said(one, MUNI, StatementKind.REVOKE)])
    wait_until(lambda: len(book.grants_for(PNP)[0][1]) == 3, 2)
    for desk in (here, there):
        desk.ports.database.close()


def test_agencies_at_a_site_and_at_a_hub(tmp_path: Path) -> None:
    desk = make(tmp_path)
    with serving(desk.app) as desk.url, desk.client("adela") as adela:
        body = {"name": "Serenazgo de Lima", "kind": "municipality", "parent_id": PNP}
        saved = adela.put("/api/agencies/muni", json=body).json()
        assert (saved["name"], saved["parent_id"], saved["public_key"]) == (body["name"], PNP, PUBLIC[MUNI])
        assert adela.put("/api/agencies/pnp", json={"name": "PNP"}).status_code == 403
        assert adela.put("/api/agencies/muni", json={**body, "parent_id": MUNI}).status_code == 400
        assert adela.put("/api/agencies/muni", json={**body, "area": {"type": "Point"}}).status_code == 400
        assert adela.put("/api/agencies/muni", json={**body, "parent_id": "mistyped"}).status_code == 400
        other_key = {**body, "public_key": PUBLIC["other"]}
        assert adela.put("/api/agencies/muni", json=other_key).status_code == 409
        assert adela.put("/api/agencies/muni", json={**other_key, "repin": True}).status_code == 200
    ports = replace(desk.ports, config=replace(desk.ports.config, keeps_agencies=True))
    hub = replace(desk, ports=ports, app=create_app(ports))
    with serving(hub.app) as hub.url, hub.client("adela") as adela:
        assert adela.put("/api/agencies/pnp", json={"name": "PNP", "parent_id": MUNI}).status_code == 400
        assert adela.put("/api/agencies/pnp", json={"name": "PNP", "kind": "police"}).status_code == 200
        assert adela.put("/api/agencies/new", json={"name": "Nueva"}).json()["editable"] is True
    desk.ports.database.close()


def test_an_agency_without_its_first_start_has_no_key(tmp_path: Path) -> None:
    bare = make_desk(tmp_path)
    with bare.ports.database.session() as session:
        accounts.ensure_agency(session, bare.ports.clock, "new", "Nueva")
        assert agencies.agency(session, "new") == Agency("new", "Nueva")
    bare.ports.database.close()


def test_an_alert_belongs_to_its_agency_and_camera(desk: Desk) -> None:
    one = event(camera_id="plaza")
    AlertService(desk.ports).raise_alert(one, JPEG)
    ours, theirs = (Principal("u", "u", agency, frozenset()) for agency in (MUNI, PNP))
    assert own_alert(desk.ports, ours, one.id) == Owned(MUNI, "plaza")
    assert own_alert(desk.ports, ours, "ghost") == own_alert(desk.ports, ours, None) == Owned(MUNI)
    assert own_alert(desk.ports, theirs, one.id) == Owned(PNP)  # it is decided for its camera once it is found


@pytest.mark.parametrize("problem", [BadGrant, BadAgency])
def test_what_cannot_be_accepted_is_named_in_words(problem: type[VeedorError]) -> None:
    """Not by its key in the API, which nobody at a console has seen."""
    fields = {
        BadGrant: [*set(make_grant().terms()) - {"id", "kind"}],
        BadAgency: ["name", "area", "public_key", "parent_id"],
    }
    for field in fields[problem]:
        for lang in ("es", "en"):
            assert problem(field=field).render(lang).rpartition(": ")[2] != field

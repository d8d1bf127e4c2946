"""An invitation is used once: by one site, with one key, however often it has to ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.database import Database
from veedor.desk.sites.tables import SiteRow
from veedor.hub.joining import service
from veedor.hub.joining.errors import InvitationRefused, KeyTaken, OtherAgency, OtherProtocol
from veedor.hub.restored import doubt_all
from veedor.kit.clock import SystemClock
from veedor.link.keys import new_seed, public_of
from veedor.wire.joining import JoinRequest
from veedor.wire.version import PROTOCOL

CLOCK = SystemClock()


class Later(SystemClock):
    def now(self) -> datetime:
        return super().now() + service.INVITATION_LIFE + timedelta(seconds=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/hub.db")
    made.migrate()
    with made.session() as session:
        for agency in ("brena", "victoria"):
            session.add(AgencyRow(id=agency, name=agency, created_at=CLOCK.now()))
    yield made
    made.close()


def invited(
    database: Database, agency: str = "brena", site_id: str | None = None, name: str = "Serenazgo Breña"
) -> JoinRequest:
    with database.session() as session:
        _, secret = service.invite(session, CLOCK, agency, name, site_id=site_id)
    return JoinRequest(secret, PROTOCOL, "1", agency, public_of(new_seed()), None)


def join(database: Database, request: JoinRequest, clock: SystemClock = CLOCK) -> str:
    with database.session() as session:
        return service.join(session, clock, request).id


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(SiteRow)) or 0


def test_an_answer_that_was_lost_is_given_again_and_no_second_site_is_made(database: Database) -> None:
    request = invited(database)
    assert join(database, request) == join(database, request)
    assert count(database) == 1


def test_nobody_else_uses_it_nor_the_same_one_later(database: Database) -> None:
    request = invited(database)
    site_id = join(database, request)
    with pytest.raises(InvitationRefused):
        join(database, replace(request, link_key=public_of(new_seed())))
    with pytest.raises(InvitationRefused):
        join(database, replace(request, agency_id="victoria"))
    with pytest.raises(InvitationRefused):
        join(database, request, Later())
    with database.session() as session:
        session.get_one(SiteRow, site_id).revoked_at = CLOCK.now()
    with pytest.raises(InvitationRefused):
        join(database, request)
    assert count(database) == 1


def test_what_is_refused_leaves_the_invitation_good(database: Database) -> None:
    request = invited(database)
    taken = join(database, invited(database, name="Base Norte"))
    with database.reading() as session:
        key = session.get_one(SiteRow, taken).link_key
    with pytest.raises(OtherProtocol):
        join(database, replace(request, protocol=PROTOCOL + 2))
    with pytest.raises(OtherAgency):
        join(database, replace(request, agency_id="victoria"))
    with pytest.raises(InvitationRefused):
        join(database, replace(request, link_key="no key"))
    with pytest.raises(KeyTaken):
        join(database, replace(request, link_key=key))
    with pytest.raises(InvitationRefused):
        join(database, replace(request, secret="another"))
    assert join(database, request) != taken


def test_a_new_key_for_a_site_takes_the_old_ones_place(database: Database) -> None:
    site_id = join(database, invited(database))
    request = invited(database, site_id=site_id)
    assert join(database, request) == site_id
    with database.reading() as session:
        assert session.get_one(SiteRow, site_id).link_key == request.link_key
    assert count(database) == 1


def test_a_newer_invitation_takes_the_earlier_one_back(database: Database) -> None:
    lost, other = invited(database), invited(database, name="Base Norte")
    request = invited(database)
    with pytest.raises(InvitationRefused):
        join(database, lost)
    assert join(database, request) != join(database, other)
    assert join(database, request)  # one that was used is as before
    invited(database)
    assert join(database, request)


def test_who_is_revoked_does_not_come_back_with_an_invitation_from_before(database: Database) -> None:
    site_id = join(database, invited(database))
    before = invited(database, site_id=site_id)
    with database.session() as session:
        service.revoke(session, CLOCK, site_id)
    with pytest.raises(InvitationRefused):
        join(database, before)
    assert join(database, invited(database, site_id=site_id)) == site_id  # let in again, on purpose


def test_an_invitation_from_before_a_restore_is_worthless(database: Database) -> None:
    """It may have been used since the backup, or taken back."""
    request = invited(database)
    with database.session() as session:
        doubt_all(session, CLOCK.now())
    with pytest.raises(InvitationRefused):
        join(database, request)
    assert join(database, invited(database))

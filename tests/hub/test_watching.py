"""Which sites are called to ask again when something changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from agreements import GRANTEE, OWNER, PUBLIC, T0, both, grant, said
from desk.desks import make_desk
from hub.test_after_restore import site_row
from veedor.desk.agencies.repository import save
from veedor.desk.context import DeskPorts
from veedor.desk.grants.repository import merge_statements
from veedor.desk.outward.tables import OutwardRow
from veedor.hub import watching
from veedor.hub.link import HubLink
from veedor.hub.watching import tell_sites
from veedor.kit.clock import SystemClock
from veedor.model.agency import Agency, AgencyKind
from veedor.model.statement import StatementKind
from veedor.wire.facts import FactKind
from waiting import wait_until


class Pokes:
    """Stands where the link is: it keeps who was called."""

    def __init__(self) -> None:
        self.told: list[set[str]] = []

    def poke(self, site_ids: Any) -> None:
        self.told.append(set(site_ids))


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[DeskPorts]:
    ports = make_desk(tmp_path, SystemClock()).ports
    with ports.database.session() as session:
        for name in (OWNER, GRANTEE, "other"):
            save(session, Agency(name, name, AgencyKind.OTHER, public_key=PUBLIC.get(name)), T0)
            session.flush()
            session.add(site_row(f"{name}-site", name, T0, len(name) * 100 + ord(name[0])))
    yield ports
    ports.database.close()


def test_a_grant_calls_the_sites_of_its_parties_and_an_agency_calls_all(ports: DeskPorts) -> None:
    pokes = Pokes()
    stop = tell_sites(ports, cast(HubLink, pokes))
    try:
        with ports.database.session() as session:
            merge_statements(session, [grant()], both(grant()))
        wait_until(lambda: pokes.told)
        assert pokes.told.pop() == {f"{OWNER}-site", f"{GRANTEE}-site"}
        with ports.database.session() as session:
            merge_statements(session, [grant()], [said(grant(), OWNER, StatementKind.REVOKE)])
        wait_until(lambda: pokes.told)
        assert pokes.told.pop() == {f"{OWNER}-site", f"{GRANTEE}-site"}
        with ports.database.session() as session:
            for kind in (FactKind.ACT, FactKind.EVENT):
                session.add(OutwardRow(agency_id="other", message_id=kind, kind=kind, body={}, at=T0))
        wait_until(lambda: pokes.told)
        assert pokes.told.pop() == {"other-site"}
        with ports.database.session() as session:
            session.add(OutwardRow(agency_id=OWNER, message_id="2", kind=FactKind.EVENT, body={}, at=T0))
        with ports.database.session() as session:
            save(session, Agency("new", "new", AgencyKind.OTHER), T0)
        wait_until(lambda: pokes.told)
        assert pokes.told.pop() == {f"{OWNER}-site", f"{GRANTEE}-site", "other-site"}
    finally:
        stop()


def test_agencies_in_a_row_call_all_sites_once_for_many_and_delay_nothing_else(
    ports: DeskPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_EACH_SITE_S", 0.5)
    everybody = {f"{OWNER}-site", f"{GRANTEE}-site", "other-site"}
    pokes = Pokes()
    stop = tell_sites(ports, cast(HubLink, pokes))

    def joins(name: str) -> None:
        with ports.database.session() as session:
            save(session, Agency(name, name, AgencyKind.OTHER), T0)

    try:
        joins("first")
        wait_until(lambda: pokes.told == [everybody])
        first_s = ports.clock.monotonic()
        joins("second")
        with ports.database.session() as session:
            session.add(OutwardRow(agency_id="other", message_id="1", kind=FactKind.ACT, body={}, at=T0))
        wait_until(lambda: len(pokes.told) == 2)
        assert pokes.told[1] == {"other-site"}
        joins("third")
        wait_until(lambda: len(pokes.told) == 3)
        assert pokes.told[2] == everybody  # of the second and the third
        assert ports.clock.monotonic() - first_s > 1.3  # three sites, half a second each
        joins("fourth")
        wait_until(lambda: len(pokes.told) == 4)
        assert pokes.told[3] == everybody
    finally:
        stop()

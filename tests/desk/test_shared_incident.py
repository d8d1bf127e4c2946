"""An incident that goes from a district to the police and on to the region: each at their own desk, over the hub.

Real databases and the real ends of the sync (outbox, inbox, what the hub tells each site); only the cable is missing,
which tests/federation has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from desk.cases import JPEG, event
from desk.desks import make_desk
from desk.fakes import START
from veedor.access.principal import Principal, Role
from veedor.desk.accounts import service as accounts
from veedor.desk.acts.repository import acts_of, new_act
from veedor.desk.alerts.service import AlertService
from veedor.desk.context import DeskPorts
from veedor.desk.incidents import repository
from veedor.desk.incidents.errors import NotOwner
from veedor.desk.incidents.service import IncidentService, NewIncident
from veedor.desk.inward.inward import Inward
from veedor.desk.inward.source import ForeignFact
from veedor.desk.outward.outward import Outward
from veedor.kit.errors import NotFound
from veedor.model.act import ActKind, SubjectKind
from veedor.model.incident import Disposition, IncidentOrigin, fold_incident
from veedor.wire.subjects import HUB

AGENCIES = ("muni", "pnp", "region")
PEOPLE = {
    agency: Principal(f"u-{agency}", agency[:4], agency, frozenset({Role.SUPERVISOR})) for agency in (*AGENCIES, "hub")
}


@dataclass
class Desks:
    """A hub and three sites, each of its own agency."""

    hub: DeskPorts
    sites: dict[str, DeskPorts]

    def sync(self) -> None:
        """All that the sites have to tell, and then all that the hub has to tell them."""
        for agency, site in self.sites.items():
            inward = Inward(self.hub.database, self.hub.clock)
            for one in Outward(site.database).after(inward.position(f"site-{agency}").sequence):
                inward.take(_envelope(one, f"site-{agency}", agency))
        for agency, site in self.sites.items():
            inward = Inward(site.database, site.clock)
            place = inward.position(HUB)
            for one in Outward(self.hub.database).of_agency(agency, (place.sequence, place.message_id)):
                inward.take({**_envelope(one, HUB, agency), "message_id": one.message_id})

    def at(self, agency: str) -> IncidentService:
        return IncidentService(self.sites[agency])

    def known(self, desk: DeskPorts, incident_id: str) -> tuple[Any, ...]:
        """Owner, number, status and parts, as that desk has them."""
        with desk.database.reading() as session:
            state = fold_incident(acts_of(session, SubjectKind.INCIDENT, incident_id))
            row = repository.get_incident(session, state.owner or "", incident_id)
            assert row.agency_id == state.owner
            assert sorted(repository.agencies_of(session, row)) == sorted([row.agency_id, *state.agencies])
            parts = {agency: part.value for agency, part in sorted(state.agencies.items())}
            return row.agency_id, row.number, row.status, parts, len(state.conflicts)

    def agree(self, incident_id: str, *agencies: str) -> tuple[Any, ...]:
        """What the hub and the sites of those agencies know, which must be the same."""
        said = [self.known(desk, incident_id) for desk in (self.hub, *(self.sites[one] for one in agencies))]
        assert all(one == said[0] for one in said), said
        return said[0]


def _envelope(one: Any, site_id: str, agency: str) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "agency_id": agency,
        "incarnation": "i1",
        "sequence": one.sequence,
        "message_id": one.message_id,
        "kind": one.kind,
        "body": one.body,
    }


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made = {}
    for agency in ("hub", *AGENCIES):
        (tmp_path / agency).mkdir()
        ports = make_desk(tmp_path / agency, federated=True, is_hub=agency == "hub").ports
        with ports.database.session() as session:
            for other in AGENCIES:
                accounts.ensure_agency(session, ports.clock, other, other.title())
        made[agency] = replace(ports, agency_id=agency)
    yield Desks(made["hub"], {agency: made[agency] for agency in AGENCIES})
    for ports in made.values():
        ports.database.close()


def opened(desks: Desks) -> str:
    new = NewIncident("robbery", IncidentOrigin.PHONE, "Jr. Puno 120", "dos sujetos en moto")
    return desks.at("muni").open(PEOPLE["muni"], new)


def test_from_the_district_to_the_police_and_on_to_the_region(desks: Desks) -> None:
    muni, pnp, region = (PEOPLE[one] for one in AGENCIES)
    first_of_pnp = desks.at("pnp").open(pnp, NewIncident("fire", IncidentOrigin.PHONE))
    incident = opened(desks)
    desks.at("muni").note(muni, incident, "huyen por Grau")
    desks.sync()
    with pytest.raises(NotFound):
        desks.at("pnp").view(pnp, incident)  # nobody asked them yet

    desks.at("muni").hand_over(muni, incident, "pnp", "es un asalto")
    desks.sync()
    assert desks.agree(incident, "muni", "pnp") == ("muni", 1, "open", {"pnp": "offered"}, 0)
    seen = desks.at("pnp").view(pnp, incident)
    assert [act.kind for act in seen.timeline] == [ActKind.OPEN, ActKind.NOTE, ActKind.HAND_OVER]

    desks.at("pnp").take_over(pnp, incident)  # at their own desk
    desks.sync()
    assert desks.agree(incident, "muni", "pnp") == ("pnp", 2, "open", {"muni": "accepted"}, 0)
    assert desks.known(desks.sites["pnp"], first_of_pnp)[1] == 1
    with pytest.raises(NotOwner):
        desks.at("muni").close(muni, incident, Disposition.RESOLVED, None, None)
    desks.at("muni").note(muni, incident, "la unidad 3 sigue ahí")
    desks.sync()
    assert desks.at("pnp").view(pnp, incident).state.notes == 2

    desks.at("pnp").hand_over(pnp, incident, "region", None)
    desks.sync()
    IncidentService(desks.hub).take_over(region, incident)  # at the hub, this time
    desks.sync()
    parts = {"muni": "accepted", "pnp": "accepted"}
    assert desks.agree(incident, *AGENCIES) == ("region", 1, "open", parts, 0)
    desks.at("region").close(region, incident, Disposition.RESOLVED, "dos detenidos", None)
    desks.sync()
    assert desks.agree(incident, *AGENCIES) == ("region", 1, "closed", parts, 0)
    told = len(Outward(desks.hub.database).after(0))
    desks.sync()
    assert len(Outward(desks.hub.database).after(0)) == told, "what everybody knows is not told again"


def test_an_offer_that_is_not_taken_stays_the_owners(desks: Desks) -> None:
    incident = opened(desks)
    desks.at("muni").hand_over(PEOPLE["muni"], incident, "pnp", None)
    desks.sync()
    desks.at("muni").close(PEOPLE["muni"], incident, Disposition.NOT_FOUND, None, None)
    desks.sync()
    assert desks.agree(incident, "muni", "pnp") == ("muni", 1, "closed", {"pnp": "offered"}, 0)


def test_closed_by_one_while_the_other_takes_over_is_a_conflict_that_all_see(desks: Desks) -> None:
    incident = opened(desks)
    desks.at("muni").hand_over(PEOPLE["muni"], incident, "pnp", None)
    desks.sync()
    desks.at("pnp").take_over(PEOPLE["pnp"], incident)
    desks.at("muni").close(PEOPLE["muni"], incident, Disposition.RESOLVED, None, None)  # they have not heard yet
    desks.sync()
    desks.sync()
    assert desks.agree(incident, "muni", "pnp") == ("pnp", 1, "open", {"muni": "accepted"}, 1)


def test_a_site_speaks_only_of_incidents_that_it_has_a_part_in(desks: Desks) -> None:
    incident = opened(desks)
    desks.sync()
    desks.at("muni").note(PEOPLE["muni"], incident, "x")
    (note,) = [one for one in Outward(desks.sites["muni"].database).after(0) if one.body["act"]["kind"] == "note"]
    inward = Inward(desks.hub.database, desks.hub.clock)
    stolen = _envelope(note, "site-region", "region")
    with pytest.raises(ForeignFact):
        inward.take(stolen)  # another agency's act
    act = {**note.body["act"], "agency_id": "region", "id": "forged"}
    with pytest.raises(ForeignFact):
        inward.take({**stolen, "body": {**note.body, "act": act}})  # its own act, on what is none of its business
    with desks.hub.database.reading() as session:
        kinds = [one.kind for one in acts_of(session, SubjectKind.INCIDENT, incident)]
    assert kinds == [ActKind.OPEN]


def test_an_alert_follows_when_its_agency_comes_in_at_its_own_desk(desks: Desks) -> None:
    site = desks.sites["pnp"]
    site.cameras.save(replace(site.cameras.camera("plaza"), agency_id="pnp"))
    one = event(camera_id="plaza", started_at=START)
    AlertService(site).raise_alert(one, JPEG)
    desks.sync()
    incident = opened(desks)
    desks.sync()
    joining = PEOPLE["muni"]
    hub = IncidentService(desks.hub)
    hub.invite(joining, incident, "pnp", None)
    with desks.hub.database.session() as session:
        row = repository.get_incident(session, "muni", incident)
        subject = (SubjectKind.INCIDENT, incident)
        act = new_act(joining, subject, ActKind.ADD_ALERT, desks.hub.clock.now(), payload={"alert_id": one.id})
        repository.act_on(session, row, act)
    desks.sync()
    desks.at("pnp").accept(PEOPLE["pnp"], incident)
    desks.sync()
    for desk in (desks.hub, site):
        with desk.database.reading() as session:
            acts = acts_of(session, SubjectKind.ALERT, one.id)
        assert [(act.kind, act.payload["incident_id"]) for act in acts] == [(ActKind.ESCALATE, incident)]

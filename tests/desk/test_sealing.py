"""Seals at the desk that holds their secrets, and at the desk of a camera's owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agreements import KEYS, PUBLIC
from desk.desks import AGENCY, Desk, make_desk
from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource, Role
from veedor.desk.agencies import repository as agencies
from veedor.desk.audit.log import AuditQuery
from veedor.desk.audit.offline import verify_file
from veedor.desk.audit.walk import SEAL
from veedor.desk.sealing import repository, seen
from veedor.desk.sealing.errors import OwnSeal, SealedCase, SealNeeds, SealOver, SealThere
from veedor.desk.sealing.keeper import Keeper, NewSeal
from veedor.desk.sealing.reveal import Reveal, SealState, ShownSeal
from veedor.desk.sealing.seen import SealsSeen
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import NotFound
from veedor.model.seal import Seal, new_opening
from veedor.wire.passes import PassRefused
from veedor.wire.seals import SignedOpening

CASE = "CASO-77319"


@dataclass
class Sealed:
    """A desk that holds the key of `muni`, whose supervisor sara seals olga; and the owner's side of `pnp`'s seals."""

    desk: Desk
    clock: SimulatedClock
    keeper: Keeper
    sara: Principal
    olga: Principal

    def make(self, **changes: Any) -> Seal:
        wanted = replace(NewSeal("olga", CASE, 30, "Orden fiscal"), **changes)
        return repository.seal_of_row(self.keeper.make(self.sara, wanted))

    def stranger(self, seal: Seal) -> Principal:
        """A sealed person of pnp, as a pass proves them."""
        return Principal(
            seal.name, seal.name, "pnp", frozenset({Role.OPERATOR}), case_number=seal.name, seal=seal, is_sealed=True
        )

    def shown(self, seal: Seal, agency_id: str = "pnp", *, viewer: str = "") -> ShownSeal:
        ports = self.desk.ports
        with ports.database.reading() as session:
            found = Reveal(session, self.clock.now(), viewer, ports.secrets).of({SEAL: seal.plain()}, agency_id)
        assert found is not None
        return found


@pytest.fixture
def sealed(tmp_path: Path, database_kind: str) -> Iterator[Sealed]:
    clock = SimulatedClock()
    desk = make_desk(tmp_path, clock, is_hub=True)
    people = [
        Principal(desk.add_user(name, role), name, AGENCY, frozenset({role}))
        for name, role in (("sara", Role.SUPERVISOR), ("olga", Role.OPERATOR))
    ]
    desk.add_user("petra", Role.OPERATOR, agency_id="pnp")
    with desk.ports.database.session() as session:
        for agency_id in (AGENCY, "pnp"):
            known = agencies.agency(session, agency_id)
            agencies.save(session, replace(known, public_key=PUBLIC[agency_id]), clock.now())
    yield Sealed(desk, clock, Keeper(desk.ports, {AGENCY: KEYS[AGENCY]}.get), *people)
    desk.ports.database.close()


def test_a_seal_counts_at_once_and_ends_by_itself(sealed: Sealed) -> None:
    asking = replace(sealed.olga, case_number="caso 77319", session_id="s1", address="10.0.0.7")
    assert repository.sealed(sealed.desk.ports, asking) == asking
    seal = sealed.make()
    found = repository.sealed(sealed.desk.ports, asking)
    assert (found.seal, found.is_sealed) == (seal, True)
    shown = found.shown()
    assert {shown.user_id, shown.username, shown.case_number} == {seal.name}
    assert (shown.session_id, shown.address) == (None, None)
    other = repository.sealed(sealed.desk.ports, replace(sealed.sara, case_number=CASE))
    assert (other.is_sealed, other.shown().case_number, other.shown().username) == (False, seal.name, "sara")
    assert repository.sealed(sealed.desk.ports, replace(asking, case_number="CASO-77320")).seal is None
    assert sealed.keeper.opening(seal.id) is None
    sealed.clock.advance(30 * 86_400)
    assert repository.sealed(sealed.desk.ports, asking).seal is None
    opening = sealed.keeper.opening(seal.id)
    assert opening is not None
    assert opening.opening.fits(seal, AGENCY)
    assert opening.signed_by(PUBLIC[AGENCY])
    assert sealed.keeper.opening(seal.id) == opening
    (entry,) = sealed.desk.audit.entries(AuditQuery(action="seal.open"))
    assert (entry.reason, entry.resource_id) == ("expired", seal.id)


def test_a_supervisor_opens_it_before(sealed: Sealed) -> None:
    seal = sealed.make()
    opening = sealed.keeper.open(sealed.sara, seal.id)
    assert (opening.opening.person, opening.opening.case_number) == ("olga", CASE)
    assert opening.opening.fits(seal, AGENCY)
    with pytest.raises(SealOver):
        sealed.keeper.open(sealed.sara, seal.id)
    sealed.make()  # the same again is another seal
    with pytest.raises(NotFound):
        sealed.keeper.open(replace(sealed.sara, agency_id="pnp"), seal.id)


def test_what_cannot_be_sealed(sealed: Sealed) -> None:
    with pytest.raises(OwnSeal):
        sealed.make(person="sara")
    for change in ({"case_number": "--"}, {"reason": " "}, {"days": 0}, {"days": 91}):
        with pytest.raises(SealNeeds):
            sealed.make(**change)
    with pytest.raises(NotFound):
        sealed.make(person="petra")
    seal = sealed.make()
    with pytest.raises(SealThere):
        sealed.make(case_number="caso 77 319")
    with pytest.raises(OwnSeal):
        sealed.keeper.open(sealed.olga, seal.id)
    for words in ("Por el caso 77319.", "CASO-77319"):
        with pytest.raises(SealedCase):
            repository.require_unnamed(sealed.desk.ports, AGENCY, None, words)
    repository.require_unnamed(sealed.desk.ports, "pnp", CASE)


def test_the_database_has_neither_name_nor_case_of_a_seal(sealed: Sealed) -> None:
    sealed.make()
    with sealed.desk.ports.database.reading() as session:
        (row,) = repository.seals_of(session, AGENCY)
    assert not any(text in repr(vars(row)) for text in ("olga", CASE, sealed.olga.user_id, "fiscal"))


def test_the_owner_hears_and_proves_it(sealed: Sealed) -> None:
    opening = new_opening("pnp", "u9", "petra", "EXP-5", sealed.clock.now())
    seal = opening.seal(sealed.clock.now() + timedelta(days=10))
    who, ports = sealed.stranger(seal), sealed.desk.ports
    known = SealsSeen(ports)
    known.see(who)
    known.see(who)
    SealsSeen(ports).see(who)
    (first,) = sealed.desk.audit.entries(AuditQuery(action="seal.hear"))
    assert (first.reason, first.username, first.case_number) == ("sealed", seal.name, seal.name)
    for other in (replace(seal, person="0" * 64), replace(seal, until=seal.until + timedelta(days=1))):
        with pytest.raises(PassRefused) as refused:
            known.see(replace(who, seal=other))
        assert refused.value.params["reason"] == "seal-changed"
    assert sealed.shown(seal).state is SealState.SEALED
    sealed.clock.advance(11 * 86_400)
    assert sealed.shown(seal).state is SealState.OVERDUE
    with ports.database.reading() as session:
        assert seen.unopened(session) == [seal.id]

    forged = SignedOpening(replace(opening, person="mario")).signed(KEYS["other"].sign)
    seen.take_openings(ports, [forged.to_json(), {"seal_id": 3}])
    assert sealed.shown(seal).state is SealState.OVERDUE, "nobody signed that"
    wrong = SignedOpening(replace(opening, person="mario")).signed(KEYS["pnp"].sign)
    seen.take_openings(ports, [wrong.to_json()] * 2)
    assert (sealed.shown(seal).state, sealed.shown(seal).person) == (SealState.MISMATCH, "mario")
    true = SignedOpening(opening).signed(KEYS["pnp"].sign)
    seen.take_openings(ports, [true.to_json()])
    shown = sealed.shown(seal)
    assert (shown.state, shown.person, shown.case_number) == (SealState.OPENED, "petra", "EXP-5")
    assert sealed.shown(replace(seal, case="0" * 64)).state is SealState.MISMATCH, "an entry with other commitments"
    with ports.database.reading() as session:
        assert seen.unopened(session) == []
    heard = sealed.desk.audit.entries(AuditQuery(action="seal.hear"))
    assert [(row.reason, row.allowed) for row in heard] == [("opened", True), ("mismatch", False), ("sealed", True)]


def test_verify_counts_by_seal(sealed: Sealed) -> None:
    seal = new_opening("pnp", "u9", "petra", "EXP-5", sealed.clock.now()).seal(sealed.clock.now() + timedelta(days=10))
    ports = sealed.desk.ports
    for _ in range(2):
        ports.access.note(sealed.stranger(seal), Action.LIVE_WATCH, Resource("live", "plaza", AGENCY), allowed=True)
    ports.access.note(sealed.olga, Action.LIVE_WATCH, Resource("live", "plaza", AGENCY), allowed=True)
    verdict = sealed.desk.audit.verify()
    assert verdict.intact
    assert [(one.agency_id, one.told, one.entries) for one in verdict.sealed] == [("pnp", seal.plain(), 2)]


@pytest.mark.sqlite_only
def test_verify_without_the_desk_shows_seals(sealed: Sealed, tmp_path: Path) -> None:
    opening = new_opening("pnp", "u9", "petra", "EXP-5", sealed.clock.now())
    seal = opening.seal(sealed.clock.now() + timedelta(days=10))
    SealsSeen(sealed.desk.ports).see(sealed.stranger(seal))
    seen.take_openings(sealed.desk.ports, [SignedOpening(opening).signed(KEYS["pnp"].sign).to_json()])
    (verdict,) = verify_file(tmp_path)
    (told,) = verdict["sealed"]
    assert (told["entries"], told["seal"]["state"], told["seal"]["person"]) == (1, "opened", "petra")


def test_ones_own_auditors_know_their_people(sealed: Sealed) -> None:
    seal = sealed.make()
    assert sealed.shown(seal, AGENCY).person is None
    own = sealed.shown(seal, AGENCY, viewer=AGENCY)
    assert (own.state, own.person, own.is_own) == (SealState.SEALED, "olga", True)
    assert sealed.shown(seal, AGENCY, viewer="pnp").person is None

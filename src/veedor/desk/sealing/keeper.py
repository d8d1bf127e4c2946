"""Sealings whose secrets this desk holds, because the agency's key is here: a site's, and a hub's of hosted agencies.

The caller has passed `access/`. A sealing ends when a supervisor opens it, or by itself when its time is over; from
then on whoever saw its commitments may have the opening.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.accounts import service as accounts
from veedor.desk.context import DeskPorts
from veedor.desk.sealing import repository
from veedor.desk.sealing.errors import OwnSeal, SealNeeds, SealNotHere, SealOver, SealThere
from veedor.desk.sealing.tables import SealRow
from veedor.kit.errors import NotFound
from veedor.model.seal import case_key, new_opening
from veedor.wire.keys import SigningKey
from veedor.wire.passes import IDENTITY_LIFE, Identity, encode_identity
from veedor.wire.seals import SealRecord, SignedOpening


@dataclass(frozen=True, slots=True)
class NewSeal:
    """`person`: user name or id of a colleague. `days`: how long at most."""

    person: str
    case_number: str
    days: int
    reason: str


class Keeper:
    """`key_of`: the agency's private key, where it is here."""

    def __init__(self, ports: DeskPorts, key_of: Callable[[str], SigningKey | None]) -> None:
        self._ports = ports
        self._key_of = key_of

    def holds(self, agency_id: str) -> bool:
        return self._key_of(agency_id) is not None

    def make(self, who: Principal, wanted: NewSeal) -> SealRow:
        """Raises SealNeeds, SealNotHere, OwnSeal, SealThere, NotFound."""
        ports, now = self._ports, self._ports.clock.now()
        if not self.holds(who.agency_id):
            raise SealNotHere(name=who.agency_id)
        check(wanted, ports.config.seal_longest_days)
        with ports.database.reading() as session:
            user = accounts.user(session, who.agency_id, wanted.person.partition("@")[0])
            known = [
                (row, repository.held_of(ports.secrets, row)) for row in repository.active(session, who.agency_id, now)
            ]
        if user.disabled_at is not None:
            raise NotFound(kind="user", name=wanted.person[:80])
        if user.id == who.user_id:
            raise OwnSeal
        for row, held in known:
            if held.person_id == user.id and case_key(held.case_number) == case_key(wanted.case_number):
                raise SealThere(until=row.until.isoformat(timespec="minutes"))
        opening = new_opening(who.agency_id, user.id, user.username, wanted.case_number.strip(), now)
        seal = opening.seal(now + timedelta(days=wanted.days))
        record = SealRecord(
            seal,
            user.id,
            user.username,
            opening.case_number,
            wanted.reason.strip(),
            who.user_id,
            who.username,
            now,
        )
        with ports.database.session() as session:
            return repository.add(session, ports.secrets, who.agency_id, record, opening.secret)

    def open(self, who: Principal, seal_id: str) -> SignedOpening:
        """From now on person and case are known to whoever saw the commitments. Raises NotFound, OwnSeal, SealOver."""
        ports = self._ports
        with ports.database.session() as session:
            row = repository.get_seal(session, who.agency_id, seal_id)
            held = repository.held_of(ports.secrets, row)
            if not row.has_secret:
                raise SealNotHere(name=who.agency_id)
            if held.person_id == who.user_id:
                raise OwnSeal
            if row.opened_at is not None or row.until <= ports.clock.now():
                raise SealOver
            row.opened_at, row.opened_by, row.opened_by_name = ports.clock.now(), who.user_id, who.username[:200]
        found = self.opening(seal_id)
        assert found is not None  # noqa: S101 - it was opened just now
        return found

    def opening(self, seal_id: str) -> SignedOpening | None:
        """Signed; None while it is sealed, and where this desk does not hold its secret."""
        ports, now = self._ports, self._ports.clock.now()
        with ports.database.reading() as session:
            row = session.get(SealRow, seal_id)
            known = repository.openings_of(session, seal_id)
        if known:
            return known[-1]
        if row is None or not row.has_secret or (row.opened_at is None and row.until > now):
            return None
        key = self._key_of(row.agency_id)
        if key is None:
            return None
        if row.opened_at is None:
            nobody = Principal("", "", row.agency_id, frozenset())
            resource = Resource("seal", row.id, row.agency_id)
            ports.access.note(nobody, Action.SEAL_OPEN, resource, allowed=True, reason="expired")
        signed = SignedOpening(repository.opening_from(row, repository.held_of(ports.secrets, row))).signed(key.sign)
        with ports.database.session() as session:
            current = session.get_one(SealRow, seal_id)
            current.opened_at = current.opened_at or current.until
            repository.keep_opening(session, signed, now)
        return signed

    def identity(self, who: Identity, seal_id: str, session: str, session_key: str) -> str:
        """An identity that names the seal, for a login and a key that nothing else of this person has.

        `who`: proved. Raises NotFound, SealOver, SealNotHere.
        """
        ports, now = self._ports, self._ports.clock.now()
        key = self._key_of(who.agency)
        if key is None:
            raise SealNotHere(name=who.agency)
        with ports.database.reading() as reading:
            row = repository.get_seal(reading, who.agency, seal_id)
        if repository.held_of(ports.secrets, row).person_id != who.person:
            raise NotFound(kind="seal", name=seal_id[:80])
        if row.opened_at is not None or row.until <= now:
            raise SealOver
        seal = repository.seal_of_row(row)
        sealed = Identity(
            agency=who.agency,
            person=seal.name,
            name=seal.name,
            roles=who.roles,
            session=session,
            session_key=session_key,
            issued_at=now,
            expires_at=min(now + IDENTITY_LIFE, who.expires_at, seal.until),
            seal=seal,
        )
        return encode_identity(sealed, key)


def check(wanted: NewSeal, longest_days: int) -> None:
    """Raises SealNeeds."""
    wrong = None
    if not case_key(wanted.case_number):
        wrong = "case_number"
    elif not wanted.reason.strip():
        wrong = "reason"
    elif not 1 <= wanted.days <= longest_days:
        wrong = "days"
    if wrong is not None:
        raise SealNeeds(field=wrong, days=str(longest_days))


def new_session_id() -> str:
    """Random: the id of a sealed login tells no time and leads to no other login."""
    return secrets.token_hex(16)

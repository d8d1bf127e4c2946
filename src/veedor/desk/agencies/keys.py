"""Keys of agencies beside the one that is pinned: those offered in its place, and those that were before it.

A pinned key changes only by `trust`, after a person has compared the fingerprint by another way than this: neither the
hub nor who holds a link can put another one in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.repository import agency, save
from veedor.desk.agencies.tables import FormerKeyRow, OfferedKeyRow
from veedor.desk.grants.errors import KeyNotOffered
from veedor.wire.keys import key_fingerprint, same_fingerprint

MOST_OFFERED = 8  # of one agency: whoever joins sites may offer many


@dataclass(frozen=True, slots=True)
class AgencyKeys:
    """`pinned`: what is believed; None: none is known. `offered`: newest first. `former`: with the time until which
    each was pinned here, newest first."""

    agency_id: str
    name: str
    pinned: str | None
    offered: tuple[str, ...]
    former: tuple[tuple[str, datetime], ...]


def keys_of(session: Session, agency_id: str) -> AgencyKeys:
    """Raises UnknownAgency."""
    known = agency(session, agency_id)
    offered = session.scalars(
        sa.select(OfferedKeyRow)
        .where(OfferedKeyRow.agency_id == agency_id, OfferedKeyRow.public_key != (known.public_key or ""))
        .order_by(OfferedKeyRow.offered_at.desc(), OfferedKeyRow.public_key)
    )
    former = session.scalars(
        sa.select(FormerKeyRow).where(FormerKeyRow.agency_id == agency_id).order_by(FormerKeyRow.until.desc())
    )
    return AgencyKeys(
        agency_id,
        known.name,
        known.public_key,
        tuple(row.public_key for row in offered),
        tuple((row.public_key, row.until) for row in former),
    )


def offer(session: Session, agency_id: str, public_key: str, now: datetime, *, alone: bool = False) -> bool:
    """Note that somebody says this is the agency's key; whether that is new. It changes nothing else. `alone`: others
    that were offered before are offered no more."""
    same = sa.and_(OfferedKeyRow.agency_id == agency_id, OfferedKeyRow.public_key == public_key)
    if alone:
        session.execute(sa.delete(OfferedKeyRow).where(OfferedKeyRow.agency_id == agency_id, sa.not_(same)))
    if session.scalar(sa.select(OfferedKeyRow).where(same)) is not None:
        return False
    session.add(OfferedKeyRow(agency_id=agency_id, public_key=public_key, offered_at=now))
    session.flush()
    newest = sa.select(OfferedKeyRow.public_key).where(OfferedKeyRow.agency_id == agency_id)
    kept = list(session.scalars(newest.order_by(OfferedKeyRow.offered_at.desc()).limit(MOST_OFFERED)))
    session.execute(
        sa.delete(OfferedKeyRow).where(OfferedKeyRow.agency_id == agency_id, OfferedKeyRow.public_key.not_in(kept))
    )
    return True


def withdraw(session: Session, agency_id: str) -> None:
    """Nothing is offered for the agency any more."""
    session.execute(sa.delete(OfferedKeyRow).where(OfferedKeyRow.agency_id == agency_id))


def waiting(session: Session) -> list[AgencyKeys]:
    """Agencies for which another key is offered than the one that is pinned."""
    query = (
        sa.select(OfferedKeyRow.agency_id)
        .join(AgencyRow, AgencyRow.id == OfferedKeyRow.agency_id)
        .where(AgencyRow.public_key.is_not(None), AgencyRow.public_key != OfferedKeyRow.public_key)
        .distinct()
        .order_by(OfferedKeyRow.agency_id)
    )
    return [keys_of(session, one) for one in session.scalars(query)]


def offered_as(known: AgencyKeys, fingerprint: str) -> str:
    """The offered key of that fingerprint. Raises KeyNotOffered."""
    for one in known.offered:
        if same_fingerprint(fingerprint, one):
            return one
    raise KeyNotOffered(name=known.name, fingerprint=fingerprint[:100])


def trust(session: Session, agency_id: str, public_key: str, now: datetime) -> None:
    """Pin the key, which somebody has compared. What the one before signed counts no more, except as history."""
    save(session, replace(agency(session, agency_id), public_key=public_key), now, repin=True)
    withdraw(session, agency_id)


def signer_of(session: Session, agency_id: str, at: datetime, holds: Callable[[str], bool]) -> str | None:
    """The key of the agency for which `holds`, where it was the agency's at `at`: the pinned one, else a former one
    until it was replaced. None: no key is known at all. Where none fits, the pinned one: then nothing holds."""
    row = session.get(AgencyRow, agency_id)  # asked of every head of every site: mostly this is enough
    if row is not None and (row.public_key is None or holds(row.public_key)):
        return row.public_key
    known = keys_of(session, agency_id)
    return next((key for key, until in known.former if at <= until and holds(key)), known.pinned)


def shown(public_key: str | None) -> str:
    """As people compare it; "-": none."""
    return key_fingerprint(public_key) if public_key else "-"

"""Restores of this machine and of others: what they cut off a chain, and which contradictions they explain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.audit.tables import RestoreRow, WitnessedHeadRow
from veedor.desk.inward.tables import SiteAuditRow
from veedor.kit.clock import Clock
from veedor.wire.restores import MOST_RESTORES, SignedRestore


def note_own(session: Session, clock: Clock, chain: tuple[str, str], sequence: int, told: dict[str, Any]) -> None:
    """This machine was restored; its chain goes on behind `sequence`. The same restore twice is one.

    `chain`: place and agency.
    """
    restored_at = datetime.fromisoformat(str(told["restored_at"]))
    made_at = datetime.fromisoformat(str(told["backup_made_at"]))
    known = sa.select(RestoreRow.number).where(RestoreRow.is_own, RestoreRow.restored_at == restored_at)
    if session.scalar(known) is not None:
        return
    _add(session, clock, (*chain, True, sequence), restored_at, made_at, str(told["by"]), told)


def own(session: Session) -> list[RestoreRow]:
    """Of this machine, newest first."""
    query = sa.select(RestoreRow).where(RestoreRow.is_own).order_by(RestoreRow.number.desc())
    return list(session.scalars(query.limit(MOST_RESTORES)))


def own_signed(session: Session, agency_id: str, place: str) -> list[SignedRestore]:
    """The same as they are told to others, not yet signed."""
    return [
        SignedRestore(
            place,
            agency_id,
            row.sequence,
            row.restored_at,
            row.backup_made_at,
            row.by,
            str(row.told.get("manifest_sha256") or "")[:64],
        )
        for row in own(session)
    ]


def keep(session: Session, clock: Clock, restore: SignedRestore, public_key: str) -> bool:
    """Keep what another place says of its restore; False for a known one, and for one that its key did not sign."""
    known = sa.select(RestoreRow.number).where(
        RestoreRow.place == restore.place, RestoreRow.restored_at == restore.restored_at
    )
    if not restore.signed_by(public_key) or session.scalar(known) is not None:
        return False
    _add(
        session,
        clock,
        (restore.place, restore.agency_id, False, restore.sequence),
        restore.restored_at,
        restore.backup_made_at,
        restore.by,
        restore.to_json(),
    )
    return True


def others(session: Session) -> list[dict[str, Any]]:
    """What other places said of theirs, newest first, to be passed on."""
    query = sa.select(RestoreRow).where(RestoreRow.is_own.is_(False)).order_by(RestoreRow.number.desc())
    return [row.told for row in session.scalars(query.limit(MOST_RESTORES))]


def held_elsewhere(session: Session, sequence: int) -> None:
    """Somebody has proved to hold an entry of this chain that is not in it any more."""
    for row in own(session):
        if row.sequence < sequence and (row.lost_to is None or row.lost_to < sequence):
            row.lost_to = sequence
            break
    session.flush()


def lost_of(session: Session, place: str) -> int | None:
    """The last entry held here of those that the place's newest restore cut off; None: none is."""
    query = sa.select(RestoreRow.lost_to).where(RestoreRow.place == place).order_by(RestoreRow.restored_at.desc())
    return session.scalar(query.limit(1))


def explaining(session: Session) -> list[RestoreRow]:
    """All that are known, newest first."""
    return list(session.scalars(sa.select(RestoreRow).order_by(RestoreRow.restored_at.desc())))


def explains(row: RestoreRow, place: str, sequence: int, received_at: datetime) -> bool:
    """Whether an entry of that place is one that this restore cut off. It excuses nothing: it says what to ask."""
    inside = row.sequence < sequence and row.lost_to is not None and sequence <= row.lost_to
    return row.place == place and inside and received_at >= row.restored_at


def _add(
    session: Session,
    clock: Clock,
    where: tuple[str, str, bool, int],
    restored_at: datetime,
    made_at: datetime,
    by: str,
    told: dict[str, Any],
) -> None:
    place, agency_id, is_own, sequence = where
    session.add(
        RestoreRow(
            place=place,
            agency_id=agency_id,
            is_own=is_own,
            sequence=sequence,
            restored_at=restored_at,
            backup_made_at=made_at,
            by=by[:200],
            told=told,
            lost_to=_lost_to(session, place, sequence, restored_at) if place else None,
            received_at=clock.now(),
        )
    )
    session.flush()


def _lost_to(session: Session, place: str, sequence: int, restored_at: datetime) -> int | None:
    """The highest entry of that place that came here before the restore."""
    heads = sa.select(sa.func.max(WitnessedHeadRow.sequence)).where(
        WitnessedHeadRow.place == place, WitnessedHeadRow.received_at < restored_at
    )
    entries = sa.select(sa.func.max(SiteAuditRow.sequence)).where(
        SiteAuditRow.site_id == place, SiteAuditRow.received_at < restored_at
    )
    highest = max(session.scalar(heads) or 0, session.scalar(entries) or 0)
    return highest if highest > sequence else None

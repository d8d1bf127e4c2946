"""Keeping signed heads of other audit chains, and comparing each with what is known of that chain already."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.keys import keys_of, signer_of
from veedor.desk.audit import restores
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.audit.tables import AuditChainRow, RestoreRow, WitnessedHeadRow
from veedor.desk.inward.tables import SiteAuditRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.clock import Clock
from veedor.wire.heads import SignedHead, sign_head
from veedor.wire.keys import SigningKey

log = logging.getLogger(__name__)

SIGNATURE = "signature"  # nobody with that key signed it
FORK = "fork"  # the entry of that number is known with another hash
ROLLBACK = "rollback"  # the chain was longer before
UNPROVED = "unproved"  # no contradiction: the key that could prove it is not known here yet, or not trusted

_NOBODYS = (SIGNATURE, UNPROVED)
_MOST_UNPROVED = 100  # of one place


@dataclass(frozen=True, slots=True)
class Teller:
    """Who hears of a head that contradicts what is known: open pages of auditors of `agencies`."""

    feed: LiveFeedHub
    agencies: tuple[str, ...]


def sign_own(audit: ChainedAuditLog, key: SigningKey, place: str, clock: Clock, sequence: int = 0) -> SignedHead | None:
    """This desk's head, or its entry `sequence`, signed; None where there is none."""
    found = audit.hash_of(sequence) if sequence else audit.head()
    if found is None:
        return None
    return sign_head(key, SignedHead(place, audit.agency_id, found[0], found[1], clock.now()))


def keep(session: Session, clock: Clock, head: SignedHead, public_key: str, teller: Teller) -> str:
    """Keep somebody else's head; what is wrong with it ("": nothing). Told again, it changes nothing."""
    flaw = SIGNATURE if not head.signed_by(public_key) else _contradiction(session, head)
    return _write(session, clock, head, public_key, flaw, teller)


def keep_told(session: Session, clock: Clock, head: SignedHead, teller: Teller) -> str:
    """Keep what somebody else passed on, as `keep`, with the key of its agency at that time. Where none is known here,
    or the head is signed with one that is only offered, it is kept aside until `prove`."""
    key = _key_of(session, head)
    if key is not None:
        return keep(session, clock, head, key, teller)
    aside = sa.select(sa.func.count()).where(WitnessedHeadRow.place == head.place, WitnessedHeadRow.flaw == UNPROVED)
    if (session.scalar(aside) or 0) < _MOST_UNPROVED:
        _write(session, clock, head, "", UNPROVED, teller)
    return ""


def prove(session: Session, clock: Clock, teller: Teller) -> None:
    """Look again at what was kept aside, in the order in which it came. Call it before newer heads are kept."""
    settled = aliased(WitnessedHeadRow)
    query = sa.select(WitnessedHeadRow).where(
        WitnessedHeadRow.flaw == UNPROVED,
        ~sa.exists().where(
            settled.place == WitnessedHeadRow.place,
            settled.sequence == WitnessedHeadRow.sequence,
            settled.hash == WitnessedHeadRow.hash,
            settled.flaw != UNPROVED,
        ),
    )
    for row in list(session.scalars(query.order_by(WitnessedHeadRow.number))):
        head = head_of(row)
        key = _key_of(session, head)
        if key is not None:
            keep(session, clock, head, key, teller)


def _key_of(session: Session, head: SignedHead) -> str | None:
    """What to check it with; None: that cannot be said yet."""
    if session.get(AgencyRow, head.agency_id) is None:
        return None
    key = signer_of(session, head.agency_id, head.at, head.signed_by)
    if key is None or head.signed_by(key):
        return key
    return None if any(map(head.signed_by, keys_of(session, head.agency_id).offered)) else key


def keep_own(session: Session, clock: Clock, head: SignedHead, public_key: str, teller: Teller) -> str:
    """Keep what somebody else holds as the head of this desk's own chain, compared with the chain itself."""
    if not head.signed_by(public_key):
        return _write(session, clock, head, public_key, SIGNATURE, teller)
    query = sa.select(AuditChainRow.hash).where(
        AuditChainRow.agency_id == head.agency_id, AuditChainRow.sequence == head.sequence
    )
    found = session.scalar(query)
    flaw = ROLLBACK if found is None else FORK if found != head.hash else ""
    return _write(session, clock, head, public_key, flaw, teller)


def keep_again(session: Session, clock: Clock, head: SignedHead, public_key: str, teller: Teller) -> str:
    """Keep what a place answered about an entry that is not its last: lower than before is then no contradiction."""
    flaw = SIGNATURE if not head.signed_by(public_key) else FORK if _forks(session, head) else ""
    return _write(session, clock, head, public_key, flaw, teller)


def note_missing(session: Session, clock: Clock, kept: WitnessedHeadRow, teller: Teller) -> None:
    """The place no longer has an entry of which this desk keeps a head."""
    head = head_of(kept)
    _write(session, clock, head, kept.public_key, ROLLBACK, teller)


def last_of(session: Session, place: str) -> WitnessedHeadRow | None:
    """The head of that place that came last and was truly signed."""
    query = (
        sa.select(WitnessedHeadRow)
        .where(WitnessedHeadRow.place == place, WitnessedHeadRow.flaw.not_in(_NOBODYS))
        .order_by(WitnessedHeadRow.number.desc())
        .limit(1)
    )
    return session.scalar(query)


def newest(session: Session, after: int, limit: int) -> list[WitnessedHeadRow]:
    """Of each place the head that came last, of those numbered above `after`, in order."""
    latest = (
        sa.select(sa.func.max(WitnessedHeadRow.number))
        .where(WitnessedHeadRow.flaw.not_in(_NOBODYS))
        .group_by(WitnessedHeadRow.place)
    )
    query = sa.select(WitnessedHeadRow).where(WitnessedHeadRow.number.in_(latest), WitnessedHeadRow.number > after)
    return list(session.scalars(query.order_by(WitnessedHeadRow.number).limit(limit)))


def heads(session: Session, place: str | None, before: int | None, limit: int) -> list[WitnessedHeadRow]:
    """What is kept, newest first."""
    query = sa.select(WitnessedHeadRow)
    if place is not None:
        query = query.where(WitnessedHeadRow.place == place)
    if before is not None:
        query = query.where(WitnessedHeadRow.number < before)
    return list(session.scalars(query.order_by(WitnessedHeadRow.number.desc()).limit(limit)))


def flawed(session: Session, limit: int = 100) -> list[WitnessedHeadRow]:
    """Heads that contradict, newest first."""
    query = sa.select(WitnessedHeadRow).where(WitnessedHeadRow.flaw.not_in(("", UNPROVED)))
    return list(session.scalars(query.order_by(WitnessedHeadRow.number.desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A head, or an entry of a site, that does not fit. `restore`: the restore that says how it came."""

    place: str
    sequence: int
    flaw: str
    received_at: datetime
    restore: RestoreRow | None = None


def contradicting(session: Session, limit: int = 100) -> list[Contradiction]:
    """All that does not fit in what is kept of other chains, newest first."""
    query = sa.select(SiteAuditRow).where(SiteAuditRow.flaw.is_not(None))
    entries = session.scalars(query.order_by(SiteAuditRow.received_at.desc()).limit(limit))
    found = [Contradiction(row.site_id, row.sequence, row.flaw or "", row.received_at) for row in entries]
    found += [Contradiction(row.place, row.sequence, row.flaw, row.received_at) for row in flawed(session, limit)]
    newest = sorted(found, key=lambda one: one.received_at, reverse=True)[:limit]
    known = restores.explaining(session)
    return [replace(one, restore=_restore_of(one, known)) for one in newest]


def _restore_of(one: Contradiction, known: Sequence[RestoreRow]) -> RestoreRow | None:
    """The newest restore that explains it. What nobody can have signed, or was changed, no restore brings about."""
    if one.flaw in (SIGNATURE, "hash"):
        return None
    return next((row for row in known if restores.explains(row, one.place, one.sequence, one.received_at)), None)


def kept_hashes(session: Session, place: str, sequence: int) -> set[str]:
    """Hashes that the place has signed for its entry of that number."""
    query = sa.select(WitnessedHeadRow.hash).where(
        WitnessedHeadRow.place == place,
        WitnessedHeadRow.sequence == sequence,
        WitnessedHeadRow.flaw.not_in(_NOBODYS),
    )
    return set(session.scalars(query))


def head_of(row: WitnessedHeadRow) -> SignedHead:
    return SignedHead(row.place, row.agency_id, row.sequence, row.hash, row.at, row.signature)


def _contradiction(session: Session, head: SignedHead) -> str:
    if _forks(session, head):
        return FORK
    before = last_of(session, head.place)
    return ROLLBACK if before is not None and head.sequence < before.sequence else ""


def _forks(session: Session, head: SignedHead) -> bool:
    entries = sa.select(SiteAuditRow.hash).where(
        SiteAuditRow.site_id == head.place, SiteAuditRow.sequence == head.sequence
    )
    known = kept_hashes(session, head.place, head.sequence) | set(session.scalars(entries))
    return bool(known - {head.hash})


def _write(session: Session, clock: Clock, head: SignedHead, public_key: str, flaw: str, teller: Teller) -> str:
    query = sa.select(WitnessedHeadRow.number).where(
        WitnessedHeadRow.place == head.place,
        WitnessedHeadRow.sequence == head.sequence,
        WitnessedHeadRow.hash == head.hash,
        WitnessedHeadRow.flaw == flaw,
    )
    if session.scalar(query) is not None:
        return flaw
    session.add(
        WitnessedHeadRow(
            place=head.place,
            agency_id=head.agency_id,
            sequence=head.sequence,
            hash=head.hash,
            at=head.at,
            signature=head.signature,
            public_key=public_key,
            flaw=flaw,
            received_at=clock.now(),
        )
    )
    session.flush()
    if flaw and flaw != UNPROVED:
        log.error("the audit of %s contradicts what is known of it: %s at %d", head.place, flaw, head.sequence)
        payload = {"site_id": head.place, "sequence": head.sequence, "flaw": flaw}
        for agency_id in dict.fromkeys(teller.agencies):
            teller.feed.publish(session, "audit.flaw", payload, agency_id)
    return flaw

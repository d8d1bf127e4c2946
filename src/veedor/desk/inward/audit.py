"""Audit entries of other sites: kept as they come, each checked against the chain that it claims to continue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.audit.log import GENESIS, AuditEntry
from veedor.desk.audit.witness import kept_hashes
from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SiteAuditRow
from veedor.kit.hashing import canonical_json


def written(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Keep an entry, once. One that does not fit is kept with its flaw, and open pages of auditors hear of it."""
    told = body["entry"]
    entry = AuditEntry(**{**told, "at": datetime.fromisoformat(told["at"])})
    if session.get(SiteAuditRow, (source.site_id, entry.sequence, body["hash"])) is not None:
        return
    flaw = _flaw(session, source.site_id, entry, body["hash"])
    session.add(
        SiteAuditRow(
            site_id=source.site_id,
            sequence=entry.sequence,
            hash=body["hash"],
            agency_id=source.agency_id,
            previous_hash=entry.previous_hash,
            at=entry.at,
            username=entry.username,
            user_agency_id=entry.user_agency_id,
            action=entry.action,
            resource_kind=entry.resource_kind,
            resource_id=entry.resource_id,
            resource_agency_id=entry.resource_agency_id,
            allowed=entry.allowed,
            entry=canonical_json(told).decode(),
            flaw=flaw,
            received_at=source.received_at,
        )
    )
    session.flush()
    if flaw is not None:
        payload = {"site_id": source.site_id, "sequence": entry.sequence, "flaw": flaw}
        source.feed.publish(session, "audit.flaw", payload, source.agency_id)


def _flaw(session: Session, site_id: str, entry: AuditEntry, hash: str) -> str | None:
    """Why an entry does not fit: `hash`: it was changed; `fork`: its place is taken by another; `gap`: the one before
    has not come; `break`: it continues another one than that; `head`: the site has signed another hash for its number.
    A site's first entry here may be any of its chain."""
    if entry.digest() != hash:
        return "hash"
    if _hashes(session, site_id, entry.sequence):
        return "fork"
    if kept_hashes(session, site_id, entry.sequence) - {hash}:
        return "head"
    if entry.sequence == 1:
        return None if entry.previous_hash == GENESIS else "break"
    before = _hashes(session, site_id, entry.sequence - 1)
    if before:
        return None if entry.previous_hash in before else "break"
    anything = session.scalar(sa.select(SiteAuditRow.sequence).where(SiteAuditRow.site_id == site_id).limit(1))
    return None if anything is None else "gap"


def _hashes(session: Session, site_id: str, sequence: int) -> list[str]:
    query = sa.select(SiteAuditRow.hash).where(SiteAuditRow.site_id == site_id, SiteAuditRow.sequence == sequence)
    return list(session.scalars(query))

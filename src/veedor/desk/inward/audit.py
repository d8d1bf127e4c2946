"""Audit entries of other sites: kept as they come, each checked against the chain that it claims to continue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.audit.entry import AuditEntry, Salted, committed, entry_from
from veedor.desk.audit.log import KEPT_WHOLE
from veedor.desk.audit.walk import ERASE_ACTION, GENESIS, erased_spans
from veedor.desk.audit.witness import kept_hashes
from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SiteAuditRow
from veedor.kit.hashing import canonical_json


def written(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Keep an entry, once. One that does not fit is kept with its flaw, and open pages of auditors hear of it."""
    told = body["entry"]
    personal = {str(name): (str(one[0]), str(one[1])) for name, one in (body.get("personal") or {}).items()}
    entry = entry_from(told, personal)
    if session.get(SiteAuditRow, (source.site_id, entry.sequence, body["hash"])) is not None:
        return
    flaw = _flaw(session, source.site_id, entry, body["hash"])
    if flaw is None and not _fits(entry, personal):
        flaw = "hash"
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
            personal=None if entry.form == 1 else canonical_json(personal).decode(),
            flaw=flaw,
            received_at=source.received_at,
        )
    )
    session.flush()
    if flaw is None and entry.action == ERASE_ACTION and entry.allowed:
        _erase(session, source.site_id, entry)
    if flaw is not None:
        payload = {"site_id": source.site_id, "sequence": entry.sequence, "flaw": flaw}
        source.feed.publish(session, "audit.flaw", payload, source.agency_id)


def _fits(entry: AuditEntry, personal: Salted) -> bool:
    """Whether each value beside the entry is the one that it commits to. One that is not there was erased before."""
    try:
        found = committed(personal)
    except ValueError:
        return False
    return entry.form == 1 or all(entry.commitments.get(name) == one for name, one in found.items())


def _erase(session: Session, site_id: str, erasing: AuditEntry) -> None:
    """A site erased personal values: they go here too, where the entry commits to them and does not hold them."""
    for first, last, fields in erased_spans(json.loads(erasing.detail)):
        query = sa.select(SiteAuditRow).where(
            SiteAuditRow.site_id == site_id,
            SiteAuditRow.sequence.between(first, min(last, erasing.sequence - 1)),
            SiteAuditRow.personal.is_not(None),
            SiteAuditRow.action.not_in(KEPT_WHOLE),
        )
        for row in session.scalars(query):
            kept = {name: one for name, one in json.loads(row.personal or "{}").items() if name not in fields}
            row.personal = canonical_json(kept).decode()
            if "username" in fields:
                row.username = ""
    session.flush()


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

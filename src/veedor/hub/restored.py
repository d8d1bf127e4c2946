"""After a restore of the hub: no grant opens anything here until its owner's sites have said that it still stands.

A revocation that is younger than the backup is known to the owner's sites and forgotten here. So each site is in doubt
(`sites.doubted_at`) until a question of it shows that it knows of its agency's grants exactly what stands here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.audit.tables import RestoreRow
from veedor.desk.grants.repository import Told
from veedor.desk.grants.tables import GrantRow
from veedor.desk.sites.tables import InvitationRow, SiteRow
from veedor.wire import sync

log = logging.getLogger(__name__)


def doubt_all(session: Session, now: datetime) -> None:
    """This hub has forgotten something: all sites have to speak before another's grant counts again. An invitation
    that was good at the backup may have been used since, or taken back: none is good any more."""
    session.execute(sa.update(SiteRow).values(doubted_at=now))
    unused = (InvitationRow.used_at.is_(None), InvitationRow.expires_at > now)
    session.execute(sa.update(InvitationRow).where(*unused).values(expires_at=now))


def was_restored(session: Session) -> bool:
    return session.scalar(sa.select(RestoreRow.number).where(RestoreRow.is_own).limit(1)) is not None


def awaited(session: Session) -> Mapping[str, datetime]:
    """Owners that have not confirmed their grants yet, and since when: only a grant that was signed by both after that
    counts. An owner whose sites are all revoked, or that never had one, has nobody who could confirm."""
    restored_at = session.scalar(sa.select(sa.func.max(RestoreRow.restored_at)).where(RestoreRow.is_own))
    is_doubted = session.scalar(sa.select(SiteRow.id).where(SiteRow.doubted_at.is_not(None)).limit(1))
    if restored_at is None and is_doubted is None:
        return {}  # as on all days but those after a restore
    rows = list(session.execute(sa.select(SiteRow.agency_id, SiteRow.revoked_at, SiteRow.doubted_at)))
    by_agency: dict[str, list[Any]] = {}
    for row in rows:
        by_agency.setdefault(row.agency_id, []).append(row)
    found: dict[str, datetime] = {}
    for agency_id, mine in by_agency.items():
        counting = [row for row in mine if row.revoked_at is None] or mine
        doubts = [row.doubted_at for row in counting if row.doubted_at is not None]
        if doubts:
            found[agency_id] = max(doubts)
    if restored_at is not None:
        owners = session.scalars(sa.select(GrantRow.agency_id).distinct())
        found |= {one: restored_at for one in owners if one not in by_agency}
    return found


def agrees(told: list[Told], owner: str, known: Mapping[str, Any]) -> bool:
    """Whether a site knows of each grant of `owner` that stands here what stands here. `known`: its marks."""
    ours = sync.marks(one for one in told if one[0].owner == owner and one[1])
    return all(known.get(grant_id) == mark for grant_id, mark in ours.items())

"""Which sites an agency has."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.sites.tables import SiteRow


def sites_of(session: Session, agency_id: str) -> list[SiteRow]:
    """Sites of the agency that may connect, the one heard last first. Those that are known to have no agency key, and
    so can neither vouch nor sign, come only where no other is."""
    query = (
        sa.select(SiteRow)
        .where(SiteRow.agency_id == agency_id, SiteRow.revoked_at.is_(None))
        .order_by(SiteRow.seen_at.desc().nulls_last())
    )
    found = list(session.scalars(query))
    return [row for row in found if row.signs is not False] or found


def newest_site_of(session: Session, agency_id: str) -> SiteRow | None:
    """The one heard last."""
    found = sites_of(session, agency_id)
    return found[0] if found else None

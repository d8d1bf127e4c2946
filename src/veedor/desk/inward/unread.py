"""Messages of kinds that this version does not know: kept as they came, for the version that does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import UnreadFactRow


def keep(session: Session, source: Source, envelope: Mapping[str, Any]) -> None:
    """Once, however often it comes."""
    place = f"{envelope['incarnation']}-{envelope['sequence']}"  # only for what came without an id
    message_id = str(envelope.get("message_id") or place)[:100]
    if session.get(UnreadFactRow, (message_id, source.site_id)) is not None:
        return
    session.add(
        UnreadFactRow(
            message_id=message_id,
            site_id=source.site_id,
            agency_id=source.agency_id,
            kind=str(envelope["kind"])[:100],
            body=envelope["body"],
            received_at=source.received_at,
        )
    )
    session.flush()


def readable(session: Session, kinds: frozenset[str]) -> list[dict[str, Any]]:
    """Those of these kinds, as `Inward.apply` takes them, in the order in which they came."""
    query = (
        sa.select(UnreadFactRow)
        .where(UnreadFactRow.kind.in_([str(kind) for kind in kinds]))
        .order_by(UnreadFactRow.received_at, UnreadFactRow.message_id)
    )
    return [
        {
            "message_id": row.message_id,
            "site_id": row.site_id,
            "agency_id": row.agency_id,
            "kind": row.kind,
            "body": row.body,
        }
        for row in session.scalars(query)
    ]


def drop(session: Session, told: Mapping[str, Any]) -> None:
    session.execute(
        sa.delete(UnreadFactRow).where(
            UnreadFactRow.message_id == told["message_id"], UnreadFactRow.site_id == told["site_id"]
        )
    )

"""Looks at one agency's cameras, by anyone: what its data-protection officer reads.

At a site they are in its own chain. At a hub they are in the entries that the sites have sent, and, of what was refused
before any site was asked, in the hub's own chain.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import ALERT_PICTURE
from veedor.desk.audit.entry import detail_of
from veedor.desk.audit.tables import AuditRow
from veedor.desk.inward.tables import SiteAuditRow

LOOK_ACTIONS = frozenset(
    {
        Action.LIVE_WATCH,
        Action.PTZ_STEER,
        Action.FOOTAGE_LIST,
        Action.FOOTAGE_PLAY,
        Action.TRACK_READ,
        Action.BACKTEST_RUN,
        Action.EVIDENCE_LOCK,
        Action.EVIDENCE_EXPORT,
    }
)
"""What counts as a look: every way to a picture, to what it shows, or to power over the camera. `PICTURES` too."""

PICTURES = frozenset({ALERT_PICTURE, "second_look"})
"""Kinds of things of which `alert.read` gives a picture, where it names one."""

Cursor = tuple[datetime, str, int]


@dataclass(frozen=True, slots=True)
class Look:
    """`place`: the site whose entry it is; "" this desk. `at` is aware UTC."""

    place: str
    sequence: int
    at: datetime
    username: str
    user_agency_id: str | None
    action: str
    resource_kind: str
    resource_id: str | None
    purpose: str | None
    case_number: str | None
    allowed: bool
    reason: str | None
    detail: dict[str, Any] = field(default_factory=dict)
    flaw: str | None = None

    @property
    def cursor(self) -> Cursor:
        return self.at, self.place, self.sequence


@dataclass(frozen=True, slots=True)
class LookQuery:
    """Which looks; None means any. `before`: the cursor of the last one that is known already."""

    owner: str
    person: str | None = None
    agency: str | None = None
    camera: str | None = None
    action: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    allowed: bool | None = None
    before: Cursor | None = None


def looks(session: Session, desk_agency: str, wanted: LookQuery, limit: int, *, is_hub: bool) -> Iterator[Look]:
    """Newest first, at most `limit`."""
    own = _select(AuditRow, sa.literal(""), wanted).where(AuditRow.agency_id == desk_agency)
    if not is_hub:
        yield from map(_of_chain, session.scalars(own.limit(limit).execution_options(yield_per=500)))
        return
    refused = session.scalars(own.where(AuditRow.allowed.is_(False)).limit(limit))
    sent = _select(SiteAuditRow, SiteAuditRow.site_id, wanted).limit(limit)
    merged = heapq.merge(
        map(_of_chain, refused),
        map(_of_site, session.scalars(sent.execution_options(yield_per=500))),
        key=lambda one: one.cursor,
        reverse=True,
    )
    for number, one in enumerate(merged):
        if number == limit:
            return
        yield one


def _select(table: Any, place: Any, wanted: LookQuery) -> sa.Select[Any]:
    is_look = sa.or_(
        table.action.in_([one.value for one in LOOK_ACTIONS]),
        sa.and_(
            table.action == Action.ALERT_READ.value,
            table.resource_kind.in_(PICTURES),
            table.resource_id.is_not(None),
        ),
    )
    query = sa.select(table).where(table.resource_agency_id == wanted.owner, is_look)
    if wanted.camera is not None:
        query = query.where(sa.or_(table.resource_id == wanted.camera, _told_of(table, wanted.camera)))
    for column, value in (
        (table.username, wanted.person),
        (table.user_agency_id, wanted.agency),
        (table.action, wanted.action),
        (table.allowed, wanted.allowed),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.start is not None:
        query = query.where(table.at >= wanted.start)
    if wanted.end is not None:
        query = query.where(table.at < wanted.end)
    if wanted.before is not None:
        at, site, sequence = wanted.before
        same = table.at == at
        query = query.where(
            sa.or_(table.at < at, sa.and_(same, place < site), sa.and_(same, place == site, table.sequence < sequence))
        )
    return query.order_by(table.at.desc(), place.desc(), table.sequence.desc())


def _told_of(table: Any, camera_id: str) -> sa.ColumnElement[bool]:
    """The detail names the camera: of a search, an alert's picture, a package. Ids of cameras are unique texts."""
    texts = [AuditRow.detail] if table is AuditRow else [SiteAuditRow.entry, SiteAuditRow.personal]
    return sa.or_(*(sa.func.coalesce(one, "").contains(camera_id, autoescape=True) for one in texts))


def _of_chain(row: AuditRow) -> Look:
    return Look(
        "",
        row.sequence,
        row.at,
        row.username,
        row.user_agency_id,
        row.action,
        row.resource_kind,
        row.resource_id,
        row.purpose,
        row.case_number,
        row.allowed,
        row.reason,
        detail_of(row),
    )


def _of_site(row: SiteAuditRow) -> Look:
    entry = json.loads(row.entry)
    if row.personal is not None:
        entry |= {name: one[1] for name, one in json.loads(row.personal).items()}
    return Look(
        row.site_id,
        row.sequence,
        row.at,
        row.username,
        row.user_agency_id,
        row.action,
        row.resource_kind,
        row.resource_id,
        entry.get("purpose"),
        entry.get("case_number"),
        row.allowed,
        entry.get("reason"),
        _detail(entry.get("detail")),
        row.flaw,
    )


def _detail(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

"""Reading and writing the tree of agencies. The caller has passed `access/`, or is the roster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.tables import FormerKeyRow
from veedor.desk.grants.errors import AgencyKeyChanged, BadAgency, UnknownAgency
from veedor.desk.grants.tables import next_revision
from veedor.model.agency import Agency, kind_of, makes_ring
from veedor.model.grant_reading import is_area


def agencies(session: Session) -> list[Agency]:
    """All that this desk knows, by name."""
    rows = session.scalars(sa.select(AgencyRow).order_by(sa.func.lower(AgencyRow.name), AgencyRow.id))
    return [agency_of(row) for row in rows]


def agency(session: Session, agency_id: str) -> Agency:
    """Raises UnknownAgency."""
    row = session.get(AgencyRow, agency_id)
    if row is None:
        raise UnknownAgency(name=agency_id)
    return agency_of(row)


def public_keys(session: Session) -> dict[str, str | None]:
    """The pinned key of each agency."""
    return {row.id: row.public_key for row in session.execute(sa.select(AgencyRow.id, AgencyRow.public_key))}


def save(session: Session, wanted: Agency, now: datetime, *, repin: bool = False) -> bool:
    """Add the agency or change it; whether anything changed.

    A key that is known stays, unless `repin` says that somebody has looked at the new one. An agency without a key
    keeps the key that it has. Raises BadAgency, AgencyKeyChanged.
    """
    row = session.get(AgencyRow, wanted.id)
    if row is not None and row.revision and _same(agency_of(row), wanted):
        return False
    _check(session, wanted)
    if row is None:
        row = AgencyRow(id=wanted.id, created_at=now, revision=0)
        session.add(row)
    elif row.public_key and wanted.public_key and row.public_key != wanted.public_key and not repin:
        raise AgencyKeyChanged(name=wanted.name)
    if row.public_key and wanted.public_key and row.public_key != wanted.public_key:
        _retire(session, row, now, wanted.public_key)
    values: dict[str, Any] = {
        "name": wanted.name,
        "kind": wanted.kind.value,
        "parent_id": wanted.parent_id,
        "area": dict(wanted.area) if wanted.area is not None else None,
        "public_key": wanted.public_key or row.public_key,
        "hosted": wanted.hosted,
    }
    for name, value in values.items():
        setattr(row, name, value)
    row.revision = next_revision(session, "agencies")
    next_revision(session, "grants")  # keys decide which statements count: whoever remembers those must look anew
    session.flush()
    return True


def _retire(session: Session, row: AgencyRow, now: datetime, by: str) -> None:
    """Its key was the agency's until now, and `by` is it from now on."""
    for key in (row.public_key, by):
        former = (FormerKeyRow.agency_id == row.id, FormerKeyRow.public_key == key)
        session.execute(sa.delete(FormerKeyRow).where(*former))
    session.add(FormerKeyRow(agency_id=row.id, public_key=row.public_key, until=now))


def unknown(session: Session, told: Iterable[Agency]) -> list[Agency]:
    """Those of `told` that are not here, or are others here: of many that are told, mostly none or one."""
    known = {row.id: row for row in session.scalars(sa.select(AgencyRow))}
    return [
        one for one in told if (row := known.get(one.id)) is None or not row.revision or not _same(agency_of(row), one)
    ]


def merge_agencies(session: Session, told: Iterable[Agency], now: datetime) -> int:
    """Take over the tree as the roster tells it; how many changed. Keys that are pinned stay: AgencyKeyChanged."""
    wanted = {one.id: one for one in told}
    in_order = sorted(wanted.values(), key=lambda one: _depth(one, wanted))
    return sum(save(session, one, now) for one in in_order)


def agency_of(row: AgencyRow) -> Agency:
    return Agency(row.id, row.name, kind_of(row.kind), row.parent_id, row.area, row.public_key, row.hosted)


def _same(known: Agency, wanted: Agency) -> bool:
    """Whether taking `wanted` over changes nothing: without a key it keeps the one that is known."""
    return replace(wanted, public_key=wanted.public_key or known.public_key) == known


def _check(session: Session, wanted: Agency) -> None:
    if not wanted.name.strip() or not wanted.name.isprintable() or len(wanted.name) > 200:
        raise BadAgency(field="name")
    if wanted.area is not None and not is_area(wanted.area):
        raise BadAgency(field="area")
    if wanted.public_key is not None and not _is_key(wanted.public_key):
        raise BadAgency(field="public_key")
    known = {one.id: one for one in agencies(session)}
    if makes_ring(known.values(), wanted.id, wanted.parent_id):
        raise BadAgency(field="parent_id")


def _is_key(text: str) -> bool:
    return len(text) == 64 and all(one in "0123456789abcdef" for one in text)


def _depth(one: Agency, known: Mapping[str, Agency]) -> int:
    depth, above = 0, one.parent_id
    while above is not None and above in known and depth <= len(known):
        depth, above = depth + 1, known[above].parent_id
    return depth

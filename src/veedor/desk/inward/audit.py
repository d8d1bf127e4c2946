"""Audit entries of other sites: kept as they come, each checked against the chain that it claims to continue."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.audit.entry import AuditEntry, Salted, committed, entry_from
from veedor.desk.audit.log import KEPT_WHOLE
from veedor.desk.audit.walk import ERASE_ACTION, GENESIS, erased_spans
from veedor.desk.audit.witness import SIGNATURE
from veedor.desk.bulk import is_postgres, write_many
from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SiteAuditRow
from veedor.kit.hashing import canonical_json

Told = tuple[Source, Mapping[str, Any]]
"""Who tells it, and the message's body."""
Place = tuple[str, int]
"""A site, and the number of an entry of its chain."""


@dataclass(slots=True)
class _Known:
    """What stands at the places (site, sequence) of the entries that are told, and at those before them. What is
    accepted is here at once, and in the table with `store`."""

    hashes: dict[Place, list[str]]
    heads: dict[Place, set[str]]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def store(self, session: Session) -> None:
        write_many(session, SiteAuditRow, self.rows)
        self.rows.clear()


def written(session: Session, source: Source, body: Mapping[str, Any]) -> None:
    """Keep an entry, once. One that does not fit is kept with its flaw, and open pages of auditors hear of it."""
    written_many(session, [(source, body)])


def written_many(session: Session, told: Sequence[Told]) -> None:
    """`written` for each, in this order, of any number of sites: what stands there is asked once."""
    if not told:
        return
    read = [_read(source, body) for source, body in told]
    places = {place for source, entry, *_ in read for place in _places(source, entry)}
    heads: dict[Place, set[str]] = {}
    for place, hash in hashes_at(session, "witnessed_heads", "place", places, f"AND flaw <> '{SIGNATURE}'"):
        heads.setdefault(place, set()).add(hash)
    known = _Known({}, heads)
    for place, hash in hashes_at(session, "site_audit", "site_id", places):
        known.hashes.setdefault(place, []).append(hash)
    for source, entry, hash, personal, body in read:
        _write(session, source, known, (entry, hash, personal, body))
    known.store(session)


def hashes_at(
    session: Session, table: str, column: str, places: Iterable[Place], only_if: str = ""
) -> list[tuple[Place, str]]:
    """Every hash that a table has at these places. `table`, `column` (of the place's name) and `only_if` are SQL."""
    if is_postgres(session):  # OFFSET keeps it what it is: each is looked up in the index
        text = (
            "SELECT at.place, at.sequence, found.hash FROM json_to_recordset(CAST(:places AS json))"  # noqa: S608
            f" AS at(place text, sequence bigint) CROSS JOIN LATERAL (SELECT hash FROM {table}"
            f" WHERE {column} = at.place AND sequence = at.sequence {only_if} OFFSET 0) AS found"
        )
    else:
        text = (
            "SELECT at.place, at.sequence, found.hash FROM (SELECT json_extract(value, '$.place') AS place,"  # noqa: S608
            " json_extract(value, '$.sequence') AS sequence FROM json_each(:places)) AS at"
            f" JOIN {table} AS found ON found.{column} = at.place AND found.sequence = at.sequence {only_if}"
        )
    asked = json.dumps([{"place": place, "sequence": sequence} for place, sequence in sorted(places)])
    found = session.execute(sa.text(text).bindparams(sa.bindparam("places", type_=sa.Text)), {"places": asked})
    return [((row.place, row.sequence), row.hash) for row in found]


def _read(source: Source, body: Mapping[str, Any]) -> tuple[Source, AuditEntry, str, Salted, Mapping[str, Any]]:
    personal = {str(name): (str(one[0]), str(one[1])) for name, one in (body.get("personal") or {}).items()}
    return source, entry_from(body["entry"], personal), str(body["hash"]), personal, body


def _places(source: Source, entry: AuditEntry) -> list[Place]:
    return [(source.site_id, entry.sequence), (source.site_id, entry.sequence - 1)]


def _write(
    session: Session, source: Source, known: _Known, told: tuple[AuditEntry, str, Salted, Mapping[str, Any]]
) -> None:
    entry, hash, personal, body = told
    place = source.site_id, entry.sequence
    if hash in known.hashes.get(place, ()):
        return
    flaw = _flaw(session, source.site_id, entry, hash, known)
    if flaw is None and not _fits(entry, personal):
        flaw = "hash"
    known.hashes.setdefault(place, []).append(hash)
    known.rows.append(
        {
            "site_id": source.site_id,
            "sequence": entry.sequence,
            "hash": hash,
            "agency_id": source.agency_id,
            "previous_hash": entry.previous_hash,
            "at": entry.at,
            "username": entry.username,
            "user_agency_id": entry.user_agency_id,
            "action": entry.action,
            "resource_kind": entry.resource_kind,
            "resource_id": entry.resource_id,
            "resource_agency_id": entry.resource_agency_id,
            "allowed": entry.allowed,
            "entry": canonical_json(body["entry"]).decode(),
            "personal": None if entry.form == 1 else canonical_json(personal).decode(),
            "flaw": flaw,
            "received_at": source.received_at,
        }
    )
    if flaw is None and entry.action == ERASE_ACTION and entry.allowed:
        known.store(session)
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


def _flaw(session: Session, site_id: str, entry: AuditEntry, hash: str, known: _Known) -> str | None:
    """Why an entry does not fit: `hash`: it was changed; `fork`: its place is taken by another; `gap`: the one before
    has not come; `break`: it continues another one than that; `head`: the site has signed another hash for its number.
    A site's first entry here may be any of its chain."""
    if entry.digest() != hash:
        return "hash"
    if known.hashes.get((site_id, entry.sequence)):
        return "fork"
    if known.heads.get((site_id, entry.sequence), set()) - {hash}:
        return "head"
    if entry.sequence == 1:
        return None if entry.previous_hash == GENESIS else "break"
    before = known.hashes.get((site_id, entry.sequence - 1))
    if before:
        return None if entry.previous_hash in before else "break"
    known.store(session)
    anything = session.scalar(sa.select(SiteAuditRow.sequence).where(SiteAuditRow.site_id == site_id).limit(1))
    return None if anything is None else "gap"

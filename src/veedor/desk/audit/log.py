"""The audit log: append-only, each entry bound to the one before by its hash.

An entry is written in a transaction of its own and is on disk (synchronous=FULL) before `append` returns, so it
outlives whatever becomes of the request. Changing, removing or inserting an entry breaks the chain from there on;
cutting off its end does not, so note the head (`veedor audit verify` prints it) where the machine's owner cannot reach.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.check import AuditRecord
from veedor.desk.audit.tables import AuditRow
from veedor.desk.database import Database
from veedor.kit.clock import Clock
from veedor.kit.hashing import canonical_json, sha256_bytes

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A record with its place in the chain. `at` is aware UTC."""

    agency_id: str
    sequence: int
    at: datetime
    user_id: str | None
    username: str
    user_agency_id: str | None
    session_id: str | None
    address: str | None
    purpose: str | None
    case_number: str | None
    action: str
    resource_kind: str
    resource_id: str | None
    resource_agency_id: str
    allowed: bool
    reason: str | None
    detail: str
    previous_hash: str

    def digest(self) -> str:
        """SHA-256 of the entry's canonical JSON, the previous hash included."""
        return sha256_bytes(canonical_json({**asdict(self), "at": self.at.astimezone(UTC).isoformat()}))


class Break(StrEnum):
    """How a chain breaks."""

    MISSING = "missing"  # no entry has that number
    CHANGED = "changed"  # what the entry says is not what its hash was made of
    UNLINKED = "unlinked"  # it is whole, but continues another entry than the one before
    OTHER = "other"  # a head kept elsewhere says that another entry was here
    CUT = "cut"  # a head kept elsewhere is of an entry behind the end


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What `verify` found. `broken_at`: the first sequence that does not fit; `head_*`: the last that fits.

    `problem` says how it breaks there; `expected`, `found`: the two hashes that should be one (for `missing`: the
    numbers). `compared`: how many heads kept elsewhere were looked for, as far as the chain was read.
    """

    entries: int
    head_sequence: int
    head_hash: str
    broken_at: int | None = None
    problem: Break | None = None
    expected: str | None = None
    found: str | None = None
    compared: int = 0

    @property
    def intact(self) -> bool:
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries; None means any. `before`: only sequences below, to page backward from the newest."""

    before: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    username: str | None = None
    action: str | None = None
    resource_kind: str | None = None
    resource_id: str | None = None
    allowed: bool | None = None
    limit: int = 100


class ChainedAuditLog:
    """The `AuditLog` of one desk: one chain per agency."""

    def __init__(self, database: Database, clock: Clock, agency_id: str) -> None:
        self._database = database
        self._clock = clock
        self._agency_id = self.agency_id = agency_id
        self._one_at_a_time = threading.Lock()  # cheaper than letting threads fight for SQLite's write lock

    def append(self, record: AuditRecord) -> None:
        """Write one entry; it is durable on return. Raises StoreError, and RuntimeError inside a session."""
        if self._database.in_session:
            raise RuntimeError("authorize before opening a session: the audit entry needs the write lock")
        with self._one_at_a_time, self._database.session("audit") as session:
            last = self._last(session)
            entry = self._entry(record, last)
            session.add(AuditRow(**asdict(entry), hash=entry.digest()))

    def _last(self, session: Session) -> tuple[int, str]:
        query = (
            sa.select(AuditRow.sequence, AuditRow.hash)
            .where(AuditRow.agency_id == self._agency_id)
            .order_by(AuditRow.sequence.desc())
            .limit(1)
        )
        found = session.execute(query).one_or_none()
        return (found.sequence, found.hash) if found else (0, GENESIS)

    def _entry(self, record: AuditRecord, last: tuple[int, str]) -> AuditEntry:
        who, what = record.principal, record.resource
        detail = {str(key): _plain(value) for key, value in record.detail.items()}
        return AuditEntry(
            agency_id=self._agency_id,
            sequence=last[0] + 1,
            at=self._clock.now(),
            user_id=_text(who.user_id, 64) or None,
            username=_text(who.username, 64) or "",
            user_agency_id=_text(who.agency_id, 64) or None,
            session_id=_text(who.session_id, 64),
            address=_text(who.address, 64),
            purpose=_text(who.purpose, 200),
            case_number=_text(who.case_number, 200),
            action=_text(record.action.value, 64) or "",
            resource_kind=_text(what.kind, 64) or "",
            resource_id=_text(what.id, 200),
            resource_agency_id=_text(what.agency_id, 64) or "",
            allowed=record.allowed,
            reason=_text(record.reason, 500),
            detail=canonical_json(detail).decode(),
            previous_hash=last[1],
        )

    def entries(self, query: AuditQuery) -> list[AuditRow]:
        """Matching entries of this agency, newest first."""
        wanted = sa.select(AuditRow).where(AuditRow.agency_id == self._agency_id)
        for column, value in (
            (AuditRow.username, query.username),
            (AuditRow.action, query.action),
            (AuditRow.resource_kind, query.resource_kind),
            (AuditRow.resource_id, query.resource_id),
            (AuditRow.allowed, query.allowed),
        ):
            if value is not None:
                wanted = wanted.where(column == value)
        if query.before is not None:
            wanted = wanted.where(AuditRow.sequence < query.before)
        if query.start is not None:
            wanted = wanted.where(AuditRow.at >= query.start)
        if query.end is not None:
            wanted = wanted.where(AuditRow.at < query.end)
        with self._database.reading() as session:
            return list(session.scalars(wanted.order_by(AuditRow.sequence.desc()).limit(query.limit)))

    def after(self, sequence: int, limit: int = 500) -> list[AuditRow]:
        """Entries that follow `sequence`, in order: the chain is its own outbox, since nothing of it ever changes."""
        query = sa.select(AuditRow).where(AuditRow.agency_id == self._agency_id, AuditRow.sequence > sequence)
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(AuditRow.sequence).limit(limit)))

    def head(self) -> tuple[int, str] | None:
        """Number and hash of the last entry; None where there is none."""
        with self._database.reading() as session:
            found = self._last(session)
        return found if found[0] else None

    def hash_of(self, sequence: int) -> tuple[int, str] | None:
        """Number and hash of one entry; None where there is none."""
        with self._database.reading() as session:
            row = session.get(AuditRow, (self._agency_id, sequence))
        return (row.sequence, row.hash) if row else None

    def verify(self, *noted_heads: tuple[int, str]) -> AuditVerdict:
        """Walk the whole chain. `noted_heads`: (sequence, hash) kept elsewhere, all of which must still be in it."""
        walk = _Walk(noted_heads)
        query = sa.select(AuditRow).where(AuditRow.agency_id == self._agency_id).order_by(AuditRow.sequence)
        with self._database.reading() as session:
            for row in session.scalars(query.execution_options(yield_per=1000)):
                broken = walk.step(row)
                if broken is not None:
                    return broken
        return walk.end()


class _Walk:
    """Along a chain, from its first entry."""

    def __init__(self, noted: Sequence[tuple[int, str]]) -> None:
        self._noted: dict[int, set[str]] = {}
        for sequence, hash_ in noted:
            self._noted.setdefault(sequence, set()).add(hash_)
        self._count, self._previous, self._compared = 0, GENESIS, 0

    def step(self, row: AuditRow) -> AuditVerdict | None:
        """None where the entry fits."""
        sequence = self._count + 1
        if row.sequence != sequence:
            return self._broken(Break.MISSING, str(sequence), str(row.sequence))
        digest = entry_of(row).digest()
        if digest != row.hash:
            return self._broken(Break.CHANGED, row.hash, digest)
        if row.previous_hash != self._previous:
            return self._broken(Break.UNLINKED, self._previous, row.previous_hash)
        wanted = self._noted.pop(sequence, set())
        self._compared += len(wanted)
        if wanted - {row.hash}:
            return self._broken(Break.OTHER, min(wanted - {row.hash}), row.hash)
        self._count, self._previous = sequence, row.hash
        return None

    def end(self) -> AuditVerdict:
        if self._noted:
            first = min(self._noted)
            self._compared += len(self._noted[first])
            return self._broken(Break.CUT, min(self._noted[first]), None)
        return AuditVerdict(self._count, self._count, self._previous, compared=self._compared)

    def _broken(self, problem: Break, expected: str, found: str | None) -> AuditVerdict:
        at = self._count + 1
        return AuditVerdict(self._count, self._count, self._previous, at, problem, expected, found, self._compared)


def entry_of(row: AuditRow) -> AuditEntry:
    """The value that a row's hash was made of."""
    return AuditEntry(**{name: getattr(row, name) for name in AuditEntry.__dataclass_fields__})


def detail_of(row: AuditRow) -> dict[str, Any]:
    """A row's detail as a dict; empty where it is no longer JSON."""
    try:
        value = json.loads(row.detail)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: str | None, limit: int) -> str | None:
    """Text that any database and any JSON can hold: no lone surrogates, no NUL, bounded."""
    if value is None:
        return None
    return value.encode("utf-8", "replace").decode().replace("\x00", "�")[:limit]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return _text(value.isoformat() if isinstance(value, datetime) else str(value), 500)

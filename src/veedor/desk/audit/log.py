"""The audit log: append-only, each entry bound to the one before by its hash.

An entry is written in a transaction of its own and is on disk (synchronous=FULL) before `append` returns, so it
outlives whatever becomes of the request. Changing, removing or inserting an entry breaks the chain from there on;
cutting off its end does not, so note the head (`veedor audit verify` prints it) where the machine's owner cannot reach.
Personal values lie beside the chain (`entry.py`), from where `erase` takes them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.check import AuditRecord
from veedor.desk.audit.entry import FORM, PERSONAL, AuditEntry, committed, salted
from veedor.desk.audit.tables import AuditChainRow, AuditPersonalRow, AuditRow
from veedor.desk.audit.walk import ERASED, GENESIS, SEAL, AuditVerdict, walk
from veedor.desk.database import Database
from veedor.kit.clock import Clock
from veedor.kit.hashing import canonical_json

KEPT_WHOLE = frozenset({"erasure.ask", "erasure.confirm"})
"""Entries about erasures are never erased themselves."""
_CHAINED, _BESIDE = (sa.insert(cast("sa.Table", one.__table__)) for one in (AuditChainRow, AuditPersonalRow))


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
            self._write(session, record)

    def erase(
        self,
        record: AuditRecord,
        spans: Sequence[tuple[int, int]],
        fields: frozenset[str],
        settle: Callable[[Session, int], None],
    ) -> int:
        """Take personal values away for good, and write the entry that says so, or neither; its sequence.

        `spans`: first and last sequence of entries; those about erasures are passed over. `settle` runs in the same
        transaction, with the sequence. Raises StoreError. The chain and all heads of it stay as they are. What was
        copied elsewhere before (backups, the log up) is not reached from here.
        """
        told = [[first, last, sorted(fields)] for first, last in spans]
        with self._one_at_a_time, self._database.session("audit") as session:
            if self._database.is_sqlite:
                session.execute(sa.text("PRAGMA secure_delete = ON"))
            sequence = self._write(session, replace(record, detail={**record.detail, ERASED: told}))
            for first, last in spans:
                for row in session.scalars(self._erasable(first, last)):
                    salts = json.loads(row.salts)
                    row.salts = canonical_json({name: salts[name] for name in salts if name not in fields}).decode()
                    for name in fields:
                        setattr(row, name, None)
            session.flush()
            settle(session, sequence)
        self._database.drop_old_pages()
        return sequence

    def _erasable(self, first: int, last: int) -> sa.Select[AuditPersonalRow]:
        chain, beside = AuditChainRow, AuditPersonalRow
        return (
            sa.select(beside)
            .join(chain, sa.and_(chain.agency_id == beside.agency_id, chain.sequence == beside.sequence))
            .where(
                beside.agency_id == self._agency_id,
                beside.sequence.between(first, last),
                chain.action.not_in(KEPT_WHOLE),
            )
        )

    def _write(self, session: Session, record: AuditRecord) -> int:
        entry = self._entry(record, self._last(session))
        personal = salted({name: getattr(entry, name) for name in PERSONAL})
        entry = replace(entry, form=FORM, commitments=committed(personal))
        public = {name: value for name, value in entry.chained().items() if name not in {"at", "form", "personal"}}
        commitments = canonical_json(dict(entry.commitments)).decode()
        session.execute(
            _CHAINED,
            {**public, "at": entry.at, "username": "", "detail": "{}", "form": FORM, "personal": commitments}
            | {"hash": entry.digest()},
        )
        salts = canonical_json({name: salt for name, (salt, _) in personal.items()}).decode()
        values = {name: value for name, (_, value) in personal.items()}
        session.execute(_BESIDE, {"agency_id": entry.agency_id, "sequence": entry.sequence, "salts": salts, **values})
        return entry.sequence

    def _last(self, session: Session) -> tuple[int, str]:
        query = (
            sa.select(AuditChainRow.sequence, AuditChainRow.hash)
            .where(AuditChainRow.agency_id == self._agency_id)
            .order_by(AuditChainRow.sequence.desc())
            .limit(1)
        )
        found = session.execute(query).one_or_none()
        return (found.sequence, found.hash) if found else (0, GENESIS)

    def _entry(self, record: AuditRecord, last: tuple[int, str]) -> AuditEntry:
        who, what = record.principal.shown(), record.resource
        detail = {str(key): _plain(value) for key, value in record.detail.items()}
        if who.seal is not None and who.is_sealed:
            detail[SEAL] = who.seal.plain()
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
            return self.hash_in(session, sequence)

    def hash_in(self, session: Session, sequence: int) -> tuple[int, str] | None:
        """The same, for who has a session already."""
        row = session.get(AuditRow, (self._agency_id, sequence))
        return (row.sequence, row.hash) if row else None

    def verify(self, *noted_heads: tuple[int, str]) -> AuditVerdict:
        """Walk the whole chain. `noted_heads`: (sequence, hash) kept elsewhere, all of which must still be in it."""
        query = sa.select(AuditRow).where(AuditRow.agency_id == self._agency_id).order_by(AuditRow.sequence)
        with self._database.reading() as session:
            return walk(session.scalars(query.execution_options(yield_per=1000)), noted_heads)


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

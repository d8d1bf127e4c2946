"""The audit: the chain, and beside it the personal values of its entries.

Triggers of the migrations refuse what must not be; the hash chain shows what they could not.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from veedor.desk.database import BIG, Base, UtcDateTime


class AuditChainRow(Base):
    """One look, act or refusal, as it is chained: see `entry.py` for what `hash` covers. Readers take `AuditRow`."""

    __tablename__ = "audit"
    __table_args__ = (sa.Index("ix_audit_agency_at", "agency_id", "at"),)

    agency_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # whose chain: the desk's
    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)  # from 1, without holes
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[str | None] = mapped_column(sa.String(64))  # null: nobody was logged in
    username: Mapped[str] = mapped_column(sa.String(64))  # this and the next four, reason, detail: of form 1 only
    user_agency_id: Mapped[str | None] = mapped_column(sa.String(64))
    session_id: Mapped[str | None] = mapped_column(sa.String(64))
    address: Mapped[str | None] = mapped_column(sa.String(64))
    purpose: Mapped[str | None] = mapped_column(sa.String(200))
    case_number: Mapped[str | None] = mapped_column(sa.String(200))
    action: Mapped[str] = mapped_column(sa.String(64))
    resource_kind: Mapped[str] = mapped_column(sa.String(64))
    resource_id: Mapped[str | None] = mapped_column(sa.String(200))  # null: the kind as a whole, a list
    resource_agency_id: Mapped[str] = mapped_column(sa.String(64))
    allowed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    detail: Mapped[str] = mapped_column(sa.Text)  # canonical JSON object
    previous_hash: Mapped[str] = mapped_column(sa.String(64))  # of sequence - 1; 64 zeros for the first
    hash: Mapped[str] = mapped_column(sa.String(64))
    form: Mapped[int] = mapped_column(server_default="1")  # 1: all is in the hash; 2: commitments are, in `personal`
    personal: Mapped[str | None] = mapped_column(sa.Text)  # canonical JSON: field -> commitment; null: of form 1


class AuditPersonalRow(Base):
    """Personal values of an entry of form 2. Triggers let values only go, never change, and refuse DELETE."""

    __tablename__ = "audit_personal"

    agency_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    salts: Mapped[str] = mapped_column(sa.Text)  # canonical JSON: field -> salt; a field without one was erased
    username: Mapped[str | None] = mapped_column(sa.String(64), index=True)  # here and below, null: none, or erased
    address: Mapped[str | None] = mapped_column(sa.String(64))
    purpose: Mapped[str | None] = mapped_column(sa.String(200))
    case_number: Mapped[str | None] = mapped_column(sa.String(200))
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    detail: Mapped[str | None] = mapped_column(sa.Text)


_CHAIN, _BESIDE = AuditChainRow.__table__.c, AuditPersonalRow.__table__.c


def _either(name: str, empty: str | None = None) -> sa.ColumnElement[Any]:
    beside = _BESIDE[name] if empty is None else sa.func.coalesce(_BESIDE[name], empty)
    return sa.case((_CHAIN.form == 1, _CHAIN[name]), else_=beside).label(name)


_READ = (
    sa.select(
        *(
            one
            for one in _CHAIN
            if one.name not in {"username", "address", "purpose", "case_number", "reason", "detail"}
        ),
        _either("username", ""),
        _either("address"),
        _either("purpose"),
        _either("case_number"),
        _either("reason"),
        _either("detail", "{}"),
        _BESIDE.salts,
        sa.and_(
            _CHAIN.form != 1,
            sa.or_(
                _CHAIN.username != "",
                _CHAIN.detail != "{}",
                *(_CHAIN[name].is_not(None) for name in ("address", "purpose", "case_number", "reason")),
            ),
        ).label("stray"),
    )
    .select_from(
        sa.outerjoin(
            AuditChainRow.__table__,
            AuditPersonalRow.__table__,
            sa.and_(_CHAIN.agency_id == _BESIDE.agency_id, _CHAIN.sequence == _BESIDE.sequence),
        )
    )
    .subquery("audit_entries")
)


class AuditRow(Base):
    """An entry with its personal values, wherever they are: to be read, never to be written.

    `stray`: of form 2, and yet something personal stands in the chain itself.
    """

    __table__ = _READ
    __mapper_args__ = {"primary_key": [_READ.c.agency_id, _READ.c.sequence]}  # noqa: RUF012 - a ClassVar in the base too

    if TYPE_CHECKING:
        agency_id: Mapped[str]
        sequence: Mapped[int]
        at: Mapped[datetime]
        user_id: Mapped[str | None]
        username: Mapped[str]
        user_agency_id: Mapped[str | None]
        session_id: Mapped[str | None]
        address: Mapped[str | None]
        purpose: Mapped[str | None]
        case_number: Mapped[str | None]
        action: Mapped[str]
        resource_kind: Mapped[str]
        resource_id: Mapped[str | None]
        resource_agency_id: Mapped[str]
        allowed: Mapped[bool]
        reason: Mapped[str | None]
        detail: Mapped[str]
        previous_hash: Mapped[str]
        hash: Mapped[str]
        form: Mapped[int]
        personal: Mapped[str | None]
        salts: Mapped[str | None]
        stray: Mapped[bool]


class ErasureRow(Base):
    """Somebody asked that personal values be erased; nothing goes before somebody else has confirmed it.

    It holds no personal value itself, but for what `reason` says."""

    __tablename__ = "erasures"
    __table_args__ = (sa.CheckConstraint("state IN ('asked', 'done', 'refused')", name="state_known"),)

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(8))
    spans: Mapped[list[Any]] = mapped_column(sa.JSON)  # [[first sequence, last sequence], ...], ascending
    fields: Mapped[list[str]] = mapped_column(sa.JSON)  # of entry.PERSONAL
    reason: Mapped[str] = mapped_column(sa.Text)  # the law, the resolution: never the person
    asked_by: Mapped[str] = mapped_column(sa.String(64))  # users.id
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(sa.String(64))  # users.id; null: not yet
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entry: Mapped[int | None] = mapped_column(BIG)  # sequence of the audit entry that erased; null: nothing was


class WitnessedHeadRow(Base):
    """A signed head of somebody's audit chain, kept for them. Only added to, as the audit is (triggers)."""

    __tablename__ = "witnessed_heads"
    __table_args__ = (
        sa.UniqueConstraint("place", "sequence", "hash", "flaw", name="uq_witnessed_heads_place"),
        sa.Index("ix_witnessed_heads_flaw", "flaw"),  # what waits for a key is looked for with every question
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)  # in the order they came
    place: Mapped[str] = mapped_column(sa.String(64))  # a site's id, or `hub`
    agency_id: Mapped[str] = mapped_column(sa.String(64))  # whose chain; maybe not an agency of this desk's yet
    sequence: Mapped[int] = mapped_column(BIG)
    hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was signed
    signature: Mapped[str] = mapped_column(sa.String(128))
    public_key: Mapped[str] = mapped_column(sa.String(64))  # that it was checked with
    flaw: Mapped[str] = mapped_column(sa.String(16))  # "": none; else signature, fork or rollback
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RestoreRow(Base):
    """A machine that was restored from a backup: this one, or one whose heads are kept here. Entries of its chain above
    `sequence` up to `lost_to` are gone there, and held by whoever had them."""

    __tablename__ = "restores"
    __table_args__ = (
        sa.UniqueConstraint("place", "restored_at", name="uq_restores_place"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    place: Mapped[str] = mapped_column(sa.String(64))  # a site's id, or `hub`; empty: this one, which has not joined
    agency_id: Mapped[str] = mapped_column(sa.String(64))  # whose chain; maybe not an agency of this desk's yet
    is_own: Mapped[bool]
    sequence: Mapped[int] = mapped_column(BIG)  # of the last entry that the backup had
    restored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    backup_made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(sa.String(200))  # who, at the machine
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # SignedRestore.to_json; one's own: as the note said
    lost_to: Mapped[int | None] = mapped_column(BIG)  # null: nobody is known to hold a later entry
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

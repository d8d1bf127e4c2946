"""Tables of agencies, people, their sessions, and the counters that slow down guessing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from veedor.desk.database import Base, UtcDateTime


class AgencyRow(Base):
    """An agency: a municipality's Serenazgo, a police station. People log in at its own desk, or at the hub; other
    agencies stand here too, since grants are about them. `desk/agencies` reads and writes what the tree needs."""

    __tablename__ = "agencies"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(sa.String(32), default="other", server_default="other")
    parent_id: Mapped[str | None] = mapped_column(sa.String(64))  # null: a root; no foreign key: parents come later
    area: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # GeoJSON
    public_key: Mapped[str | None] = mapped_column(sa.String(64))  # hex; null: not known yet
    hosted: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    revision: Mapped[int] = mapped_column(default=0, server_default="0")  # of the tree, when it changed last


class UserRow(Base):
    """A person. Never deleted, since the audit names them: disabled instead."""

    __tablename__ = "users"
    __table_args__ = (sa.CheckConstraint("username = lower(username)", name="username_lower"),)

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    # One name in the whole database: people log in without saying their agency.
    username: Mapped[str] = mapped_column(sa.String(64), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(200))
    roles: Mapped[list[str]] = mapped_column(sa.JSON)  # values of access.Role, sorted
    language: Mapped[str | None] = mapped_column(sa.String(2))  # null: as the browser asks
    password_hash: Mapped[str] = mapped_column(sa.String(200))  # Argon2id, PHC string
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: may log in
    totp_secret: Mapped[bytes | None]  # encrypted; null: the password alone is asked for
    totp_pending: Mapped[bytes | None]  # encrypted; given to the person, not yet confirmed by a code
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_step: Mapped[int | None]  # of the last code that was used: none counts twice


class SessionRow(Base):
    """One login. The token itself is never stored: only its SHA-256."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"))
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(6))  # cookie or bearer
    address: Mapped[str | None] = mapped_column(sa.String(64))
    agent: Mapped[str | None] = mapped_column(sa.String(200))  # what the browser or program calls itself
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: valid until it expires
    user: Mapped[UserRow] = relationship(lazy="raise")


class LoginCounterRow(Base):
    """Failed logins of one account or one address since its last success. Durable: a restart forgives nobody."""

    __tablename__ = "login_counters"

    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(150), primary_key=True)  # "account:<hash>", "address:<ip>"
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null: may try


class AccountRecordRow(Base):
    """A person as their agency's key signed them (`wire/accounts.py`): one's own to tell, another site's to follow, and
    at a hub to pass on. People who were made at a site without that key have none: they stay there."""

    __tablename__ = "account_records"

    person_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    is_home: Mapped[bool]  # this desk signs it; else the account is only followed here
    revision: Mapped[int]
    record: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # AccountRecord.to_json, signature and all
    problem: Mapped[str] = mapped_column(sa.String(16))  # "": in force; name_taken: another account has the name here
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountListRow(Base):
    """The newest list of an agency's people of which nothing is missing here."""

    __tablename__ = "account_lists"

    agency_id: Mapped[str] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it was signed
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # AccountList.to_json
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)

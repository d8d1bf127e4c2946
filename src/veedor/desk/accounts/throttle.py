"""Slowing down those who guess passwords: durable counters per account and per address."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import LoginCounterRow
from veedor.kit.hashing import sha256_bytes

_FORGET = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """`free` failures cost nothing; each further one doubles the wait, from 1 s up to `longest_s`."""

    free: int
    longest_s: float

    def wait_s(self, failures: int) -> float:
        beyond = failures - self.free
        return 0.0 if beyond < 0 else min(2.0 ** min(beyond, 30), self.longest_s)


# An account's wait stays short enough that a stranger cannot lock its owner out for a shift.
ACCOUNT = Allowance(free=5, longest_s=60.0)
# Behind one address may sit a whole control room.
ADDRESS = Allowance(free=20, longest_s=900.0)


def subjects(username: str, address: str | None) -> tuple[tuple[str, Allowance], ...]:
    """What a login counts against. Names are hashed: people type passwords into the wrong field."""
    account = (f"account:{sha256_bytes(username.encode('utf-8', 'replace'))[:32]}", ACCOUNT)
    return (account,) if address is None else (account, (f"address:{address[:100]}", ADDRESS))


def take(session: Session, agency_id: str, who: Sequence[tuple[str, Allowance]], now: datetime) -> float:
    """Count an attempt before its password is looked at, so that a hundred at once do not slip through.

    Returns 0.0 where it may go on, else the seconds to wait (and then nothing is counted).
    """
    session.execute(
        sa.delete(LoginCounterRow).where(
            LoginCounterRow.agency_id == agency_id, LoginCounterRow.last_at < now - _FORGET
        )
    )
    rows = [session.get(LoginCounterRow, (agency_id, subject)) for subject, _ in who]
    wait = max((_wait(row, allowance, now) for row, (_, allowance) in zip(rows, who, strict=True)), default=0.0)
    if wait > 0:
        return math.ceil(wait)
    for (subject, allowance), row in zip(who, rows, strict=True):
        counter = row or LoginCounterRow(agency_id=agency_id, subject=subject, failures=0)
        counter.failures += 1
        counter.last_at = now
        seconds = allowance.wait_s(counter.failures)
        counter.blocked_until = now + timedelta(seconds=seconds) if seconds else None
        session.add(counter)
    session.flush()
    return 0.0


def give_back(session: Session, agency_id: str, who: Sequence[tuple[str, Allowance]]) -> None:
    """The password was right: the account starts afresh; the address only gets this one attempt back, so that an
    attacker cannot clear it with an account of their own."""
    for subject, allowance in who:
        row = session.get(LoginCounterRow, (agency_id, subject))
        if row is None:
            continue
        row.failures = 0 if allowance is ACCOUNT else max(row.failures - 1, 0)
        row.blocked_until = None if allowance is ACCOUNT or row.failures < allowance.free else row.blocked_until
    session.flush()


def _wait(row: LoginCounterRow | None, allowance: Allowance, now: datetime) -> float:
    if row is None or row.blocked_until is None:
        return 0.0
    seconds = (row.blocked_until - now).total_seconds()
    # Longer than any wait we give: the wall clock stepped back, and must not lock anybody out.
    return seconds if seconds <= allowance.longest_s else 0.0

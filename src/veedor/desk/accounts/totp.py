"""The second factor: a code that a phone shows, new every 30 s (TOTP, RFC 6238, SHA-1, 6 digits).

The secret is stored encrypted. A code counts once: who looks over a shoulder cannot use it again.
"""

from __future__ import annotations

import hmac

import pyotp
import segno
from sqlalchemy.orm import Session

from veedor.desk.accounts import synced
from veedor.desk.accounts.tables import UserRow
from veedor.desk.errors import CodeNeeded, TotpNotBegun, WrongCode
from veedor.kit.clock import Clock
from veedor.kit.secrets import SecretBox

STEP_S = 30
_SLACK_STEPS = 1  # phones and servers may differ by half a minute


def begin(session: Session, row: UserRow, secrets: SecretBox) -> str:
    """A new secret for `row` (base32), not in force until `confirm`. One that was in force stays so until then.

    Raises AccountElsewhere.
    """
    synced.must_be_home(session, row)
    secret = pyotp.random_base32()
    row.totp_pending = secrets.encrypt(secret)
    session.flush()
    return secret


def uri(secret: str, username: str, site: str) -> str:
    """What an authenticator app reads from the QR code (otpauth key URI format)."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=site)


def picture(text: str) -> list[str]:
    """A QR code as rows of "0" and "1", without margin: the page draws it."""
    return ["".join(str(int(bool(module))) for module in row) for row in segno.make(text, error="m").matrix]


def confirm(session: Session, clock: Clock, row: UserRow, code: str, secrets: SecretBox) -> None:
    """Put the pending secret in force: the phone has shown that it has it. Raises TotpNotBegun, WrongCode."""
    if row.totp_pending is None:
        raise TotpNotBegun
    step = _step(secrets.decrypt(row.totp_pending), code, clock, after=None)
    if step is None:
        raise WrongCode
    row.totp_secret, row.totp_pending = row.totp_pending, None
    row.totp_confirmed_at, row.totp_step = clock.now(), step
    session.flush()


def remove(session: Session, row: UserRow) -> None:
    row.totp_secret = row.totp_pending = row.totp_confirmed_at = row.totp_step = None
    session.flush()


def check(session: Session, clock: Clock, row: UserRow, code: str | None, secrets: SecretBox) -> None:
    """Nothing where `row` has no second factor. Raises CodeNeeded, WrongCode; a right code is used up."""
    if row.totp_secret is None:
        return
    if not code:
        raise CodeNeeded
    step = _step(secrets.decrypt(row.totp_secret), code, clock, after=row.totp_step)
    if step is None:
        raise WrongCode
    row.totp_step = step
    session.flush()


def _step(secret: str, code: str, clock: Clock, *, after: int | None) -> int | None:
    """The time step that `code` belongs to, if it is near now and later than `after`."""
    given = "".join(code.split())
    now = int(clock.now().timestamp()) // STEP_S
    found = None
    for step in range(now - _SLACK_STEPS, now + _SLACK_STEPS + 1):
        # Every candidate is compared, so that the time taken tells nothing.
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP_S).encode(), given.encode()):
            found = step
    return found if found is not None and (after is None or found > after) else None

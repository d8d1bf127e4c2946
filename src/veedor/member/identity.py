"""Vouching for the agency's own people: this site looks at the password and signs who they are."""

from __future__ import annotations

from typing import Any

from veedor.desk.accounts.login import Attempt, prove
from veedor.desk.accounts.sessions import SessionKind
from veedor.desk.context import DeskPorts
from veedor.wire.keys import AgencyKey
from veedor.wire.passes import IDENTITY_LIFE, Identity, encode_identity


class IdentityDesk:
    """Answers `identity.sign`. Throttled and audited as a login at this desk is."""

    def __init__(self, ports: DeskPorts, key: AgencyKey) -> None:
        self._ports = ports
        self._key = key

    def sign(self, args: dict[str, Any]) -> dict[str, Any]:
        """Raises WrongPassword, CodeNeeded, WrongCode, LoginThrottled; KeyError, TypeError for wrong arguments."""
        code = args.get("code")
        attempt = Attempt(
            username=str(args["username"])[:64],
            password=str(args["password"])[:1000],
            kind=SessionKind.COOKIE,
            address=f"hub {args.get('address') or ''}"[:64],
            agent=None,
            code=str(code)[:20] if code else None,
        )
        user = prove(self._ports, attempt)
        now = self._ports.clock.now()
        identity = Identity(
            agency=user.agency_id,
            person=user.id,
            name=user.username,
            roles=tuple(user.roles),
            session=str(args["session"])[:64],
            session_key=str(args["session_key"])[:64],
            issued_at=now,
            expires_at=now + IDENTITY_LIFE,
        )
        return {"value": encode_identity(identity, self._key)}

"""The one-time token that brings a site to its hub: where the hub is, whose certificate to trust, and a secret."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from veedor.kit.errors import UserError

_PREFIX = "veedor1."


class BadInvitation(UserError):
    """What was given is no invitation, or a part of one."""

    key = "wire-bad-invitation"
    http_status = 422


@dataclass(frozen=True, slots=True)
class Invitation:
    """`ca_sha256`: fingerprint of the hub's certificate authority, hex. `secret`: 256 random bits, used once."""

    url: str
    ca_sha256: str
    secret: str

    def encode(self) -> str:
        """One word without blanks, to be sent in a message or read from a file."""
        body = json.dumps({"u": self.url, "c": self.ca_sha256, "s": self.secret}, separators=(",", ":"))
        return _PREFIX + base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @staticmethod
    def decode(text: str) -> Invitation:
        """Raises BadInvitation."""
        word = "".join(text.split())  # mail programs fold long lines
        if not word.startswith(_PREFIX) or len(word) > 2000:
            raise BadInvitation
        body = word.removeprefix(_PREFIX)
        try:
            read: Any = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            found = Invitation(str(read["u"]), str(read["c"]), str(read["s"]))
        except (binascii.Error, ValueError, KeyError, TypeError) as problem:
            raise BadInvitation from problem
        if not found.url.startswith("https://") or len(found.ca_sha256) != 64:
            raise BadInvitation
        return found

"""Checking RTSP logins: Basic (RFC 7617) and Digest with MD5 (RFC 2617, as RTSP 1.0 uses it)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class LoginCheck:
    """One path's user. `offers`: "basic", "digest" or "both"."""

    def __init__(self, username: str, password: str, offers: str, realm: str = "Veedor test camera") -> None:
        self._username = username
        self._password = password
        self._offers = offers
        self._realm = realm
        self._nonce = secrets.token_hex(16)

    def challenges(self) -> list[str]:
        """Values of WWW-Authenticate."""
        digest = f'Digest realm="{self._realm}", nonce="{self._nonce}"'
        basic = f'Basic realm="{self._realm}"'
        return {"basic": [basic], "digest": [digest], "both": [digest, basic]}[self._offers]

    def accepts(self, method: str, header: str | None) -> bool:
        """Whether the Authorization header is right for this method."""
        scheme, _, rest = (header or "").partition(" ")
        if scheme.lower() == "basic" and self._offers != "digest":
            wanted = base64.b64encode(f"{self._username}:{self._password}".encode()).decode()
            return secrets.compare_digest(rest.strip(), wanted)
        if scheme.lower() == "digest" and self._offers != "basic":
            return self._digest_is_right(method, rest)
        return False

    def _digest_is_right(self, method: str, text: str) -> bool:
        fields = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(text)}
        if fields.get("nonce") != self._nonce or fields.get("username") != self._username:
            return False
        first = _md5(f"{self._username}:{self._realm}:{self._password}")
        second = _md5(f"{method}:{fields.get('uri', '')}")
        if fields.get("qop"):
            middle = f"{self._nonce}:{fields.get('nc', '')}:{fields.get('cnonce', '')}:{fields['qop']}"
        else:
            middle = self._nonce
        return secrets.compare_digest(fields.get("response", ""), _md5(f"{first}:{middle}:{second}"))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # the protocol's choice

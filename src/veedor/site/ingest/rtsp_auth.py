"""Answers to a camera's challenge: Digest (RFC 7616 and, as most cameras speak it, RFC 2617), and Basic (RFC 7617)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass

_FIELD = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_PREFERRED = ("SHA-256", "SHA-256-SESS", "MD5", "MD5-SESS")


@dataclass(frozen=True, slots=True)
class Login:
    """A camera's user. The password never shows in `repr`."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r}, ...)"


class Authenticator:
    """One connection's way of showing its login. Without a login it shows none."""

    def __init__(self, login: Login | None) -> None:
        self._login = login
        self._scheme = ""  # "basic", "digest", or not asked yet
        self._fields: dict[str, str] = {}
        self._count = 0
        self.accepted = False  # an answer with our login was not refused: later refusals are about the nonce

    def challenged(self, challenges: list[str]) -> bool:
        """Take note of a 401; whether it makes sense to ask again.

        A second refusal makes sense only where the nonce had grown old: cameras lock out who tries too often.
        """
        if self._login is None:
            return False
        before, tried = self._fields.get("nonce"), bool(self._scheme)
        self._scheme, self._fields = _best(challenges)
        self._count = 0
        if not self._scheme:
            return False
        renewed = self._scheme == "digest" and self._fields.get("nonce") != before
        stale = self._fields.get("stale", "").lower() == "true"
        return not tried or (renewed and (stale or self.accepted))

    def header(self, method: str, uri: str) -> str | None:
        """The value of Authorization, once the camera has asked for one."""
        login = self._login
        if login is None or not self._scheme:
            return None
        if self._scheme == "basic":
            return "Basic " + base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
        self._count += 1
        return _digest(self._fields, login, (method, uri), self._count)


def _best(challenges: list[str]) -> tuple[str, dict[str, str]]:
    """The strongest challenge that we can answer."""
    digests: dict[str, dict[str, str]] = {}
    for challenge in challenges:
        for part in re.split(r",\s*(?=(?:digest|basic)\s)", challenge, flags=re.IGNORECASE):
            scheme, _, rest = part.strip().partition(" ")
            if scheme.lower() == "digest":
                fields = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(rest)}
                digests.setdefault(fields.get("algorithm", "MD5").upper(), fields)
    for algorithm in _PREFERRED:
        if algorithm in digests:
            return "digest", digests[algorithm]
    if any(re.search(r"(^|,\s*)basic\b", challenge, re.IGNORECASE) for challenge in challenges):
        return "basic", {}
    return "", {}


def _digest(fields: dict[str, str], login: Login, asked: tuple[str, str], count: int) -> str:
    method, uri = asked
    algorithm = fields.get("algorithm", "MD5").upper()
    realm, nonce = fields.get("realm", ""), fields.get("nonce", "")
    cnonce = secrets.token_hex(8)

    def hexdigest(text: str) -> str:
        if algorithm.startswith("SHA-256"):
            return hashlib.sha256(text.encode()).hexdigest()
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # the protocol's choice

    first = hexdigest(f"{login.username}:{realm}:{login.password}")
    if algorithm.endswith("-SESS"):
        first = hexdigest(f"{first}:{nonce}:{cnonce}")
    second = hexdigest(f"{method}:{uri}")
    qop = "auth" in re.split(r"\s*,\s*", fields.get("qop", ""))
    middle = f"{nonce}:{count:08x}:{cnonce}:auth" if qop else nonce
    values = [
        ("username", _quoted(login.username)),
        ("realm", f'"{realm}"'),
        ("nonce", f'"{nonce}"'),
        ("uri", f'"{uri}"'),
        ("response", f'"{hexdigest(f"{first}:{middle}:{second}")}"'),
    ]
    if "algorithm" in fields:
        values.append(("algorithm", fields["algorithm"]))
    if "opaque" in fields:
        values.append(("opaque", f'"{fields["opaque"]}"'))
    if qop:
        values += [("qop", "auth"), ("nc", f"{count:08x}")]
    if qop or algorithm.endswith("-SESS"):
        values.append(("cnonce", f'"{cnonce}"'))
    return "Digest " + ", ".join(f"{name}={value}" for name, value in values)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

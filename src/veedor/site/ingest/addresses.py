"""Camera URLs: taken apart, put together again, and never shown with a login in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from veedor.site.ingest.errors import BadAddress, SchemeRefused
from veedor.site.ingest.networks import parse_host_port

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_MAX_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class CameraUrl:
    """A network camera's URL without its login. `target`: path and query as written, "" or from "/" on."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def shown(self) -> str:
        """Host and port: what errors may say. Paths are left out, since recorders put passwords into them."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def text(self) -> str:
        """The URL as stored."""
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{_bracketed(self.host)}{port}{self.target}"

    def pinned(self, address: str, username: str | None = None, password: str | None = None) -> str:
        """The URL with the checked address for the host, and with the login, percent-encoded.

        With a login it is a secret.
        """
        login = f"{quote(username, safe='')}:{quote(password or '', safe='')}@" if username else ""
        return f"{self.scheme}://{login}{_bracketed(address)}:{self.port}{self.target}"


def parse(text: str) -> tuple[CameraUrl, str | None, str | None]:
    """The URL, and the username and password that were in it. Raises BadAddress, SchemeRefused."""
    if len(text) > _MAX_LENGTH or any(ord(letter) <= 32 or ord(letter) == 127 for letter in text):
        raise BadAddress(problem="…")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise BadAddress(problem="…") from None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise SchemeRefused(scheme=scheme or "—")
    rest = text.split("://", 1)[1]
    login, at, place = (rest if _login_is_cut(parts.netloc, rest) else parts.netloc).rpartition("@")
    place = rest[len(login) + len(at) :]
    end = min((place.find(mark) for mark in "/?#" if mark in place), default=len(place))
    host, port = parse_host_port(place[:end], DEFAULT_PORTS[scheme])
    target = place[end:].partition("#")[0] if "#" in place[end:] else place[end:]
    username, colon, password = login.partition(":")
    url = CameraUrl(scheme, host.lower(), port, target)
    return url, (unquote(username) if at else None), (unquote(password) if colon else None)


def _login_is_cut(netloc: str, rest: str) -> bool:
    """Whether the login goes on beyond what looks like the host: `user:pa/ss@host`, pasted without encoding.

    It is, where the text after the last "@" is a host without doubt (an IP address or a dotted name) and what stands
    in the host's place is none, or has a port that is no number. Else half a password would be stored as a path.
    """
    login, _, place = rest.rpartition("@")
    if ":" not in login or "@" not in rest[len(netloc) :]:
        return False
    first = netloc.rpartition("@")[2]
    _, colon, port = first.rpartition(":")
    if colon and not port.isdigit() and not first.startswith("["):
        return True
    return _is_surely_a_host(re.split("[/?#]", place)[0]) and not _is_surely_a_host(first)


def _is_surely_a_host(text: str) -> bool:
    name = text if text.startswith("[") else text.partition(":")[0]
    return bool(re.fullmatch(r"\[[0-9A-Fa-f:.]+\](:\d+)?|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name))


def without_login(text: str) -> tuple[str, str | None, str | None]:
    """The URL as it may be stored, and the login that was in it. Raises BadAddress, SchemeRefused."""
    url, username, password = parse(text)
    return url.text, username, password


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

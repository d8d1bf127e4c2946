"""Asking a camera before libav does: one RTSP DESCRIBE (RFC 2326) by ourselves, to the address that was checked.

libav follows redirects wherever they lead and blurs what went wrong; here each redirect is checked like a new
address, the login is sent to no other host than the one it was given for, and each refusal has its own error.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import ssl
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from veedor.site.ingest.addresses import CameraUrl, parse
from veedor.site.ingest.errors import (
    BadAddress,
    CameraFault,
    CameraRefused,
    CameraTimeout,
    CameraUnreachable,
    NotVideo,
    RedirectRefused,
    SchemeRefused,
    StreamNotFound,
    WrongPassword,
)
from veedor.site.ingest.networks import NetworkPolicy

_MAX_ANSWER = 256 * 1024
_MAX_REDIRECTS = 3
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


@dataclass(frozen=True, slots=True)
class Login:
    """A camera's user. The password never shows in `repr`."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.username!r}, ...)"


@dataclass(frozen=True, slots=True)
class Described:
    """Where the stream really is: URL, checked address, the login that may go there, and its SDP."""

    url: CameraUrl
    address: str
    login: Login | None
    sdp: str


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


def describe(url: CameraUrl, login: Login | None, policy: NetworkPolicy, timeout_s: float) -> Described:
    """DESCRIBE, following at most three checked redirects. Raises the errors of `errors.py`."""
    here = url
    for _ in range(_MAX_REDIRECTS + 1):
        address = policy.checked_address(here.host, here.port)
        answer = _ask(here, address, login, timeout_s)
        if not 300 <= answer.status < 400:
            sdp = answer.body.decode("utf-8", "replace")
            if not re.search(r"^m=video\b", sdp, re.MULTILINE):
                raise NotVideo(name=here.shown)
            return Described(here, address, login, sdp)
        here, login = _redirected(here, login, answer)
    raise RedirectRefused(address=url.shown, target=here.shown)


def _redirected(here: CameraUrl, login: Login | None, answer: _Answer) -> tuple[CameraUrl, Login | None]:
    """Where to ask next. The login stays behind when the host, the port or the encryption changes."""
    target = (answer.all("location") or [""])[0]
    try:
        # A login that the answer itself suggests is not ours to use.
        there, _username, _password = parse(urljoin(here.text, target) if target else "")
    except (BadAddress, SchemeRefused, ValueError):
        raise RedirectRefused(address=here.shown, target="?") from None
    if not there.scheme.startswith("rtsp"):
        raise RedirectRefused(address=here.shown, target=there.shown)
    same = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
    return there, login if same else None


def _ask(url: CameraUrl, address: str, login: Login | None, timeout_s: float) -> _Answer:
    try:
        with _connect(url, address, timeout_s) as connection:
            answer = _exchange(connection, url, address, None, 1)
            if answer.status == 401 and login is not None:
                authorization = _authorization(answer.all("www-authenticate"), login, _request_uri(url, address))
                if authorization is not None:
                    answer = _exchange(connection, url, address, authorization, 2)
    except TimeoutError:
        raise CameraTimeout(address=url.shown) from None
    except ConnectionRefusedError:
        raise CameraRefused(address=url.shown) from None
    except (OSError, EOFError) as problem:
        raise CameraUnreachable(address=url.shown, problem=getattr(problem, "strerror", None) or "closed") from None
    if answer.status in (401, 403):
        raise WrongPassword(address=url.shown)
    if answer.status in (404, 410, 454):
        raise StreamNotFound(address=url.shown)
    if answer.status >= 400 or answer.status < 200:
        raise CameraFault(address=url.shown, problem=f"RTSP {answer.status}")
    return answer


def _connect(url: CameraUrl, address: str, timeout_s: float) -> socket.socket:
    connection = socket.create_connection((address, url.port), timeout_s)
    connection.settimeout(timeout_s)
    if url.scheme != "rtsps":
        return connection
    # Cameras sign their own certificates: encrypted, though nobody vouches for the other end (docs/design/time.md
    # does not depend on it; docs/operate says so). There is no fall-back to plain RTSP.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=url.host)


def _request_uri(url: CameraUrl, address: str) -> str:
    return replace(url, host=address).text


def _exchange(
    connection: socket.socket, url: CameraUrl, address: str, authorization: str | None, number: int
) -> _Answer:
    lines = [f"DESCRIBE {_request_uri(url, address)} RTSP/1.0", f"CSeq: {number}", "Accept: application/sdp"]
    lines.append("User-Agent: Veedor")
    if authorization:
        lines.append(f"Authorization: {authorization}")
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return _read_answer(connection, url)


def _read_answer(connection: socket.socket, url: CameraUrl) -> _Answer:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _receive(connection)
        if len(data) > _MAX_ANSWER or not b"RTSP/1.0 ".startswith(data[:9]):
            raise NotVideo(name=url.shown)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = lines[0].split(" ")[1]
    pairs = (line.partition(":") for line in lines[1:])
    headers = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    length = next((value for name, value in headers if name == "content-length"), "0")
    if not status.isdigit() or not length.isdigit() or int(length) > _MAX_ANSWER:
        raise NotVideo(name=url.shown)
    while len(body) < int(length):
        body += _receive(connection)
    return _Answer(int(status), headers, body[: int(length)])


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(16_384)
    if not data:
        raise EOFError
    return data


def _authorization(challenges: list[str], login: Login, uri: str) -> str | None:
    """The answer to the best challenge: Digest (RFC 2617, MD5) before Basic."""
    for challenge in challenges:
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "digest":
            fields = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
            return _digest(fields, login, uri)
    if any(challenge.lower().startswith("basic") for challenge in challenges):
        return "Basic " + base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
    return None


def _digest(fields: dict[str, str], login: Login, uri: str) -> str | None:
    if fields.get("algorithm", "MD5").upper() not in ("MD5", "SHA-256"):
        return None
    kind = hashlib.sha256 if fields.get("algorithm", "").upper() == "SHA-256" else _md5
    realm, nonce = fields.get("realm", ""), fields.get("nonce", "")

    def hexdigest(text: str) -> str:
        return str(kind(text.encode()).hexdigest())

    first = hexdigest(f"{login.username}:{realm}:{login.password}")
    second = hexdigest(f"DESCRIBE:{uri}")
    extra, middle = "", nonce
    if "auth" in re.split(r"\s*,\s*", fields.get("qop", "")):
        extra, middle = ', qop=auth, nc=00000001, cnonce="76656564"', f"{nonce}:00000001:76656564:auth"
    response = hexdigest(f"{first}:{middle}:{second}")
    text = f'Digest username="{login.username}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}"'
    if "algorithm" in fields:
        text += f", algorithm={fields['algorithm']}"
    if "opaque" in fields:
        text += f', opaque="{fields["opaque"]}"'
    return text + extra


def _md5(data: bytes) -> hashlib._Hash:
    return hashlib.md5(data, usedforsecurity=False)  # the protocol's choice

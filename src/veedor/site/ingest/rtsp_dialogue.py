"""Requests and answers of RTSP 1.0 (RFC 2326) on one connection, to an address that was checked."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from veedor.kit.clock import Clock
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
from veedor.site.ingest.interleaved import MAX_HEAD, content_length
from veedor.site.ingest.rtsp_auth import Authenticator, Login

_MAX_EARLY = 8 << 20  # media that overtakes the answer to PLAY
_USUAL_TIMEOUT_S = 60  # RFC 2326, 12.37
_MAX_HEADERS = 100

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")


def parse_answer(head: bytes, body: bytes = b"") -> Answer | None:
    """None where this is no answer."""
    lines = head.decode("latin-1").split("\r\n")
    match = re.match(r"RTSP/1\.\d (\d{3})(?: |$)", lines[0])
    if match is None or len(lines) > _MAX_HEADERS:
        return None
    pairs = (line.partition(":") for line in lines[1:])
    headers = [(name.strip().lower(), _one_line(value)) for name, _, value in pairs]
    return Answer(int(match[1]), headers, body)


def _one_line(text: str) -> str:
    """A value that may go into a request of ours."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


class Dialogue:
    """One connection. `request` asks and waits; once media flows, `compose` and `refused` serve whoever reads.

    It stays on this connection whatever the camera says: URLs that it gives go into requests as words, and name no
    place to connect to. So a login goes to the host that it was given for, and nowhere else.
    """

    def __init__(self, url: CameraUrl, address: str, login: Login | None, timeout_s: float, clock: Clock) -> None:
        """Connect. Raises CameraTimeout, CameraRefused, CameraUnreachable."""
        self.url = url
        self.session = ""
        self.session_timeout_s = float(_USUAL_TIMEOUT_S)
        self.methods = ""
        self.early = bytearray()  # media that came before it was expected
        self._auth = Authenticator(login)
        self._timeout_s, self._clock = timeout_s, clock
        self._number = 0
        self._data = bytearray()
        try:
            self.connection = _connect(url, address, timeout_s)
        except OSError as problem:
            raise self._network_error(problem) from None

    def close(self) -> None:
        self.connection.close()

    # -- asking and waiting

    def request(self, method: str, uri: str, headers: Headers = (), *, redirects: bool = False) -> Answer:
        """The answer, which is 2xx, or 3xx with `redirects`. Raises the errors of `errors.py`."""
        deadline_s = self._clock.monotonic() + self._timeout_s
        try:
            answer = self._exchange(method, uri, headers, deadline_s)
            while answer.status == 401 and self._auth.challenged(answer.all("www-authenticate")):
                answer = self._exchange(method, uri, headers, deadline_s)
        except (OSError, EOFError) as problem:
            raise self._network_error(problem) from None
        shown = self.url.shown
        if answer.status in (401, 403):
            raise WrongPassword(address=shown)
        if answer.status in (404, 410, 454):
            raise StreamNotFound(address=shown)
        if 300 <= answer.status < 400 and not redirects:
            raise RedirectRefused(address=shown, target=_shown_target(answer.first("location")))
        if not 200 <= answer.status < 400:
            raise CameraFault(address=shown, problem=f"RTSP {answer.status}")
        self._auth.accepted = True
        self.learn(answer)
        return answer

    def learn(self, answer: Answer) -> None:
        """Take note of the session and of what the camera can do."""
        session, _, options = answer.first("session").partition(";")
        if session.strip():
            self.session = session.strip()[:256]
        found = re.search(r"timeout\s*=\s*(\d{1,5})", options)
        if found:
            self.session_timeout_s = float(max(5, int(found[1])))
        self.methods = answer.first("public").upper() or self.methods

    def _exchange(self, method: str, uri: str, headers: Headers, deadline_s: float) -> Answer:
        self.connection.settimeout(self._left_s(deadline_s))
        self.connection.sendall(self.compose(method, uri, headers))
        while True:
            head = self._head(deadline_s)
            length = content_length(head)
            answer = parse_answer(head)
            if answer is None or length is None:
                raise NotVideo(name=self.url.shown)
            while len(self._data) < length:
                self._receive(deadline_s)
            body = bytes(self._data[:length])
            del self._data[:length]
            if answer.status >= 200:
                return Answer(answer.status, answer.headers, body)

    def _head(self, deadline_s: float) -> bytes:
        """The next head of an answer; media before it is kept for later."""
        data = self._data
        while True:
            if data[:1] == b"$":
                size = 4 + int.from_bytes(data[2:4], "big")
                if len(data) >= max(4, size):
                    self.early += data[:size]
                    del data[:size]
                    if len(self.early) > _MAX_EARLY:
                        raise NotVideo(name=self.url.shown)
                    continue
            elif not b"RTSP/1.".startswith(bytes(data[:7])):
                raise NotVideo(name=self.url.shown)
            elif (end := data.find(b"\r\n\r\n")) >= 0:
                head = bytes(data[:end])
                del data[: end + 4]
                return head
            elif len(data) > MAX_HEAD:
                raise NotVideo(name=self.url.shown)
            self._receive(deadline_s)

    def _receive(self, deadline_s: float) -> None:
        self.connection.settimeout(self._left_s(deadline_s))
        data = self.connection.recv(65_536)
        if not data:
            raise EOFError
        self._data += data

    def _left_s(self, deadline_s: float) -> float:
        """A camera that sends one letter at a time has no more time than one that sends none."""
        left_s = deadline_s - self._clock.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s

    def _network_error(self, problem: Exception) -> Exception:
        shown = self.url.shown
        if isinstance(problem, TimeoutError):
            return CameraTimeout(address=shown)
        if isinstance(problem, ConnectionRefusedError):
            return CameraRefused(address=shown)
        return CameraUnreachable(address=shown, problem=getattr(problem, "strerror", None) or "closed")

    # -- for whoever reads once media flows

    def compose(self, method: str, uri: str, headers: Headers = ()) -> bytes:
        """A request as it goes out."""
        self._number += 1
        lines = [f"{method} {uri} RTSP/1.0", f"CSeq: {self._number}", "User-Agent: Veedor"]
        authorization = self._auth.header(method, uri)
        if authorization:
            lines.append(f"Authorization: {authorization}")
        if self.session:
            lines.append(f"Session: {self.session}")
        lines += [f"{name}: {value}" for name, value in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def refused(self, answer: Answer) -> bool:
        """Take note of a 401 that came while media flows (a nonce has grown old); whether to ask again."""
        return self._auth.challenged(answer.all("www-authenticate"))

    def take_rest(self) -> bytes:
        """What came and has not been looked at."""
        rest = bytes(self.early + self._data)
        self.early.clear()
        self._data.clear()
        return rest

    def media_uri(self, text: str, base: str) -> str:
        """A control URL of a session description, resolved as cameras mean it: appended, queries and all."""
        if not text or text == "*":
            return base
        if re.match(r"rtsps?://", text, re.IGNORECASE):
            return self.checked_uri(text) or base
        joined = base if base.endswith("/") or text.startswith(("/", "?")) else base + "/"
        return self.checked_uri(joined + text) or base

    def checked_uri(self, text: str) -> str | None:
        """The URL if it can stand in a request: RTSP, of bounded length, without blanks and without a login."""
        try:
            url, username, password = parse(text)
        except (BadAddress, SchemeRefused):
            return None
        if not url.scheme.startswith("rtsp"):
            return None
        return url.text if username or password else text


def _connect(url: CameraUrl, address: str, timeout_s: float) -> socket.socket:
    connection = socket.create_connection((address, url.port), timeout_s)
    if url.scheme != "rtsps":
        return connection
    # Cameras sign their own certificates: encrypted, though nobody vouches for the other end (decision 4 says so).
    # There is no fall-back to plain RTSP.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(connection, server_hostname=url.host)
    except BaseException:
        connection.close()
        raise


def _shown_target(location: str) -> str:
    try:
        return parse(location)[0].shown
    except (BadAddress, SchemeRefused, ValueError):
        return "?"

"""An RTSP camera that answers and sends exactly what a test says, over TCP."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SPS = base64.b64decode("Z0IACpZUCg/I")  # 160x128, Baseline: pictures are not reordered
PPS = base64.b64decode("aM44gA==")
SDP = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={base64.b64encode(SPS).decode()},"
    f"{base64.b64encode(PPS).decode()}\r\na=control:track1\r\n"
)


@dataclass(frozen=True)
class Request:
    method: str
    uri: str
    headers: dict[str, str]


def reply(request: Request, status: str = "200 OK", *headers: str, body: bytes = b"") -> bytes:
    lines = [f"RTSP/1.0 {status}", f"CSeq: {request.headers.get('cseq', '0')}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def rtp(payload: bytes, sequence: int, timestamp: int, *, marker: bool = False, kind: int = 96) -> bytes:
    head = struct.pack(">BBHII", 0x80, kind | (0x80 if marker else 0), sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 7)
    return head + payload


def framed(packet: bytes, channel: int = 0) -> bytes:
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet


def picture(number: int, *, size: int = 40) -> bytes:
    """A NAL unit that passes for a picture: the first and every tenth an IDR picture, first_mb_in_slice 0."""
    head = 0x65 if number % 10 == 0 else 0x41
    return bytes([head, 0x80 | number % 100]) + bytes((number * 7 + i) % 255 + 1 for i in range(size))


def stream_of(count: int, *, first: int = 0) -> bytes:
    """Pictures at 25 per second, one RTP packet each, framed for channel 0."""
    return b"".join(
        framed(rtp(picture(number), number, 1000 + number * 3600, marker=True))
        for number in range(first, first + count)
    )


class ScriptedCamera:
    """`answers`: by method, instead of the usual answer; None closes the connection. `media`: sent after PLAY.
    `tls`: certificate and key, for RTSPS."""

    def __init__(
        self,
        *,
        sdp: str = SDP,
        media: bytes = b"",
        answers: dict[str, Callable[[Request], bytes | None]] | None = None,
        close_after_media: bool = False,
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self._tls: ssl.SSLContext | None = None
        if tls is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*tls)
        self.sdp, self.media, self.answers, self.close_after_media = sdp, media, answers or {}, close_after_media
        self.requests: list[Request] = []
        self.received = bytearray()  # interleaved data of the client
        self.connections: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp{'s' if tls else ''}://127.0.0.1:{self._server.getsockname()[1]}/cam"

    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    def send(self, data: bytes) -> None:
        self.connections[-1].sendall(data)

    def __enter__(self) -> ScriptedCamera:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        for one in self.connections:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        data = bytearray()
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self.connections.append(connection)
            while more := connection.recv(65_536):
                data += more
                while data:
                    if data[0] == 0x24:
                        size = 4 + int.from_bytes(data[2:4], "big")
                        if len(data) < max(4, size):
                            break
                        self.received += data[:size]
                        del data[:size]
                    elif (end := data.find(b"\r\n\r\n")) >= 0:
                        head = bytes(data[:end]).decode()
                        del data[: end + 4]
                        if not self._handle(connection, head):
                            return
                    else:
                        break
        except OSError:
            return
        finally:
            connection.close()

    def _handle(self, connection: socket.socket, head: str) -> bool:
        lines = head.split("\r\n")
        if lines[0].startswith("RTSP/"):
            self.requests.append(Request(lines[0], "", {}))  # an answer to a request of ours
            return True
        method, uri, _ = lines[0].split(" ")
        pairs = (line.partition(":") for line in lines[1:])
        request = Request(method, uri, {name.strip().lower(): value.strip() for name, _, value in pairs})
        self.requests.append(request)
        answer = self.answers.get(method, self.usual)(request)
        if answer is None:
            return False
        connection.sendall(answer)
        if method == "PLAY" and b" 200 " in answer:
            connection.sendall(self.media)
            return not self.close_after_media
        return True

    def usual(self, request: Request) -> bytes:
        if request.method == "DESCRIBE":
            return reply(request, "200 OK", f"Content-Base: {request.uri}/", body=self.sdp.encode())
        if request.method == "SETUP":
            return reply(request, "200 OK", "Session: 42;timeout=60", f"Transport: {request.headers['transport']}")
        if request.method == "OPTIONS":
            return reply(request, "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN")
        return reply(request, "200 OK", f"Session: {request.headers.get('session', '42')}")


class DigestGate:
    """Lets in who answers the newest of `nonces` rightly. `algorithm`, `qop`: as in the challenge."""

    def __init__(self, user: str, password: str, *, algorithm: str = "MD5", qop: str = "") -> None:
        self.user, self.password, self.algorithm, self.qop = user, password, algorithm, qop
        self.nonce, self.stale = "first", False
        self.counts: list[tuple[str, str]] = []  # nonce and nc of what was accepted

    def challenge(self) -> str:
        text = f'WWW-Authenticate: Digest realm="cams, all \\"of\\" them", nonce="{self.nonce}", opaque="o p", '
        text += f"algorithm={self.algorithm}" + (f', qop="{self.qop}"' if self.qop else "")
        return text + (", stale=TRUE" if self.stale else "")

    def accepts(self, request: Request) -> bool:
        header = request.headers.get("authorization", "")
        pairs = re.findall(r'([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', header)
        fields = {name: quoted or plain for name, quoted, plain in pairs}
        if fields.get("nonce") != self.nonce or fields.get("uri") != request.uri or fields.get("opaque") != "o p":
            return False
        kind = hashlib.sha256 if self.algorithm.startswith("SHA-256") else hashlib.md5

        def digest(text: str) -> str:
            return kind(text.encode()).hexdigest()

        first = digest(f"{self.user}:{fields['realm']}:{self.password}")
        if self.algorithm.endswith("-sess"):
            first = digest(f"{first}:{self.nonce}:{fields['cnonce']}")
        middle = self.nonce
        if self.qop:
            middle = f"{self.nonce}:{fields['nc']}:{fields['cnonce']}:{fields['qop']}"
        right = digest(f"{first}:{middle}:{digest(f'{request.method}:{request.uri}')}") == fields["response"]
        if right:
            self.counts.append((self.nonce, fields.get("nc", "")))
        return right and fields["username"] == self.user

"""One RTSP 1.0 connection (RFC 2326) of the test camera server: requests in, answers and interleaved media out."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from veedor.simulator.hashing import nal_type
from veedor.simulator.login import LoginCheck
from veedor.simulator.media import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, Clip
from veedor.simulator.rtp import PCMA_PAYLOAD_TYPE, VIDEO_PAYLOAD_TYPE
from veedor.simulator.stream import Faults, ServedStream
from veedor.simulator.viewer import MediaTrack, Viewer

_REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 455: "Method Not Valid",
            461: "Unsupported Transport", 500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"
_MAX_REQUEST = 65_536


class Channel(Protocol):
    """What a connection needs of the path that it plays."""

    served: ServedStream
    faults: Faults
    login: LoginCheck | None

    @property
    def clip(self) -> Clip: ...

    def viewer(self, transport: asyncio.Transport) -> Viewer: ...

    def join(self, viewer: Viewer) -> None: ...

    def leave(self, viewer: Viewer) -> None: ...


class ChannelFinder(Protocol):
    def __call__(self, path: str) -> Channel | None: ...


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path.rstrip("/")


@dataclass(slots=True)
class Answer:
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class RtspConnection(asyncio.Protocol):
    """Reads requests and skips the client's interleaved RTCP. One path per connection, as libav does it."""

    def __init__(self, find: ChannelFinder) -> None:
        self._find = find
        self._buffer = bytearray()
        self._session = secrets.token_hex(8)
        self._channel: Channel | None = None
        self._viewer: Viewer | None = None
        self._sockets: list[asyncio.DatagramTransport] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def connection_lost(self, _exc: Exception | None) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._viewer is not None and self._channel is not None:
            self._channel.leave(self._viewer)
            self._viewer.log.closed = True
        self._viewer = None
        for sender in self._sockets:
            sender.close()
        self._sockets.clear()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer:
            if self._buffer[0] == 0x24:  # "$": the client's receiver reports
                if len(self._buffer) < 4 or len(self._buffer) < 4 + int.from_bytes(self._buffer[2:4], "big"):
                    return
                del self._buffer[: 4 + int.from_bytes(self._buffer[2:4], "big")]
                continue
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > _MAX_REQUEST:
                    self._transport.abort()
                return
            request = _parse(bytes(self._buffer[:end]))
            length = int(request.headers.get("content-length", "0")) if request else 0
            if len(self._buffer) < end + 4 + length:
                return
            del self._buffer[: end + 4 + length]
            if request is None:
                self._transport.abort()
                return
            self._handle(request)

    def _handle(self, request: Request) -> None:
        channel = self._channel_of(request)
        if channel is not None and channel.faults.refuse:
            self._transport.abort()
            return
        if request.method == "OPTIONS":
            self._reply(request, Answer(headers=[("Public", _METHODS)]))
            return
        if channel is None:
            self._reply(request, Answer(404))
            return
        if not self._may_enter(request, channel):
            challenges = channel.login.challenges() if channel.login else ['Basic realm="closed"']
            self._reply(request, Answer(401, [("WWW-Authenticate", value) for value in challenges]))
            return
        self._channel = channel
        if request.method == "DESCRIBE":
            self._reply(request, self._describe(request, channel))
        elif request.method == "SETUP":
            task = asyncio.get_running_loop().create_task(self._setup(request, channel))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif request.method == "PLAY":
            self._play(request, channel)
        elif request.method == "TEARDOWN":
            self._reply(request, Answer(headers=[("Session", self._session)]))
            self._stop()
        elif request.method in ("GET_PARAMETER", "SET_PARAMETER"):
            self._reply(request, Answer(headers=[("Session", self._session)]))
        else:
            self._reply(request, Answer(455))

    def _channel_of(self, request: Request) -> Channel | None:
        path = request.path
        return self._find(re.sub(r"/trackID=\d+$", "", path))

    @staticmethod
    def _may_enter(request: Request, channel: Channel) -> bool:
        if channel.faults.reject_login:
            return False
        return channel.login is None or channel.login.accepts(request.method, request.headers.get("authorization"))

    def _describe(self, request: Request, channel: Channel) -> Answer:
        faults = channel.faults
        if faults.redirect_to is not None:
            return Answer(302, [("Location", faults.redirect_to)])
        if faults.status is not None:
            return Answer(faults.status)
        headers = [("Content-Base", request.url.rstrip("/") + "/"), ("Content-Type", "application/sdp")]
        return Answer(200, headers, session_description(channel.clip, audio=channel.served.audio).encode())

    async def _setup(self, request: Request, channel: Channel) -> None:
        is_audio = request.url.rstrip("/").endswith("trackID=1")
        transport = request.headers.get("transport", "")
        track = MediaTrack(AUDIO_CLOCK_HZ if is_audio else VIDEO_CLOCK_HZ)
        if "TCP" in transport.upper():
            match = re.search(r"interleaved=(\d+)-(\d+)", transport)
            track.channel = int(match[1]) if match else (2 if is_audio else 0)
            answer = f"RTP/AVP/TCP;unicast;interleaved={track.channel}-{track.channel + 1};ssrc={track.ssrc:08X}"
        elif match := re.search(r"client_port=(\d+)-(\d+)", transport):
            server = await self._open_datagrams(track, int(match[1]), int(match[2]))
            answer = f"RTP/AVP;unicast;client_port={match[1]}-{match[2]};server_port={server};ssrc={track.ssrc:08X}"
        else:
            self._reply(request, Answer(461))
            return
        if self._viewer is None:
            self._viewer = channel.viewer(self._transport)
        if is_audio:
            self._viewer.audio = track
        else:
            self._viewer.video = track
        self._reply(request, Answer(headers=[("Transport", answer), ("Session", f"{self._session};timeout=60")]))

    async def _open_datagrams(self, track: MediaTrack, rtp_port: int, rtcp_port: int) -> str:
        peer = self._transport.get_extra_info("peername")[0]
        own = self._transport.get_extra_info("sockname")[0]
        loop = asyncio.get_running_loop()
        ports = []
        for port in (rtp_port, rtcp_port):
            sender, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=(own, 0), remote_addr=(peer, port)
            )
            self._sockets.append(sender)
            ports.append(sender.get_extra_info("sockname")[1])
        track.send_rtp, track.send_rtcp = self._sockets[-2].sendto, self._sockets[-1].sendto
        return f"{ports[0]}-{ports[1]}"

    def _play(self, request: Request, channel: Channel) -> None:
        if self._viewer is None:
            self._reply(request, Answer(455))
            return
        self._reply(request, Answer(headers=[("Session", self._session), ("Range", "npt=now-")]))
        channel.join(self._viewer)

    def _reply(self, request: Request, answer: Answer) -> None:
        lines = [f"RTSP/1.0 {answer.status} {_REASONS.get(answer.status, 'Error')}"]
        lines.append(f"CSeq: {request.headers.get('cseq', '0')}")
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.body:
            lines.append(f"Content-Length: {len(answer.body)}")
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode() + answer.body)


def _parse(head: bytes) -> Request | None:
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("RTSP/"):
        return None
    pairs = (line.partition(":") for line in lines[1:])
    return Request(parts[0], parts[1], {name.strip().lower(): value.strip() for name, _, value in pairs})


def session_description(clip: Clip, *, audio: bool) -> str:
    """SDP (RFC 8866) with the parameter sets, as RFC 6184 (8.2.1) and RFC 7798 (7.1) write them."""
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Veedor test camera", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*"]
    kind = VIDEO_PAYLOAD_TYPE
    lines += [f"m=video 0 RTP/AVP {kind}", f"a=rtpmap:{kind} {'H264' if clip.codec == 'h264' else 'H265'}/90000"]
    sets = [(nal_type(nal, clip.codec), nal) for nal in clip.parameter_sets]
    coded = {number: base64.b64encode(nal).decode() for number, nal in sets}
    if clip.codec == "h264":
        profile = next(nal for number, nal in sets if number == 7)[1:4].hex()
        values = ",".join(coded[number] for number in (7, 8) if number in coded)
        lines.append(f"a=fmtp:{kind} packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={values}")
    else:
        names = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
        lines.append(f"a=fmtp:{kind} " + ";".join(f"{names[number]}={value}" for number, value in coded.items()))
    lines += [f"a=framerate:{clip.fps:.6g}", "a=control:trackID=0"]
    if audio:
        lines += [f"m=audio 0 RTP/AVP {PCMA_PAYLOAD_TYPE}", f"a=rtpmap:{PCMA_PAYLOAD_TYPE} PCMA/8000"]
        lines += ["a=control:trackID=1"]
    return "\r\n".join(lines) + "\r\n"

"""RTSP and RTSPS cameras: the session is opened here, step by step; then `Receiver` serves it."""

from __future__ import annotations

import re
import secrets
import selectors
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Event

from veedor.kit.clock import Clock
from veedor.model.camera import StreamSource, Transport
from veedor.model.packet import Media, MediaInfo
from veedor.site.ingest.addresses import parse
from veedor.site.ingest.datagrams import DatagramPair, Reorder
from veedor.site.ingest.describe import describe
from veedor.site.ingest.errors import CameraFault, NotVideo, StreamEnded, StreamStalled
from veedor.site.ingest.interleaved import Interleaved
from veedor.site.ingest.interleaved import Take as TakeFrame
from veedor.site.ingest.media import sound_track, video_track
from veedor.site.ingest.mjpeg import jpeg_size
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.raw import Losses, RawPacket, Take, check_size
from veedor.site.ingest.receiver import Receiver
from veedor.site.ingest.rtcp import Goodbye, parse_rtcp, receiver_report
from veedor.site.ingest.rtp import RtpTrack
from veedor.site.ingest.rtsp_auth import Login
from veedor.site.ingest.rtsp_dialogue import Answer, parse_answer
from veedor.site.ingest.sdp import SdpMedia

_REPORT_EVERY_S = 5.0
_KEEP_ALIVE_MAX_S = 30.0
_MAX_UNSENT = 65_536
_BUFFER = 1 << 20
_MAX_RECORDS = 64  # of TLS in one round, 16 KB each: the other streams want their turn


@dataclass(frozen=True, slots=True)
class Opening:
    """How sessions are opened. `read_s`: no picture for this long is a stall."""

    policy: NetworkPolicy
    connect_s: float
    read_s: float
    clock: Clock
    receiver: Receiver


class _Leg:
    """One media track: its packets, and the way of its reports."""

    def __init__(self, track: RtpTrack) -> None:
        self.track = track
        self.channels = (0, 1)
        self.ports: DatagramPair | None = None
        self.reorder: Reorder | None = None


class RtspSource:
    """An open RTSP session. Raises the errors of `errors.py`."""

    def __init__(self, stream: StreamSource, login: Login | None, opening: Opening, *, audio: bool) -> None:
        self._opening, self._clock = opening, opening.clock
        url, _username, _password = parse(stream.url)
        found = describe(url, login, opening.policy, opening.connect_s, opening.clock)
        self._dialogue, self._base, self._address = found.dialogue, found.base, found.address
        self._shown = found.dialogue.url.shown
        self._connection = found.dialogue.connection
        self._legs: list[_Leg] = []
        self._channels: dict[int, TakeFrame] = {}
        self._interleaved = Interleaved(self._channels, self._on_message, self._shown)
        self._own_ssrc = secrets.randbits(32)
        self._early: list[RawPacket] = []
        self._stop = Event()
        self._rest = b""
        self._unsent = bytearray()
        self._ended = False
        self._began_s = self._asked_s = self._reported_s = self._clock.monotonic()
        self.tracks: dict[Media, MediaInfo] = {}
        try:
            self._set_up(found.session.media, stream.transport, audio=audio)
            self._play()
        except BaseException:
            self.close()
            raise

    # -- opening

    def _set_up(self, offered: Sequence[SdpMedia], transport: Transport, *, audio: bool) -> None:
        videos = [media for media in offered if media.kind == "video"]
        if not videos:
            raise NotVideo(name=self._shown)
        wanted = videos[0]
        self.tracks[Media.VIDEO], self._video = video_track(wanted, self._shown, self._early.append)
        self._set_up_track(wanted, self._video, transport)
        for media in offered:  # sound that is not recorded is not asked for either
            if audio and media.kind == "audio":
                made = sound_track(media, self._video, self._early.append)
                if made is not None:
                    self.tracks[Media.AUDIO] = made[0]
                    self._set_up_track(media, made[1], transport)
                    return

    def _set_up_track(self, media: SdpMedia, track: RtpTrack, transport: Transport) -> None:
        leg = _Leg(track)
        number = 2 * len(self._legs)
        self._legs.append(leg)
        if transport is Transport.UDP:
            leg.ports = self._ports()
            wanted = f"RTP/AVP;unicast;client_port={leg.ports.port}-{leg.ports.port + 1}"
        else:
            wanted = f"RTP/AVP/TCP;unicast;interleaved={number}-{number + 1}"
        uri = self._dialogue.media_uri(media.control, self._base)
        answer = self._dialogue.request("SETUP", uri, [("Transport", wanted)])
        if leg.ports is not None:
            self._use_ports(leg, leg.ports, answer.first("transport"))
        else:
            self._use_channels(leg, number, answer.first("transport"))

    def _ports(self) -> DatagramPair:
        try:
            return DatagramPair(str(self._connection.getsockname()[0]), self._address)
        except OSError as problem:
            raise CameraFault(address=self._shown, problem=problem.strerror or "UDP") from None

    def _use_ports(self, leg: _Leg, ports: DatagramPair, transport: str) -> None:
        found = re.search(r"server_port\s*=\s*(\d{1,5})(?:-(\d{1,5}))?", transport)
        if "TCP" in transport.upper():
            raise CameraFault(address=self._shown, problem="Transport")
        leg.reorder = Reorder(leg.track.packet)
        if found and 0 < int(found[1]) < 65_535:
            ports.open_way(int(found[1]), int(found[2] or int(found[1]) + 1) & 0xFFFF, self._own_ssrc)

    def _use_channels(self, leg: _Leg, number: int, transport: str) -> None:
        """The camera has the last word on the channels' numbers."""
        found = re.search(r"interleaved\s*=\s*(\d{1,3})(?:-(\d{1,3}))?", transport)
        first = int(found[1]) if found else number
        second = int(found[2]) if found and found[2] else first + 1
        if "TCP" not in transport.upper() or first in self._channels or second in self._channels or second > 255:
            raise CameraFault(address=self._shown, problem="Transport")
        leg.channels = (first, second)
        self._channels[first] = leg.track.packet
        self._channels[second] = lambda data, at, end: self._on_rtcp(leg, bytes(data[at:end]))

    def _play(self) -> None:
        self._dialogue.request("PLAY", self._base, [("Range", "npt=0.000-")])
        self._connection.setblocking(False)
        self._began_s = self._asked_s = self._clock.monotonic()
        self._feed(self._dialogue.take_rest())
        info = self.tracks[Media.VIDEO]
        if info.codec == "mjpeg":  # nothing but a picture itself tells its size
            self._wait_for_picture()
            width, height = jpeg_size(self._early[0].data)
            check_size(width, height, self._shown)
            self.tracks[Media.VIDEO] = replace(info, width=width, height=height)

    def _feed(self, data: bytes) -> None:
        """Take what came with the answers."""
        self._now(self._clock.monotonic())
        at = self._interleaved.feed(memoryview(data), len(data))
        self._rest = data[at:]
        for leg in self._legs:
            leg.track.detach()

    def _wait_for_picture(self) -> None:
        buffer = memoryview(bytearray(_BUFFER))
        with selectors.DefaultSelector() as selector:
            for one in self.sockets():
                selector.register(one, selectors.EVENT_READ)
            while not any(raw.media is Media.VIDEO for raw in self._early):
                ready = selector.select(0.1)
                now_s = self._clock.monotonic()
                for key, _ in ready:
                    if not self.receive(key.fileobj, buffer, now_s):  # type: ignore[arg-type]
                        raise StreamEnded(address=self._shown)
                self._look_for_stall(now_s)
        self._early[:] = [raw for raw in self._early if raw.media is Media.VIDEO]

    # -- delivering

    def deliver(self, take: Take, stop: Event) -> None:
        for raw in self._early:
            take(raw)
        self._early.clear()
        self._stop = stop
        for leg in self._legs:
            leg.track.emit = take
        self._opening.receiver.serve(self)

    def sockets(self) -> Sequence[socket.socket]:
        pairs = [leg.ports for leg in self._legs if leg.ports is not None]
        return [self._connection, *(one for pair in pairs for one in (pair.rtp, pair.rtcp))]

    def receive(self, ready: socket.socket, buffer: memoryview, now_s: float) -> bool:
        self._now(now_s)
        goes_on = self._from_connection(buffer) if ready is self._connection else self._from_ports(ready, buffer)
        if not goes_on or self._ended:
            for leg in self._legs:
                leg.track.detach()
                if leg.ports is not None and leg.reorder is not None:  # a farewell may overtake pictures
                    self._from_ports(leg.ports.rtp, buffer)
                    leg.reorder.flush()
                leg.track.flush()
            return False
        for leg in self._legs:
            leg.track.detach()
        return not self._stop.is_set()

    def _now(self, now_s: float) -> None:
        for leg in self._legs:
            leg.track.now_s = now_s

    def _from_connection(self, buffer: memoryview) -> bool:
        """Take what has come; False at the end of the connection."""
        connection = self._connection
        for _ in range(_MAX_RECORDS):
            kept = len(self._rest)
            buffer[:kept] = self._rest
            try:
                got = connection.recv_into(buffer[kept:])
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return True
            except OSError:
                return False
            if got == 0:
                return False
            end = kept + got
            at = self._interleaved.feed(buffer, end)
            self._rest = bytes(buffer[at:end]) if at < end else b""
            if not isinstance(connection, ssl.SSLSocket):
                return True
            for leg in self._legs:  # TLS may hold more that no selector knows of
                leg.track.detach()
        return True

    def _from_ports(self, ready: socket.socket, buffer: memoryview) -> bool:
        leg = next(leg for leg in self._legs if leg.ports is not None and ready in (leg.ports.rtp, leg.ports.rtcp))
        at, pair, reorder, now_s = 0, leg.ports, leg.reorder, leg.track.now_s
        while pair is not None and reorder is not None and (end := pair.receive(ready, buffer, at)) is not None:
            if end > at and ready is pair.rtp:
                reorder.packet(buffer, at, end, now_s)
            elif end > at:
                self._on_rtcp(leg, bytes(buffer[at:end]))
            at = end
        return True

    def _on_rtcp(self, leg: _Leg, data: bytes) -> None:
        for part in parse_rtcp(data):
            if isinstance(part, Goodbye):
                self._ended = self._ended or leg.track is self._video
            else:
                leg.track.sender_report(part)

    # -- between packets

    def tick(self, now_s: float) -> bool:
        self._now(now_s)
        self._look_for_stall(now_s)
        for leg in self._legs:
            if leg.reorder is not None:
                leg.reorder.tick(now_s)
            leg.track.detach()
        if now_s - self._asked_s >= min(_KEEP_ALIVE_MAX_S, self._dialogue.session_timeout_s / 2):
            self._asked_s = now_s
            self._keep_alive()
        if now_s - self._reported_s >= _REPORT_EVERY_S:
            self._reported_s = now_s
            for leg in self._legs:
                self._report(leg, receiver_report(self._own_ssrc, leg.track.reception(now_s)))
        if self._unsent:
            self._send(b"")
        return not self._stop.is_set()

    def _look_for_stall(self, now_s: float) -> None:
        """Sound, reports or garbage alone are no stream."""
        finished_s = self._video.finished_s
        if now_s - (self._began_s if finished_s is None else finished_s) > self._opening.read_s:
            raise StreamStalled(address=self._shown, seconds=f"{self._opening.read_s:g}")

    def _keep_alive(self) -> None:
        """OPTIONS first: its answer says whether GET_PARAMETER is better."""
        method = "GET_PARAMETER" if "GET_PARAMETER" in self._dialogue.methods else "OPTIONS"
        self._send(self._dialogue.compose(method, self._base))

    def _report(self, leg: _Leg, data: bytes) -> None:
        if leg.ports is not None:
            leg.ports.report(data)
        else:
            self._send(bytes((0x24, leg.channels[1])) + len(data).to_bytes(2, "big") + data)

    def _send(self, data: bytes) -> None:
        """Send without waiting; what the camera does not take yet is sent later. Raises StreamEnded."""
        self._unsent += data
        try:
            sent = self._connection.send(self._unsent)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            sent = 0
        except OSError:
            raise StreamEnded(address=self._shown) from None
        del self._unsent[:sent]
        if len(self._unsent) > _MAX_UNSENT:
            raise StreamEnded(address=self._shown)

    def _on_message(self, head: bytes, body: bytes) -> None:
        answer = parse_answer(head, body)
        if answer is not None:
            self._on_answer(answer)
            return
        method = head.split(b" ", 1)[0]
        number = re.search(rb"\r\ncseq:\s*(\d{1,10})", head, re.IGNORECASE)
        known = method in (b"OPTIONS", b"GET_PARAMETER", b"SET_PARAMETER")
        status = b"200 OK" if known else b"501 Not Implemented"
        self._send(b"RTSP/1.0 " + status + b"\r\nCSeq: " + (number[1] if number else b"0") + b"\r\n\r\n")
        # Sent elsewhere or away: the next connection begins with a question that is checked.
        self._ended = self._ended or method in (b"REDIRECT", b"TEARDOWN")

    def _on_answer(self, answer: Answer) -> None:
        if answer.status == 401:
            if self._dialogue.refused(answer):
                self._keep_alive()
        elif answer.status == 454:
            self._ended = True  # the camera has forgotten the session
        elif answer.status < 300:
            self._dialogue.learn(answer)

    # -- how it is

    @property
    def losses(self) -> Losses:
        return Losses(sum(leg.track.lost for leg in self._legs), self._video.damaged)

    def close(self) -> None:
        for leg in self._legs:
            if leg.ports is not None:
                leg.ports.close()
        try:
            if self._dialogue.session:
                self._connection.setblocking(False)
                self._connection.send(self._dialogue.compose("TEARDOWN", self._base))
        except OSError:
            return  # it is gone already
        finally:
            self._dialogue.close()

"""RTP over UDP: two ports for each track, and packets put back into order."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable

from veedor.site.ingest.rtcp import receiver_report

_MAX_WAITING = 128
_MAX_WAIT_S = 0.1
_FAR = 3_000  # packets; a number further ahead is no gap but a camera that begins anew
_DATAGRAM = 65_536
_KERNEL_BUFFER = 2 << 20
_TRIES = 100

Take = Callable[[memoryview, int, int], None]


class Reorder:
    """Packets that overtook others wait for these: at most 128 of them, at most 0.1 s."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._next = -1
        self._waiting: dict[int, bytes] = {}
        self._since_s = 0.0

    def packet(self, data: memoryview, at: int, end: int, now_s: float) -> None:
        if end - at < 12:
            return
        sequence = data[at + 2] << 8 | data[at + 3]
        ahead = (sequence - self._next) & 0xFFFF
        if self._next < 0 or ahead == 0:
            self._next = (sequence + 1) & 0xFFFF
            self._take(data, at, end)
            if self._waiting:
                self._drain()
        elif ahead < _FAR:
            if not self._waiting:
                self._since_s = now_s
            self._waiting[sequence] = bytes(data[at:end])
            if len(self._waiting) >= _MAX_WAITING:
                self._give_up()
        elif ahead < 0x10000 - _FAR:
            self.flush()
            self._next = (sequence + 1) & 0xFFFF
            self._take(data, at, end)
        # else it is late, or came twice
        if self._waiting and now_s - self._since_s > _MAX_WAIT_S:
            self._give_up()
            self._since_s = now_s

    def tick(self, now_s: float) -> None:
        """What is missing for too long does not come any more."""
        if now_s - self._since_s > _MAX_WAIT_S:
            self.flush()

    def flush(self) -> None:
        while self._waiting:
            self._give_up()

    def _give_up(self) -> None:
        """Go on with the nearest packet that is there."""
        self._next = min(self._waiting, key=lambda one: (one - self._next) & 0xFFFF)
        self._drain()

    def _drain(self) -> None:
        while (data := self._waiting.pop(self._next, None)) is not None:
            self._next = (self._next + 1) & 0xFFFF
            self._take(memoryview(data), 0, len(data))


class DatagramPair:
    """The two ports of one track, open for one peer. Raises OSError."""

    def __init__(self, own: str, peer: str) -> None:
        self.peer = peer
        self.rtp, self.rtcp = _neighbours(own)
        self._server_rtcp: int | None = None
        with contextlib.suppress(OSError):  # as much as the system grants
            self.rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)

    @property
    def port(self) -> int:
        return int(self.rtp.getsockname()[1])

    def open_way(self, server_rtp: int, server_rtcp: int, own_ssrc: int) -> None:
        """Send something first: firewalls on the way let in what answers it."""
        self._server_rtcp = server_rtcp
        with contextlib.suppress(OSError):
            self.rtp.sendto(struct.pack(">BBHII", 0x80, 0, 0, 0, own_ssrc), (self.peer, server_rtp))
        self.report(receiver_report(own_ssrc, None))

    def report(self, data: bytes) -> None:
        if self._server_rtcp is not None:
            with contextlib.suppress(OSError):  # a lost report is no harm
                self.rtcp.sendto(data, (self.peer, self._server_rtcp))

    def receive(self, ready: socket.socket, buffer: memoryview, at: int) -> int | None:
        """One datagram of the peer into `buffer` at `at`; where it ends. None: no more, or no room. What others send
        is left out (its end is `at`)."""
        if at + _DATAGRAM > len(buffer):
            return None
        try:
            size, sender = ready.recvfrom_into(buffer[at : at + _DATAGRAM])
        except BlockingIOError:
            return None
        except OSError:
            return at  # the peer's port is closed: an ICMP message about what we sent
        return at + size if sender[0] == self.peer else at

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()


def _neighbours(own: str) -> tuple[socket.socket, socket.socket]:
    """Sockets on an even port and the one after it (RFC 3550, 11)."""
    family = socket.AF_INET6 if ":" in own else socket.AF_INET
    problem: OSError = OSError("no free ports")
    for _ in range(_TRIES):
        first, second = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
        try:
            first.bind((own, 0))
            port = int(first.getsockname()[1])
            if port % 2 == 0:
                second.bind((own, port + 1))
                first.setblocking(False)
                second.setblocking(False)
                return first, second
        except OSError as error:
            problem = error
        first.close()
        second.close()
    raise problem

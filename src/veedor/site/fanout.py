"""Where packets fork: recording first, then live view, then analysis. A fault in one never reaches another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from veedor.model.camera import StreamRole
from veedor.model.packet import Packet
from veedor.model.recording import GapReason

log = logging.getLogger(__name__)


class Taker(Protocol):
    """Something that takes packets without waiting."""

    def packet(self, packet: Packet) -> None: ...

    def session_ended(
        self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime
    ) -> None: ...


class FanOut:
    """Hands each packet to every taker, in order. Called from the demuxer threads."""

    def __init__(self, takers: Sequence[Taker]) -> None:
        self._takers = tuple(takers)
        self.faults = 0

    def packet(self, packet: Packet) -> None:
        for taker in self._takers:
            self._try(taker.packet, packet)

    def session_ended(self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime) -> None:
        for taker in self._takers:
            self._try(taker.session_ended, camera_id, role, session, reason, at)

    def _try(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            call(*arguments)
        except Exception:  # a live viewer's or detector's fault must not cost footage
            self.faults += 1
            if self.faults <= 20 or self.faults % 1000 == 0:
                log.exception("%s failed (fault %d)", getattr(call, "__qualname__", call), self.faults)

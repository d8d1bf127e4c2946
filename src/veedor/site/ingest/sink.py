"""Where packets go."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from veedor.model.camera import StreamRole
from veedor.model.packet import Packet
from veedor.model.recording import GapReason


class PacketSink(Protocol):
    """Called from the stream's own thread, in order; it must not block and must not raise.

    The first video packet of a connection is a keyframe. A session that begins in mid-stream because timestamps
    jumped may begin with other pictures.
    """

    def packet(self, packet: Packet) -> None: ...

    def session_ended(self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime) -> None:
        """No more packets of `session` come. `at`: captured_at of its end."""

"""Looking at one stream for a few seconds: what it is, how it is set up, and one picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import cv2

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.model.camera import Camera, StreamHealth, StreamRole
from veedor.model.frame import Frame
from veedor.model.packet import Media, Packet
from veedor.model.recording import GapReason
from veedor.site.ingest.decode import Decoder
from veedor.site.ingest.errors import StreamStalled
from veedor.site.ingest.reader import IngestConfig, StreamReader


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What was seen. `keyframe_interval_s` None: no second keyframe came. `clock_offset_s`: camera less ours."""

    codec: str
    width: int
    height: int
    fps: float
    bit_rate: float  # bits per second, without sound; over whole keyframe intervals where two keyframes came
    keyframe_interval_s: float | None
    clock: str
    clock_offset_s: float | None
    sound: str | None
    snapshot_jpeg: bytes | None


class _Watcher:
    """Collects packets until there is enough to tell."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.video: list[Packet] = []
        self.sound: str | None = None
        self._clock, self._seconds = clock, seconds
        self._start_s: float | None = None
        self.reader: StreamReader | None = None

    def packet(self, packet: Packet) -> None:
        if packet.info.media is Media.AUDIO:
            self.sound = packet.info.codec
            return
        now_s = self._clock.monotonic()
        self._start_s = now_s if self._start_s is None else self._start_s
        self.video.append(packet)
        keyframes = sum(one.is_keyframe for one in self.video)
        waited_s = now_s - self._start_s
        # A camera with a long keyframe interval gets up to three times as long to show a second keyframe.
        if waited_s >= self._seconds and (keyframes > 1 or waited_s >= 3 * self._seconds) and self.reader:
            self.reader.request_stop()

    def session_ended(self, camera_id: str, role: StreamRole, session: int, reason: GapReason, at: datetime) -> None:
        """Nothing to do: the probe ends with its reader."""


def probe(camera: Camera, role: StreamRole, password: str | None, config: IngestConfig, clock: Clock) -> ProbeReport:
    """Read the stream for about three seconds. Raises the errors of `errors.py` as connecting does."""
    watcher = _Watcher(clock, 3.0)
    reader = StreamReader(
        camera, role, open_with=config, password=lambda: password, clock=clock, sink=watcher, on_health=_ignore
    )
    watcher.reader = reader
    try:
        reader.run_once()
    except VeedorError:
        if len(watcher.video) < 2:
            raise
    if len(watcher.video) < 2:
        raise StreamStalled(address=camera.name, seconds="3")
    return _report(watcher, reader.clock_offset_s)


def _ignore(_health: StreamHealth) -> None:
    """A probe's states interest nobody."""


def _report(watcher: _Watcher, offset_s: float | None) -> ProbeReport:
    packets = [one for one in watcher.video if one.session == watcher.video[-1].session]
    first, last = packets[0], packets[-1]
    span_s = float((last.dts_ticks - first.dts_ticks) * last.info.time_base) or 1.0
    keys = [one.pts_s for one in packets if one.is_keyframe]
    gaps = [after - before for before, after in pairwise(keys)]
    frame = _picture(packets)
    return ProbeReport(
        codec=last.info.codec,
        width=last.info.width,
        height=last.info.height,
        fps=round((len(packets) - 1) / span_s, 2),
        bit_rate=round(_bit_rate(packets)),
        keyframe_interval_s=round(sum(gaps) / len(gaps), 2) if gaps else None,
        clock=last.clock.value,
        clock_offset_s=round(offset_s, 3) if offset_s is not None else None,
        sound=watcher.sound,
        snapshot_jpeg=to_jpeg(frame) if frame is not None else None,
    )


def _bit_rate(packets: list[Packet]) -> float:
    """Bits per second of media time. Keyframes are many times as large as others: counting whole intervals, it does
    not matter how many pictures came in a burst before the three seconds were over."""
    keys = [i for i, one in enumerate(packets) if one.is_keyframe]
    start, end = (keys[0], keys[-1]) if len(keys) > 1 else (0, len(packets) - 1)
    span_s = float((packets[end].dts_ticks - packets[start].dts_ticks) * packets[end].info.time_base) or 1.0
    return sum(len(one.data) for one in packets[start:end]) * 8 / span_s


def _picture(packets: list[Packet]) -> Frame | None:
    """The newest picture that can be decoded."""
    start = max((i for i, one in enumerate(packets) if one.is_keyframe), default=0)
    decoder = Decoder(packets[0].info)
    frame: Frame | None = None
    for packet in packets[start:]:
        try:
            shown = decoder.decode(packet)
        except VeedorError:
            continue
        frame = shown[-1] if shown else frame
    waiting = decoder.flush() if frame is None else []
    return waiting[-1] if waiting else frame


def to_jpeg(frame: Frame, quality: int = 88) -> bytes:
    """The picture as a JPEG file."""
    picture = cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420)
    _done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()

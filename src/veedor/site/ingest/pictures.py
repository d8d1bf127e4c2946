"""RTP packets of a video track to pictures: where each ends, when it was taken, and when it is to be decoded."""

from __future__ import annotations

from typing import Protocol

from veedor.model.packet import Media
from veedor.site.ingest.order import DecodeOrder
from veedor.site.ingest.raw import RawPacket, Take
from veedor.site.ingest.rtp import RtpTrack
from veedor.site.ingest.units import AccessUnit

_PROOFS = 8  # pictures whose markers were right before the marker is believed


class Units(Protocol):
    """What puts access units together: of NAL units, or of JPEG's scans."""

    pictures: int
    damaged: bool

    def add(self, data: memoryview, start: int, end: int) -> None: ...

    def gap(self) -> None: ...

    def take(self) -> AccessUnit | None: ...

    def detach(self) -> None: ...


class VideoTrack(RtpTrack):
    """Hands each picture to `emit`.

    A picture ends where the timestamp changes. The marker bit tells it one picture earlier, but there are cameras that
    set it on every slice or on none: it is believed after it was right for some pictures, and no more once it lied.
    """

    def __init__(self, payload_type: int, clock_hz: int, units: Units, order: DecodeOrder, emit: Take) -> None:
        super().__init__(payload_type, clock_hz, emit)
        self.finished_s: float | None = None  # when the newest picture was over, whole or not, monotonic
        self.damaged = 0  # pictures of which packets were lost, whether something of them was left or not
        self.emitted_s: float | None = None  # when the newest picture went out, monotonic
        self.media_s = 0.0  # its time in the stream
        self._units, self._order = units, order
        self._timestamp = -1
        self._marked = False  # the newest packet had the marker
        self._marks = 0  # markers on picture data of the picture at hand
        self._proofs = 0
        self._marks_seen = False
        self._gapped = False  # packets were missing right before
        self._believed = False
        self._lied = False
        self._finished = -1  # timestamp of the newest picture that went out

    def payload(self, data: memoryview, start: int, end: int, timestamp: int, marker: bool) -> None:
        units = self._units
        if timestamp != self._timestamp:
            self._turn(timestamp)
        units.add(data, start, end)
        self._marked = marker
        if marker and units.pictures:
            self._marks += 1
            if self._believed:
                self._finish()

    def gap(self) -> None:
        if self._marked and self._units.pictures:
            self._finish()  # it has its end: what is missing is of later pictures
        self._gapped = True
        self._units.gap()

    def detach(self) -> None:
        self._units.detach()

    def flush(self) -> None:
        """A picture that has its marker is whole; without, it is where the camera sends no markers."""
        if self._units.pictures and (self._marked or not self._marks_seen):
            self._finish()

    @property
    def unix_less_media_s(self) -> float | None:
        """The camera's wall clock less the stream's, once it has told."""
        unix_s = self.timeline.unix_s(self._finished) if self.emitted_s is not None else None
        return None if unix_s is None else unix_s - self.media_s

    def _turn(self, timestamp: int) -> None:
        """Another timestamp. Parameter sets that came ahead under a time of their own stay for the next picture."""
        if self._units.pictures or self._units.damaged:
            if self._gapped and self._marks_seen and not self._marked:
                self._units.damaged = True  # its end is missing
            self._weigh()
            self._finish()
        self._timestamp = timestamp
        self._marks = 0
        self._gapped = False

    def _weigh(self) -> None:
        """Whether the marker was right about the picture that ends here."""
        if self._marked and self._marks == 1:
            self._marks_seen = True
            self._proofs += 1
            self._believed = self._proofs >= _PROOFS and not self._lied
        else:
            self._proofs = 0

    def _finish(self) -> None:
        timestamp = self._timestamp
        self.finished_s = self.now_s
        unit = self._units.take()
        if timestamp == self._finished:  # it went on after its marker
            self._lied, self._believed = True, False
        self._finished = timestamp
        self._marks = 0
        pts = self.timeline.ticks(timestamp)
        if self.timeline.leapt:
            self._order.restart()
        dts = self._order.decode_ticks(pts)
        if unit is None or unit.damaged:
            self.damaged += 1
        if unit is None:
            return
        self.emitted_s, self.media_s = self.now_s, pts / self.clock_hz
        self.emit(
            RawPacket(
                Media.VIDEO,
                unit.data,
                pts,
                dts,
                self._order.step_ticks,
                unit.is_keyframe,
                self.timeline.unix_s(timestamp),
                unit.unit_octets,
            )
        )

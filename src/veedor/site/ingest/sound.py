"""RTP packets of a sound track: G.711 (RFC 3551) and AAC (RFC 3640, mode AAC-hbr), on the pictures' timeline."""

from __future__ import annotations

from collections.abc import Mapping

from veedor.model.packet import Media
from veedor.site.ingest.pictures import VideoTrack
from veedor.site.ingest.raw import RawPacket, Take
from veedor.site.ingest.rtp import RtpTrack

_CLOSE_S = 0.1  # less is not worth a jump
_FAR_S = 2.0  # the two clocks have parted: timestamps of one have leapt
_AAC_SAMPLES = 1024
_MAX_AAC = 8192
_MAX_HEADERS = 64
_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)


class SoundTrack(RtpTrack):
    """Timestamps of tracks begin anywhere: sound is laid beside the pictures by the sender reports of both, and until
    those have come by when it arrived."""

    def __init__(self, payload_type: int, clock_hz: int, video: VideoTrack, emit: Take) -> None:
        super().__init__(payload_type, clock_hz, emit)
        self._video = video
        self._zero: int | None = None
        self._by_report = False

    def gap(self) -> None:
        """A pause; what was begun is left out."""

    def _send(self, data: bytes, timestamp: int, duration: int) -> None:
        pts = self._placed(timestamp)
        if pts is not None:
            self.emit(RawPacket(Media.AUDIO, data, pts, pts, duration, True))

    def _placed(self, timestamp: int) -> int | None:
        """The time on the pictures' line; None before the first picture."""
        video = self._video
        if video.emitted_s is None:
            return None
        ticks = self.timeline.ticks(timestamp)
        heard_s = video.media_s + self.now_s - video.emitted_s
        if self._zero is None or abs((ticks - self._zero) / self.clock_hz - heard_s) > _FAR_S:
            self._zero, self._by_report = ticks - round(heard_s * self.clock_hz), False
        if not self._by_report:
            own, theirs = self.timeline.unix_s(timestamp), video.unix_less_media_s
            if own is not None and theirs is not None:
                self._by_report = True
                told_s = own - theirs
                off_s = abs((ticks - self._zero) / self.clock_hz - told_s)
                if _CLOSE_S < off_s < _FAR_S:
                    self._zero = ticks - round(told_s * self.clock_hz)
        return ticks - self._zero


class G711Track(SoundTrack):
    """A packet is its samples, one octet each and channel."""

    def __init__(self, payload_type: int, clock_hz: int, video: VideoTrack, emit: Take, channels: int) -> None:
        super().__init__(payload_type, clock_hz, video, emit)
        self._channels = channels

    def payload(self, data: memoryview, start: int, end: int, timestamp: int, marker: bool) -> None:  # noqa: ARG002
        self._send(bytes(data[start:end]), timestamp, (end - start) // self._channels)


class AacTrack(SoundTrack):
    """Access units behind a table of their sizes; one that is too large for a packet comes in several."""

    def __init__(
        self,
        payload_type: int,
        clock_hz: int,
        video: VideoTrack,
        emit: Take,
        parameters: Mapping[str, str],
    ) -> None:
        super().__init__(payload_type, clock_hz, video, emit)
        self._size_bits = _number(parameters.get("sizelength"), 13)
        self._index_bits = _number(parameters.get("indexlength"), 3)
        self._delta_bits = _number(parameters.get("indexdeltalength"), 3)
        self._begun = bytearray()
        self._wanted = 0

    def gap(self) -> None:
        self._begun.clear()
        self._wanted = 0

    def payload(self, data: memoryview, start: int, end: int, timestamp: int, marker: bool) -> None:  # noqa: ARG002
        sizes, at = self._table(data, start, end)
        if len(sizes) == 1 and sizes[0] > end - at:
            self._fragment(bytes(data[at:end]), sizes[0], timestamp)
            return
        self.gap()
        for number, size in enumerate(sizes):
            if not 0 < size <= end - at:
                return
            self._send(bytes(data[at : at + size]), timestamp + number * _AAC_SAMPLES, _AAC_SAMPLES)
            at += size

    def _fragment(self, part: bytes, size: int, timestamp: int) -> None:
        if size > _MAX_AAC:
            return
        if self._wanted != size:
            self._begun.clear()
            self._wanted = size
        self._begun += part
        if len(self._begun) >= size:
            self._send(bytes(self._begun[:size]), timestamp, _AAC_SAMPLES)
            self.gap()

    def _table(self, data: memoryview, start: int, end: int) -> tuple[list[int], int]:
        """The sizes of the access units, and where the first begins."""
        if end - start < 2:
            return [], end
        bits = data[start] << 8 | data[start + 1]
        at = start + 2 + (bits + 7) // 8
        if at > end:
            return [], end
        table, rest = int.from_bytes(data[start + 2 : at], "big"), (at - start - 2) * 8
        sizes: list[int] = []
        used = 0
        while len(sizes) < _MAX_HEADERS:
            width = self._size_bits + (self._delta_bits if sizes else self._index_bits)
            if width == 0 or used + width > bits:
                break
            used += width
            entry = table >> (rest - used) & ((1 << width) - 1)
            sizes.append(entry >> (width - self._size_bits))
        return sizes, at


def aac_config(parameters: Mapping[str, str]) -> tuple[bytes, int, int] | None:
    """AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1), sample rate and channels; None where it is not plain AAC."""
    try:
        config = bytes.fromhex(parameters.get("config", ""))
    except ValueError:
        return None
    if not 2 <= len(config) <= 64 or parameters.get("mode", "AAC-hbr").lower() != "aac-hbr":
        return None
    bits = int.from_bytes(config[:8].ljust(8, b"\0"), "big")
    kind, index, at = bits >> 59, bits >> 55 & 15, 9
    rate = bits >> 31 & 0xFFFFFF if index == 15 else (_RATES[index] if index < len(_RATES) else 0)
    at += 24 if index == 15 else 0
    channels = bits >> (60 - at) & 15
    if kind in (0, 31) or not rate or not 1 <= channels <= 7:
        return None
    return config, rate, 8 if channels == 7 else channels


def _number(text: str | None, usual: int) -> int:
    return int(text) if text is not None and text.isdigit() and int(text) <= 32 else usual

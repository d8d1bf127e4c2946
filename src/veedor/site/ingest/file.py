"""Files of video: read in order for analysis, or looped at real-time speed as a camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import av.container
from av.bitstream import BitStreamFilterContext

from veedor.kit.clock import Clock
from veedor.model.packet import Media, MediaInfo
from veedor.site.ingest.errors import EmptyFile, FileUnreadable, NotVideo, TruncatedFile, UnsupportedCodec
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.raw import VIDEO_CODECS, RawPacket, check_size, parameter_sets

# What is read from disk: containers only, never lists that name further files or hosts.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,flv,asf,h264,hevc,mjpeg,ogg,m4v,mpegvideo"
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}


class VideoReader:
    """An open file. `codec_any`: whatever can be decoded will do (analysis); else it must be recordable."""

    def __init__(self, path: Path, *, codec_any: bool = False) -> None:
        self.name = path.name
        self._container = _open(path)
        try:
            self._read_header(codec_any)
        except BaseException:
            self._container.close()
            raise

    def _read_header(self, codec_any: bool) -> None:
        streams = self._container.streams
        if not streams.video:
            raise NotVideo(name=self.name)
        self._stream = streams.video[0]
        context = self._stream.codec_context
        if not codec_any and context.name not in VIDEO_CODECS:
            raise UnsupportedCodec(name=self.name, codec=context.name)
        check_size(context.width, context.height, self.name)
        self._filter: BitStreamFilterContext | None = None
        extradata = bytes(context.extradata or b"")
        if context.name in ("h264", "hevc") and extradata[:1] == b"\x01":  # avcC or hvcC: length-prefixed packets
            self._filter = BitStreamFilterContext(f"{context.name}_mp4toannexb", self._stream)
            extradata = b""
        self._waiting: list[RawPacket] = []
        self._demuxed = self._demux()
        first = next(self._demuxed, None)
        if first is None:
            raise NotVideo(name=self.name)
        self._waiting.append(first)
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.info = MediaInfo(
            media=Media.VIDEO,
            codec=context.name,
            time_base=self._stream.time_base or context.time_base,
            extradata=extradata or parameter_sets(context.name, first.data),
            width=context.width,
            height=context.height,
            fps=float(rate) if rate else None,
        )

    @property
    def frames(self) -> int | None:
        """Number of pictures as the header says, or as duration and rate say; None where neither is there."""
        if self._stream.frames:
            return int(self._stream.frames)
        seconds = self.duration_s
        return round(seconds * self.info.fps) if seconds and self.info.fps else None

    @property
    def duration_s(self) -> float | None:
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return self._container.duration / 1e6 if self._container.duration else None

    def packets(self) -> Iterator[RawPacket]:
        """All packets once, in order. Raises TruncatedFile after the last one where the file breaks off."""
        yield from self._waiting
        self._waiting = []
        yield from self._demuxed

    def _demux(self) -> Iterator[RawPacket]:
        count = 0
        try:
            for packet in self._container.demux(self._stream):
                parts = [packet] if self._filter is None else self._filter.filter(packet if packet.size else None)
                for part in parts:
                    if part.size:
                        count += 1
                        yield RawPacket(
                            Media.VIDEO, bytes(part), part.pts, part.dts, part.duration or 0, part.is_keyframe
                        )
        except av.error.FFmpegError:
            raise TruncatedFile(name=self.name) from None
        if self._stream.frames and count < self._stream.frames:
            raise TruncatedFile(name=self.name)

    def close(self) -> None:
        self._container.close()


def _open(path: Path) -> av.container.InputContainer:
    try:
        with path.open("rb") as file:  # a folder, a missing file or missing rights are the system's to name
            head = file.read(12)
    except OSError as problem:
        raise FileUnreadable(name=path.name, problem=problem.strerror or "error") from problem
    if not head:
        raise EmptyFile(name=path.name)
    try:
        return av.open(str(path.absolute()), options=_OPTIONS)
    except av.error.FFmpegError as problem:
        if isinstance(problem, av.error.InvalidDataError) and head[4:8] == b"ftyp":
            # An mp4 whose index, which is written last, is missing.
            raise TruncatedFile(name=path.name) from problem
        raise NotVideo(name=path.name) from problem


class FileSource:
    """A file as a camera: its pictures when they are due, again from the start at the end, time always rising."""

    def __init__(self, url: str, policy: NetworkPolicy, clock: Clock, wait: Callable[[float], bool]) -> None:
        """`wait(seconds)` returns true when the stream is to stop. Raises the errors of `errors.py`."""
        self._path = policy.checked_file(url)
        self._clock = clock
        self._wait = wait
        self._reader = VideoReader(self._path)
        self.tracks = {Media.VIDEO: self._reader.info}

    def packets(self) -> Iterator[RawPacket]:
        base = float(self._reader.info.time_base)
        start_s = self._clock.monotonic()
        zero: int | None = None
        shift = 0
        while True:
            end = 0
            for raw in self._reader.packets():
                dts = raw.dts_ticks if raw.dts_ticks is not None else raw.pts_ticks or 0
                zero = dts if zero is None else zero
                pause_s = (dts - zero + shift) * base - (self._clock.monotonic() - start_s)
                if pause_s > 0 and self._wait(pause_s):
                    return
                period = raw.duration_ticks or round(1 / ((self._reader.info.fps or 25.0) * base))
                end = max(end, dts - zero + period)
                pts = raw.pts_ticks if raw.pts_ticks is not None else dts
                yield RawPacket(raw.media, raw.data, pts + shift, dts + shift, raw.duration_ticks, raw.is_keyframe)
            shift += end
            self._reader.close()
            self._reader = VideoReader(self._path)

    def close(self) -> None:
        self._reader.close()

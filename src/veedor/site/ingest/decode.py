"""Packets to pictures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from numpy.typing import NDArray

from veedor.kit.errors import VeedorError
from veedor.model.camera import StreamRole
from veedor.model.frame import Frame
from veedor.model.packet import ClockSource, MediaInfo, Packet
from veedor.site.ingest.errors import NotVideo, TruncatedFile, Undecodable
from veedor.site.ingest.file import VideoReader
from veedor.site.ingest.raw import check_size

log = logging.getLogger(__name__)

_MAX_STAMPS = 64  # pictures in flight inside a decoder: 16 at most, with room for lost ones
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Decoder:
    """Decodes the video packets of one session in order. Not for use by two threads at once.

    `threads` 1 is cheapest per camera (frame threads cost 1.5x and delay); a file alone on a machine may use more.
    """

    def __init__(self, info: MediaInfo, *, threads: int = 1) -> None:
        """Raises Undecodable where libav has no decoder for the codec."""
        try:
            context: Any = av.CodecContext.create(info.codec, "r")
        except (av.error.FFmpegError, ValueError):
            raise Undecodable(name=info.codec) from None
        if not isinstance(context, av.VideoCodecContext):
            raise NotVideo(name=info.codec)
        self._context = context
        if info.extradata:
            self._context.extradata = info.extradata
        self._context.thread_count = threads
        self._context.thread_type = "AUTO" if threads > 1 else "NONE"
        # Codecs whose headers do not say their size (MS MPEG-4 in AVI) take it from the container.
        if info.width and info.height:
            self._context.width, self._context.height = info.width, info.height
        self._info = info
        self._index = 0
        self._stamps: dict[int, Packet] = {}
        self._last: Packet | None = None

    def decode(self, packet: Packet, wanted: Callable[[float], bool] | None = None) -> list[Frame]:
        """The pictures that this packet completes, in order of display; [] where it takes more packets.

        `wanted(media_s)` says which pictures to convert; the others are decoded and counted, since later ones refer
        to them. Raises Undecodable (damaged data; go on with the next packet), PictureTooLarge.
        """
        part: av.Packet[Any] = av.Packet(packet.data)
        part.pts, part.dts, part.time_base = packet.pts_ticks, packet.dts_ticks, self._info.time_base
        self._stamps[packet.pts_ticks] = self._last = packet
        while len(self._stamps) > _MAX_STAMPS:
            del self._stamps[next(iter(self._stamps))]
        return self._run(part, packet, wanted)

    def flush(self, wanted: Callable[[float], bool] | None = None) -> list[Frame]:
        """The pictures that wait in the decoder for their turn; it takes no more packets afterwards."""
        return self._run(None, self._last, wanted) if self._last is not None else []

    def _run(self, part: av.Packet[Any] | None, packet: Packet, wanted: Callable[[float], bool] | None) -> list[Frame]:
        try:
            pictures = self._context.decode(part)
        except av.error.FFmpegError:
            raise Undecodable(name=packet.camera_id) from None
        frames = []
        for picture in pictures:
            pts = picture.pts if picture.pts is not None else packet.pts_ticks
            stamp = self._stamps.pop(pts, packet)
            media_s = float(pts * self._info.time_base)
            index, self._index = self._index, self._index + 1
            if wanted is None or wanted(media_s):
                check_size(picture.width, picture.height, packet.camera_id)
                frames.append(
                    Frame(packet.camera_id, packet.session, index, media_s, stamp.captured_at, to_i420(picture))
                )
        return frames


def to_i420(picture: av.VideoFrame) -> NDArray[np.uint8]:
    """(height * 3 // 2, width) uint8, planar 4:2:0, sides made even by leaving out the last row or column."""
    if picture.format.name not in ("yuv420p", "yuvj420p"):
        picture = picture.reformat(format="yuv420p")
    width, height = picture.width // 2 * 2, picture.height // 2 * 2
    out = np.empty(width * height * 3 // 2, np.uint8)
    at = 0
    for number, plane in enumerate(picture.planes):
        rows, columns = (height, width) if number == 0 else (height // 2, width // 2)
        source = np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * plane.height].reshape(
            -1, plane.line_size
        )
        out[at : at + rows * columns].reshape(rows, columns)[:] = source[:rows, :columns]
        at += rows * columns
    return out.reshape(height * 3 // 2, width)


class VideoFile:
    """A file for analysis: iterate over it once for its packets, in a `with` block. `info` is for `Decoder`.

    `problem` is set at the end where the file breaks off early: what came before it was delivered.
    """

    def __init__(self, path: Path, *, camera_id: str = "file", started_at: datetime = EPOCH) -> None:
        """Raises EmptyFile, TruncatedFile, NotVideo, FileUnreadable, PictureTooLarge."""
        self._reader = VideoReader(path, codec_any=True)
        self._camera_id = camera_id
        self._started_at = started_at
        self.problem: VeedorError | None = None

    @property
    def info(self) -> MediaInfo:
        return self._reader.info

    @property
    def frames(self) -> int | None:
        """How many pictures, as far as the header tells."""
        return self._reader.frames

    @property
    def duration_s(self) -> float | None:
        return self._reader.duration_s

    def __iter__(self) -> Iterator[Packet]:
        zero: int | None = None
        sequence = 0
        previous = None
        try:
            for raw in self._reader.packets():
                fallback = raw.pts_ticks if previous is None else previous + max(1, raw.duration_ticks)
                dts = raw.dts_ticks if raw.dts_ticks is not None else fallback or 0
                pts = raw.pts_ticks if raw.pts_ticks is not None else dts
                previous = dts
                zero = pts if zero is None else zero
                yield Packet(
                    camera_id=self._camera_id,
                    role=StreamRole.MAIN,
                    session=1,
                    sequence=sequence,
                    info=self.info,
                    data=raw.data,
                    pts_ticks=pts,
                    dts_ticks=dts,
                    duration_ticks=raw.duration_ticks,
                    is_keyframe=raw.is_keyframe,
                    captured_at=self._started_at + timedelta(seconds=float((pts - zero) * self.info.time_base)),
                    clock=ClockSource.FILE,
                )
                sequence += 1
        except TruncatedFile as problem:
            log.warning("%s", problem)
            self.problem = problem

    def close(self) -> None:
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_file(path: Path, *, camera_id: str = "file", started_at: datetime = EPOCH) -> VideoFile:
    """Open a video (mp4, avi, mkv ...) for reading packet by packet. Raises EmptyFile, TruncatedFile, NotVideo,
    FileUnreadable, PictureTooLarge, each naming the file."""
    return VideoFile(path, camera_id=camera_id, started_at=started_at)

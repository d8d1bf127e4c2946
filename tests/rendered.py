"""Packets of moving pictures, rendered and encoded in the test's own process: no file and no camera is needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

import av
import numpy as np

from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource, Media, MediaInfo, Packet

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TIME_BASE = Fraction(1, 90_000)
_ENCODERS = {
    "h264": ("libx264", {"preset": "ultrafast", "tune": "zerolatency"}),
    "hevc": ("libx265", {"preset": "ultrafast", "x265-params": "log-level=none:keyint=25:min-keyint=25:bframes=0"}),
    "mjpeg": ("mjpeg", {}),
}


@lru_cache
def access_units(
    codec: str = "h264", frames: int = 50, width: int = 160, height: int = 96, gop: int = 25
) -> tuple[tuple[bytes, bool], ...]:
    """Encoded pictures (bytes, whether a keyframe): a bright square that moves, with parameter sets in band."""
    name, options = _ENCODERS[codec]
    encoder = av.CodecContext.create(name, "w")
    encoder.width, encoder.height = width, height
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    encoder.gop_size, encoder.options = gop, options
    units = []
    for index in range(frames):
        picture = np.full((height, width, 3), 40, np.uint8)
        left = (index * 4) % (width - 32)
        picture[20:52, left : left + 32] = (220, 200, 40)
        frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format=encoder.pix_fmt)
        frame.pts, frame.time_base = index, Fraction(1, 25)
        units += encoder.encode(frame)
    units += encoder.encode(None)
    return tuple((bytes(unit), bool(unit.is_keyframe)) for unit in units)


def media_info(codec: str = "h264", width: int = 160, height: int = 96) -> MediaInfo:
    return MediaInfo(Media.VIDEO, codec, TIME_BASE, b"", width, height, 25.0)


def packets(
    camera_id: str = "cam",
    role: StreamRole = StreamRole.MAIN,
    *,
    seconds: float = 2.0,
    session: int = 1,
    start: datetime = START,
    codec: str = "h264",
    width: int = 160,
    height: int = 96,
    first: int = 0,
) -> Iterator[Packet]:
    """`seconds` of a stream at 25 fps, a keyframe each second, looping over two rendered seconds. `first`: number of
    the first packet (it also sets the timestamps)."""
    units = access_units(codec, 50, width, height)
    info = media_info(codec, width, height)
    for count in range(round(seconds * 25)):
        number = first + count
        data, key = units[number % len(units)]
        ticks = 1_000_000 + number * 3600
        at = start + timedelta(seconds=count / 25)
        yield Packet(camera_id, role, session, number, info, data, ticks, ticks, 3600, key, at, ClockSource.ARRIVAL)

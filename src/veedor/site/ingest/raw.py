"""What a source hands over: packets as they came, before they are stamped and put into sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

import av

from veedor.kit.mp4 import nal
from veedor.model.packet import Media, MediaInfo
from veedor.site.ingest.errors import PictureTooLarge, UnsupportedCodec

MAX_SIDE_PX = 8192
VIDEO_CODECS = frozenset({"h264", "hevc", "mjpeg"})
AUDIO_CODECS = frozenset({"aac", "pcm_alaw", "pcm_mulaw"})
START_CODE = b"\x00\x00\x00\x01"


class RawPacket(NamedTuple):
    """One access unit; ticks in its track's time base, None where the source did not say.

    A tuple, since one is made for every packet: a frozen dataclass takes three times as long.
    """

    media: Media
    data: bytes
    pts_ticks: int | None
    dts_ticks: int | None
    duration_ticks: int
    is_keyframe: bool
    camera_unix_s: float | None = None  # when the camera took it, by its own clock


class Source(Protocol):
    """An open connection or file. `packets` ends where the stream ends, and raises errors of `errors.py`."""

    @property
    def tracks(self) -> Mapping[Media, MediaInfo]: ...

    def packets(self) -> Iterator[RawPacket]: ...

    def close(self) -> None: ...


def check_size(width: int, height: int, name: str) -> None:
    """Raises PictureTooLarge beyond 8192 x 8192 pixels."""
    if width > MAX_SIDE_PX or height > MAX_SIDE_PX:
        raise PictureTooLarge(name=name, width=str(width), height=str(height), limit=f"{MAX_SIDE_PX}x{MAX_SIDE_PX}")


def video_info(stream: av.VideoStream, name: str) -> MediaInfo:
    """The media info of a live or file stream. Raises PictureTooLarge, UnsupportedCodec."""
    context = stream.codec_context
    if context.name not in VIDEO_CODECS:
        raise UnsupportedCodec(name=name, codec=context.name)
    check_size(context.width, context.height, name)
    rate = stream.average_rate or stream.guessed_rate
    return MediaInfo(
        media=Media.VIDEO,
        codec=context.name,
        time_base=stream.time_base or context.time_base,
        extradata=bytes(context.extradata or b""),
        width=context.width,
        height=context.height,
        fps=float(rate) if rate else None,
    )


def audio_info(stream: av.AudioStream) -> MediaInfo | None:
    """The media info of a sound track, or None where its codec is not recorded."""
    context = stream.codec_context
    if context.name not in AUDIO_CODECS or stream.time_base is None:
        return None
    return MediaInfo(
        media=Media.AUDIO,
        codec=context.name,
        time_base=stream.time_base,
        extradata=bytes(context.extradata or b""),
        sample_rate=context.sample_rate,
        channels=context.layout.nb_channels,
    )


def parameter_sets(codec: str, data: bytes) -> bytes:
    """The parameter sets within an access unit or extradata in Annex B, as one Annex-B text; empty where there are
    not all of them."""
    if codec not in ("h264", "hevc") or not nal.is_annex_b(data):
        return b""
    found = nal.parameter_sets(codec, nal.split_annex_b(data))
    if not all(found.values()):
        return b""
    return b"".join(START_CODE + unit for kind in sorted(found) for unit in found[kind])


def picture_size(codec: str, sets: bytes) -> tuple[int, int]:
    """Width and height from Annex-B parameter sets. Raises kit's BadBitstream."""
    kind = nal.H264_SPS if codec == "h264" else nal.HEVC_SPS
    unit = nal.parameter_sets(codec, nal.split_annex_b(sets))[kind][0]
    size = nal.h264_size(unit) if codec == "h264" else nal.hevc_size(unit)
    return size.width, size.height

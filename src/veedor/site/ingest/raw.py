"""What a source hands over: packets as they came, before they are stamped and put into sessions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event
from typing import NamedTuple, Protocol

from veedor.kit.mp4 import nal
from veedor.model.packet import Media, MediaInfo
from veedor.site.ingest.errors import PictureTooLarge

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
    unit_octets: tuple[int, ...] = ()  # as in Packet


Take = Callable[[RawPacket], None]


@dataclass(slots=True)
class Losses:
    """What was sent and did not arrive: RTP packets, by their numbers, and pictures of which they were a part."""

    packets: int = 0
    pictures: int = 0


class Source(Protocol):
    """An open connection or file."""

    @property
    def losses(self) -> Losses: ...

    @property
    def tracks(self) -> Mapping[Media, MediaInfo]: ...

    def deliver(self, take: Take, stop: Event) -> None:
        """Hand over packets, one call of `take` after the other, until the stream ends or `stop` is set. Raises the
        errors of `errors.py`. The calls may come from another thread; none comes after this has returned."""

    def close(self) -> None: ...


class Pulled(ABC):
    """A source whose packets are fetched one by one, and of which nothing can be missing."""

    @property
    def losses(self) -> Losses:
        return Losses()

    @abstractmethod
    def packets(self) -> Iterator[RawPacket]:
        """Ends where the stream ends."""

    def deliver(self, take: Take, stop: Event) -> None:
        for raw in self.packets():
            take(raw)
            if stop.is_set():
                return


def check_size(width: int, height: int, name: str) -> None:
    """Raises PictureTooLarge beyond 8192 x 8192 pixels."""
    if width > MAX_SIDE_PX or height > MAX_SIDE_PX:
        raise PictureTooLarge(name=name, width=str(width), height=str(height), limit=f"{MAX_SIDE_PX}x{MAX_SIDE_PX}")


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

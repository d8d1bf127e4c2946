"""What the streams tell the disk thread, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from veedor.model.packet import ClockSource
from veedor.model.recording import GapReason
from veedor.site.record.index import GapNoted, GapOpened, RunEnded, StreamSeen
from veedor.site.record.layout import SegmentName, StreamKey


@dataclass(frozen=True, slots=True)
class SegmentHead:
    """What is known of a segment at its first packet."""

    name: SegmentName
    clock: ClockSource
    clock_offset_s: float | None
    codec: str
    width: int
    height: int


class Draft:
    """A segment on its way to the disk. The disk thread sets `failed` when it can write no more of it, the stream
    `abandoned` when a fragment of it found no room in the queue; either way the stream starts anew."""

    __slots__ = ("abandoned", "failed", "head")

    def __init__(self, head: SegmentHead) -> None:
        self.head = head
        self.failed = False
        self.abandoned = False

    def is_broken(self) -> bool:
        return self.failed or self.abandoned


@dataclass(frozen=True, slots=True)
class Begin:
    """A new file. `opening`: ftyp, moov and note."""

    draft: Draft
    opening: bytes


@dataclass(frozen=True, slots=True)
class Data:
    """One whole fragment; the footage of the segment now reaches to `ended_us`."""

    draft: Draft
    pieces: list[bytes | memoryview]
    octets: int
    packets: int
    ended_us: int


@dataclass(frozen=True, slots=True)
class Finish:
    """No more fragments."""

    draft: Draft
    ended_us: int


Command = Begin | Data | Finish | GapOpened | GapNoted | RunEnded | StreamSeen


class Outlet(Protocol):
    """The way to the disk, as a stream sees it."""

    def accepting(self, key: StreamKey) -> bool:
        """Whether a new segment may begin now."""

    def offer(self, data: Data) -> bool:
        """Queue a fragment; False where the queue is full: the fragment is lost, and the stream must say so."""

    def send(self, command: Command) -> None:
        """Queue something that may not be lost; it takes no room worth counting."""

    def next_run(self) -> int:
        """A run number never used before."""

    def overflow_reason(self) -> GapReason:
        """Why `offer` refuses."""

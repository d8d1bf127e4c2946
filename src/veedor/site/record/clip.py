"""Cutting stored footage: samples of many segments become one MP4, packets copied, times made continuous.

Only segments with the very same ftyp and moov can share a file. Where a span holds several kinds (the codec or the
picture size changed), the kind that covers most of it is cut out, and the rest is left to a second request.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from veedor.kit.mp4.boxes import BadMp4, Layout, SampleEntry, file_boxes, read_box, read_layout
from veedor.kit.mp4.fragment import Sample, TrackRun, fragment
from veedor.kit.mp4.init import box, full_box
from veedor.model.recording import Segment
from veedor.site.record.layout import open_segment, to_us

FRAGMENT_SAMPLES = 50


@dataclass(frozen=True, slots=True)
class Source:
    """A file of footage and the wall time it covers."""

    path: Path
    run: int
    number: int
    started_us: int
    ended_us: int

    def overlap_us(self, start_us: int, end_us: int) -> int:
        return min(self.ended_us, end_us) - max(self.started_us, start_us)


def read_head(file: BinaryIO) -> bytes:
    """ftyp and moov: equal for files that can be joined. Raises BadMp4."""
    head = b""
    for found in file_boxes(file):
        if found.kind not in (b"ftyp", b"moov"):
            break
        head += box(found.kind, read_box(file, found))
    return head


def with_duration(init: bytes, duration_us: int) -> bytes:
    """The initialisation segment with a mehd box, so that players show how long the clip is."""
    at = init.find(b"mvex")
    start_moov = init.find(b"moov")
    if at < 0 or start_moov < 0:
        return init
    mehd = full_box(b"mehd", 1, 0, (duration_us // 1000).to_bytes(8, "big"))
    out = bytearray(init[: at + 4] + mehd + init[at + 4 :])
    for place in (start_moov - 4, at - 4):
        size = int.from_bytes(out[place : place + 4], "big") + len(mehd)
        out[place : place + 4] = size.to_bytes(4, "big")
    return bytes(out)


@dataclass(frozen=True, slots=True)
class Cut:
    """Which picture samples of a source are wanted: [first, last) of its picture samples, in decoding order."""

    samples: Sequence[SampleEntry]
    first: int
    last: int
    heard: tuple[int, int] | None = None  # ticks of the picture's clock between which there may be sound; None: any

    @property
    def zero_ticks(self) -> int:
        return self.samples[self.first].decode_ticks

    @property
    def end_ticks(self) -> int:
        entry = self.samples[self.last - 1]
        return entry.decode_ticks + entry.duration_ticks


def picture_samples(layout: Layout) -> list[SampleEntry]:
    """All samples of the picture track, in decoding order."""
    track = min(layout.timescales)
    return [sample for entry in layout.fragments for sample in entry.tracks.get(track, ())]


def presented_us(layout: Layout, samples: Sequence[SampleEntry], index: int, started_us: int) -> int:
    """Wall time at which a sample is shown, given that of the first."""
    ticks = samples[index].decode_ticks + samples[index].offset_ticks - samples[0].offset_ticks
    return started_us + ticks * 1_000_000 // layout.timescales[min(layout.timescales)]


def allowed(layout: Layout, samples: Sequence[SampleEntry], started_us: int, within: tuple[int, int] | None) -> range:
    """The samples that can be shown without any picture taken before or at the end of `within`, [first, end): from a
    keyframe on, in decoding order, since what comes first is needed for what follows. All where it is None."""
    if within is None:
        return range(len(samples))
    times = [presented_us(layout, samples, index, started_us) for index in range(len(samples))]
    early = max((index for index, at in enumerate(times) if at < within[0]), default=-1)
    first = next((index for index in range(early + 1, len(samples)) if samples[index].is_sync), len(samples))
    stop = next((index for index in range(first, len(samples)) if times[index] >= within[1]), len(samples))
    return range(first, stop)


def cut(
    layout: Layout, source: Source, start_us: int, end_us: int, within: tuple[int, int] | None = None
) -> Cut | None:
    """From the keyframe at or before `start_us` (else the first one) up to `end_us`, but nothing outside `within`; None
    if nothing is left."""
    samples = picture_samples(layout)
    inside = allowed(layout, samples, source.started_us, within)
    first = inside.start
    last = 0
    for index in inside:
        at = presented_us(layout, samples, index, source.started_us)
        if samples[index].is_sync and at <= start_us:
            first = index
        if at < end_us:
            last = index + 1
    scale = layout.timescales[min(layout.timescales)]
    heard = None
    if within is not None:
        heard = (
            (within[0] - source.started_us) * scale // 1_000_000,
            (within[1] - source.started_us) * scale // 1_000_000,
        )
    return Cut(samples, first, last, heard) if last > first else None


class Joiner:
    """Writes cuts one after another as fragments with continuous time."""

    def __init__(self) -> None:
        self._sequence = 0
        self._ticks = 0  # where the next cut's pictures begin

    def fragments(self, file: BinaryIO, layout: Layout, wanted: Cut) -> Iterator[bytes]:
        """The fragments of one cut."""
        picture = min(layout.timescales)
        scale = layout.timescales[picture]
        sounds = {track: entries for track, entries in _sound_samples(layout).items() if entries}
        for begin in range(wanted.first, wanted.last, FRAGMENT_SAMPLES):
            chunk = wanted.samples[begin : min(begin + FRAGMENT_SAMPLES, wanted.last)]
            final = begin + FRAGMENT_SAMPLES >= wanted.last
            runs = [TrackRun(picture, self._ticks + chunk[0].decode_ticks - wanted.zero_ticks, _load(file, chunk))]
            chunk_end = chunk[-1].decode_ticks + chunk[-1].duration_ticks
            for track, entries in sounds.items():
                ratio = layout.timescales[track] / scale
                low = wanted.zero_ticks if begin == wanted.first else chunk[0].decode_ticks
                high = wanted.end_ticks if final else chunk_end
                part = [one for one in entries if low * ratio <= one.decode_ticks < high * ratio]
                if wanted.heard is not None:
                    since, until = (ticks * ratio for ticks in wanted.heard)
                    part = [
                        one
                        for one in part
                        if since <= one.decode_ticks and one.decode_ticks + one.duration_ticks <= until
                    ]
                if part:
                    at = part[0].decode_ticks + int((self._ticks - wanted.zero_ticks) * ratio)
                    runs.append(TrackRun(track, max(0, at), _load(file, part)))
            self._sequence += 1
            yield b"".join(fragment(self._sequence, runs))
        self._ticks += wanted.end_ticks - wanted.zero_ticks


def _sound_samples(layout: Layout) -> dict[int, list[SampleEntry]]:
    picture = min(layout.timescales)
    return {
        track: [sample for entry in layout.fragments for sample in entry.tracks.get(track, ())]
        for track in layout.timescales
        if track != picture
    }


def _load(file: BinaryIO, entries: Sequence[SampleEntry]) -> list[Sample]:
    loaded = []
    for entry in entries:
        file.seek(entry.position)
        loaded.append(Sample(file.read(entry.size), entry.duration_ticks, entry.offset_ticks, entry.is_sync))
    return loaded


def largest_kind(sources: Sequence[Source], start_us: int, end_us: int) -> tuple[bytes, list[Source]]:
    """The ftyp and moov that cover most of the span, and the files that have them; files that cannot be read are left
    out."""
    kinds: dict[bytes, list[Source]] = {}
    for source in sources:
        with contextlib.suppress(OSError, BadMp4), open_segment(source.path) as file:
            kinds.setdefault(read_head(file), []).append(source)
    if not kinds:
        return b"", []
    best = max(kinds, key=lambda kind: sum(one.overlap_us(start_us, end_us) for one in kinds[kind]))
    return best, kinds[best]


def joined(
    kind: tuple[bytes, list[Source]], start_us: int, end_us: int, within: tuple[int, int] | None = None
) -> Iterator[bytes]:
    """One MP4 of files of one kind, in the order in which they are given, with nothing outside `within`."""
    init, sources = kind
    yield with_duration(init, sum(max(0, one.overlap_us(start_us, end_us)) for one in sources))
    joiner = Joiner()
    for source in sources:
        try:
            with open_segment(source.path) as file:
                layout = read_layout(file)
                wanted = cut(layout, source, start_us, end_us, within)
                if wanted is not None:
                    yield from joiner.fragments(file, layout, wanted)
        except (FileNotFoundError, BadMp4):
            continue  # retention took it, or it is damaged: `veedor check` says which


def joined_segments(files: Sequence[tuple[Segment, Path]], start: datetime, end: datetime) -> Iterator[bytes] | None:
    """A playable MP4 of copies of finished segments of one stream; None where none of them can be read."""
    start_us, end_us = to_us(start), to_us(end)
    sources = [
        Source(path, one.run, number, to_us(one.started_at), to_us(one.ended_at))
        for number, (one, path) in enumerate(files)
    ]
    kind = largest_kind(sources, start_us, end_us)
    return joined(kind, start_us, end_us) if kind[1] else None


@dataclass(frozen=True, slots=True)
class Found:
    """A little MP4, the wall time of the picture that is meant, and how long after the first, its keyframe, that is
    shown, in ticks of its track: pictures that are shown later may have to be decoded first."""

    mp4: bytes
    at_us: int
    ticks: int


def picture_at(path: Path, started_us: int, at_us: int, since_us: int) -> Found | None:
    """The last picture shown from `since_us` up to and including `at_us`, after the keyframe before it; None if the
    file has none. Raises BadMp4, OSError."""
    with open_segment(path) as file:
        layout = read_layout(file)
        samples = picture_samples(layout)
        times = [presented_us(layout, samples, index, started_us) for index in range(len(samples))]
        shown = [index for index, time in enumerate(times) if since_us <= time <= at_us]
        if not shown:
            return None
        best = max(shown, key=lambda index: times[index])
        first = max((index for index in range(best + 1) if samples[index].is_sync), default=None)
        if first is None:
            return None
        picture = min(layout.timescales)
        out = io.BytesIO()
        out.write(layout.init)
        run = TrackRun(picture, 0, _load(file, samples[first : best + 1]))
        out.write(b"".join(fragment(1, [run])))
        before = sum(one.duration_ticks for one in samples[first:best])
        ticks = before + samples[best].offset_ticks - samples[first].offset_ticks
        return Found(out.getvalue(), times[best], ticks)

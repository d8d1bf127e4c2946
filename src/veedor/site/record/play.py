"""Stored footage for a viewer: the pictures of a span as fragments whose times are wall times, so that gaps stay gaps
and several cameras can be shown in step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from veedor.kit.mp4.boxes import BadMp4, Layout, SampleEntry, read_layout
from veedor.kit.mp4.fragment import Sample, TrackRun, fragment
from veedor.kit.mp4.picture import picture_only
from veedor.site.record.clip import Source, allowed, picture_samples, presented_us
from veedor.site.record.layout import open_segment

CODECS = {"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc"}
_FRAGMENT_SAMPLES = 50
_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """The pictures [first, stop) of one file; `stop` is a keyframe or the file's end."""

    path: Path
    track_id: int
    scale: int
    codec: str
    mime_codec: str
    init: bytes
    samples: Sequence[SampleEntry]
    first: int
    stop: int
    started_us: int  # wall time of the file's first picture
    first_us: int  # wall time of `first`
    end_us: int  # wall time up to which the file has been read

    def ticks_from(self, zero_us: int) -> int:
        """What to add to the file's decode times, so that time 0 is `zero_us`."""
        return (self.started_us - zero_us) * self.scale // _US

    @property
    def reaches_end(self) -> bool:
        return self.stop == len(self.samples)


def pieces(sources: Sequence[Source], start_us: int, end_us: int, within: tuple[int, int] | None = None) -> list[Piece]:
    """What of `sources` to show for [start, end), by time, from the keyframe at or before the start up to the first
    one at or after the end, but no picture outside `within`, [first, end). Files that cannot be read are left out; what
    follows a change of codec is too."""
    found: list[Piece] = []
    for source in sorted(sources, key=lambda one: (one.started_us, one.run, one.number)):
        with contextlib.suppress(OSError, BadMp4):
            with open_segment(source.path) as file:
                piece = _piece(source.path, read_layout(file), source, (start_us, end_us), within)
            if piece is None:
                continue
            if found and piece.codec != found[0].codec:
                break
            found.append(piece)
    return found


def _piece(
    path: Path, layout: Layout, source: Source, span: tuple[int, int], within: tuple[int, int] | None
) -> Piece | None:
    start_us, end_us = span
    samples = picture_samples(layout)
    inside = allowed(layout, samples, source.started_us, within)
    keyframes = [index for index in inside if samples[index].is_sync]
    if not keyframes:
        return None
    times = {index: presented_us(layout, samples, index, source.started_us) for index in keyframes}
    first = max((index for index in keyframes if times[index] <= start_us), default=keyframes[0])
    stop = next((index for index in keyframes if times[index] >= end_us and index > first), inside.stop)
    if times[first] >= end_us:
        return None
    track = min(layout.timescales)
    init, mime = picture_only(layout.init, track)
    end = times.get(stop, source.ended_us)
    codec = CODECS.get(layout.codecs[track], layout.codecs[track])
    scale = layout.timescales[track]
    return Piece(path, track, scale, codec, mime, init, samples, first, stop, source.started_us, times[first], end)


def stream(found: Sequence[Piece], *, keyframes: bool) -> Iterator[bytes]:
    """The pieces as one stream; an initialisation segment comes wherever the picture's set-up changes."""
    zero_us = found[0].first_us
    init = b""
    sequence = 0
    for piece in found:
        if piece.init != init:
            init = piece.init
            yield init
        with contextlib.suppress(OSError), open_segment(piece.path) as file:
            for run in _runs(piece, piece.ticks_from(zero_us), keyframes=keyframes):
                sequence += 1
                loaded = []
                for entry, duration in run[1]:
                    file.seek(entry.position)
                    offset = 0 if keyframes else entry.offset_ticks - piece.samples[0].offset_ticks
                    loaded.append(Sample(file.read(entry.size), duration, offset, entry.is_sync))
                yield b"".join(fragment(sequence, [TrackRun(piece.track_id, max(0, run[0]), loaded)]))


def _runs(piece: Piece, shift: int, *, keyframes: bool) -> Iterator[tuple[int, list[tuple[SampleEntry, int]]]]:
    """Decode time, and entries with their durations: a fragment each. The first is a single group of pictures, so that
    something can be shown at once."""
    wanted = list(piece.samples[piece.first : piece.stop])
    if keyframes:
        marks = [one for one in wanted if one.is_sync]
        ends = [one.decode_ticks for one in marks[1:]] + [wanted[-1].decode_ticks + wanted[-1].duration_ticks]
        for one, end in zip(marks, ends, strict=True):
            yield shift + one.decode_ticks, [(one, max(1, end - one.decode_ticks))]
        return
    begin = 0
    for index in range(1, len(wanted) + 1):
        at_key = index == len(wanted) or wanted[index].is_sync
        if (at_key and index > begin) or index - begin >= _FRAGMENT_SAMPLES:
            chunk = wanted[begin:index]
            yield shift + chunk[0].decode_ticks, [(one, one.duration_ticks) for one in chunk]
            begin = index

"""Reading fragmented MP4 files that may be cut off, damaged or hostile: nothing here trusts a length.

Only what `init.py` and `fragment.py` write is understood; other boxes are stepped over.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from veedor.kit.errors import VeedorError

MAX_HEADER_BYTES = 16 << 20  # a moov, moof or uuid larger than this is no box of ours
MAX_SAMPLES = 1 << 20
_SYNC_MASK = 0x00010000


class BadMp4(VeedorError):
    """A file is not what we write. params: problem"""

    key = "error-mp4-damaged"


@dataclass(frozen=True, slots=True)
class Box:
    """A box in a file: `start` of its header, `body` of its content, `end` after it; bytes from the file's start."""

    kind: bytes
    start: int
    body: int
    end: int


def file_boxes(file: BinaryIO) -> Iterator[Box]:
    """The top-level boxes that are wholly inside the file, in order; stops at the first that is not."""
    size = os.fstat(file.fileno()).st_size
    at = 0
    while at + 8 <= size:
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return
        length, kind = struct.unpack_from(">I4s", header)
        body = at + 8
        if length == 1 and len(header) == 16:
            length = struct.unpack_from(">Q", header, 8)[0]
            body = at + 16
        if length < body - at or length > size - at:
            return
        yield Box(kind, at, body, at + length)
        at += length


def read_box(file: BinaryIO, found: Box) -> bytes:
    """The content of a header box. Raises BadMp4 where it is too large."""
    if found.end - found.body > MAX_HEADER_BYTES:
        raise BadMp4(problem=f"box of {found.end - found.body} bytes")
    file.seek(found.body)
    return file.read(found.end - found.body)


def children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes inside the content of a box: type and content. Raises BadMp4 where lengths do not fit."""
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length < 8 or length > len(data) - at:
            raise BadMp4(problem="box lengths do not fit")
        yield kind, data[at + 8 : at + length]
        at += length


def child(data: bytes, *path: bytes) -> bytes | None:
    """The content of the first box at `path`, or None."""
    for kind, content in children(data):
        if kind == path[0]:
            return content if len(path) == 1 else child(content, *path[1:])
    return None


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """Where a sample lies, and when. `position`: bytes from the file's start; ticks of the track's timescale."""

    position: int
    size: int
    decode_ticks: int
    duration_ticks: int
    offset_ticks: int
    is_sync: bool


@dataclass(frozen=True, slots=True)
class FragmentEntry:
    """One whole fragment: its place in the file, samples by track id, and the NTP time of prft, if any."""

    start: int
    end: int
    tracks: dict[int, tuple[SampleEntry, ...]]
    ntp: int | None = None
    ntp_ticks: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """A fragmented file: `init` is ftyp and moov, `whole_end` where the last whole fragment ends, `note` the content
    of the first uuid box (type included). `timescales` and `codecs` (sample entry types) are by track id."""

    init: bytes
    timescales: dict[int, int]
    codecs: dict[int, str]
    sizes: dict[int, tuple[int, int]]
    note: bytes | None
    fragments: tuple[FragmentEntry, ...]
    whole_end: int
    file_size: int


def read_layout(file: BinaryIO) -> Layout:
    """Read the whole structure. Raises BadMp4 where there is no usable ftyp and moov, or a box lies."""
    init = b""
    moov: bytes | None = None
    note: bytes | None = None
    fragments: list[FragmentEntry] = []
    moof: tuple[int, int, bytes] | None = None
    clock: tuple[int, int, int] | None = None
    whole_end = 0
    for found in file_boxes(file):
        if found.kind in (b"ftyp", b"moov"):
            content = read_box(file, found)
            init += struct.pack(">I4s", len(content) + 8, found.kind) + content
            moov = content if found.kind == b"moov" else moov
            whole_end = found.end
        elif found.kind == b"uuid" and note is None and not fragments:
            note = read_box(file, found)
            whole_end = found.end
        elif found.kind == b"prft":
            clock = (found.start, *_read_prft(read_box(file, found)))
        elif found.kind == b"moof":
            start = clock[0] if clock else found.start
            moof = (start, found.start, read_box(file, found))
        elif found.kind == b"mdat" and moof is not None:
            tracks = _read_moof(moof[2], moof[1], found.body, found.end)
            ntp, ticks = (clock[1], clock[2]) if clock else (None, 0)
            fragments.append(FragmentEntry(moof[0], found.end, tracks, ntp, ticks))
            moof, clock, whole_end = None, None, found.end
        elif moof is None and clock is None:
            whole_end = found.end
    if moov is None:
        raise BadMp4(problem="no moov box")
    timescales, codecs, sizes = _read_moov(moov)
    size = os.fstat(file.fileno()).st_size
    return Layout(init, timescales, codecs, sizes, note, tuple(fragments), whole_end, size)


def first_sample(data: bytes) -> tuple[int, SampleEntry]:
    """Track id and first sample of the one fragment (moof and mdat) that `data` is; its position is counted from the
    beginning of `data`. Raises BadMp4."""
    at, moof = 0, b""
    for kind, content in children(data):
        if kind == b"moof":
            moof, moof_start = content, at
        elif kind == b"mdat" and moof:
            tracks = _read_moof(moof, moof_start, at + 8, len(data))
            found = next(((track, samples[0]) for track, samples in tracks.items() if samples), None)
            if found is not None:
                return found
        at += 8 + len(content)
    raise BadMp4(problem="no sample")


def _read_prft(data: bytes) -> tuple[int, int]:
    if len(data) < 24 or data[0] != 1:
        raise BadMp4(problem="prft too short")
    ntp, ticks = struct.unpack_from(">QQ", data, 8)
    return int(ntp), int(ticks)


def _read_moov(moov: bytes) -> tuple[dict[int, int], dict[int, str], dict[int, tuple[int, int]]]:
    timescales: dict[int, int] = {}
    codecs: dict[int, str] = {}
    sizes: dict[int, tuple[int, int]] = {}
    for kind, trak in children(moov):
        if kind != b"trak":
            continue
        tkhd, mdhd = child(trak, b"tkhd"), child(trak, b"mdia", b"mdhd")
        stsd = child(trak, b"mdia", b"minf", b"stbl", b"stsd")
        if not (tkhd and mdhd and stsd) or len(tkhd) < 84 or len(mdhd) < 16 or len(stsd) < 16 or tkhd[0] or mdhd[0]:
            raise BadMp4(problem="track header too short")
        track_id = struct.unpack_from(">I", tkhd, 12)[0]
        timescale = struct.unpack_from(">I", mdhd, 12)[0]
        if timescale == 0 or len(timescales) >= 16:
            raise BadMp4(problem="timescale of 0, or too many tracks")
        width, height = struct.unpack_from(">II", tkhd, 76)
        timescales[track_id] = timescale
        codecs[track_id] = stsd[12:16].decode("latin-1")
        sizes[track_id] = (width >> 16, height >> 16)
    if not timescales:
        raise BadMp4(problem="no track")
    return timescales, codecs, sizes


def _read_moof(moof: bytes, moof_start: int, data_start: int, data_end: int) -> dict[int, tuple[SampleEntry, ...]]:
    tracks: dict[int, tuple[SampleEntry, ...]] = {}
    for kind, traf in children(moof):
        if kind != b"traf":
            continue
        tfhd, tfdt, trun = child(traf, b"tfhd"), child(traf, b"tfdt"), child(traf, b"trun")
        if not (tfhd and tfdt and trun) or len(tfhd) < 8 or len(tfdt) < 12 or tfdt[0] != 1 or len(trun) < 12:
            raise BadMp4(problem="traf not as we write it")
        if trun[:4] != b"\x01\x00\x0f\x01":
            raise BadMp4(problem="trun not as we write it")
        count, offset = struct.unpack_from(">Ii", trun, 4)
        if count > MAX_SAMPLES or 12 + 16 * count > len(trun):
            raise BadMp4(problem="trun too short")
        position, ticks = moof_start + offset, struct.unpack_from(">Q", tfdt, 4)[0]
        samples = []
        for duration, size, flags, shift in struct.iter_unpack(">IIIi", trun[12 : 12 + 16 * count]):
            if position < data_start or position + size > data_end:
                raise BadMp4(problem="sample outside its mdat")
            samples.append(SampleEntry(position, size, ticks, duration, shift, not flags & _SYNC_MASK))
            position += size
            ticks += duration
        tracks[struct.unpack_from(">I", tfhd, 4)[0]] = tuple(samples)
    return tracks

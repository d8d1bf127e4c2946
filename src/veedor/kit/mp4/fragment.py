"""Fragments: moof and mdat for a run of samples (ISO/IEC 14496-12, 8.8)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from veedor.kit.mp4.init import box, full_box

SYNC_FLAGS = 0x02000000  # sample_depends_on = 2: no other
NON_SYNC_FLAGS = 0x01010000  # sample_depends_on = 1, sample_is_non_sync_sample
_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """One access unit as MP4 holds it. Ticks are of the track's timescale; `offset_ticks` is pts less dts."""

    data: bytes | memoryview
    duration_ticks: int
    offset_ticks: int
    is_sync: bool


@dataclass(frozen=True, slots=True)
class TrackRun:
    """Consecutive samples of one track; `decode_ticks` is the decode time of the first."""

    track_id: int
    decode_ticks: int
    samples: Sequence[Sample]


def fragment(sequence: int, runs: Sequence[TrackRun]) -> list[bytes | memoryview]:
    """moof and mdat as pieces to be written together; the samples' bytes are not copied."""
    bodies = [_samples_table(run) for run in runs]
    moof_size = 8 + 16 + sum(_TRAF_OVERHEAD + len(body) for body in bodies)
    payload = sum(len(sample.data) for run in runs for sample in run.samples)
    wide = payload + 8 >= 1 << 32
    mdat = struct.pack(">I4sQ", 1, b"mdat", payload + 16) if wide else struct.pack(">I4s", payload + 8, b"mdat")
    offset = moof_size + len(mdat)
    trafs = []
    for run, body in zip(runs, bodies, strict=True):
        trafs.append(
            box(
                b"traf",
                full_box(b"tfhd", 0, 0x020000, struct.pack(">I", run.track_id)),  # default-base-is-moof
                full_box(b"tfdt", 1, 0, struct.pack(">Q", run.decode_ticks)),
                full_box(b"trun", 1, 0xF01, struct.pack(">Ii", len(run.samples), offset), body),
            )
        )
        offset += sum(len(sample.data) for sample in run.samples)
    moof = box(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFFFFFF)), *trafs)
    pieces: list[bytes | memoryview] = [moof + mdat]
    pieces.extend(sample.data for run in runs for sample in run.samples)
    return pieces


_TRAF_OVERHEAD = 8 + 16 + 20 + 20  # traf, tfhd, tfdt, trun up to its table


def _samples_table(run: TrackRun) -> bytes:
    fields: list[int] = []
    for sample in run.samples:
        flags = SYNC_FLAGS if sample.is_sync else NON_SYNC_FLAGS
        fields += (
            sample.duration_ticks & 0xFFFFFFFF,
            len(sample.data),
            flags,
            sample.offset_ticks & 0xFFFFFFFF,  # two's complement: version 1 of trun reads it signed
        )
    return struct.pack(f">{len(fields)}I", *fields)


def reference_time(track_id: int, at: datetime, media_ticks: int) -> bytes:
    """prft: the wall time (NTP format) of a moment of a track (ISO/IEC 14496-12, 8.16.5)."""
    micros = (at - _NTP_EPOCH) // timedelta(microseconds=1)
    seconds, rest = divmod(micros, 1_000_000)
    ntp = (seconds & 0xFFFFFFFF) << 32 | (rest << 32) // 1_000_000
    return full_box(b"prft", 1, 24, struct.pack(">IQQ", track_id, ntp, media_ticks))


def wall_time(ntp: int, near: datetime | None = None) -> datetime:
    """The inverse of prft's NTP field. Eras of 2**32 s: the first from 1900; with `near`, the one closest to it."""
    seconds, part = ntp >> 32, ntp & 0xFFFFFFFF
    at = _NTP_EPOCH + timedelta(seconds=seconds, microseconds=((part * 1_000_000) + (1 << 31) >> 32))
    if near is not None:
        era = timedelta(seconds=1 << 32)
        at += round((near - at) / era) * era
    return at

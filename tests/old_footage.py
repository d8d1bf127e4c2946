"""Footage of days ago, written into a site's store as its recorder would have: to look at without waiting."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import av

from veedor.kit.mp4.fragment import Sample, TrackRun, fragment
from veedor.kit.mp4.init import init_segment, timescale_for, video_track
from veedor.model.camera import StreamRole
from veedor.site.record.layout import SegmentName, StreamKey, to_us


@dataclass(frozen=True)
class Reel:
    """One segment file's bytes, and what the index says of them."""

    data: bytes
    codec: str
    width: int
    height: int
    packets: int
    duration_us: int


def reel(clip: Path) -> Reel:
    """A clip that begins with a keyframe as a segment of the store, a fragment for each second or so."""
    with av.open(str(clip)) as source:
        video = source.streams.video[0]
        packets = [packet for packet in source.demux(video) if packet.dts is not None]
        codec = video.codec_context.name
        scale = timescale_for(video.time_base)
        factor = int(scale * video.time_base)
        track = video_track(
            codec,
            timescale=scale,
            extradata=video.codec_context.extradata or b"",
            width=video.width,
            height=video.height,
            first_unit=bytes(packets[0]),
        )
        out = init_segment((track,))
        zero = packets[0].dts
        ticks = [(packet.dts - zero) * factor for packet in packets]
        ends = [*ticks[1:], ticks[-1] + (ticks[1] - ticks[0])]
        step = 25
        for number, first in enumerate(range(0, len(packets), step)):
            samples = [
                Sample(
                    bytes(packets[index]),
                    ends[index] - ticks[index],
                    (packets[index].pts - packets[index].dts) * factor,
                    packets[index].is_keyframe,
                )
                for index in range(first, min(first + step, len(packets)))
            ]
            out += b"".join(fragment(number + 1, [TrackRun(1, ticks[first], samples)]))
        return Reel(out, codec, video.width, video.height, len(packets), ends[-1] * 1_000_000 // scale)


def store(
    root: Path,
    camera_id: str,
    what: Reel,
    start: datetime,
    end: datetime,
    *,
    role: StreamRole = StreamRole.MAIN,
    files: bool = True,
) -> datetime:
    """One run of segments that covers [start, end); gives where it really ends. `files`: False for the index alone."""
    master = root / "open" / f"reel-{hashlib.sha256(what.data).hexdigest()[:16]}"
    key = StreamKey(camera_id, role)
    digest = hashlib.sha256(what.data).hexdigest()
    if files and not master.exists():
        master.parent.mkdir(parents=True, exist_ok=True)
        master.write_bytes(what.data)
    with sqlite3.connect(root / "index.db", timeout=20) as db:
        run = (
            1_000_000 + (db.execute("SELECT MAX(id) FROM runs WHERE id >= 1000000").fetchone()[0] or 10**6) - 10**6 + 1
        )
        db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, 0)", (run, camera_id, role, to_us(start)))
        at, number = start, 0
        while at < end:
            name = SegmentName(key, to_us(at), run, number)
            until = at + timedelta(microseconds=what.duration_us)
            if files:
                path = root / name.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.hardlink_to(master)
            db.execute(
                "INSERT INTO segments (run, number, camera_id, role, started_us, ended_us, recorded_us, clock, codec,"
                " width, height, octets, packets, sha256, path) VALUES (?,?,?,?,?,?,?,'arrival',?,?,?,?,?,?,?)",
                (
                    run,
                    number,
                    camera_id,
                    role,
                    to_us(at),
                    to_us(until),
                    to_us(until),
                    what.codec,
                    what.width,
                    what.height,
                    len(what.data),
                    what.packets,
                    digest,
                    name.path,
                ),
            )
            at, number = until, number + 1
        db.execute("UPDATE longest SET duration_us = max(duration_us, ?)", (what.duration_us,))
    db.close()
    return at


def gap(
    root: Path, camera_id: str, start: datetime, end: datetime, reason: str = "lost", role: StreamRole = StreamRole.MAIN
) -> None:
    with sqlite3.connect(root / "index.db", timeout=20) as db:
        db.execute(
            "INSERT INTO gaps (camera_id, role, started_us, ended_us, reason) VALUES (?, ?, ?, ?, ?)",
            (camera_id, role, to_us(start), to_us(end), reason),
        )
    db.close()

"""Footage for viewers: wall times, gaps, keyframes alone, the stream that can be shown, a month's timeline."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

import old_footage
from clips import write_clip
from veedor.kit.clock import SystemClock
from veedor.kit.sqlite import open_database
from veedor.model.camera import StreamRole
from veedor.site.record.errors import NoFootage
from veedor.site.record.footage import FootageStore
from veedor.site.record.layout import INDEX_NAME
from veedor.site.record.schema import MIGRATIONS
from veedor.wire.ports import PlayWish

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
H264 = PlayWish()


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    open_database(tmp_path / INDEX_NAME, MIGRATIONS).close()
    return tmp_path


@pytest.fixture
def footage(root: Path) -> Iterator[FootageStore]:
    store = FootageStore(root, SystemClock())
    yield store
    store.close()


def reel(folder: Path, name: str = "main.mp4", **changes: object) -> old_footage.Reel:
    return old_footage.reel(write_clip(folder / name, **{"seconds": 4, "fps": 25, "b_frames": 0, **changes}))  # type: ignore[arg-type]


def times(data: bytes) -> list[float]:
    """When each picture is shown, in seconds from the stream's time 0."""
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        stream = container.streams.video[0]
        return sorted(float(frame.pts * stream.time_base) for frame in container.decode(stream))


def test_pictures_have_their_wall_time_and_a_gap_stays_one(root: Path, footage: FootageStore) -> None:
    one = reel(root)
    old_footage.store(root, "plaza", one, START, at(8))
    old_footage.store(root, "plaza", one, at(11), at(15))
    found = footage.play("plaza", at(2.5), at(13), H264)
    assert found.at == at(2)  # the keyframe before
    assert found.until == at(13)  # a keyframe, where the next piece begins
    assert (found.role, found.codec, found.is_copy, found.is_substitute) == (StreamRole.MAIN, "h264", False, False)
    shown = times(b"".join(found.chunks))
    wanted = [index / 25 for index in range(6 * 25)] + [9 + index / 25 for index in range(2 * 25)]
    assert shown == pytest.approx(wanted, abs=0.001)


def test_pieces_join_without_a_picture_twice(root: Path, footage: FootageStore) -> None:
    old_footage.store(root, "plaza", reel(root), START, at(20))
    first = footage.play("plaza", at(0), at(6.2), H264)
    assert first.until == at(7)
    second = footage.play("plaza", first.until, at(12), H264)
    assert second.at == first.until
    assert len(times(b"".join(first.chunks))) + len(times(b"".join(second.chunks))) == 12 * 25


def test_b_frames_keep_their_times(root: Path, footage: FootageStore) -> None:
    old_footage.store(root, "plaza", reel(root, b_frames=2), START, at(4))
    shown = times(b"".join(footage.play("plaza", at(0), at(4), H264).chunks))
    # libav moves all times of a file with negative composition offsets by one amount; browsers do not.
    assert [one - shown[0] for one in shown] == pytest.approx([index / 25 for index in range(100)], abs=0.001)


def test_keyframes_alone_last_until_the_next(root: Path, footage: FootageStore) -> None:
    old_footage.store(root, "plaza", reel(root), START, at(8))
    found = footage.play("plaza", at(0), at(8), PlayWish(keyframes=True))
    assert times(b"".join(found.chunks)) == pytest.approx(list(range(8)), abs=0.001)


def test_sound_is_left_out_and_the_end_is_told(root: Path, footage: FootageStore) -> None:
    ends = old_footage.store(root, "plaza", reel(root), START, at(8))
    found = footage.play("plaza", at(5), at(60), H264)
    assert found.until == ends  # nothing later is known: ask again from there
    with pytest.raises(NoFootage):
        footage.play("plaza", at(100), at(110), H264)


def test_h265_gives_way_to_the_substream_else_a_copy_is_made(root: Path, footage: FootageStore) -> None:
    hevc = reel(root, "hevc.mp4", codec="hevc")
    old_footage.store(root, "plaza", hevc, START, at(8))
    old_footage.store(root, "plaza", reel(root, "sub.mp4", size=(160, 96)), START, at(8), role=StreamRole.SUB)
    old_footage.store(root, "grau", hevc, START, at(12))
    found = footage.play("plaza", at(0), at(4), H264)
    assert (found.role, found.codec, found.is_substitute, found.is_copy) == (StreamRole.SUB, "h264", True, False)
    able = footage.play("plaza", at(0), at(4), PlayWish(hevc=True))
    assert (able.role, able.is_substitute) == (StreamRole.MAIN, False)
    assert able.mime.startswith('video/mp4; codecs="hvc1.')
    copy = footage.play("grau", at(1), at(12), H264)
    assert (copy.is_copy, copy.codec, copy.until) == (True, "hevc", at(5))  # a few seconds at a time
    data = b"".join(copy.chunks)
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        assert container.streams.video[0].codec_context.name == "h264"
    assert times(data) == pytest.approx([index / 25 for index in range(100)], abs=0.001)


def test_a_month_is_told_in_few_spans_at_once(root: Path, footage: FootageStore) -> None:
    one = reel(root)
    long = old_footage.Reel(one.data, one.codec, one.width, one.height, one.packets, 10_000_000)
    middle = START + timedelta(days=20)
    old_footage.store(root, "plaza", long, START, middle, files=False)
    old_footage.gap(root, "plaza", middle, middle + timedelta(minutes=3))
    month = START + timedelta(days=30)
    old_footage.store(root, "plaza", long, middle + timedelta(minutes=3), month, files=False)
    began = time.perf_counter()
    told = footage.timeline("plaza", START, month, 1)
    assert time.perf_counter() - began < 1
    assert [(span.started_at, span.ended_at) for span in told.spans] == [
        (START, middle),
        (middle + timedelta(minutes=3), month),
    ]
    assert [(one.reason.value, one.count) for one in told.gaps] == [("lost", 1)]
    coarse = footage.timeline("plaza", START, month, 600)
    assert [(span.started_at, span.ended_at) for span in coarse.spans] == [(START, month)]
    assert len(coarse.gaps) == 1  # a short gap is told at any resolution


def test_a_run_with_segments_missing_is_told_in_parts(root: Path, footage: FootageStore) -> None:
    import sqlite3

    old_footage.store(root, "plaza", reel(root), START, at(40))
    with sqlite3.connect(root / INDEX_NAME) as db:
        db.execute("DELETE FROM segments WHERE number IN (3, 4, 7)")
    db.close()
    told = footage.timeline("plaza", START, at(40), 1)
    assert [(one.started_at, one.ended_at) for one in told.spans] == [
        (at(0), at(12)),
        (at(20), at(28)),
        (at(32), at(40)),
    ]

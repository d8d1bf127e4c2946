"""Files: as cameras, for analysis, and broken in every way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from clips import jpeg, write_clip
from streams import CONFIG, Collected, camera, file_policy, reader_of, reading
from veedor.model.packet import ClockSource
from veedor.site.ingest.decode import Decoder, open_file
from veedor.site.ingest.errors import (
    EmptyFile,
    FileRefused,
    FileUnreadable,
    NotVideo,
    PictureTooLarge,
    TruncatedFile,
    Undecodable,
    UnsupportedCodec,
)
from waiting import wait_until


def pictures(path: Path, **how) -> list:
    with open_file(path, **how) as video:
        decoder = Decoder(video.info)
        frames = [frame for packet in video for frame in decoder.decode(packet)]
        return frames + decoder.flush()


@pytest.mark.parametrize(
    ("name", "codec", "b_frames"),
    [("a.mp4", "h264", 0), ("b.mp4", "h264", 3), ("c.mkv", "hevc", 0), ("d.avi", "mpeg4", 0), ("e.mp4", "hevc", 2)],
)
def test_every_picture_comes_once_and_in_order(tmp_path: Path, name: str, codec: str, b_frames: int) -> None:
    frames = pictures(write_clip(tmp_path / name, codec=codec, b_frames=b_frames, seconds=2.0))
    assert [frame.index for frame in frames] == list(range(50))
    assert {(frame.width, frame.height) for frame in frames} == {(320, 176)}
    assert all(b.media_s - a.media_s == pytest.approx(0.04, abs=0.002) for a, b in pairwise(frames))
    assert frames[-1].captured_at - frames[0].captured_at == timedelta(seconds=1.96)
    # The square (rgb 30, 200, 240) is brighter than the grey (90) around it, and moves to the right.
    edges = [int(np.argmax(frame.luma[70] > 120)) for frame in frames]
    assert edges[10] > edges[2] > edges[0]


def test_only_wanted_pictures_are_converted_and_all_are_counted(tmp_path: Path) -> None:
    with open_file(write_clip(tmp_path / "a.mp4", seconds=2.0)) as video:
        assert (video.frames, video.duration_s) == (50, pytest.approx(2.0, abs=0.05))
        decoder = Decoder(video.info)
        frames = [one for packet in video for one in decoder.decode(packet, lambda s: round(s * 25) % 5 == 0)]
    assert [frame.index for frame in frames] == list(range(0, 50, 5))


def test_odd_sizes_lose_a_row_and_column(tmp_path: Path) -> None:
    with open_file(write_clip(tmp_path / "a.mp4", seconds=0.2)) as video:
        info = video.info
    odd = Decoder(replace(info, codec="mjpeg", extradata=b"", width=0, height=0))
    with open_file(write_clip(tmp_path / "b.mp4", seconds=0.2)) as video:
        packet = replace(next(iter(video)), data=jpeg((321, 177)))
    (frame,) = odd.decode(packet)
    assert frame.i420.shape == (264, 320)


def test_damaged_packets_are_told_and_do_not_stop_the_decoder(tmp_path: Path) -> None:
    with open_file(write_clip(tmp_path / "a.mp4")) as video:
        packets = list(video)
    decoder = Decoder(packets[0].info)
    frames = 0
    for number, packet in enumerate(packets):
        damaged = replace(packet, data=b"\x00\x00\x00\x01\x41" + b"\xff" * 40) if number % 10 == 5 else packet
        try:
            frames += len(decoder.decode(damaged))
        except Undecodable:
            continue
    assert frames >= 60


def test_what_is_wrong_with_a_file_is_named(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4")
    empty, text, cut = (tmp_path / f"{name}.mp4" for name in ("empty", "text", "cut"))
    empty.touch()
    text.write_text("hello " * 100)
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    for path, error in (
        (empty, EmptyFile),
        (text, NotVideo),
        (cut, TruncatedFile),
        (tmp_path / "none.mp4", FileUnreadable),
        (tmp_path, FileUnreadable),
    ):
        with pytest.raises(error, match=path.name) as caught:
            open_file(path)
        assert caught.value.hint("es")


def test_a_file_cut_after_its_index_gives_what_there_is_and_says_so(tmp_path: Path) -> None:
    import av

    whole, front = write_clip(tmp_path / "whole.mp4"), tmp_path / "front.mp4"
    with av.open(str(whole)) as source, av.open(str(front), "w", options={"movflags": "faststart"}) as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                sink.mux(packet)
    data = front.read_bytes()
    front.write_bytes(data[: len(data) * 2 // 3])
    with open_file(front) as video:
        count = sum(1 for _ in video)
        assert 10 < count < 75
        assert isinstance(video.problem, TruncatedFile)


def test_a_playlist_cannot_lead_to_other_files(tmp_path: Path) -> None:
    secret = write_clip(tmp_path / "secret.mp4", seconds=0.5)
    for name, text in (
        ("a.m3u8", f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n"),
        ("b.ffconcat", f"ffconcat version 1.0\nfile '{secret.name}'\n"),
        ("c.mp4", f"ffconcat version 1.0\nfile '{secret.name}'\n"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(NotVideo):
            open_file(tmp_path / name)


def test_pictures_beyond_8192_are_refused_and_8192_is_not(tmp_path: Path) -> None:
    largest = write_clip(tmp_path / "8k.mp4", size=(8192, 64), seconds=0.1)
    assert pictures(largest)[0].width == 8192
    beyond = write_clip(tmp_path / "9k.mp4", size=(8256, 64), seconds=0.1)
    with pytest.raises(PictureTooLarge, match="8256x64"):
        open_file(beyond)


def test_a_file_is_a_camera_that_never_ends(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", seconds=0.6)
    config = replace(CONFIG, networks=file_policy(tmp_path))
    with reading(camera(f"file://{clip}"), config=config) as (_, sink):
        wait_until(lambda: len(sink.video) > 40)  # of 15 in the file
    assert sink.sessions == [1]
    assert {packet.clock for packet in sink.video} == {ClockSource.FILE}
    steps_s = [(b.captured_at - a.captured_at).total_seconds() for a, b in pairwise(sink.video)]
    assert all(0.03 < step_s < 0.09 for step_s in steps_s)
    assert sink.hashes()[:15] == sink.hashes()[15:30]


def test_a_file_camera_obeys_its_folders_and_codecs(tmp_path: Path) -> None:
    old = write_clip(tmp_path / "old.avi", codec="mpeg4", seconds=0.2)
    with pytest.raises(FileRefused):
        reader_of(camera(f"file://{old}"), Collected()).run_once()
    config = replace(CONFIG, networks=file_policy(tmp_path))
    with pytest.raises(UnsupportedCodec, match="mpeg4"):
        reader_of(camera(f"file://{old}"), Collected(), config=config).run_once()

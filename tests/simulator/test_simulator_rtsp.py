"""The test camera server, against libav's own client."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import pytest

from clips import write_clip
from veedor.simulator.errors import UnservableFile
from veedor.simulator.hashing import payload_hash
from veedor.simulator.media import Timeline, load
from veedor.simulator.prepare import Preparation, prepare
from veedor.simulator.process import RtspServerProcess
from veedor.simulator.rtsp_server import Faults, RtspServer, ServedStream
from waiting import wait_until


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


def read(url: str, count: int, transport: str = "tcp") -> list[tuple[str, float | None]]:
    """Payload hash and the camera's time of the first packets, by libav alone."""
    got = []
    with av.open(url, options={"rtsp_transport": transport, "analyzeduration": "500000"}, timeout=10) as container:
        for packet in container.demux(container.streams.video[0]):
            camera_s = None
            if packet.has_sidedata("prft"):
                camera_s = struct.unpack_from("<q", bytes(packet.get_sidedata("prft")))[0] / 1e6
            got.append((payload_hash(bytes(packet), packet.stream.codec_context.name), camera_s))
            if len(got) == count:
                break
    return got


@pytest.mark.parametrize(
    ("codec", "b_frames", "transport"), [("h264", 0, "tcp"), ("h264", 2, "tcp"), ("hevc", 0, "tcp"), ("h264", 0, "udp")]
)
def test_what_libav_gets_is_what_the_log_says(tmp_path: Path, codec: str, b_frames: int, transport: str) -> None:
    file = write_clip(tmp_path / "c.mp4", codec=codec, b_frames=b_frames, seconds=1.0)
    with RtspServer([ServedStream("/cam", file)]) as server:
        got = read(server.url("/cam"), 40, transport)  # more than one loop of the clip
        sent = server.sent("/cam")[0].units()
        assert [one for one, _ in got] == [unit.payload_sha256 for unit in sent[: len(got)]]
        assert sent[0].is_keyframe
        for (_, camera_s), unit in zip(got, sent, strict=False):
            assert camera_s == pytest.approx(unit.captured_at.timestamp(), abs=0.001)
        wait_until(lambda: server.viewers("/cam") == 0)


def test_each_camera_can_begin_elsewhere(clip: Path) -> None:
    whole = load(clip)
    assert Timeline(whole, 1.2).unit(0) is whole.units[50]  # the first keyframe from there on
    late = Timeline(whole, 1.2)
    assert [late.due_s(number) for number in (0, 1, 25)] == pytest.approx([0.0, 0.04, 1.0])
    assert all(late.pts_90k(n + 1) > late.pts_90k(n) for n in range(300))
    assert late.number_after(1.0) == 26
    assert late.keyframe_before(26) == 25


def test_every_client_sees_the_same_moment(clip: Path) -> None:
    with RtspServer([ServedStream("/cam", clip)]) as server:
        read(server.url("/cam"), 30)
        read(server.url("/cam"), 30)
        first, second = (log.units() for log in server.sent("/cam"))
        for a, b in ((a, b) for a in first for b in second if a.captured_at == b.captured_at):
            assert a.payload_sha256 == b.payload_sha256


def test_an_outage_keeps_the_port_and_the_time(clip: Path) -> None:
    with RtspServer([ServedStream("/cam", clip)]) as server:
        url = server.url("/cam")
        read(url, 3)
        server.stop()
        with pytest.raises(av.error.ConnectionRefusedError):
            av.open(url, timeout=2)
        server.start()
        assert server.url("/cam") == url
        read(url, 3)
        before, after = server.sent("/cam")
        assert after.units()[0].captured_at >= before.units()[0].captured_at


def test_dropped_packets_are_not_called_intact(clip: Path) -> None:
    with RtspServer([ServedStream("/cam", clip, faults=Faults(drop_fraction=0.2))]) as server:
        read(server.url("/cam"), 20)
        assert {unit.intact for unit in server.sent("/cam")[0].units()} == {True, False}


def test_the_same_from_another_process(clip: Path) -> None:
    with RtspServerProcess([ServedStream("/cam", clip)]) as server:
        got = read(server.url("/cam"), 10)
        assert [one for one, _ in got] == [unit.payload_sha256 for unit in server.sent("/cam")[0].units()][:10]
        server.set_faults("/cam", Faults(status=404))
        with pytest.raises(av.error.HTTPNotFoundError):
            read(server.url("/cam"), 1)


def test_files_are_prepared_once(tmp_path: Path) -> None:
    old = write_clip(tmp_path / "old.avi", codec="mpeg4", seconds=1.0)
    wanted = Preparation(width=160, fps=5, keyframe_interval_s=0.6)
    made = prepare(old, tmp_path / "cache", wanted)
    clip_ = load(made)
    assert (clip_.codec, clip_.width, clip_.height, clip_.fps) == ("h264", 160, 88, 5)
    assert [unit.is_keyframe for unit in clip_.units] == [True, False, False, True, False]
    stamp = made.stat().st_mtime_ns
    assert prepare(old, tmp_path / "cache", wanted) == made
    assert made.stat().st_mtime_ns == stamp


def test_what_is_not_video_is_named(tmp_path: Path) -> None:
    text = tmp_path / "letter.mp4"
    text.write_text("no video at all")
    for file in (text, tmp_path / "missing.mp4"):
        with pytest.raises(UnservableFile, match=file.name):
            RtspServer([ServedStream("/cam", file)])


def test_a_higher_rate_repeats_pictures_and_keeps_the_speed(tmp_path: Path) -> None:
    slow = write_clip(tmp_path / "slow.mp4", fps=10, seconds=2.0, keyframe_every=10)
    fast = load(prepare(slow, tmp_path / "cache", Preparation(fps=25)))
    assert fast.fps == 25
    assert fast.loop_90k / 90_000 == pytest.approx(2.0, abs=0.1)

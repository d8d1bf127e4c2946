"""Each thing that goes wrong with RTSP cameras, made to happen for real."""

from __future__ import annotations

import logging
import socket
import traceback
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from scripted_camera import Request, ScriptedCamera, reply

from clips import write_clip
from streams import CONFIG, Collected, camera, reader_of, reading
from veedor.kit.errors import VeedorError
from veedor.model.camera import StreamState, Transport
from veedor.model.packet import ClockSource, Media
from veedor.model.recording import GapReason
from veedor.simulator.rtsp_server import Faults, RtspServer, ServedStream
from veedor.site.ingest.decode import Decoder
from veedor.site.ingest.errors import (
    AddressRefused,
    CameraFault,
    CameraRefused,
    CameraTimeout,
    NotVideo,
    RedirectRefused,
    StreamEnded,
    StreamNotFound,
    StreamStalled,
    WrongPassword,
)
from waiting import wait_until

PASSWORD = "s3cr&t/p@ss:w%rd#?ñ +"


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    write_clip(folder / "main.mp4")
    write_clip(folder / "small.mp4", size=(160, 96))
    write_clip(folder / "large.mp4", size=(1280, 720))
    write_clip(folder / "b.mp4", b_frames=2)
    write_clip(folder / "hevc.mp4", codec="hevc", seconds=2.0)
    return folder


@pytest.fixture
def server(clips: Path):
    streams = [
        ServedStream("/main", clips / "main.mp4"),
        ServedStream("/large", clips / "large.mp4"),
        ServedStream("/b", clips / "b.mp4"),
        ServedStream("/hevc", clips / "hevc.mp4"),
        ServedStream("/audio", clips / "main.mp4", audio=True),
        ServedStream("/digest", clips / "main.mp4", username="ad min", password=PASSWORD),
        ServedStream("/basic", clips / "main.mp4", username="ad min", password=PASSWORD, login="basic"),
    ]
    with RtspServer(streams) as running:
        yield running


def first_error(target, **how) -> VeedorError:
    sink = Collected()
    with pytest.raises(VeedorError) as caught:
        reader_of(target, sink, **how).run_once()
    return caught.value


@pytest.mark.parametrize(
    ("path", "transport"),
    [("/main", "tcp"), ("/main", "udp"), ("/b", "tcp"), ("/hevc", "tcp"), ("/audio", "tcp"), ("/digest", "udp")],
)
def test_every_packet_arrives_from_the_first_keyframe_on(server: RtspServer, path: str, transport: str) -> None:
    target = camera(server.url(path), transport=Transport(transport), user="ad min")
    with reading(target, password=PASSWORD) as (_, sink):
        wait_until(lambda: len(sink.video) > 40)
    sent = [unit.payload_sha256 for unit in server.sent(path)[0].units()]
    got = sink.hashes()
    assert got == sent[: len(got)]
    assert sink.video[0].is_keyframe
    assert {packet.info.media for packet in sink.packets} == {Media.VIDEO}  # sound was not asked for


def test_pictures_are_timed_by_the_cameras_clock(server: RtspServer) -> None:
    for path in ("/main", "/b"):
        with reading(camera(server.url(path))) as (reader, sink):
            wait_until(lambda seen=sink: len(seen.video) > 60)
        for packet, unit in zip(sink.video, server.sent(path)[0].units(), strict=False):
            assert packet.clock is ClockSource.SENDER_REPORT
            assert abs(packet.captured_at - unit.captured_at) < timedelta(milliseconds=2)
        assert reader.clock_offset_s == pytest.approx(0.0, abs=0.15)


def test_without_sender_reports_arrival_counts(server: RtspServer) -> None:
    server.set_faults("/main", Faults(sender_reports=False))
    with reading(camera(server.url("/main"))) as (reader, sink):
        wait_until(lambda: len(sink.video) > 60)
    late_s = [
        (packet.captured_at - unit.captured_at).total_seconds()
        for packet, unit in zip(sink.video, server.sent("/main")[0].units(), strict=False)
    ]
    assert {packet.clock for packet in sink.video} == {ClockSource.ARRIVAL}
    # The pictures that the camera sent from its store at the start, too, get the time at which they were taken.
    assert -0.01 < min(late_s) <= max(late_s) < 0.3
    assert max(late_s) - min(late_s) < 0.03
    assert reader.clock_offset_s is None


@pytest.mark.parametrize(
    ("offset_s", "source"),
    [(1.0, ClockSource.SENDER_REPORT), (-3600.0, ClockSource.ARRIVAL), (90.0, ClockSource.ARRIVAL)],
)
def test_a_wrong_camera_clock_is_measured_and_not_believed(server: RtspServer, offset_s: float, source) -> None:
    server.set_faults("/main", Faults(clock_offset_s=offset_s))
    with reading(camera(server.url("/main"))) as (reader, sink):
        wait_until(lambda: len(sink.video) > 40)
        wait_until(lambda: reader.health.clock_offset_s is not None)
    assert reader.clock_offset_s == pytest.approx(offset_s, abs=0.2)
    assert {packet.clock for packet in sink.video} == {source}
    sent = server.sent("/main")[0].units()[0].captured_at
    error_s = (sink.video[0].captured_at - sent).total_seconds()
    assert error_s == pytest.approx(offset_s if source is ClockSource.SENDER_REPORT else 0.0, abs=0.3)


def test_sound_only_where_it_is_wanted(server: RtspServer) -> None:
    with reading(camera(server.url("/audio"), audio=True)) as (_, sink):
        wait_until(lambda: sum(packet.info.media is Media.AUDIO for packet in sink.packets) > 20)
        wait_until(lambda: len(sink.video) > 20)
    sound = next(packet for packet in sink.packets if packet.info.media is Media.AUDIO)
    assert (sound.info.codec, sound.info.sample_rate, sound.info.channels) == ("pcm_alaw", 8000, 1)


@pytest.mark.parametrize("orderly", [True, False])
def test_a_lost_connection_is_made_again(server: RtspServer, orderly: bool) -> None:
    with reading(camera(server.url("/main"))) as (reader, sink):
        wait_until(lambda: len(sink.video) > 20)
        (server.end if orderly else server.disconnect)("/main")
        wait_until(lambda: len(sink.sessions) == 2)
        wait_until(lambda: reader.health.state is StreamState.ONLINE)
    assert sink.ended[0][:2] == (1, GapReason.LOST)
    assert reader.health.sessions == 2
    assert reader.health.keyframe_octets == sum(len(packet.data) for packet in sink.video if packet.is_keyframe)
    assert reader.health.keyframe_octets < reader.health.octets == sum(len(packet.data) for packet in sink.packets)
    assert StreamState.OFFLINE in {health.state for health in sink.health}
    # Nothing that had come in is lost at the break.
    log = [unit.payload_sha256 for unit in server.sent("/main")[0].units()]
    first = [one for packet, one in zip(sink.video, sink.hashes(), strict=True) if packet.session == 1]
    assert first == log[: len(first)]
    assert len(log) - len(first) <= 1


def test_a_silent_end_raises(server: RtspServer) -> None:
    sink = Collected()
    reader = reader_of(camera(server.url("/main")), sink)
    import threading

    outcome: list[Exception] = []

    def run() -> None:
        try:
            reader.run_once()
        except VeedorError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: len(sink.video) > 5)
    server.end("/main")
    thread.join(10)
    assert isinstance(outcome[0], StreamEnded)


def test_a_stall_is_loss(server: RtspServer) -> None:
    with reading(camera(server.url("/main"))) as (reader, sink):
        wait_until(lambda: len(sink.video) > 20)
        server.set_faults("/main", Faults(stall=True))
        wait_until(lambda: sink.ended)
        assert sink.ended[0][:2] == (1, GapReason.LOST)
        stalled = next(health for health in sink.health if health.state is StreamState.OFFLINE)
        assert stalled.problem.key == StreamStalled.key
        server.set_faults("/main", Faults())
        wait_until(lambda: reader.health.state is StreamState.ONLINE)


@pytest.mark.parametrize("seconds", [-3600.0, 3600.0])
def test_timestamps_that_jump_begin_a_session_in_the_same_connection(server: RtspServer, seconds: float) -> None:
    with reading(camera(server.url("/main"))) as (_, sink):
        wait_until(lambda: len(sink.video) > 20)
        server.jump("/main", seconds)
        wait_until(lambda: len(sink.sessions) == 2 and len(sink.video) > 60)
    assert len(server.sent("/main")) == 1
    assert sink.ended[0][:2] == (1, GapReason.CLOCK_STEPPED)
    wait_until(lambda: server.viewers("/main") == 0)  # until then it may not have written down what it sent last
    assert sink.hashes() == [unit.payload_sha256 for unit in server.sent("/main")[0].units()][: len(sink.video)]
    times = [packet.captured_at for packet in sink.video]
    assert max(b - a for a, b in pairwise(times)) < timedelta(seconds=3)


@pytest.mark.parametrize("reconnect", [True, False])
def test_another_codec_setup_begins_a_session(server: RtspServer, clips: Path, reconnect: bool) -> None:
    with reading(camera(server.url("/main"))) as (_, sink):
        wait_until(lambda: len(sink.video) > 20)
        server.replace("/main", clips / "small.mp4", disconnect=reconnect)
        wait_until(lambda: sink.video[-1].info.width == 160)
        wait_until(lambda: sum(packet.info.width == 160 for packet in sink.video) > 20)
    old, new = ([packet for packet in sink.video if packet.info.width == width] for width in (320, 160))
    assert old[-1].session < new[0].session
    assert new[0].is_keyframe
    assert (new[0].info.width, new[0].info.height) == (160, 96)
    assert sink.ended[0][1] is (GapReason.LOST if reconnect else GapReason.CODEC_CHANGED)
    decoder = Decoder(new[0].info)
    pictures = [picture for packet in new for picture in decoder.decode(packet)]
    assert {picture.i420.shape for picture in pictures} == {(144, 160)}


@pytest.mark.parametrize("faults", [Faults(garbage_fraction=0.3), Faults(drop_fraction=0.3)])
def test_damage_does_not_end_the_stream(server: RtspServer, faults: Faults) -> None:
    with reading(camera(server.url("/main"))) as (reader, sink):
        wait_until(lambda: len(sink.video) > 10)
        server.set_faults("/main", faults)
        seen = len(sink.video)
        wait_until(lambda: len(sink.video) > seen + 40)
        server.set_faults("/main", Faults())
        wait_until(lambda: reader.health.state is StreamState.ONLINE)
        healthy = len(server.sent("/main")[-1])
        wait_until(lambda: len(server.sent("/main")[-1]) > healthy + 60)
    sent = {unit.payload_sha256 for unit in server.sent("/main")[-1].units()[-50:-10]}
    assert sent <= set(sink.hashes())


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_what_is_lost_on_the_way_is_counted_and_nothing_else_is_lost(server: RtspServer, transport: str) -> None:
    with reading(camera(server.url("/large"), transport=Transport(transport))) as (reader, sink):
        wait_until(lambda: len(sink.video) > 10)
        server.set_faults("/large", Faults(drop_fraction=0.2))
        wait_until(lambda: reader.health.damaged_pictures >= 5)
        server.set_faults("/large", Faults())
        seen = len(server.sent("/large")[0])
        wait_until(lambda: len(sink.video) > seen)
    got = sink.hashes()
    wait_until(lambda: server.viewers("/large") == 0)  # until then it may not have written down what it sent last
    sent = server.sent("/large")[0].units()
    assert {unit.payload_sha256 for unit in sent[:seen] if unit.intact} <= set(got)
    known = {unit.payload_sha256 for unit in sent}
    assert sum(one not in known for one in got) <= reader.health.damaged_pictures  # whole slices of damaged pictures
    spoilt = sum(not unit.intact for unit in sent)
    assert 5 <= reader.health.damaged_pictures <= spoilt
    assert reader.health.rtp_lost >= reader.health.damaged_pictures


@pytest.mark.parametrize("path", ["/digest", "/basic"])
def test_passwords_with_every_odd_sign_work(server: RtspServer, path: str) -> None:
    with reading(camera(server.url(path), user="ad min"), password=PASSWORD) as (_, sink):
        wait_until(lambda: len(sink.video) > 5)


@pytest.mark.parametrize("path", ["/digest", "/basic", "/main"])
def test_a_wrong_password_is_named_and_never_shown(server: RtspServer, path: str, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "not-the-Passw0rd!"
    server.set_faults("/main", Faults(reject_login=True))
    sink = Collected()
    reader = reader_of(camera(server.url(path), user="ad min"), sink, password=wrong)
    with pytest.raises(WrongPassword) as caught:
        reader.run_once()
    reader.start()
    wait_until(lambda: reader.health.state is StreamState.OFFLINE)
    reader.stop()
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(sink.health) + repr(reader.__dict__)
    assert wrong not in told
    assert WrongPassword.key in {health.problem.key for health in sink.health if health.problem}
    assert caught.value.hint("es")
    assert caught.value.hint("en")


def test_a_login_that_is_refused_after_it_was_accepted_is_not_shown(caplog) -> None:
    caplog.set_level(logging.DEBUG)
    password = "secret-that-was-right"

    def refuse(request: Request) -> bytes:
        return reply(request, "401 Unauthorized", 'WWW-Authenticate: Basic realm="x"')

    def describe(request: Request) -> bytes:
        return scripted.usual(request) if "authorization" in request.headers else refuse(request)

    with ScriptedCamera(answers={"DESCRIBE": describe, "SETUP": refuse}) as scripted:
        sink = Collected()
        with pytest.raises(WrongPassword) as caught:
            reader_of(camera(scripted.url, user="ad min"), sink, password=password).run_once()
    assert scripted.methods() == ["DESCRIBE", "DESCRIBE", "SETUP"]
    text = "".join(traceback.format_exception(caught.value, chain=True)) + caplog.text + repr(sink.health)
    assert password not in text
    assert caught.value.__context__ is None


def test_what_answers_wrongly_is_told_apart(server: RtspServer) -> None:
    assert isinstance(first_error(camera(server.url("/nowhere"))), StreamNotFound)
    server.set_faults("/main", Faults(status=500))
    assert isinstance(first_error(camera(server.url("/main"))), CameraFault)
    server.stop()
    assert isinstance(first_error(camera(server.url("/main"))), CameraRefused)


def test_a_port_that_is_silent_or_speaks_otherwise() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/x"
        assert isinstance(first_error(camera(url)), CameraTimeout)
    from simple_server import answering

    with answering(b"HTTP/1.1 200 OK\r\n\r\nhello") as port:
        assert isinstance(first_error(camera(f"rtsp://127.0.0.1:{port}/x")), NotVideo)
    sdp = b"v=0\r\ns=x\r\nm=audio 0 RTP/AVP 8\r\n"
    answer = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: %d\r\n\r\n" % len(sdp) + sdp
    with answering(answer) as port:
        assert isinstance(first_error(camera(f"rtsp://127.0.0.1:{port}/x")), NotVideo)


def test_redirects_are_checked_and_get_no_password(server: RtspServer, clips: Path) -> None:
    from simple_server import answering

    # Within the allowed networks: followed, but the login stays behind.
    with answering(b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n') as port:
        server.set_faults("/digest", Faults(redirect_to=f"rtsp://127.0.0.1:{port}/steal"))
        server.replace("/digest", clips / "main.mp4")
        server.set_faults("/main", Faults(redirect_to=f"rtsp://127.0.0.1:{port}/steal"))
        error = first_error(camera(server.url("/main"), user="ad min"), password=PASSWORD)
        assert isinstance(error, WrongPassword)
        assert len(answering.requests) == 1  # no second try with a login
        assert b"Authorization" not in answering.requests[0]
    # To a place outside: refused.
    server.set_faults("/main", Faults(redirect_to="rtsp://169.254.169.254/latest"))
    assert isinstance(first_error(camera(server.url("/main"))), AddressRefused)
    server.set_faults("/main", Faults(redirect_to="file:///etc/passwd"))
    assert isinstance(first_error(camera(server.url("/main"))), RedirectRefused)
    # In a circle.
    server.set_faults("/main", Faults(redirect_to=server.url("/main")))
    assert isinstance(first_error(camera(server.url("/main"))), RedirectRefused)
    # To another path of the same camera: followed.
    server.set_faults("/main", Faults(redirect_to=server.url("/b")))
    with reading(camera(server.url("/main"))) as (_, sink):
        wait_until(lambda: len(sink.video) > 5)


def test_loopback_is_refused_unless_configured(server: RtspServer) -> None:
    from dataclasses import replace

    from veedor.site.ingest.networks import NetworkPolicy

    closed = replace(CONFIG, networks=NetworkPolicy())
    assert isinstance(first_error(camera(server.url("/main")), config=closed), AddressRefused)
    assert server.sent("/main") == []


def test_our_own_clock_set_back_begins_a_session_and_never_turns_time_back_within_one(server: RtspServer) -> None:
    from steppable import SteppableClock

    clock = SteppableClock()
    server.set_faults("/main", Faults(sender_reports=False))
    with reading(camera(server.url("/main")), clock=clock) as (_, sink):
        wait_until(lambda: len(sink.video) > 30)
        clock.step(-3600)
        wait_until(lambda: len(sink.sessions) == 2 and len(sink.video) > 80)
    assert sink.ended[0][:2] == (1, GapReason.CLOCK_STEPPED)
    for session in sink.sessions:
        times = [packet.captured_at for packet in sink.video if packet.session == session]
        assert times == sorted(times)
    first, second = (
        next(packet for packet in sink.video if packet.session == session).captured_at for session in sink.sessions
    )
    assert timedelta(seconds=3540) < first - second < timedelta(seconds=3600)
    assert len(server.sent("/main")) == 1  # the connection was kept
    wait_until(lambda: server.viewers("/main") == 0)  # until then it may not have written down what it sent last
    assert sink.hashes() == [unit.payload_sha256 for unit in server.sent("/main")[0].units()][: len(sink.video)]

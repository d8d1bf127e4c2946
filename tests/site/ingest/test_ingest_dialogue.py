"""What cameras say and get wrong in RTSP itself: sizes, garbage, and the rest of the session."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import replace
from itertools import pairwise

import pytest
from dialogue import CONFIG, pictures, received, why
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_camera import (
    SDP,
    Request,
    ScriptedCamera,
    framed,
    picture,
    reply,
    rtp,
    stream_of,
)

from streams import Collected, camera, reader_of, reading
from veedor.kit.clock import SystemClock
from veedor.kit.errors import VeedorError
from veedor.model.camera import StreamState
from veedor.site.ingest.errors import (
    CameraFault,
    CameraTimeout,
    NotVideo,
    StreamEnded,
    StreamNotFound,
    StreamStalled,
    UnsupportedCodec,
)
from veedor.site.ingest.interleaved import Interleaved
from veedor.site.ingest.receiver import Receiver
from veedor.site.ingest.sdp import parse_sdp
from waiting import wait_until

# -- sizes and nonsense


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 20_000, NotVideo),  # a head without an end
        (b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 150 + b"\r\n", NotVideo),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n", NotVideo),
        (b"RTSP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n", NotVideo),
        (b"RTSP/1.0 abc\r\n\r\n", NotVideo),
        (b"SSH-2.0-OpenSSH_9.2\r\n", NotVideo),
        (b"\x16\x03\x01\x02\x00", NotVideo),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nshort", CameraTimeout),
        (b"RTSP/1.0 200 OK\r\n\r\n", NotVideo),
        (b"RTSP/1.0 454 Session Not Found\r\n\r\n", StreamNotFound),
        (b"RTSP/1.0 500 Oops\r\n\r\n", CameraFault),
        (b"RTSP/1.0 101 Later\r\n\r\nRTSP/1.0 404 Not Found\r\n\r\n", StreamNotFound),
    ],
)
def test_answers_that_make_no_sense_have_an_end(answer: bytes, error: type[VeedorError]) -> None:
    with ScriptedCamera(answers={"DESCRIBE": lambda _: answer}) as scripted:
        assert isinstance(why(scripted, config=replace(CONFIG, connect_timeout_s=0.5)), error)


def test_a_camera_that_spells_letter_by_letter_gets_no_more_time() -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def spell() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    for letter in b"RTSP/1.0 200 OK\r\n" + b"X" * 10_000:
                        connection.sendall(bytes([letter]))
                        if stop.wait(0.05):
                            return
                except OSError:
                    return

        threading.Thread(target=spell, daemon=True).start()
        url = f"rtsp://127.0.0.1:{server.getsockname()[1]}/x"
        with pytest.raises(CameraTimeout):
            reader_of(camera(url), Collected(), config=replace(CONFIG, connect_timeout_s=0.4)).run_once()
        stop.set()


def test_a_codec_that_cannot_be_recorded_is_named() -> None:
    for encoding in ("MP4V-ES", "VP8"):
        with ScriptedCamera(sdp=SDP.replace("H264", encoding)) as scripted:
            error = why(scripted)
        assert isinstance(error, UnsupportedCodec)
        assert encoding.lower() in error.message.render("en")


@pytest.mark.parametrize("transport", ["RTP/AVP;unicast;client_port=1-2", "RTP/AVP/TCP;interleaved=300-301", ""])
def test_a_transport_that_was_not_asked_for_is_refused(transport: str) -> None:
    def setup(request: Request) -> bytes:
        return reply(request, "200 OK", "Session: 1", f"Transport: {transport}")

    with ScriptedCamera(answers={"SETUP": setup}) as scripted:
        assert isinstance(why(scripted), CameraFault)


def test_the_camera_may_choose_its_channels() -> None:
    def setup(request: Request) -> bytes:
        return reply(request, "200 OK", "Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=6-7;ssrc=0")

    media = b"".join(framed(rtp(picture(n), n, n * 3600, marker=True), 6) for n in range(20))
    with ScriptedCamera(media=media, answers={"SETUP": setup}) as scripted:
        assert received(scripted, 10)[:5] == pictures(0, 1, 2, 3, 4)


# -- garbage among media


def test_media_that_overtakes_the_answer_to_play_is_kept() -> None:
    def play(request: Request) -> bytes:
        return stream_of(5) + reply(request, "200 OK", "Session: 42") + stream_of(15, first=5)

    with ScriptedCamera(answers={"PLAY": play}) as scripted:
        assert received(scripted, 12)[:12] == pictures(*range(12))


def test_what_is_on_the_line_besides_is_stepped_over() -> None:
    parts = [stream_of(1, first=number) for number in range(24)]
    parts[3] += b"garbage $ and $\x00\x00 more $$$"
    parts[6] += b"RTSP/1.0 200 OK\r\nCSeq: 9\r\nContent-Length: 4\r\n\r\nbody"
    parts[9] += framed(b"another channel, which nobody asked for", 9)
    parts[12] += framed(b"", 0) + framed(b"\x80", 0) + framed(b"noise" * 20, 0) + framed(b"noise" * 20, 1)
    parts[15] += b"\x00" * 70_000
    with ScriptedCamera(media=b"".join(parts)) as scripted:
        assert received(scripted, 22)[:22] == pictures(*range(22))


def test_nothing_but_garbage_ends_with_a_clear_error() -> None:
    with ScriptedCamera(media=b"\xabnonsense" * 300_000) as scripted:
        error = why(scripted)
    assert isinstance(error, CameraFault)
    assert "RTP" in error.message.render("en")


def test_sound_reports_and_other_things_alone_are_a_stall() -> None:
    report = struct.pack(">BBHIQIII", 0x80, 200, 6, 7, 1 << 40, 1234, 5, 6)
    stop = threading.Event()
    with ScriptedCamera(media=stream_of(15)) as scripted:

        def chatter() -> None:
            try:
                while not stop.wait(0.05):
                    if scripted.connections:
                        scripted.send(framed(report, 1) + framed(b"x" * 40, 0))
            except OSError:
                return

        threading.Thread(target=chatter, daemon=True).start()
        assert isinstance(why(scripted), StreamStalled)
        stop.set()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_however_the_bytes_arrive_the_same_comes_out(data: st.DataObject) -> None:
    whole = (
        stream_of(4)
        + b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: 3\r\n\r\nabc"
        + stream_of(4, first=4)
        + b"OPTIONS * RTSP/1.0\r\nCSeq: 3\r\n\r\n"
        + framed(b"report", 1)
        + stream_of(4, first=8)
    )
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=12)))
    got: list[bytes] = []
    messages: list[tuple[bytes, bytes]] = []
    channels = {n: (lambda view, at, end, n=n: got.append(bytes([n]) + bytes(view[at:end]))) for n in (0, 1)}
    cutter = Interleaved(channels, lambda head, body: messages.append((head, body)), "x")
    rest = b""
    for start, end in pairwise([0, *cuts, len(whole)]):
        piece = rest + whole[start:end]
        rest = piece[cutter.feed(memoryview(piece), len(piece)) :]
    assert rest == b""
    assert [one[13:] for one in got if one[0] == 0] == [picture(number) for number in range(12)]
    assert [one for one in got if one[0] == 1] == [b"\x01report"]
    assert messages == [
        (b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: 3", b"abc"),
        (b"OPTIONS * RTSP/1.0\r\nCSeq: 3", b""),
    ]
    assert cutter.skipped == 0


@settings(deadline=None)
@given(noise=st.binary(max_size=300))
def test_after_noise_it_finds_back(noise: bytes) -> None:
    got: list[bytes] = []
    cutter = Interleaved({0: lambda view, at, end: got.append(bytes(view[at:end]))}, lambda _head, _body: None, "x")
    piece = noise + stream_of(3000)
    for _ in range(20):
        at = cutter.feed(memoryview(piece), len(piece))
        piece = piece[at:]
    assert got[-1][12:] == picture(2999)


# -- the rest of the session


def test_the_camera_is_kept_awake_told_what_arrives_and_dismissed() -> None:
    def setup(request: Request) -> bytes:
        transport = f"Transport: {request.headers['transport']}"
        return reply(request, "200 OK", "Session: abc ; timeout = 1", transport)

    config = replace(CONFIG, read_timeout_s=30.0)
    with ScriptedCamera(media=stream_of(20), answers={"SETUP": setup}) as scripted:
        with reading(camera(scripted.url), config=config) as (reader, _):
            wait_until(lambda: reader.health.state is StreamState.ONLINE)
            wait_until(lambda: "GET_PARAMETER" in scripted.methods())
            wait_until(lambda: scripted.received)
        wait_until(lambda: scripted.methods()[-1] == "TEARDOWN")
    assert scripted.requests[-1].headers["session"] == "abc"
    report = bytes(scripted.received)
    assert report[:2] == b"$\x01"
    assert report[4:6] == b"\x81\xc9"
    assert struct.unpack_from(">I", report, 16)[0] & 0xFFFFFF == 0  # nothing lost


def test_a_camera_that_asks_is_answered_and_one_that_sends_away_is_left() -> None:
    config = replace(CONFIG, read_timeout_s=30.0)
    with ScriptedCamera(media=stream_of(20)) as scripted, reading(camera(scripted.url), config=config) as (reader, _):
        wait_until(lambda: reader.health.state is StreamState.ONLINE)
        scripted.send(b"OPTIONS * RTSP/1.0\r\nCSeq: 3\r\n\r\nANNOUNCE x RTSP/1.0\r\nCSeq: 4\r\n\r\n")
        wait_until(lambda: "RTSP/1.0 501 Not Implemented" in scripted.methods())
        assert "RTSP/1.0 200 OK" in scripted.methods()
        scripted.send(b"REDIRECT x RTSP/1.0\r\nCSeq: 5\r\nLocation: rtsp://169.254.169.254/\r\n\r\n")
        wait_until(lambda: scripted.methods().count("DESCRIBE") == 2)  # asked anew, where each step is checked
    assert reader.health.sessions == 2


def test_a_stop_does_not_wait_for_a_silent_camera() -> None:
    config = replace(CONFIG, read_timeout_s=60.0)
    with ScriptedCamera(media=stream_of(20)) as scripted:
        sink = Collected()
        reader = reader_of(camera(scripted.url), sink, config=config)
        reader.start()
        wait_until(lambda: reader.health.state is StreamState.ONLINE)
        assert reader.stop(3.0)


def test_a_fault_in_one_stream_does_not_touch_the_others() -> None:
    class Faulty(Collected):
        def packet(self, packet) -> None:
            raise ZeroDivisionError

    shared = Receiver(SystemClock())
    config = replace(CONFIG, receiver=shared, read_timeout_s=30.0)
    with (
        ScriptedCamera(media=stream_of(20)) as first,
        ScriptedCamera(media=stream_of(20)) as second,
        reading(camera(first.url), config=config) as (_, sink),
    ):
        faulty = reader_of(camera(second.url), Faulty(), config=config)
        faulty.start()
        wait_until(lambda: faulty.health.state is StreamState.OFFLINE)
        first.send(stream_of(20, first=20))
        wait_until(lambda: len(sink.video) >= 39)
        assert faulty.stop()


def test_the_receivers_thread_ends_with_its_last_stream() -> None:
    def running() -> int:
        return sum(thread.name == "ingest-receiver" for thread in threading.enumerate())

    wait_until(lambda: running() == 0)  # those of earlier tests
    with ScriptedCamera(media=stream_of(20)) as scripted:
        with reading(camera(scripted.url), config=CONFIG) as (reader, _):
            wait_until(lambda: reader.health.state is StreamState.ONLINE)
            assert running() == 1
        wait_until(lambda: running() == 0)


# -- descriptions


def test_descriptions_of_every_kind_are_read() -> None:
    described = parse_sdp(
        "v=0\na=control:rtsp://h/all\nm=application 0 RTP/AVP 107\na=rtpmap:107 vnd.onvif.metadata/90000\n"
        "m=video 0 RTP/AVP 200 97 98\na=rtpmap:98 H265/90000\na=fmtp:98 sprop-vps=QAE=; sprop-sps=QgE=;x\n"
        "a=framerate:12.5\na=control:v\nm=audio 0 RTP/AVP 0\nm=audio 0 RTP/AVP 99\n"
        "a=rtpmap:99 mpeg4-generic/16000/2\nm=video 0 udp 33\nm=broken\n"
    )
    assert described.control == "rtsp://h/all"
    _, video, plain, aac = described.media
    assert (video.payload_type, video.encoding, video.clock_hz, video.fps, video.control) == (
        98, "H265", 90_000, 12.5, "v",
    )  # fmt: skip
    assert video.parameters == {"sprop-vps": "QAE=", "sprop-sps": "QgE=", "x": ""}
    assert (plain.encoding, plain.clock_hz, plain.channels) == ("PCMU", 8000, 1)
    assert (aac.encoding, aac.clock_hz, aac.channels) == ("MPEG4-GENERIC", 16_000, 2)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_descriptions_never_raise(text: str) -> None:
    parse_sdp(text)
    parse_sdp(SDP + text)
    parse_sdp("m=video 0 RTP/AVP 96\n" + text)


def test_an_end_in_the_middle_of_nothing_is_an_end() -> None:
    with ScriptedCamera(media=stream_of(20), close_after_media=True) as scripted:
        assert isinstance(why(scripted), StreamEnded)

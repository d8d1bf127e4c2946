"""What goes through the channel comes out the same; nonsense is refused."""

from __future__ import annotations

import socket
import struct
import threading
import zlib
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest

from veedor.model.camera import StreamRole
from veedor.model.observation import Observation
from veedor.model.packet import ClockSource, Media, MediaInfo, Packet
from veedor.model.scene import SceneFacts
from veedor.model.track import Tracks
from veedor.site.analysis import protocol

AT = datetime(2026, 5, 1, 3, 4, 5, 123000, tzinfo=UTC)


@pytest.fixture
def channels():
    left, right = socket.socketpair()
    first, second = protocol.SocketChannel(left), protocol.SocketChannel(right)
    yield first, second
    first.close()
    second.close()


def test_a_packet_survives_the_channel(channels) -> None:
    sender, receiver = channels
    info = MediaInfo(Media.VIDEO, "h264", Fraction(1, 90000), b"\x00\x01\x02", 640, 360, 10.0)
    packet = Packet(
        "cam",
        StreamRole.SUB,
        3,
        17,
        info,
        bytes(range(256)) * 50,
        9000,
        8000,
        9000,
        True,
        AT,
        ClockSource.SENDER_REPORT,
    )
    sender.send({"type": "media", **protocol.media_to_header(info)})
    sender.send(protocol.packet_to_header(packet, 12.25), packet.data)
    header, _ = receiver.receive()
    told = protocol.header_to_media(header)
    assert told == info
    header, payload = receiver.receive()
    assert protocol.header_to_packet(header, payload, info) == packet
    assert header["heard_s"] == 12.25


def test_an_observation_survives_the_channel(channels) -> None:
    sender, receiver = channels
    tracks = Tracks(
        np.array([1, (1 << 40) + 5], np.int64),
        np.array([[1.5, 2, 30, 40], [0, 0, 5, 6]], np.float32),
        np.array([0.5, 0.25], np.float32),
        np.array([1, 9], np.int32),
        np.array([True, False]),
    )
    scene = SceneFacts(True, 0.25, 0.5, 0.125, 3.0)
    sender.send(*protocol.observation_to_message(Observation("cam", 12.5, AT, 7, 640, 360, tracks, scene)))
    got = protocol.message_to_observation(*receiver.receive())
    assert (got.camera_id, got.at_s, got.captured_at, got.frame, got.width, got.height) == (
        "cam",
        12.5,
        AT,
        7,
        640,
        360,
    )
    assert got.scene == scene
    for name in ("track_id", "xyxy", "confidence", "class_id", "observed"):
        np.testing.assert_array_equal(getattr(got.tracks, name), getattr(tracks, name))
        assert getattr(got.tracks, name).dtype == getattr(tracks, name).dtype


def test_the_end_is_none_and_a_cut_message_is_the_end(channels) -> None:
    sender, receiver = channels
    sender._socket.sendall(struct.pack(">II", 100, 0) + b"{")
    sender.close()
    assert receiver.receive() is None


def test_a_huge_length_is_refused_before_memory_is_taken(channels) -> None:
    sender, receiver = channels
    sender._socket.sendall(struct.pack(">II", 10, 0xFFFFFFFF))
    with pytest.raises(ValueError, match="too large"):
        receiver.receive()


def test_many_senders_do_not_mix_messages(channels) -> None:
    sender, receiver = channels
    body = b"x" * 70_000

    def send(number: int) -> None:
        for k in range(20):
            sender.send({"n": number, "k": k}, body)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    seen = {number: [] for number in range(4)}
    for _ in range(80):
        header, payload = receiver.receive()
        assert payload == body
        seen[header["n"]].append(header["k"])
    for thread in threads:
        thread.join()
    assert all(order == list(range(20)) for order in seen.values())


def test_a_background_arrives_and_nothing_larger_is_ever_unpacked() -> None:
    picture = np.arange(108 * 192, dtype=np.uint32).astype(np.uint8).reshape(108, 192)
    header, payload = protocol.observation_to_message(
        Observation("cam", 1.0, AT, 1, 640, 360, Tracks.empty(), background=picture)
    )
    got = protocol.message_to_observation(header, payload)
    assert got.background is not None
    np.testing.assert_array_equal(got.background, picture)
    assert len(got.tracks) == 0
    del header["background"]  # an older worker says nothing of it
    assert protocol.message_to_observation(header, b"").background is None
    for packed in (zlib.compress(bytes(1 << 24)), zlib.compress(b"short"), b"no zlib"):
        with pytest.raises(ValueError, match="background"):
            protocol.message_to_observation({**header, "background": len(packed)}, packed)
    with pytest.raises(ValueError, match="background"):
        protocol.message_to_observation({**header, "background": 99}, b"")

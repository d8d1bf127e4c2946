"""Sound and JPEG out of RTP."""

from __future__ import annotations

import struct
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_camera import ScriptedCamera, framed, picture, rtp

from streams import CONFIG, camera, reading
from veedor.model.packet import Media
from veedor.site.ingest.assembler import AssemblerConfig
from veedor.site.ingest.jpeg import JpegUnits
from veedor.site.ingest.mjpeg import jpeg_size
from veedor.site.ingest.order import DecodeOrder
from veedor.site.ingest.pictures import VideoTrack
from veedor.site.ingest.raw import RawPacket
from veedor.site.ingest.rtcp import SenderReport
from veedor.site.ingest.sound import AacTrack, G711Track, aac_config
from veedor.site.ingest.timing import TimingConfig
from veedor.site.ingest.units import H264Units
from waiting import wait_until

HBR = {"mode": "AAC-hbr", "sizelength": "13", "indexlength": "3", "indexdeltalength": "3", "config": "1408"}


class Both:
    """A camera with pictures and sound, whose packets arrive when a test says."""

    def __init__(self, sound: type = G711Track, last: object = 1, clock_hz: int = 8_000) -> None:
        self.got: list[RawPacket] = []
        self.video = VideoTrack(96, 90_000, H264Units(), DecodeOrder(0, 3600), self.got.append)
        self.sound = sound(97, clock_hz, self.video, self.got.append, last)

    def see(self, number: int, now_s: float) -> None:
        self._take(self.video, rtp(picture(number), number, 5_000 + number * 3600, marker=True), now_s)

    def hear(self, payload: bytes, sequence: int, timestamp: int, now_s: float, *, marker: bool = True) -> None:
        self._take(self.sound, rtp(payload, sequence, timestamp, marker=marker, kind=97), now_s)

    @staticmethod
    def _take(track, packet: bytes, now_s: float) -> None:
        track.now_s = now_s
        track.packet(memoryview(packet), 0, len(packet))
        track.detach()

    def watch(self, count: int = 26) -> None:
        """A second of pictures; the newest that went out is then of media time 5000/90000 + 24 * 0.04 s."""
        for number in range(count):
            self.see(number, number * 0.04)

    @property
    def heard(self) -> list[RawPacket]:
        return [raw for raw in self.got if raw.media is Media.AUDIO]


def test_sound_is_laid_beside_the_pictures_by_arrival() -> None:
    both = Both()
    both.hear(b"early", 0, 700, 0.0)
    assert both.heard == []  # before the first picture
    both.watch()
    both.hear(b"a" * 320, 1, 2**32 - 160, 1.0)
    both.hear(b"b" * 320, 2, 160, 1.05)  # over the wrap
    first, second = both.heard
    assert first.pts_ticks / 8_000 == pytest.approx(5_000 / 90_000 + 1.0, abs=0.041)
    assert second.pts_ticks - first.pts_ticks == 320
    assert (first.data, first.duration_ticks, first.is_keyframe) == (b"a" * 320, 320, True)


def test_reports_put_it_right() -> None:
    both = Both()
    both.watch()
    both.hear(b"a" * 320, 1, 10_000, 1.5)  # half a second late on the way
    at = 5_000 + 90_000  # pictures of media time 1.0556 s were taken at second 100; so was this sound
    both.video.sender_report(SenderReport(7, 100.0, at, 1))
    both.sound.sender_report(SenderReport(8, 100.0, 10_320, 1))
    both.hear(b"b" * 320, 2, 10_320, 1.54)
    assert both.heard[0].pts_ticks / 8_000 == pytest.approx(at / 90_000 + 0.5, abs=0.05)
    assert both.heard[1].pts_ticks / 8_000 == pytest.approx(at / 90_000, abs=0.001)


def test_sound_follows_when_its_own_timestamps_leap() -> None:
    both = Both()
    both.watch()
    both.hear(b"a" * 320, 1, 10_000, 1.0)
    both.hear(b"b" * 320, 2, 90_000_000, 1.04)
    first, second = both.heard
    assert (second.pts_ticks - first.pts_ticks) / 8_000 == pytest.approx(0.04, abs=0.001)


def test_stereo_counts_samples_once() -> None:
    both = Both(last=2)
    both.watch()
    both.hear(b"ab" * 160, 1, 0, 1.0)
    assert both.heard[0].duration_ticks == 160


def aac_packet(*units: bytes, sizes: list[int] | None = None) -> bytes:
    sizes = sizes or [len(unit) for unit in units]
    return struct.pack(">H", 16 * len(sizes)) + b"".join(struct.pack(">H", n << 3) for n in sizes) + b"".join(units)


def test_aac_units_are_taken_apart_and_joined() -> None:
    both = Both(AacTrack, HBR, 16_000)
    both.watch()
    both.hear(aac_packet(b"one", b"three"), 1, 0, 1.0)
    large = bytes(range(256)) * 8
    both.hear(aac_packet(large[:1400], sizes=[2048]), 2, 2048, 1.1, marker=False)
    both.hear(aac_packet(large[1400:], sizes=[2048]), 3, 2048, 1.1)
    assert [raw.data for raw in both.heard] == [b"one", b"three", large]
    zero = both.heard[0].pts_ticks
    assert [raw.pts_ticks - zero for raw in both.heard] == [0, 1024, 2048]
    both.hear(aac_packet(large[:1400], sizes=[2048]), 4, 4096, 1.2, marker=False)
    both.hear(aac_packet(b"next"), 6, 5120, 1.3)  # number 5, with the rest, is missing
    assert [raw.data for raw in both.heard[3:]] == [b"next"]


@settings(deadline=None)
@given(payload=st.binary(max_size=60))
def test_aac_noise_never_raises(payload: bytes) -> None:
    both = Both(AacTrack, HBR, 16_000)
    both.watch(3)
    both.hear(payload, 1, 0, 1.0)
    both.hear(aac_packet(b"good"), 2, 1024, 1.0)
    assert both.heard[-1].data == b"good"


def test_aac_configurations() -> None:
    assert aac_config(HBR) == (b"\x14\x08", 16_000, 1)
    assert aac_config({**HBR, "config": "1190"}) == (b"\x11\x90", 48_000, 2)
    assert aac_config({**HBR, "config": "17880bb810"}) is not None  # the rate spelled out
    for bad in ({"config": ""}, {"config": "xy"}, {"config": "14"}, {"config": "1480"}, {"mode": "generic"}):
        assert aac_config({**HBR, **bad}) is None


# -- JPEG


def jpeg_of(size: tuple[int, int], quality: int, *, restart: int = 0, sampling: int = 0x221111) -> bytes:
    noise = np.random.default_rng(5).integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_RST_INTERVAL, restart]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    done, data = cv2.imencode(".jpg", cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC), options)
    assert done
    return data.tobytes()


def sections(jpeg: bytes) -> tuple[bytes, bytes]:
    """Quantization tables and scan."""
    at, tables = 2, {}
    while jpeg[at + 1] != 0xDA:
        size = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] == 0xDB:
            body = jpeg[at + 4 : at + 2 + size]
            for start in range(0, len(body), 65):
                tables[body[start]] = body[start + 1 : start + 65]
        at += 2 + size
    return tables[0] + tables[1], jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") :]


def payloads(
    jpeg: bytes, quality: int, *, kind: int = 1, restart: int = 0, size: int = 1200, own_tables: bool = False
) -> list[bytes]:
    """As RFC 2435 cuts a picture."""
    tables, scan = sections(jpeg)
    width, height = jpeg_size(jpeg)
    found = []
    for offset in range(0, len(scan), size):
        head = struct.pack(
            ">IBBBB", offset, kind + (64 if restart else 0), 255 if own_tables else quality, width // 8, height // 8
        )
        if restart:
            head += struct.pack(">HH", restart, 0xFFFF)
        if own_tables and offset == 0:
            head += struct.pack(">BBH", 0, 0, len(tables)) + tables
        found.append(head + scan[offset : offset + size])
    return found


def put_together(units: JpegUnits, parts: list[bytes]) -> bytes | None:
    for part in parts:
        units.add(memoryview(part), 0, len(part))
        units.detach()
    unit = units.take()
    return unit.data if unit else None


@pytest.mark.parametrize("quality", [5, 50, 92])
@pytest.mark.parametrize("own_tables", [False, True])
@pytest.mark.parametrize("restart", [0, 4])
@pytest.mark.parametrize(("kind", "sampling"), [(0, 0x211111), (1, 0x221111)])
def test_jpeg_pictures_decode_to_what_was_sent(quality, own_tables, restart, kind, sampling) -> None:
    jpeg = jpeg_of((320, 176), quality, restart=restart, sampling=sampling)
    parts = payloads(jpeg, quality, kind=kind, restart=restart, own_tables=own_tables)
    again = put_together(JpegUnits(), parts)
    assert len(parts) > 1
    assert jpeg_size(again) == (320, 176)
    wanted, got = (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) for data in (jpeg, again))
    assert np.array_equal(wanted, got)


def test_a_jpeg_picture_with_a_missing_part_is_left_out() -> None:
    parts = payloads(jpeg_of((320, 176), 80), 80)
    units = JpegUnits()
    for missing in range(len(parts)):
        rest = parts[:missing] + parts[missing + 1 :]
        if missing < len(parts) - 1:
            assert put_together(units, rest) is None
    for part in parts[:-1]:
        units.add(memoryview(part), 0, len(part))
    units.gap()
    assert units.take() is None
    assert put_together(units, parts) is not None


@settings(deadline=None)
@given(parts=st.lists(st.binary(max_size=40), max_size=8))
def test_jpeg_noise_never_raises(parts: list[bytes]) -> None:
    units = JpegUnits()
    put_together(units, parts)
    good = payloads(jpeg_of((32, 16), 80), 80)
    assert put_together(units, good) is not None


def test_a_jpeg_camera_over_rtsp() -> None:
    sdp = "v=0\r\ns=x\r\nm=video 0 RTP/AVP 26\r\na=control:v\r\n"
    jpeg = jpeg_of((320, 176), 80)
    media = bytearray()
    sequence = 0
    for number in range(20):
        for part, last in ((part, part is parts[-1]) for parts in [payloads(jpeg, 80)] for part in parts):
            media += framed(rtp(part, sequence, number * 9000, marker=last, kind=26))
            sequence += 1
    config = replace(CONFIG, assembler=AssemblerConfig(timing=TimingConfig(hold_s=0.0)))
    with (
        ScriptedCamera(sdp=sdp, media=bytes(media)) as scripted,
        reading(camera(scripted.url), config=config) as (_, sink),
    ):
        wait_until(lambda: len(sink.video) >= 10)
    info = sink.video[0].info
    assert (info.codec, info.width, info.height) == ("mjpeg", 320, 176)
    assert len({packet.data for packet in sink.video}) == 1
    assert sink.video[1].pts_ticks - sink.video[0].pts_ticks == 9000

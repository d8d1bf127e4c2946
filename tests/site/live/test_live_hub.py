"""Live view: what a browser gets, from several threads, with slow and vanishing viewers."""

from __future__ import annotations

import asyncio
import io
import threading
from datetime import timedelta
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest

from rendered import START, packets
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Unavailable
from veedor.kit.mp4.nal import split_annex_b, split_length_prefixed
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.model.recording import GapReason
from veedor.site.live.hub import LiveConfig, LiveHub
from veedor.site.live.viewer import Viewer
from veedor.wire.ports import LiveFragment

CAMERA = Camera("cam", "Camera", "agency", SourceKind.RTSP, (StreamSource(StreamRole.MAIN, "rtsp://192.0.2.1/"),))


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture
def hub(clock):
    one = LiveHub(clock)
    one.watch_camera(CAMERA)
    yield one
    one.close()


def feed(hub: LiveHub, stream) -> None:
    for packet in stream:
        hub.packet(packet)


async def take(fragments, count: int) -> list[LiveFragment]:
    return [await asyncio.wait_for(anext(fragments), 10) for _ in range(count)]


def units(fragments: list[LiveFragment]) -> list[tuple[bytes, ...]]:
    data = io.BytesIO(b"".join(fragment.data for fragment in fragments))
    with av.open(data, format="mp4") as container:
        return [tuple(split_length_prefixed(bytes(one))) for one in container.demux(video=0) if one.size]


def sent(stream) -> list[tuple[bytes, ...]]:
    return [tuple(split_annex_b(packet.data)) for packet in stream]


def test_a_viewer_starts_at_once_with_the_gop_under_way(hub):
    stream = list(packets(seconds=4))

    async def look():
        feed(hub, stream[:60])
        view = hub.watch("cam", StreamRole.MAIN)
        first = await take(view, 11)
        feed(hub, stream[60:])
        rest = await take(view, 40)
        await view.aclose()
        return first, rest

    first, rest = asyncio.run(look())
    assert first[0].is_init
    assert first[0].mime.startswith('video/mp4; codecs="avc1.')
    assert not any(one.is_init for one in first[1:] + rest)
    assert units(first + rest) == sent(stream[50:])
    assert rest[-1].captured_at == stream[-1].captured_at
    data = io.BytesIO(b"".join(one.data for one in first + rest))
    with av.open(data, format="mp4") as container:
        times = [float(one.time) for one in container.decode(video=0)]
    assert times == pytest.approx([index / 25 for index in range(50)], abs=1e-3)


@pytest.mark.parametrize(("codec", "mime"), [("hevc", "hvc1.1.6.L"), ("mjpeg", "mp4v.6C")])
def test_the_mime_type_names_the_codec(hub, codec, mime):
    async def look():
        feed(hub, packets(seconds=2, codec=codec))
        view = hub.watch("cam", StreamRole.MAIN)
        first = await take(view, 1)
        await view.aclose()
        return first[0]

    assert f'codecs="{mime}' in asyncio.run(look()).mime


def test_a_reconnect_brings_a_new_init(hub):
    async def look():
        feed(hub, packets(seconds=1))
        view = hub.watch("cam", StreamRole.MAIN)
        await take(view, 26)
        hub.session_ended("cam", StreamRole.MAIN, 1, GapReason.LOST, START)
        feed(hub, list(packets(seconds=2, session=2, width=192, height=128))[10:])
        after = await take(view, 26)
        await view.aclose()
        return after

    after = asyncio.run(look())
    assert [index for index, one in enumerate(after) if one.is_init] == [0]
    assert units(after) == sent(list(packets(seconds=2, width=192, height=128))[25:])


def test_a_slow_viewer_loses_whole_gops_and_delays_nobody(clock):
    hub = LiveHub(clock, LiveConfig(viewer_octets=10_000))
    hub.watch_camera(CAMERA)
    stream = list(packets(seconds=30))

    async def look():
        slow, fast = hub.watch("cam", StreamRole.MAIN), hub.watch("cam", StreamRole.MAIN)
        feed(hub, stream[:1])
        got_fast = await take(fast, 2)
        got_slow = await take(slow, 2)
        for number in range(1, 750):
            hub.packet(stream[number])
            got_fast += await take(fast, 1)
        waiting = [await asyncio.wait_for(anext(slow), 10) for _ in range(10)]
        got_slow += waiting
        hub.close()
        got_slow += [one async for one in slow]
        return got_fast, got_slow

    got_fast, got_slow = asyncio.run(look())
    assert units(got_fast) == sent(stream)
    assert got_slow[-1].dropped > 300
    kept = units(got_slow)
    numbers = [sent(stream[:50]).index(one) for one in kept]
    jumps = [(a, b) for a, b in pairwise(numbers) if b != (a + 1) % 50]
    assert all(after % 25 == 0 for _, after in jumps)  # it goes on with a keyframe


def test_what_was_lost_further_up_is_told_along(clock):
    """At a hub: what the site left out for the line, and what this viewer was too slow for."""

    async def watch() -> list[int]:
        viewer = Viewer(clock, max_octets=250, max_wait_s=60.0)
        for number, starts_gop in enumerate((True, False, False, True)):
            fragment = LiveFragment(bytes(100), False, "", clock.now(), dropped=7, starts_gop=starts_gop)
            assert viewer.put(fragment, starts_gop=starts_gop)
            if number == 2:  # the third found no room
                told = [(await viewer.get()).dropped for _ in range(2)]
        return [*told, (await viewer.get()).dropped]

    assert asyncio.run(watch()) == [8, 8, 8]


def test_what_waited_too_long_is_not_shown_late_but_left_out(clock):
    hub = LiveHub(clock, LiveConfig(viewer_wait_s=1.5))
    hub.watch_camera(CAMERA)
    stream = list(packets(seconds=8))

    async def look():
        slow = hub.watch("cam", StreamRole.MAIN)
        feed(hub, stream[:1])
        got = await take(slow, 2)
        for packet in stream[1:]:  # a line that carries nothing for 8 s
            clock.advance(0.04)
            hub.packet(packet)
        hub.close()
        return got + [one async for one in slow]

    got = asyncio.run(look())
    # A second and a half of pictures waits; the rest was left out, and counted.
    assert 30 <= len(got) <= 45
    assert got[-1].dropped >= 155


def test_a_loop_that_closes_under_a_viewer_harms_nobody(hub):
    """The event loop dies without closing the iterator, while a demuxer thread goes on feeding."""
    stream = list(packets(seconds=20))
    loop = asyncio.new_event_loop()
    view = hub.watch("cam", StreamRole.MAIN)
    hub.packet(stream[0])
    loop.run_until_complete(anext(view))
    problems = []

    def demux() -> None:
        try:
            feed(hub, stream[1:])
        except Exception as problem:
            problems.append(problem)

    thread = threading.Thread(target=demux)
    thread.start()
    loop.close()
    thread.join(20)
    feed(hub, list(packets(seconds=21))[-25:])
    assert problems == []
    assert not any(stream_.viewers for stream_ in hub._streams.values())


def test_nothing_is_muxed_while_nobody_watches(hub):
    feed(hub, packets(seconds=2))
    assert all(stream.packager is None for stream in hub._streams.values())


def test_removing_the_camera_ends_its_viewers(hub):
    async def look():
        feed(hub, packets(seconds=1))
        view = hub.watch("cam", StreamRole.MAIN)
        await take(view, 5)
        hub.forget("cam")
        return [one async for one in view]

    assert len(asyncio.run(asyncio.wait_for(look(), 10))) == 21


def test_an_unknown_stream_is_unavailable(hub):
    async def look():
        await anext(hub.watch("cam", StreamRole.SUB))

    with pytest.raises(Unavailable):
        asyncio.run(look())


def test_a_gop_that_never_ends_is_not_kept(clock):
    hub = LiveHub(clock, LiveConfig(gop_packets=20))
    hub.watch_camera(CAMERA)
    stream = list(packets(seconds=3))
    feed(hub, stream[:24])
    assert all(len(one.gop) == 1 for one in hub._streams.values())
    assert hub.snapshot("cam")[:2] == b"\xff\xd8"

    async def look():
        view = hub.watch("cam", StreamRole.MAIN)
        waiting = asyncio.ensure_future(anext(view))
        await asyncio.sleep(0)
        feed(hub, stream[24:30])
        first = await asyncio.wait_for(waiting, 10)
        rest = await take(view, 5)
        await view.aclose()
        return [first, *rest]

    assert units(asyncio.run(look())) == sent(stream[25:30])


def test_a_snapshot_is_of_the_newest_picture(hub, clock):
    stream = list(packets(seconds=2))
    with pytest.raises(Unavailable):
        hub.snapshot("cam")
    feed(hub, stream[:31])
    first = hub.snapshot("cam")
    picture = cv2.imdecode(np.frombuffer(first, np.uint8), cv2.IMREAD_GRAYSCALE)
    bright = np.flatnonzero(picture[36] > 120)
    assert picture.shape == (96, 160)
    assert abs(int(bright[0]) - 30 * 4) <= 2
    feed(hub, stream[31:40])
    assert hub.snapshot("cam") is first  # within a second the same picture answers
    clock.advance(2)
    assert hub.snapshot("cam") != first
    clock.advance(60)
    with pytest.raises(Unavailable):
        hub.snapshot("cam")
    assert timedelta(seconds=hub._config.snapshot_age_s) == timedelta(seconds=10)

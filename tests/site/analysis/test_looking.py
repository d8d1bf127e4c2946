"""Second looks where the pictures are: a worker and the site's end of it, with a detector that sees red."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from footage import START, Picture, frame_of, noisy, street
from veedor.kit.clock import SystemClock
from veedor.model.detection import Detections, ObjectClass
from veedor.model.observation import Observation
from veedor.model.packet import Packet
from veedor.model.second_look import Sight, Target
from veedor.site.analysis.checked import checked_look
from veedor.site.analysis.feed import WorkerFeed
from veedor.site.analysis.looking import main_pictures
from veedor.site.analysis.protocol import SocketChannel
from veedor.site.analysis.worker import Worker
from veedor.site.detect.atlas import AtlasDetector
from veedor.site.detect.closer import CloserConfig, CropDetector, Spot, crop_detector, look_closer
from veedor.site.detect.closers import Closers
from veedor.site.detect.detector import Canvases
from veedor.site.detect.errors import OwnModelGone
from veedor.site.detect.own import ModelOrder, OwnDetector
from veedor.site.detect.scripted import ScriptedDetector
from veedor.site.detect.team import TeamDetector
from veedor.site.ingest.decode import open_file
from veedor.site.pipeline import Pipeline
from waiting import wait_until

RED = (20, 20, 230)


def see_red(canvas: Canvases) -> Detections:
    """Each red patch of the canvas is a person."""
    red = (canvas[..., 2] > 150) & (canvas[..., :2] < 90).all(axis=2)
    count, _, stats, _ = cv2.connectedComponentsWithStats(red.astype(np.uint8))
    boxes = [[x, y, x + w, y + h] for x, y, w, h, _ in stats[1:count].tolist() if min(w, h) >= 4]
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(xyxy, np.full(len(xyxy), 0.9, np.float32), np.full(len(xyxy), ObjectClass.PERSON, np.int32))


def no_model(order: ModelOrder) -> OwnDetector:
    raise OwnModelGone(model=order.name, path="")


def red_crops() -> CropDetector:
    return crop_detector(ScriptedDetector(see_red))


def walker(number: int, size: tuple[int, int]) -> tuple[Picture, tuple[float, float, float, float]]:
    """A picture with a red person, further right each time, and where they are in it, 0..1."""
    picture = street(*size)
    box = (0.1 + 0.02 * number, 0.5, 0.16 + 0.02 * number, 0.8)
    x1, y1, x2, y2 = (round(value * side) for value, side in zip(box, size * 2, strict=True))
    picture[y1:y2, x1:x2] = RED
    return picture, box


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (352, 288)])
def test_an_object_is_seen_where_it_is_and_nowhere_else(size: tuple[int, int]) -> None:
    spots, expected = [], []
    for number in (0, 15, 40):  # the last one stands at the border
        picture, box = walker(number, size)
        frame = frame_of(noisy(picture, number), 0.0)
        away = (0.5, 0.1, 0.56, 0.4)
        spots += [Spot(frame, box, ObjectClass.PERSON), Spot(frame, away, ObjectClass.PERSON)]
        spots.append(Spot(frame, box, ObjectClass.CAR))
        spots.append(Spot(frame, box, ObjectClass.UNKNOWN))
        expected += [True, False, False, True]
    assert look_closer(spots, red_crops()) == expected


def test_a_neighbour_does_not_stand_for_the_object() -> None:
    picture, (_, y1, x2, y2) = walker(10, (640, 360))
    beside = (x2 + 0.005, y1, x2 + 0.065, y2)
    assert look_closer([Spot(frame_of(picture, 0.0), beside, ObjectClass.PERSON)], red_crops()) == [False]


def test_a_tiny_object_and_one_that_fills_the_picture_are_looked_at_too() -> None:
    whole = np.full((360, 640, 3), RED, np.uint8)
    tiny = street()
    tiny[200:204, 300:304] = RED
    spots = [
        Spot(frame_of(whole, 0.0), (0.0, 0.0, 1.0, 1.0), ObjectClass.PERSON),
        Spot(frame_of(tiny, 0.0), (300 / 640, 200 / 360, 304 / 640, 204 / 360), ObjectClass.PERSON),
    ]
    assert look_closer(spots, red_crops(), CloserConfig(least_iou=0.2)) == [True, True]


@dataclass
class Stand:
    """A worker in threads of this process, and the site's end of it."""

    seen: list[Observation] = field(default_factory=list)

    def __post_init__(self) -> None:
        ours, theirs = socket.socketpair()
        clock = SystemClock()
        self.feed = WorkerFeed("w", clock, self.seen.append)
        detector = TeamDetector(AtlasDetector(ScriptedDetector(see_red)), no_model, lambda *_: None)
        channel = SocketChannel(theirs)
        worker = Worker(channel, Pipeline(detector), detector, Closers(red_crops, no_model, lambda *_: None), clock)
        self._threads = [
            threading.Thread(target=worker.run, daemon=True),
            threading.Thread(target=self.feed.serve, args=(SocketChannel(ours),), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        wait_until(lambda: self.feed._channel is not None)
        self._channel = channel

    def end(self) -> None:
        self._channel.close()
        for thread in self._threads:
            thread.join(10.0)


def packets(path: Path, size: tuple[int, int], count: int) -> list[Packet]:
    """A walk of `count` pictures, 5 a second, H.264, one keyframe."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "100", "qp": "20", "tune": "zerolatency"}
        for number in range(count):
            picture, _ = walker(number, size)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    with open_file(path, camera_id="cam", started_at=START) as file:
        return list(file)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stand, list[Packet]]]:
    sub = packets(tmp_path_factory.mktemp("walk") / "sub.mp4", (640, 360), 10)
    one = Stand()
    one.feed.watch("cam", 5.0)
    for count, packet in enumerate(sub, 1):  # one by one: a worker that is given too much looks at the newest
        one.feed.packet(packet)
        wait_until(lambda count=count: len(one.seen) >= count, 60.0)
    yield one, sub
    one.end()


def target(seen: list[Observation], shift: float = 0.0, kind: ObjectClass = ObjectClass.PERSON) -> Target:
    """The walker in the last five pictures; `shift`: as far beside them."""
    sights = [
        Sight(one.frame, one.captured_at, tuple(value + (shift, 0)[axis % 2] for axis, value in enumerate(walker(one.frame, (640, 360))[1])))  # noqa: E501
        for one in seen[-5:]
    ]  # fmt: skip
    return Target(kind, tuple(sights))


def test_a_worker_looks_again_at_the_pictures_that_it_keeps(stand: tuple[Stand, list[Packet]]) -> None:
    one, _ = stand
    asked = [target(one.seen), target(one.seen, shift=0.3), target(one.seen, kind=ObjectClass.CAR)]
    assert one.feed.look("cam", asked, 60.0, ()) == [[True] * 5, [False] * 5, [False] * 5]


def test_pictures_that_have_gone_are_not_guessed(stand: tuple[Stand, list[Packet]]) -> None:
    one, _ = stand
    there = target(one.seen)
    gone = replace(there, sights=tuple(replace(sight, frame=sight.frame + 1000) for sight in there.sights))
    later = replace(
        there, sights=tuple(replace(sight, captured_at=sight.captured_at + timedelta(1)) for sight in there.sights)
    )
    assert one.feed.look("cam", [gone, later], 60.0, ()) == [[None] * 5] * 2
    assert one.feed.look("elsewhere", [there], 60.0, ()) == [[None] * 5]


def test_the_main_stream_is_looked_at_where_it_is_sent(stand: tuple[Stand, list[Packet]], tmp_path: Path) -> None:
    """The analysed pictures of then have gone; those of the main stream show the walker, at their own size."""
    one, _ = stand
    main = packets(tmp_path / "main.mp4", (1280, 720), 10)
    there = target(one.seen)
    gone = replace(there, sights=tuple(replace(sight, frame=sight.frame + 1000) for sight in there.sights))
    assert one.feed.look("cam", [gone], 60.0, main) == [[True] * 5]
    assert {frame.width for frame in main_pictures(main, [gone])} == {1280}
    assert len(main_pictures(main, [gone])) == 5, "only the pictures of those moments are kept"
    broken = [replace(packet, data=b"\0" * len(packet.data)) for packet in main]
    assert one.feed.look("cam", [there], 60.0, broken) == [[True] * 5], "the analysed pictures do where those fail"


def test_an_answer_that_does_not_fit_the_question_is_none(stand: tuple[Stand, list[Packet]]) -> None:
    asked = [target(stand[0].seen)]
    assert checked_look({"seen": [[True, False, None, True, True]]}, asked) == [[True, False, None, True, True]]
    for nonsense in (None, [], [[True]], [[1, 0, 0, 0, 0]], "yes", [["yes"] * 5]):
        assert checked_look({"seen": nonsense}, asked) is None


def test_a_worker_that_is_not_there_gives_no_look() -> None:
    feed = WorkerFeed("w", SystemClock(), lambda _: None)
    assert feed.look("cam", [Target(ObjectClass.PERSON, ())], 0.1, ()) is None

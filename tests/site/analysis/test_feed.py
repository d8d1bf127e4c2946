"""What a worker is sent, and what is believed of what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from scripted_worker import AT, CLOCK, ScriptedWorker, observation, packet

from veedor.kit.clock import SimulatedClock
from veedor.model.observation import Observation
from veedor.model.packet import Packet
from veedor.site.analysis.checked import TrackIds
from veedor.site.analysis.feed import MAX_AGE_S, WorkerFeed
from veedor.site.pipeline import OBJECT_ID_BASE
from waiting import wait_until


class Room:
    """A feed with one worker that holds camera `a`; `seen`: what was believed."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self.gop: list[Packet] = []
        self.feed = WorkerFeed("w", CLOCK, self.seen.append, recent=lambda _packet: self.gop)
        self.feed.watch("a", 5.0)
        self.worker = ScriptedWorker(self.feed)


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.worker.end()


def test_what_a_worker_says_of_its_own_camera_is_believed_and_of_others_is_not(room: Room) -> None:
    room.feed.packet(packet("a", 0, key=True))
    room.worker.say(observation("b", 1))
    room.worker.say(observation("a", 2))
    wait_until(lambda: room.seen)
    assert [one.camera_id for one in room.seen] == ["a"]
    assert room.feed.refused == 1


def test_a_camera_that_was_taken_from_it_is_no_longer_its_own(room: Room) -> None:
    room.feed.packet(packet("a", 0, key=True))
    wait_until(lambda: len(room.worker.packets()) == 1)
    room.worker.say(observation("a", 1))
    wait_until(lambda: room.seen)
    room.feed.forget("a")
    room.worker.say(observation("a", 1))
    wait_until(lambda: room.feed.refused == 1)
    assert len(room.seen) == 1
    room.feed.packet(packet("a", 1, key=True))
    room.feed.watch("b", 5.0)
    wait_until(lambda: "camera b" in room.worker.kinds())
    assert len(room.worker.packets()) == 1


@pytest.mark.parametrize(
    "told",
    [
        observation("a", 1, at_s=CLOCK.monotonic() + 10_000),
        observation("a", 1, at_s=float("nan")),
        observation("a", 1, at=AT + timedelta(days=400)),
        observation("a", -5),
        observation("a", 1 << 50),
    ],
    ids=["the future", "no number", "another year", "a negative track", "a track out of range"],
)
def test_what_cannot_be_true_is_refused_and_costs_nothing(room: Room, told: Observation) -> None:
    room.feed.packet(packet("a", 0, key=True))
    room.worker.say(told)
    room.worker.say(observation("a", 7))
    wait_until(lambda: room.seen)
    assert [one.tracks.track_id.tolist() for one in room.seen] == [[7]]
    assert room.feed.refused == 1


def test_a_picture_that_is_no_jpeg_is_no_picture(room: Room) -> None:
    import threading

    drawn: list[bytes | None] = []
    asking = threading.Thread(target=lambda: drawn.append(room.feed.draw({"camera": "a", "frame": 1})))
    asking.start()
    asked = wait_until(lambda: [head for head, _ in room.worker.heard if head["type"] == "draw"])[0]
    room.worker.channel.send({"type": "snapshot", "request": asked["request"]}, b"<svg onload=alert(1)>")
    asking.join(10.0)
    assert drawn == [None]


def test_a_worker_that_is_new_to_a_camera_begins_with_the_pictures_since_the_keyframe(room: Room) -> None:
    room.gop = [packet("a", number, key=number == 10) for number in range(10, 15)]
    room.feed.packet(room.gop[-1])
    room.feed.packet(packet("a", 15))
    wait_until(lambda: room.worker.packets() == [10, 11, 12, 13, 14, 15])
    heard_s = [head["heard_s"] for head, _ in room.worker.heard if head["type"] == "packet"]
    assert heard_s[4] - heard_s[0] == pytest.approx(0.4)  # as they came, not all at once


def test_where_they_are_not_at_hand_it_begins_at_the_next_keyframe(room: Room) -> None:
    for number in range(3):
        room.feed.packet(packet("a", number))
    room.feed.packet(packet("a", 3, key=True))
    wait_until(lambda: room.worker.packets() == [3])
    assert room.feed.camera_counters()["a"]["packets_shed"] == 3


def test_what_a_slow_worker_does_not_take_is_shed_for_all_cameras_alike() -> None:
    clock = SimulatedClock()
    feed = WorkerFeed("w", clock, lambda _: None)
    for name in "ab":
        feed.watch(name, 5.0)
    worker = ScriptedWorker(feed, reads=False)
    big = 200_000
    for number in range(10):
        for name in "ab":
            feed.packet(packet(name, number, key=number == 0, octets=big))
    clock.advance(MAX_AGE_S + 1)
    for name in "ab":
        feed.packet(packet(name, 10, octets=big))
        feed.packet(packet(name, 11, octets=big))
        feed.packet(packet(name, 12, key=True, octets=big))
    shed = {name: counters["packets_shed"] for name, counters in feed.camera_counters().items()}
    assert min(shed.values()) > 3
    assert abs(shed["a"] - shed["b"]) <= 2
    worker._reader.start()
    wait_until(lambda: worker.packets()[-2:] == [12, 12])
    worker.end()


def test_track_numbers_go_on_over_workers() -> None:
    ids = TrackIds()
    ids.begin_life()
    assert ids.go_on(observation("a", 1, 5)).tracks.track_id.tolist() == [1, 5]
    ids.begin_life()
    assert ids.go_on(observation("a", 1, OBJECT_ID_BASE + 2)).tracks.track_id.tolist() == [6, OBJECT_ID_BASE + 7]
    assert ids.go_on(observation("a", 1)).tracks.track_id.tolist() == [6]
    ids.begin_life()
    assert ids.go_on(observation("a", 1)).tracks.track_id.tolist() == [8]


def test_counters_go_on_when_a_camera_moves_away_and_comes_back(room: Room) -> None:
    room.worker.beat(a=100)
    wait_until(lambda: room.feed.camera_counters()["a"].get("frames_analysed") == 100)
    room.feed.forget("a")
    room.feed.watch("a", 5.0)
    room.worker.beat(a=7)
    wait_until(lambda: room.feed.camera_counters()["a"].get("frames_analysed") == 107)

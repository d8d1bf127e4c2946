"""Who analyses what: cameras are spread, move when their worker goes, and otherwise stay."""

from __future__ import annotations

from scripted_worker import ScriptedWorker, observation, packet

from veedor.kit.clock import SimulatedClock
from veedor.site.analysis.crew import PATIENCE_S, SETTLE_S, Crew
from veedor.site.analysis.feed import WorkerFeed
from waiting import wait_until


class Site:
    """A crew, and workers that come and go."""

    def __init__(self) -> None:
        self.clock = SimulatedClock()
        self.crew = Crew()
        self.seen: list[tuple[str, list[int]]] = []
        self.workers: dict[str, ScriptedWorker] = {}
        self.feeds: dict[str, WorkerFeed] = {}

    def comes(self, name: str, capacity: int = 1) -> None:
        feed = self.feeds[name] = WorkerFeed(name, self.clock, self._observe, capacity=capacity)
        self.workers[name] = ScriptedWorker(feed)
        self.crew.add(feed)

    def goes(self, name: str) -> None:
        self.workers[name].end()
        self.crew.remove(self.feeds[name])

    def _observe(self, told) -> None:
        self.seen.append((told.camera_id, told.tracks.track_id.tolist()))

    def split(self) -> dict[str, int]:
        return {row["name"]: row["cameras"] for row in self.crew.status()}

    def end(self) -> None:
        for worker in self.workers.values():
            worker.end()


def test_cameras_are_spread_by_what_workers_can_take_on() -> None:
    site = Site()
    site.comes("small")
    site.comes("large", capacity=3)
    for number in range(8):
        site.crew.watch(f"c{number}", 5.0)
    assert site.split() == {"small": 2, "large": 6}
    site.end()


def test_without_a_worker_cameras_wait_and_the_first_takes_all() -> None:
    site = Site()
    for number in range(3):
        site.crew.watch(f"c{number}", 5.0)
    assert site.crew.unwatched() == 3
    site.crew.packet(packet("c0", 0, key=True))
    site.comes("first")
    assert (site.crew.unwatched(), site.split()) == (0, {"first": 3})
    site.end()


def test_the_cameras_of_a_worker_that_goes_move_at_once_and_only_they() -> None:
    site = Site()
    for name in ("one", "two", "three"):
        site.comes(name)
    for number in range(6):
        site.crew.watch(f"c{number}", 5.0)
    stay = {f"c{number}": site.crew.holder(f"c{number}") for number in range(6)}
    lost = [camera for camera, holder in stay.items() if holder == "two"]
    site.goes("two")
    assert site.split() == {"one": 3, "three": 3}
    assert all(site.crew.holder(camera) == holder for camera, holder in stay.items() if camera not in lost)
    site.end()


def test_who_has_just_come_takes_one_camera_at_a_time_after_a_while() -> None:
    site = Site()
    site.comes("one")
    for number in range(5):
        site.crew.watch(f"c{number}", 5.0)
    site.comes("two")
    site.crew.balance()
    assert site.split() == {"one": 5, "two": 0}
    site.clock.advance(SETTLE_S + 1)
    splits = []
    for _ in range(5):
        site.crew.balance()
        splits.append(site.split()["two"])
    assert splits == [1, 2, 2, 2, 2]
    assert site.crew.moves == 2
    site.end()


def test_a_local_worker_that_does_not_come_back_gives_up_its_cameras() -> None:
    site = Site()
    site.comes("local")
    site.comes("other")
    for number in range(2):
        site.crew.watch(f"c{number}", 5.0)
    site.workers["local"].end()  # it stays in the crew, as one does that is being started again
    site.crew.balance()
    assert site.split() == {"local": 1, "other": 1}
    site.clock.advance(PATIENCE_S + 1)
    site.crew.balance()
    assert site.split() == {"local": 0, "other": 2}
    site.end()


def test_packets_and_results_follow_the_camera_and_its_tracks_have_new_numbers() -> None:
    site = Site()
    site.comes("one")
    site.crew.watch("c", 5.0)
    site.crew.packet(packet("c", 0, key=True))
    site.workers["one"].say(observation("c", 3, at_s=0.0))
    wait_until(lambda: site.seen)
    site.goes("one")
    site.comes("two")
    site.crew.packet(packet("c", 1, key=True))
    wait_until(lambda: site.workers["two"].packets() == [1])
    site.workers["two"].say(observation("c", 3, at_s=1.0))
    wait_until(lambda: len(site.seen) == 2)
    assert site.seen == [("c", [3]), ("c", [6])]
    assert site.crew.holder("c") == "two"
    site.end()


def test_counters_of_a_worker_that_has_gone_stay_in_the_sum() -> None:
    site = Site()
    site.comes("one")
    site.crew.watch("c", 5.0)
    site.workers["one"].beat(c=40)
    wait_until(lambda: site.crew.camera_counters()["c"].get("frames_analysed") == 40)
    site.goes("one")
    site.comes("two")
    site.workers["two"].beat(c=2)
    wait_until(lambda: site.crew.camera_counters()["c"]["frames_analysed"] == 42)
    site.end()

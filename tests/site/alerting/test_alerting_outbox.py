"""The outbox: nothing lost, nothing twice at the desk, in order, whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alerts_helper import NOW, Desk, event

from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.kit.errors import StoreCorrupt
from veedor.model.event import Event
from veedor.site.alerting.outbox import Outbox, OutboxConfig
from veedor.wire.messages import event_from_json, event_to_json
from waiting import wait_until

QUICK = OutboxConfig(retry_first_s=0.01, retry_most_s=0.05, give_up_after=3)


def over(one: Event, after_s: float = 5.0) -> Event:
    return replace(one, ended_at=one.completed_at + timedelta(seconds=after_s), end_s=9.0, end_frame=70)


def test_an_event_crosses_json_unchanged() -> None:
    for one in (event("a"), over(event("b"))):
        assert event_from_json(event_to_json(one)) == one


def test_alert_with_snapshot_then_its_end(tmp_path: Path) -> None:
    outbox, desk = Outbox(tmp_path / "events.db", SystemClock(), QUICK), Desk()
    outbox.start(desk)
    first = event("a")
    outbox.record(first, alert=first, snapshot_jpeg=b"jpeg")
    outbox.record(event("quiet"))
    outbox.record(over(event("quiet")))
    outbox.record(over(first))
    outbox.record(over(first))
    wait_until(lambda: len(desk.told) == 2)
    assert desk.told == [("raise", "a"), ("end", "a")]
    assert desk.snapshots == {"a": b"jpeg"}
    wait_until(lambda: outbox.pending() == 0)
    outbox.stop()


def test_a_federated_site_keeps_what_began_and_ended_for_its_hub(tmp_path: Path) -> None:
    config = replace(QUICK, federated=True)
    outbox = Outbox(tmp_path / "events.db", SystemClock(), config)
    first, quiet, whole = event("a"), event("quiet"), over(event("whole"))
    outbox.record(first, alert=first)
    outbox.record(quiet)
    outbox.record(whole)
    outbox.record(over(first))
    outbox.record(over(first))
    told = [(row.what, row.event.id) for row in outbox.relay_after(0)]
    assert told == [("began", "a"), ("began", "quiet"), ("began", "whole"), ("ended", "whole"), ("ended", "a")]
    assert [row.event.id for row in outbox.relay_after(0, limit=2)] == ["a", "quiet"]
    assert outbox.relay_trim(outbox.relay_after(0, limit=2)[-1].sequence) == 2
    outbox.stop()
    again = Outbox(tmp_path / "events.db", SystemClock(), config)  # "quiet" was open: it ends with its process
    rows = again.relay_after(0)
    assert [(row.what, row.event.id) for row in rows][-1] == ("ended", "quiet")
    assert [row.sequence for row in rows] == [3, 4, 5, 6]
    again.stop()


def test_a_site_without_a_hub_keeps_nothing_for_one(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "events.db", SystemClock(), QUICK)
    outbox.record(over(event("a")))
    assert outbox.relay_after(0) == []
    outbox.stop()


def test_the_alert_can_be_told_otherwise_than_the_event(tmp_path: Path) -> None:
    outbox, desk = Outbox(tmp_path / "events.db", SystemClock(), QUICK), Desk()
    first = event("a")
    told = replace(first, explanation=replace(first.explanation, key="alerting-burst"))
    outbox.record(first, alert=told)
    outbox.deliver(desk)
    assert desk.explanations["a"].key == "alerting-burst"
    (kept,) = outbox.events(NOW, NOW + timedelta(hours=1))
    assert kept == first
    outbox.stop()


def test_a_closed_desk_gets_everything_later_in_order_per_camera(tmp_path: Path) -> None:
    outbox, desk = Outbox(tmp_path / "events.db", SystemClock(), QUICK), Desk()
    desk.closed.set()
    outbox.start(desk)
    for number in range(20):
        one = event(f"{number:02}", camera=f"c{number % 3}")
        outbox.record(one, alert=one)
    wait_until(lambda: desk.calls > 12)  # more than the attempts that a refusal gets
    assert outbox.pending() == 20
    desk.closed.clear()
    wait_until(lambda: len(desk.told) == 20)
    for camera in range(3):
        mine = [name for _, name in desk.told if int(name) % 3 == camera]
        assert mine == sorted(mine)
    outbox.stop()


def test_what_the_desk_refuses_is_given_up_and_blocks_nobody_else(tmp_path: Path) -> None:
    outbox, desk = Outbox(tmp_path / "events.db", SystemClock(), QUICK), Desk()
    desk.refuses.add("bad")
    for name, camera in (("bad", "c1"), ("after", "c1"), ("other", "c2")):
        one = event(name, camera=camera)
        outbox.record(one, alert=one)
    outbox.start(desk)
    wait_until(lambda: len(desk.told) == 2)
    assert {name for _, name in desk.told} == {"after", "other"}
    assert [(name, "TypeError" in why) for name, why in outbox.given_up()] == [("bad", True)]
    outbox.stop()


def test_a_row_that_cannot_be_read_is_given_up(tmp_path: Path) -> None:
    outbox, desk = Outbox(tmp_path / "events.db", SystemClock(), QUICK), Desk()
    for name in ("spoilt", "after"):
        one = event(name)
        outbox.record(one, alert=one)
    outbox._database.execute("UPDATE outbox SET body = '{}' WHERE event_id = 'spoilt'")
    outbox.start(desk)
    wait_until(lambda: desk.told == [("raise", "after")])
    assert [name for name, _ in outbox.given_up()] == ["spoilt"]
    outbox.stop()


def test_one_camera_s_trouble_does_not_delay_another(tmp_path: Path) -> None:
    clock = SimulatedClock()
    outbox, desk = Outbox(tmp_path / "events.db", clock), Desk()
    desk.refuses.add("bad")
    for name, camera in (("bad", "c1"), ("after", "c1"), ("other", "c2")):
        one = event(name, camera=camera)
        outbox.record(one, alert=one)
    rest_s = outbox.deliver(desk)
    assert desk.told == [("raise", "other")]
    assert 0 < rest_s <= 0.5
    calls = desk.calls
    outbox.deliver(desk)
    assert desk.calls == calls, "it rests before it tries again"
    clock.advance(0.6)
    outbox.deliver(desk)
    assert desk.calls == calls + 1
    outbox.stop()


def test_events_of_a_span_and_cameras(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "events.db", SystemClock())
    long_ago, goes_on = over(event("old", at_s=-7200)), event("open", camera="c2", at_s=-7000)
    recent = over(event("recent", at_s=0))
    for one in (long_ago, goes_on, recent):
        outbox.record(one)
    span = (NOW - timedelta(minutes=10), NOW + timedelta(minutes=1))
    assert [one.id for one in outbox.events(*span)] == ["open", "recent"]
    assert [one.id for one in outbox.events(*span, ["c1"])] == ["recent"]
    assert outbox.events(*span, []) == []
    assert outbox.events(*span, ["c1"]) == [recent]
    outbox.stop()


def test_events_that_a_dead_process_left_open_are_ended(tmp_path: Path) -> None:
    first = Outbox(tmp_path / "events.db", SystemClock())
    one = event("a")
    first.record(one, alert=one)
    first.stop()
    second, desk = Outbox(tmp_path / "events.db", SystemClock(), QUICK), Desk()
    second.deliver(desk)
    assert desk.told == [("raise", "a"), ("end", "a")]
    assert second.events(NOW, NOW + timedelta(seconds=1))[0].ended_at == one.completed_at
    second.stop()


def test_old_events_are_forgotten_but_not_what_is_on_its_way(tmp_path: Path) -> None:
    clock = SimulatedClock(NOW)
    outbox, desk = Outbox(tmp_path / "events.db", clock, OutboxConfig(keep_days=10)), Desk()
    desk.closed.set()
    waiting, done = over(event("waiting")), over(event("done"))
    outbox.record(waiting, alert=waiting)
    outbox.record(done)
    clock.advance(11 * 86_400)
    outbox._clean()
    assert [one.id for one in outbox.events(NOW - timedelta(days=1), NOW + timedelta(days=1))] == ["waiting"]
    outbox.stop()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreCorrupt, match=r"events\.db"):
        Outbox(path, SystemClock())


KILLED = """
import os, sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from alerts_helper import event
from veedor.kit.clock import SystemClock
from veedor.site.alerting.outbox import Outbox

class Desk:  # appends to a file and syncs it, then the process may die before the outbox hears of it
    def _take(self, what, event):
        handle = os.open(sys.argv[1] + "/desk.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, f"{what} {event.id} {event.camera_id}\\n".encode())
        os.fsync(handle)
        os.close(handle)
    def raise_alert(self, event, snapshot): self._take("raise", event)
    def end_event(self, event): self._take("end", event)

outbox = Outbox(Path(sys.argv[1]) / "events.db", SystemClock())
outbox.start(Desk())
for number in range(10_000):
    one = event(f"{sys.argv[3]}-{number:05}", camera=f"c{number % 4}")
    outbox.record(one, alert=one, snapshot_jpeg=b"x" * 2000)
    print(one.id, flush=True)  # from here on it is promised
"""


def test_killed_again_and_again_nothing_promised_is_lost(tmp_path: Path) -> None:
    promised: list[str] = []
    for life in range(3):
        arguments = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent), str(life)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            promised += [process.stdout.readline().strip() for _ in range(25 + 7 * life)]
            os.kill(process.pid, signal.SIGKILL)
            promised += [line.strip() for line in process.stdout if line.endswith("\n")]
    outbox, desk = Outbox(tmp_path / "events.db", SystemClock(), QUICK), Desk()
    outbox.deliver(desk)
    outbox.stop()
    lines = [line.split() for line in (tmp_path / "desk.txt").read_text().splitlines()]
    heard = [name for what, name, _ in lines if what == "raise"] + [n for w, n in desk.told if w == "raise"]
    assert set(promised) <= set(heard)
    assert len(promised) > 90
    for camera in range(4):  # the first hearing of each is in order
        mine = [name for name in dict.fromkeys(heard) if int(name[2:]) % 4 == camera]
        assert mine == sorted(mine)

"""The way up: every fact once, in order, whatever dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from three_sites import CLOCK, Federation, Way

from waiting import wait_until


@pytest.fixture
def way(federation: Federation) -> Iterator[Way]:
    shutil.rmtree(federation.sites["a1"].folder / "pump.db", ignore_errors=True)
    made = Way(federation, "a1")
    made.start()
    yield made
    made.stop()


def assert_same(way: Way) -> None:
    way.wait_all()
    assert way.database.ids() == way.outbox.ids()


def test_a_fact_is_at_the_hub_in_milliseconds(way: Way) -> None:
    way.add(1)
    assert_same(way)
    begin_s = CLOCK.monotonic()
    way.add(1)
    assert_same(way)
    took_s = CLOCK.monotonic() - begin_s
    print(f"one fact, committed at the site to committed at the hub: {took_s * 1000:.0f} ms")  # noqa: T201
    assert took_s < 2.0


def test_offline_then_all_of_it(way: Way) -> None:
    way.site.way.cut()
    way.add(3000)
    wait_until(lambda: way.pump.status.at_rest)
    before = way.database.count()
    wait_until(lambda: not way.intake.status.connected)
    way.site.way.mend()
    mended_s = CLOCK.monotonic()
    way.wait_all()
    began_s = next(at for at in way.database.arrived_s if at > mended_s) - mended_s
    print(f"link back: first after {began_s:.2f} s, 3,000 after {CLOCK.monotonic() - mended_s:.2f} s")  # noqa: T201
    assert before + 3000 == way.database.count()
    assert began_s < 5.0
    assert_same(way)


def test_short_cuts_and_stalls_under_load(way: Way) -> None:
    seen, rows = way.database.seen, len(way.outbox.ids())
    for turn in range(4):
        way.add(300)
        wait_until(lambda: way.database.count() > 0)
        way.site.way.stall() if turn % 2 else way.site.way.cut()
        way.add(300)
        wait_until(lambda: way.pump.status.at_rest)
        way.site.way.mend()
        way.add(300)
    assert_same(way)
    assert way.database.seen - seen == len(way.outbox.ids()) - rows, "a cut link repeats nothing: the position is exact"


def test_servers_killed_under_load(way: Way, federation: Federation) -> None:
    for victim in (federation.hub, way.site.server):
        way.add(1000)
        restarts = victim.restarts
        os.kill(victim.pid, signal.SIGKILL)
        way.add(500)
        killed_s = CLOCK.monotonic()
        wait_until(lambda victim=victim, restarts=restarts: victim.restarts > restarts)
        way.wait_all()
        print(f"{victim.name} killed: all 1,500 at the hub {CLOCK.monotonic() - killed_s:.2f} s later")  # noqa: T201
    assert_same(way)


PUMP_PROCESS = """
import sys, threading
from pathlib import Path
sys.path[:0] = sys.argv[1].split(":")
from three_sites import CLOCK, Outbox, connect
from veedor.link.pump import Pump
url, seed, folder = sys.argv[2], sys.argv[3], Path(sys.argv[4])
pump = Pump(connect(url, seed, "p"), "a1", [Outbox("a1", folder / "outbox.db")], folder, CLOCK)
pump.start()
threading.Event().wait()
"""


def test_pump_killed_in_the_middle(way: Way) -> None:
    way.pump.stop()
    tests = Path(__file__).parent
    paths = ":".join([str(tests), str(tests.parent), *sys.path])
    command = [sys.executable, "-c", PUMP_PROCESS, paths, way.site.server.url, way.site.local_seed]
    for _ in range(2):
        way.outbox.add(4000)
        before = way.database.count()
        process = subprocess.Popen([*command, str(way.site.folder)])
        wait_until(lambda before=before: way.database.count() > before)
        process.kill()
        process.wait()
    way.pump = way.new_pump()
    way.pump.start()
    assert_same(way)


def test_hub_restored_from_a_backup(way: Way) -> None:
    way.add(1000)
    assert_same(way)
    way.intake.stop()
    position = way.database.position()
    way.database.restore(keep=position.sequence - 700)
    seen = way.database.seen
    way.intake = way.new_intake()
    way.intake.start()
    assert_same(way)
    assert way.database.seen - seen == 700


def test_site_loses_its_log(way: Way) -> None:
    """What the hub has told that it has is not sent again; the rest is."""
    way.add(500)
    assert_same(way)
    position = way.database.position()
    way.pump.hub_has(position.incarnation, position.sequence)
    confirmed = way.pump.confirmed("events")
    assert confirmed == len(way.outbox.ids())
    way.site.way.cut()
    way.add(300)
    wait_until(lambda: way.pump.status.at_rest and way.pump.confirmed("events") == confirmed)
    way.site.server.stop()
    shutil.rmtree(way.site.folder / "js")
    way.site.server.start()
    way.site.way.mend()
    way.add(200)
    assert_same(way)
    after = way.database.position()
    assert after.incarnation != position.incarnation
    assert after.sequence == 500


def test_trim_drops_only_what_the_hub_has(way: Way) -> None:
    way.add(100)
    assert_same(way)
    later = datetime.now(UTC) + timedelta(seconds=5)
    assert way.pump.trim(later) == 0
    position = way.database.position()
    way.pump.hub_has(position.incarnation, position.sequence - 10)
    assert way.pump.trim(later - timedelta(days=14)) == 0
    dropped = way.pump.trim(later)
    assert dropped > 0
    assert way.pump.trim(later) == 0
    way.add(10)
    assert_same(way)


def test_two_sites_share_one_connection(federation: Federation) -> None:
    ways = [Way(federation, name) for name in ("a2", "b1")]
    for way in ways:
        way.start()
        way.add(500)
    for way in ways:
        assert_same(way)
        way.stop()

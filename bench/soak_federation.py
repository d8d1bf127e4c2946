"""Random faults against a federation under load; after each of them everything is counted.

    python bench/soak_federation.py --for 120s --seed 7

A hub and three sites run as processes of their own, and hundreds of events a second are written into the sites. At
random: a site, the hub, a nats-server at either end or PostgreSQL is killed with SIGKILL; a link is cut, or loses 5 %
of its packets with 150 ms each way; a site's disk is full; a site's clock is a day off. After each fault the hub must
have every event that was written by then, and at every moment the first so many of each camera: none lost, none twice,
in order. The seed is printed, so that a failing run can be had again. As root the sites are in network namespaces, with
tc's netem or a tunnel of ours that loses and delays packets; otherwise proxies stand in their way, which cut and delay
and lose nothing. The full disk needs a mount of a tmpfs. What cannot be had is left out, and the report says so.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from federation.disk import why_no_mount
from federation.load import OrderWatch
from federation.process import kill_pid
from federation.stand import Site, Stand, Wish, remove
from federation.ways import Network, ProxyWay, best_network, close_bridge
from waiting import wait_until

SITES = 3
SETTLE_S = 180.0  # the longest that catching up may take before the run has failed
CATCH_UP_S = 5.0  # after a link's return, events must come again within this
DISK_MB = 96  # of a site whose disk is filled; and what a run writes there comes on top:
EVENT_KB = 6  # an event in the outbox, in the log up (which keeps it for 14 days), and its part of the alerts
NEARLY_FULL_BYTES = 8 << 20  # less than a site wants free, and enough to go on for a while
TELL_S = 60.0  # a health problem is told, or taken back, within this
_FULL = "events and alerts wait"  # the words of `problem-data-disk-full`
CLOCK_OFFSET = """
import os
from datetime import timedelta
import veedor.kit.clock as clock
_true = clock.SystemClock.now
_off = timedelta(seconds=float(os.environ.get("SOAK_CLOCK_S", "0")))
clock.SystemClock.now = lambda self: _true(self) + _off
"""


@dataclass(slots=True)
class Report:
    """One fault and what came of it. `caught_up_s`: from its end until the hub had all that was written by then.
    `first_s`: until it had the first new event of that site; None where nothing was cut. `notes`: what else was counted
    or measured (seconds where the name ends in `_s`)."""

    fault: str
    site: str
    lasted_s: float
    caught_up_s: float
    first_s: float | None = None
    notes: dict[str, float] = field(default_factory=dict)
    load: float = 0.0  # of the machine, over the last minute: what others do to it is in every time above


class Soak:
    """The faults, each as a method that returns how long it lasted and leaves the federation whole."""

    def __init__(self, stand: Stand, chance: random.Random, *, has_small_disk: bool) -> None:
        self.stand = stand
        self.chance = chance
        self._notes: dict[str, float] = {}
        self.faults: dict[str, Callable[[Site], float | None]] = {
            "kill site": self.kill_site,
            "kill hub": self.kill_hub,
            "kill leaf server": self.kill_leaf,
            "kill hub server": self.kill_hub_server,
            "kill postgres": self.kill_postgres,
            "cut": self.cut,
            "long cut": self.long_cut,
            "bad link": self.bad_link,
            "clock a day off": self.clock,
        }
        if has_small_disk:
            self.faults["disk full"] = self.disk_full
            self.faults["disk full, site killed"] = partial(self.disk_full, is_killed=True)

    def one(self, name: str) -> Report:
        site = self.stand.sites[0] if name.startswith("disk full") else self.chance.choice(self.stand.sites)
        self._notes = {}
        begin_s = time.monotonic()
        ended_s = self.faults[name](site)
        over_s = time.monotonic()
        written = self.stand.written()
        first_s = self._first(site, ended_s) if ended_s is not None else None
        wait_until(lambda: self.stand.has_all(written), SETTLE_S, 0.1)
        caught_up_s = round(time.monotonic() - over_s, 1)
        return Report(
            name,
            site.wish.name,
            round(over_s - begin_s, 1),
            caught_up_s,
            first_s,
            self._notes,
            round(os.getloadavg()[0], 1),
        )

    def _first(self, site: Site, ended_s: float) -> float:
        """Seconds from the link's return to the first event that came over it."""
        before = self._count(site)
        wait_until(lambda: self._count(site) > before, SETTLE_S, 0.05)
        return round(time.monotonic() - ended_s, 2)

    def _count(self, site: Site) -> int:
        return wait_until(lambda: _quietly(lambda: self.stand.count(site) + 1), SETTLE_S, 0.1) - 1

    # -- the faults

    def kill_site(self, site: Site) -> None:
        site.process.kill()
        time.sleep(self.chance.uniform(0.0, 2.0))
        site.process.start()

    def kill_hub(self, _site: Site) -> None:
        self.stand.hub.kill()
        time.sleep(self.chance.uniform(0.0, 2.0))
        self.stand.hub.start()

    def kill_leaf(self, site: Site) -> None:
        kill_pid(site.process.child("nats-server"))

    def kill_hub_server(self, _site: Site) -> None:
        kill_pid(self.stand.hub.child("nats-server"))

    def kill_postgres(self, _site: Site) -> None:
        kill_pid(self.stand.hub.child("postgres"))

    def cut(self, site: Site) -> float:
        return self._cut(site, self.chance.uniform(1.0, 6.0))

    def long_cut(self, site: Site) -> float:
        return self._cut(site, self.chance.uniform(20.0, 40.0))

    def _cut(self, site: Site, seconds: float) -> float:
        site.way.cut()
        time.sleep(seconds)
        site.way.mend()
        return time.monotonic()

    def bad_link(self, site: Site) -> None:
        before = self._count(site)
        site.way.bad()
        time.sleep(self.chance.uniform(8.0, 15.0))
        self._notes["events_meanwhile"] = self._count(site) - before
        site.way.mend()

    def clock(self, site: Site) -> None:
        """The site runs with a clock a day off, for a while; then with the right one."""
        off_s = self.chance.choice((-86_400, 86_400))
        site.process.kill()
        site.process.start({"SOAK_CLOCK_S": str(off_s)})
        written = self.stand.written()
        wait_until(lambda: self.stand.has_all(written), SETTLE_S, 0.1)
        site.process.kill()
        site.process.start()

    def disk_full(self, site: Site, *, is_killed: bool = False) -> None:
        """Told at the site while there is room for the entry in its audit; then not one byte is left, for a while.
        Raises AssertionError where no event was refused: then the disk was not full, and nothing was tried.
        `is_killed`: the power goes as well; the site may not be able to start before there is room."""
        disk = site.disk
        assert disk is not None
        disk.fill(NEARLY_FULL_BYTES)
        wait_until(lambda: _tells(site.problems), TELL_S, 0.5)
        before = site.load.full
        wait_until(lambda: disk.fill() or site.load.full > before, SETTLE_S, 0.2)
        wait_until(lambda: _tells(lambda: self.stand.problems(site)), TELL_S, 0.5)
        if is_killed:
            site.process.kill()
            site.process.start()
        time.sleep(self.chance.uniform(4.0, 8.0))
        acknowledged = site.load.acknowledged()
        self._notes["refused"] = site.load.full - before
        disk.make_room()
        free_s = time.monotonic()

        def is_whole() -> bool:
            if not site.process.is_running:  # systemd starts it again and again
                site.process.start()
                self._notes["failed_starts"] = self._notes.get("failed_starts", 0) + 1
            return _quietly(lambda: int(acknowledged <= self.stand.event_ids())) == 1

        wait_until(is_whole, SETTLE_S, 0.2)
        self._notes["whole_s"] = round(time.monotonic() - free_s, 1)
        wait_until(lambda: _is_quiet(site.problems), TELL_S, 0.5)
        wait_until(lambda: _is_quiet(lambda: self.stand.problems(site)), TELL_S, 0.5)
        self._notes["taken_back_s"] = round(time.monotonic() - free_s, 1)


def _tells(look: Callable[[], list[str]]) -> bool:
    """Whether the disk is said to be full."""
    return _quietly(lambda: int(any(_FULL in one for one in look()))) == 1


def _is_quiet(look: Callable[[], list[str]]) -> bool:
    """Whether it answers, and says nothing of that."""
    return _quietly(lambda: int(not any(_FULL in one for one in look()))) == 1


def _quietly(look: Callable[[], int]) -> int:
    try:
        return look()
    except Exception:  # the database may be down: that is the point
        return 0


def seconds(text: str) -> float:
    """`90s`, `5m`, `2h`, or seconds."""
    unit = {"s": 1.0, "m": 60.0, "h": 3600.0}.get(text[-1:])
    return float(text[:-1]) * unit if unit else float(text)


def run(options: argparse.Namespace, folder: Path, seed: int) -> dict[str, Any]:
    network = Network(ProxyWay, "127.0.0.1", "proxies (asked for)") if options.proxies else best_network()
    why_no_disk = why_no_mount()
    disk_mb = DISK_MB + int(options.rate / SITES * (options.seconds + 2 * SETTLE_S) * EVENT_KB / 1024)
    stand = Stand(folder, network.make, network.hub_address)
    watch = OrderWatch(stand.at_hub)
    reports: list[Report] = []
    failure = ""
    begin_s = time.monotonic()
    try:
        stand.start(
            [
                Wish("victoria", "la-victoria", CLOCK_OFFSET, tmpfs_mb=None if why_no_disk else disk_mb),
                Wish("brena", "brena", CLOCK_OFFSET),
                Wish("cercado", "pnp-cercado", CLOCK_OFFSET),
            ]
        )
        wait_until(lambda: len(stand.online()) == len(stand.sites), 60.0, 0.5)
        for site in stand.sites:
            site.load.start(options.rate / len(stand.sites))
        watch.start()
        soak = Soak(stand, random.Random(seed), has_small_disk=not why_no_disk)
        end_s = time.monotonic() + options.seconds
        order: list[str] = []
        while time.monotonic() < end_s or (options.each and len(reports) < len(soak.faults)):
            if not order:  # each once before any comes again
                order = sorted(options.only or soak.faults)
                soak.chance.shuffle(order)
            name = order.pop()
            if name not in soak.faults:
                raise ValueError(f"no fault {name!r} here; there are: {', '.join(soak.faults)}; disk: {why_no_disk}")
            print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr, flush=True)
            reports.append(soak.one(name))
            print(f"  {reports[-1]}", file=sys.stderr, flush=True)
        for site in stand.sites:
            site.load.stop()
        wait_until(lambda: stand.has_all(stand.written()), SETTLE_S, 0.2)
        wait_until(lambda: not stand.check()["alerts_lost"], SETTLE_S, 0.5)
    except (Exception, KeyboardInterrupt) as problem:  # whatever it was: what was found is told, what was started ended
        failure = str(problem) or repr(problem)
        traceback.print_exc()
    try:
        found = stand.check()
    except Exception as problem:
        found, failure = {}, failure or repr(problem)
    finally:
        watch.stop()
        stand.stop()
        close_bridge()
    late = [one.fault for one in reports if one.first_s is not None and one.first_s > CATCH_UP_S]
    is_whole = bool(found) and not any(found[name] for name in _MUST_BE_EMPTY)
    return {
        "seed": seed,
        "network": network.said,
        "disk": f"left out ({why_no_disk})" if why_no_disk else f"tmpfs, {disk_mb} MB",
        "events_per_s": options.rate,
        "duration_s": round(time.monotonic() - begin_s),
        "faults": len(reports),
        "by_kind": dict(Counter(one.fault for one in reports)),
        "passed": is_whole and not failure and not late and not watch.disorders,
        "failure": failure,
        "late": late,
        "looks_at_order": watch.looks,
        "out_of_order": watch.disorders[:20],
        **found,
        "longest_first_s": max((one.first_s for one in reports if one.first_s is not None), default=None),
        "longest_caught_up_s": max((one.caught_up_s for one in reports), default=None),
        "each": [vars_of(one) for one in reports],
    }


_MUST_BE_EMPTY = ("lost", "doubled", "strange", "alerts_lost", "alerts_strange", "audit_flaws", "disordered")


def vars_of(report: Report) -> dict[str, Any]:
    return {
        name: getattr(report, name) for name in ("fault", "site", "lasted_s", "first_s", "caught_up_s", "notes", "load")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--for", dest="seconds", type=seconds, default=180.0, help="90s, 5m, 2h")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rate", type=float, default=300.0, help="events a second, of all sites together")
    parser.add_argument("--only", action="append", help="this fault alone; may be given again")
    parser.add_argument("--each", action="store_true", help="go on until each fault was there once")
    parser.add_argument("--proxies", action="store_true", help="proxies even where namespaces could be had")
    parser.add_argument("--keep", action="store_true", help="leave the folder with all logs")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it takes its sites and networks along
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}", file=sys.stderr, flush=True)
    folder = Path(tempfile.mkdtemp(prefix="vsoak-"))
    try:
        told = run(options, folder, seed)
    finally:
        if options.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            remove(folder)
    print(json.dumps(told, indent=2))
    if not told["passed"]:
        sys.exit(f"soak failed; run it again with --seed {seed}")


if __name__ == "__main__":
    main()

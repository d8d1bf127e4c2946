"""A federation on one machine: a hub and many sites, with events, outages and searches.

    python bench/federation.py --json bench/results/federation.json           # 12 sites, under 3 minutes
    FULL=1 python bench/federation.py --json bench/results/federation.json    # 70 sites, then 200 for what a site costs
    python bench/federation.py --sites 6 --part latency --part outage         # only these

The result is written anew as each part ends, so that a part which fails, or an end in the middle, costs no other
part's figures. PATIENCE=3 makes all limits of waiting three times as long, for a machine that has other things to do.

Real: the hub with PostgreSQL (durable) and its NATS server; for each site its stores, desk, pump and a nats-server of
its own that dials in over TLS; joining, grants, passes, gates and audit. Scripted: events, which go into the site's
outbox where the analysis puts them, and the tracks in the archives. All of it shares one machine's cores, of which the
sites would bring their own. docs/benchmarks.md tells how each figure is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import federation_broker
import federation_figures as figures
import federation_paced
import federation_site as site_end
from federation_figures import rates
from federation_hosts import say
from federation_stage import PER_PROCESS, Stage, stage

NAMES = ("cost", "search", "latency", "sustained", "paced", "outage", "broker")
CAMERAS = 43
NEW_SITE_S = 13.0  # a site takes no passes in its first 12 s
FEW = 5  # alerts of which a p95 tells nothing
AIMS = {
    "facts_per_s": 2000,
    "alert_p95_ms": 500,
    "flood_moves_p95_by": 0.2,
    "search_first_p95_ms": 500,
    "search_last_p95_ms": 2000,
}


class Plan:
    """How large and how long."""

    def __init__(self, full: bool, sites: int | None, most: int | None) -> None:
        self.full = full
        self.sites = sites or (70 if full else 12)
        self.whole = min(10 if full else 3, self.sites)
        self.tracks = 100_000 if full else 12_000
        self.steps = [count for count in ((10, 35, 70) if full else (3, 12)) if count < self.sites] + [self.sites]
        self.most_sites = most or (200 if full and sites is None else self.sites)
        self.window_s = 30.0 if full else 6.0
        self.load_s = 60.0 if full else 8.0
        self.flood_events = 40_000 if full else 3_000
        self.hours = 1.0 if full else 0.5
        self.rounds = 15 if full else 3
        self.paced = [2100.0, 3200.0, 4900.0] if self.sites > 12 else [2100.0]  # the last: 2,000 events a second
        self.paced_s = 30.0 if full else 8.0
        self.ladder = [500.0 * 1.25**step for step in range(10)] if full else [500.0, 1000.0, 2000.0]  # facts a second


def run(wanted: list[str], plan: Plan, keep: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """`keep` is given all that was found, each time that there is more."""
    found: dict[str, Any] = {}
    with stage() as made:

        def measured(name: str, measure: Callable[[], dict[str, Any]]) -> None:
            _measured(found, name, measure)
            if "failed" in found[name]:
                made.calm()
            keep(found)

        measured("set_up", lambda: set_up(made, plan, wanted))
        if not made.host_of:
            return found
        cameras = len(made.host_of) * CAMERAS
        if "search" in wanted:
            measured("search", lambda: search(made, plan))
        if "latency" in wanted:
            measured("latency", lambda: latency(made, plan, cameras))
        if "sustained" in wanted:
            measured("sustained", lambda: sustained(made, plan, cameras))
        if "paced" in wanted:
            measured("paced", lambda: paced(made, plan))
        if "outage" in wanted:
            measured("outage", lambda: outage(made, plan))
        if "broker" in wanted:
            measured("broker", lambda: federation_broker.killed(made, 3 if plan.full else 1))
        measured("account", lambda: figures.account(made))
        if "cost" in wanted and plan.most_sites > plan.sites and found["set_up"].get("cost"):
            measured("many_sites", lambda: many_sites(made, plan, found["set_up"]["cost"]))
    return found


def set_up(made: Stage, plan: Plan, wanted: list[str]) -> dict[str, Any]:
    """Join and start the sites, step by step; what the hub takes at each step."""
    made.invite(plan.sites, CAMERAS, plan.tracks, plan.whole)
    steps = []
    for count in plan.steps:
        made.start_sites(count)
        say(f"{count} sites are online")
        if "cost" in wanted:
            steps.append(figures.cost(made, count, plan.window_s))
            say(f"   {steps[-1]}")
    if {"search", "latency", "sustained", "paced"} & set(wanted):
        made.agree()
        say("grants are signed")
    told: dict[str, Any] = {"joining_s": figures.spread(made.joined_s)}
    if steps:
        told |= {"cost": steps, **({"each_site_more": figures.per_site(steps)} if len(steps) > 1 else {})}
    return told


def search(made: Stage, plan: Plan) -> dict[str, Any]:
    tracks = sum(made.ask_all(site_end.fill_archives))
    say(f"{tracks} tracks are in the archives")
    time.sleep(NEW_SITE_S)
    figures.searches(made, 1)  # connections, plans and pages of files are there afterwards, as on a working day
    told = figures.searches(made, plan.rounds)
    told["holds"] = (
        told["sites_silent"] == 0
        and told["first_results"]["p95_ms"] <= AIMS["search_first_p95_ms"]
        and told["last_results"]["p95_ms"] <= AIMS["search_last_p95_ms"]
    )
    return told


def latency(made: Stage, plan: Plan, cameras: int) -> dict[str, Any]:
    rate = 10 * rates(cameras)["natural_events_per_s"]
    calm = figures.latency(made, rate, plan.load_s)
    say(f"   {calm}")
    flood = made.plans[0].agency
    flooded = figures.latency(made, rate, plan.load_s, flood=flood, flood_events=plan.flood_events)
    slow = calm["readable"].get("p95_ms", float("inf"))
    told = {"ten_times_natural": calm, "beside_one_site_that_floods": flooded}
    if flooded["readable"]["count"] < FEW:
        return told | {"too_few_alerts": True, "holds": False}
    moved = flooded["readable"]["p95_ms"] / slow - 1
    is_fair = moved <= AIMS["flood_moves_p95_by"]
    return told | {"flood_moves_p95_by": round(moved, 3), "holds": slow <= AIMS["alert_p95_ms"] and is_fair}


def sustained(made: Stage, plan: Plan, cameras: int) -> dict[str, Any]:
    told = figures.sustained(made, plan.ladder, plan.load_s)
    natural = rates(cameras)
    told["times_natural"] = round(told["events_per_s"] / natural["natural_events_per_s"], 1)
    told["with"] = "the sites, which make the events and keep them, on the same cores"
    told["holds"] = told["facts_per_s"] >= AIMS["facts_per_s"]
    half = figures.latency(made, told["events_per_s"] / 2, plan.load_s) if told["events_per_s"] else None
    if half is not None:
        told["alerts_at_half"] = half
        told["holds"] = told["holds"] and half["readable"].get("p95_ms", float("inf")) <= AIMS["alert_p95_ms"]
    return told


def paced(made: Stage, plan: Plan) -> dict[str, Any]:
    told = federation_paced.sustained(made, plan.paced, plan.paced_s)
    told["with"] = "logs that were recorded before: the sites only send them"
    told["times_natural"] = round(told["facts_per_s"] / rates(len(made.host_of) * CAMERAS)["natural_facts_per_s"], 1)
    half = told.get("alerts_at_half", {}).get("readable", {}).get("p95_ms", 0.0)
    told["holds"] = told["facts_per_s"] >= AIMS["facts_per_s"] and half <= AIMS["alert_p95_ms"]
    return told


def outage(made: Stage, plan: Plan) -> dict[str, Any]:
    told = figures.outage(made, plan.hours)
    natural = rates(plan.sites * CAMERAS)
    told["times_natural"] = round(told["events_per_s_from_the_first"] / natural["natural_events_per_s"], 1)
    told["holds"] = told["facts_per_s_from_the_first"] >= AIMS["facts_per_s"]
    return told


def many_sites(made: Stage, plan: Plan, steps: list[dict[str, Any]]) -> dict[str, Any]:
    made.invite(plan.most_sites, CAMERAS, 0, plan.whole)
    made.start_sites(plan.most_sites)
    told = figures.cost(made, plan.most_sites, plan.window_s)
    told["each_site_more"] = figures.per_site([steps[0], told])
    told["shared"] = f"sites beyond the first {plan.whole} share processes, {PER_PROCESS} in each"
    told["joining_s"] = figures.spread(made.joined_s)
    return told


def _measured(found: dict[str, Any], name: str, measure: Callable[[], dict[str, Any]]) -> None:
    """One figure; one that fails says so, and the others go on."""
    say(f"-- {name}")
    at_s, load = time.monotonic(), os.getloadavg()[0]
    try:
        told = measure()
    except Exception as problem:
        traceback.print_exc()
        told = {"failed": repr(problem), "holds": False}
    found[name] = {
        **told,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "took_s": round(time.monotonic() - at_s, 1),
        "load_average_before": round(load, 2),
    }
    print(json.dumps({name: found[name]}), file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", choices=[*NAMES, []], help="which; all if none is named")
    parser.add_argument("--part", action="append", choices=NAMES, help="the same; may be given again")
    parser.add_argument("--sites", type=int, help="how many; 43 cameras each")
    parser.add_argument(
        "--most", type=int, help="grow to so many at the end, for what a site costs; default: 200 if full"
    )
    parser.add_argument("--full", action="store_true", default=bool(os.environ.get("FULL")))
    parser.add_argument("--json", type=Path, help="write the result here too")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # what was started is ended, whoever stops us
        signal.signal(number, signal.default_int_handler)
    plan = Plan(options.full, options.sites, options.most)
    wanted = [*options.figures, *(options.part or [])] or list(NAMES)

    def keep(found: dict[str, Any]) -> str:
        text = json.dumps(_result(plan, wanted, found), indent=2, ensure_ascii=False)
        if options.json:
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(text + "\n")
        return text

    print(keep(run(wanted, plan, keep)))


def _result(plan: Plan, wanted: list[str], found: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in wanted if name not in found and name != "cost"]
    return {
        "full": plan.full,
        "sites": plan.sites,
        "cameras": plan.sites * CAMERAS,
        "cores": os.cpu_count(),
        "parts": wanted,
        "parts_missing": missing,
        "real": {
            "sites_with_a_process_of_their_own": plan.whole,
            "sites_that_share_processes": plan.sites - plan.whole,
            "sites_in_a_shared_process": PER_PROCESS,
            "of_each_site": "its folder, stores (SQLite), desk, pump, nats-server over TLS, keys, agency, grant",
            "not_at_sites_that_share": "recorder, web server, clip worker",
            "scripted": "events and tracks; cameras are configured and switched off",
            "hub": "its process, PostgreSQL with fsync, nats-server",
        },
        "assumed": {
            **rates(plan.sites * CAMERAS),
            "events_per_camera_hour": figures.PER_CAMERA_HOUR,
            "facts_per_event": figures.FACTS_PER_EVENT,
            "why": "10 events an hour and camera round the clock, one in five an alert, is an assumption; the busiest"
            " seen is streams.json: 145 alerts of 43 cameras in a minute, with rules that fire at whoever walks by",
        },
        "aims": AIMS,
        "figures": found,
        "holds": not missing and all(one.get("holds", True) for one in found.values()),
    }


if __name__ == "__main__":
    main()

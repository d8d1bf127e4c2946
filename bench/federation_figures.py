"""The figures of a federation, each measured on a stage that is there: what `federation.py` puts in order."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import sqlalchemy as sa

import federation_site as site_end
from federation_hosts import Host, Use, say, until, use_of
from federation_stage import Stage, go_on, hold_back
from federation_watch import Watcher, listener
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.inward.tables import SiteAuditRow, SiteEventRow
from veedor.desk.stream.tables import FeedRow

PER_CAMERA_HOUR = 10.0  # events; see `rates`
WARM_S = 2.0  # of a load, before anything is counted
ALERT_EVERY = 5  # one event in five raises an alert
FACTS_PER_EVENT = 2 + 2 / ALERT_EVERY  # begun and ended; of an alert besides that it was raised and that it ended
BUSY_YARD_PER_CAMERA_HOUR = 145 / 43 * 60  # bench/results/streams.json: 145 alerts of 43 cameras in a minute


def rates(cameras: int) -> dict[str, float]:
    """Events and facts a second of so many cameras."""
    natural = cameras * PER_CAMERA_HOUR / 3600
    return {
        "natural_events_per_s": round(natural, 2),
        "natural_facts_per_s": round(natural * FACTS_PER_EVENT, 2),
        "busiest_events_per_s": round(cameras * BUSY_YARD_PER_CAMERA_HOUR / 3600, 2),
    }


def spread(values_s: list[float]) -> dict[str, float | int]:
    """p50 and p95 in milliseconds."""
    if not values_s:
        return {"count": 0}
    told = np.percentile(np.asarray(values_s), (50, 95))
    return {
        "count": len(values_s),
        "p50_ms": round(float(told[0]) * 1000, 1),
        "p95_ms": round(float(told[1]) * 1000, 1),
    }


def idle_ticks() -> tuple[int, int]:
    """Of all cores since the machine started: idle, and all."""
    fields = [int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def idle_share(since: tuple[int, int]) -> float:
    """Of the machine's cores: near 0, a figure tells of the cores that the sites would bring, not of the hub."""
    now = idle_ticks()
    return round((now[0] - since[0]) / max(1, now[1] - since[1]), 3)


def hub_ms(stage: Stage, before: dict[str, Use], count: int) -> dict[str, float]:
    """Processor time of the hub's three parts for each of `count` things, in milliseconds."""
    after = stage.uses()
    return {name: round((after[name].cpu_s - before[name].cpu_s) * 1000 / max(1, count), 3) for name in after}


# -- cost of a site


def cost(stage: Stage, sites: int, window_s: float) -> dict[str, Any]:
    """What the hub takes with so many sites that are online and at rest."""
    stage.settle(120.0)
    before, at_s = stage.uses(), time.monotonic()
    time.sleep(window_s)
    after, took_s = stage.uses(), time.monotonic() - at_s
    cpu = {name: (after[name].cpu_s - before[name].cpu_s) / took_s for name in after}
    return {
        "sites": sites,
        "memory_mb": {name: round(one.rss / 1e6, 1) for name, one in after.items()},
        "idle_cpu_share_of_a_core": {name: round(one, 4) for name, one in cpu.items()},
        "postgres_processes": after["postgres"].processes,
        "leaf_connections": stage.leaves(),
    }


def per_site(steps: list[dict[str, Any]]) -> dict[str, float]:
    """From the first step to the last, for each site more."""
    first, last = steps[0], steps[-1]
    more = last["sites"] - first["sites"]
    memory = [sum(step["memory_mb"].values()) for step in (first, last)]
    cpu = [sum(step["idle_cpu_share_of_a_core"].values()) for step in (first, last)]
    return {
        "memory_mb": round((memory[1] - memory[0]) / more, 2),
        "idle_cpu_share_of_a_core": round((cpu[1] - cpu[0]) / more, 5),
    }


# -- from alert to hub


def latency(
    stage: Stage, events_per_s: float, seconds: float, *, flood: str | None = None, flood_events: int = 0
) -> dict[str, Any]:
    """`flood`: an agency whose site has so many events in its log when this begins, which the hub reads as fast as it
    can; the others keep the rate. They were recorded before: what a site's own machine does is not the hub's load. Only
    alerts that were raised while the flood lasted are counted."""
    others = [one.agency for one in stage.plans[: len(stage.host_of)] if one.agency != flood]
    each = events_per_s / len(others)
    waiting = _hold(stage, flood, flood_events) if flood else 0
    calm = [host for host in stage.hosts if flood is None or host is not stage.host_of[flood]]
    before = stage.uses()
    with Watcher(stage.dsn) as watcher, listener(stage) as pushed:
        for host in calm:
            host.do(site_end.begin_load, others, each, ALERT_EVERY)
        time.sleep(WARM_S)
        taken, at_s, from_at, idle = stage.taken(), time.monotonic(), datetime.now(UTC), idle_ticks()
        if flood:
            stage.hub.do(go_on, stage.site_ids[flood])
            wanted = stage.taken_of(stage.site_ids[flood]) + waiting
            while time.monotonic() - at_s < seconds and stage.taken_of(stage.site_ids[flood]) < wanted:
                time.sleep(0.05)
        else:
            time.sleep(seconds)
        took_s, to_at, idle_was = time.monotonic() - at_s, datetime.now(UTC), idle_share(idle)
        facts = stage.taken() - taken
        made = [_ended(host) for host in calm]
        stage.settle(300.0)
    late = [one.late_s for one in watcher.seen if from_at <= one.raised_at <= to_at]
    return {
        "events_per_s": round(events_per_s, 1),
        "seconds": round(took_s, 1),
        "events": sum(one for one, _ in made),
        "events_behind_the_script": sum(late for _, late in made),
        "facts_durable_per_s": round(facts / took_s),
        "hub_cpu_ms_per_fact": hub_ms(stage, before, facts),
        "idle_share_of_the_machine": idle_was,
        "readable": spread(late),
        "pushed": spread(pushed),
        **({"flood_facts": waiting} if flood else {}),
    }


def _hold(stage: Stage, flood: str, events: int) -> int:
    """Fill the log of one site while the hub does not read it; messages that wait."""
    host, site_id = stage.host_of[flood], stage.site_ids[flood]
    stage.settle(120.0)
    before = sum(int(one) for one in stage.ask_all(site_end.facts))
    stage.hub.do(hold_back, site_id)
    try:
        host.do(site_end.begin_backlog, [flood], events, ALERT_EVERY)
        until(lambda: not host.do(site_end.busy), "events recorded", 900.0, 0.5)
        host.do(site_end.end_load)
        until(lambda: not host.do(site_end.waiting), "the site's own log", 600.0, 0.5)
    except BaseException:
        stage.hub.do(go_on, site_id)
        raise
    return sum(int(one) for one in stage.ask_all(site_end.facts)) - before


def _ended(host: Host) -> tuple[int, int]:
    made, late = host.do(site_end.end_load)
    return int(made), int(late)


# -- how much


def sustained(stage: Stage, ladder: list[float], seconds: float) -> dict[str, Any]:
    """The highest rate of `ladder` at which the hub has everything within two seconds of the end."""
    tries: list[dict[str, Any]] = []
    for rate in ladder:
        each = rate / FACTS_PER_EVENT / len(stage.host_of)
        before, uses, idle, at_s = stage.taken(), stage.uses(), idle_ticks(), time.monotonic()
        stage.ask_all(site_end.begin_load, None, each, ALERT_EVERY)
        time.sleep(seconds)
        idle_was = idle_share(idle)
        made = [tuple(one) for one in stage.ask_all(site_end.end_load)]
        ran_s = time.monotonic() - at_s
        lag_s = stage.settle(600.0)
        took_s = time.monotonic() - at_s
        facts, late = stage.taken() - before, sum(one[1] for one in made)
        tries.append(
            {
                "offered_facts_per_s": round(rate),
                "events": sum(one[0] for one in made),
                "events_behind_the_script": late,
                "facts": facts,
                "facts_per_s": round(facts / took_s),
                "behind_at_the_end_s": round(lag_s, 2),
                "hub_cpu_ms_per_fact": hub_ms(stage, uses, facts),
                "idle_share_of_the_machine": idle_was,
                "holds": lag_s <= 2.0 and facts / ran_s >= 0.9 * rate,
            }
        )
        say(f"   {tries[-1]}")
        if not tries[-1]["holds"]:
            break
    good = [one for one in tries if one["holds"]]
    best = max((one["facts_per_s"] for one in good), default=0)
    return {"facts_per_s": best, "events_per_s": round(best / FACTS_PER_EVENT), "tries": tries}


def outage(stage: Stage, hours: float) -> dict[str, Any]:
    """All sites are cut off while they record what `hours` bring, then reach the hub again."""
    each = round(stage.plans[0].cameras * PER_CAMERA_HOUR * hours)
    before = stage.taken()
    with stage.cut():
        at_s = time.monotonic()
        stage.ask_all(site_end.begin_backlog, None, each, ALERT_EVERY)
        until(lambda: sum(stage.ask_all(site_end.busy)) == 0, "events recorded", 900.0, 0.5)
        events = sum(made for made, _ in stage.ask_all(site_end.end_load))
        until(lambda: sum(stage.ask_all(site_end.waiting)) == 0, "the sites' own logs", 600.0, 0.5)
        recorded_s = time.monotonic() - at_s
        time.sleep(max(0.0, 16.0 - recorded_s))  # until every link has been given up
        waiting = sum(stage.ask_all(site_end.facts)) - stage.taken()
        say(f"   {events} events, {waiting} facts wait after {recorded_s:.0f} s")
    uses, at_s, started = stage.uses(), time.monotonic(), stage.taken()
    first_s = until(lambda: stage.taken() > started, "the first", 120.0, 0.02)
    wanted = sum(stage.ask_all(site_end.facts))
    until(lambda: stage.taken() >= wanted, "the hub's database", 1800.0, 0.05)
    took_s = time.monotonic() - at_s
    each_fact = hub_ms(stage, uses, waiting)
    return {
        "hours": hours,
        "events": events,
        "facts": wanted - before,
        "facts_waiting": waiting,
        "seconds_to_the_first": round(first_s, 2),
        "caught_up_s": round(took_s, 2),
        "facts_per_s_from_the_first": round(waiting / (took_s - first_s)),
        "events_per_s_from_the_first": round(waiting / (took_s - first_s) / FACTS_PER_EVENT),
        "hub_cpu_ms_per_fact": each_fact,
    }


def account(stage: Stage) -> dict[str, Any]:
    """Everything since the start, counted at both ends: nothing lost, nothing twice, in order per camera."""
    stage.settle(120.0)
    told: dict[str, dict[str, Any]] = {}
    for part in stage.ask_all(site_end.told):
        told |= part
    lost = strange = twice = disordered = events = alerts = flaws = audit_lost = 0
    with stage.database.reading() as session:
        for site_id, one in told.items():
            known = set(session.scalars(sa.select(SiteEventRow.id).where(SiteEventRow.site_id == site_id)))
            open_ones = sa.select(sa.func.count()).where(
                SiteEventRow.site_id == site_id, SiteEventRow.ended_at.is_(None)
            )
            wanted = set(one["events"])
            events += len(wanted)
            lost += len(wanted - known) + int(session.scalar(open_ones) or 0)
            strange += len(known - wanted)
            audit = sa.select(sa.func.count()).where(SiteAuditRow.site_id == site_id)
            audit_lost += one["audit"] - int(session.scalar(audit) or 0)
            flaws += int(session.scalar(audit.where(SiteAuditRow.flaw.is_not(None))) or 0)
            for camera_id, ids in one["alerts"].items():
                query = sa.select(FeedRow.payload).where(FeedRow.kind == "alert.raised", FeedRow.camera_id == camera_id)
                raised = [row["id"] for row in session.scalars(query.order_by(FeedRow.sequence))]
                rows = set(session.scalars(sa.select(AlertRow.id).where(AlertRow.camera_id == camera_id)))
                alerts += len(ids)
                lost += len(set(ids) - rows)
                strange += len(rows - set(ids))
                twice += len(raised) - len(set(raised))
                disordered += raised != ids
    return {
        "events": events,
        "alerts": alerts,
        "lost": lost,
        "lost_audit_entries": audit_lost,
        "twice": twice,
        "strange": strange,
        "flawed_audit_entries": flaws,
        "cameras_out_of_order": disordered,
        "holds": not (lost or audit_lost or twice or strange or flaws or disordered),
    }


# -- searching


def searches(stage: Stage, rounds: int) -> dict[str, Any]:
    """One person searches all sites' archives through the hub's API, over the sites' gates."""
    end = datetime.now(UTC)
    day = (end - timedelta(hours=23)).isoformat(), end.isoformat()
    noon = (end - timedelta(hours=13)).isoformat(), (end - timedelta(hours=12)).isoformat()
    wishes: dict[str, dict[str, Any]] = {
        "an hour, people": {"start": noon[0], "end": noon[1], "classes": ["person"]},
        "a day, cars going north": {"start": day[0], "end": day[1], "classes": ["car"], "sectors": ["n"]},
        "a day, red fast cars": {
            "start": day[0], "end": day[1], "classes": ["car"], "colours": ["red"], "speed_hps": {"least": 0.4},
        },
        "a day, people who stayed two minutes": {
            "start": day[0], "end": day[1], "classes": ["person"], "dwell_s": {"least": 120},
        },
    }  # fmt: skip
    first, last, silent, found = [], [], Counter[str](), 0
    by_wish: dict[str, list[float]] = {}
    sites = [host.pid for host in stage.hosts]
    uses, of_sites, idle = stage.uses(), use_of(sites).cpu_s, idle_ticks()
    for number in range(rounds):
        for name, wish in random.Random(number).sample(sorted(wishes.items()), len(wishes)):
            told = _search(stage.user, {**wish, "limit": 50})
            first.append(told["first_s"])
            last.append(told["last_s"])
            silent.update(told["silent"])
            found += told["tracks"]
            by_wish.setdefault(name, []).append(told["last_s"])
    return {
        "sites": len(stage.host_of),
        "tracks_per_site": stage.plans[0].tracks,
        "searches": len(last),
        "found": found,
        "sites_silent": silent.total(),
        "silent_because": dict(silent),
        "hub_cpu_ms_per_search": hub_ms(stage, uses, len(last)),
        "cpu_ms_per_search_at_each_site": round(
            (use_of(sites).cpu_s - of_sites) * 1000 / len(last) / len(stage.host_of), 1
        ),
        "idle_share_of_the_machine": idle_share(idle),
        "first_results": spread(first),
        "last_results": spread(last),
        "by_query": {name: spread(values) for name, values in by_wish.items()},
    }


def _search(user: httpx.Client, wish: dict[str, Any]) -> dict[str, Any]:
    at_s = time.monotonic()
    first_s, silent, tracks = None, list[str](), 0
    with user.stream("POST", "/api/search/tracks", json=wish) as answer:
        if answer.status_code != 200:
            raise RuntimeError(f"the search was refused: {answer.read().decode()[:300]}")
        for line in answer.iter_lines():
            told = json.loads(line)
            silent += [told.get("error", "?")] if told["kind"] == "silent" else []
            if told.get("tracks"):
                tracks += len(told["tracks"])
                first_s = first_s or time.monotonic() - at_s
    last_s = time.monotonic() - at_s
    return {"first_s": first_s or last_s, "last_s": last_s, "silent": silent, "tracks": tracks}

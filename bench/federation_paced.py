"""How much the hub takes of logs that are there already: what its two cores do when the sites' machines are others'.

Each site records its events first, while the hub does not read it. Then the hub reads all of them over the real links,
and every message is let through to the hub's intake at a moment of its own, at random as events come (Poisson), at the
rate that is asked for. From there on all is as ever: small batches of many sites, transactions, feed, pages. What is
left out is what a site spends on an event, which on one machine is most of the work.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from typing import Any

from nats.aio.msg import Msg

import federation_site as site_end
import veedor.link.intake as intake_module
from federation_figures import ALERT_EVERY, FACTS_PER_EVENT, hub_ms, idle_share, idle_ticks, rates, spread
from federation_hosts import say, until
from federation_stage import Stage, go_on, hold_back
from federation_watch import Watcher, listener
from veedor.compose.hub import Hub
from veedor.link.intake import _Reading
from veedor.wire.envelope import Envelope

EARLY = 200  # messages of a site that have come and wait for their moment, before more are asked for
SPARE = 1.3  # of what is recorded over what the time takes: a log that runs dry measures nothing
BEHIND_S = 2.0
LIVE = 10  # sites that make events while the logs of the others are read, for the figure of their alerts


class PacedReading(_Reading):
    """A reading whose messages arrive one by one, each at its moment."""

    each_s = 1.0  # mean pause between two messages of a site
    made: list[PacedReading] = []  # noqa: RUF012 - of the one hub of this process

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._early: deque[tuple[int, Envelope]] = deque()
        self._releasing: asyncio.Task[None] | None = None
        self.released = 0
        self.dry = 0
        self.holding = False
        PacedReading.made.append(self)

    async def open(self) -> None:
        await super().open()
        self._releasing = asyncio.create_task(self._release())

    async def close(self) -> None:
        if self._releasing is not None:
            self._releasing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._releasing
        await super().close()

    def _on_data(self, message: Msg) -> None:
        before = len(self._arrived)
        super()._on_data(message)
        if len(self._arrived) > before:
            self._early.append(self._arrived.pop())

    async def _pull(self) -> None:
        if len(self._early) < EARLY:
            await super()._pull()

    async def _release(self) -> None:
        clock = self._connection.clock
        due_s = clock.monotonic()
        while True:
            due_s += random.expovariate(1.0) * self.each_s
            await asyncio.sleep(max(0.0, due_s - clock.monotonic()))
            self._heard_s = clock.monotonic()
            if self.holding:
                continue
            if self._early:
                self._arrived.append(self._early.popleft())
                self.released += 1
                self._news.set()
            else:
                self.dry += 1


# -- in the hub's process


def begin(hub: Hub, site_ids: list[str], facts_per_s: float) -> None:
    """Read the logs of these sites at that rate together."""
    PacedReading.each_s, PacedReading.made = len(site_ids) / facts_per_s, []
    intake_module._Reading = PacedReading  # type: ignore[misc]
    try:
        for site_id in site_ids:
            go_on(hub, site_id)
        until(lambda: len(PacedReading.made) >= len(site_ids), "readings of all sites", 60.0)
        until(lambda: all(one.released for one in PacedReading.made), "the first of each log", 60.0)
    finally:
        intake_module._Reading = _Reading  # type: ignore[misc]


def released(_hub: Hub) -> tuple[int, int]:
    """Messages let through so far, and how often a log had none when one was due."""
    return sum(one.released for one in PacedReading.made), sum(one.dry for one in PacedReading.made)


def hold(_hub: Hub) -> int:
    """Nothing more is let through; how much was."""
    for one in PacedReading.made:
        one.holding = True
    return sum(one.released for one in PacedReading.made)


def end(hub: Hub, site_ids: list[str]) -> None:
    """The rest as fast as it goes."""
    for site_id in site_ids:
        hold_back(hub, site_id)
        go_on(hub, site_id)


# -- figures


def sustained(stage: Stage, ladder: list[float], seconds: float) -> dict[str, Any]:
    """The highest rate of `ladder` (facts a second) at which all that was let through is durable within 2 s of its end,
    and how late alerts of other sites are at half of it."""
    tries: list[dict[str, Any]] = []
    agencies = list(stage.host_of)
    for rate in ladder:
        tries.append(_try(stage, agencies, rate, seconds))
        say(f"   {tries[-1]}")
        if not tries[-1]["holds"]:
            break
    best = max((one["facts_per_s"] for one in tries if one["holds"]), default=0)
    told = {"facts_per_s": best, "events_per_s": round(best / FACTS_PER_EVENT), "tries": tries}
    if best and len(agencies) > LIVE:
        told["alerts_at_half"] = alerts_beside(stage, best / 2, seconds)
    return told


def _try(stage: Stage, agencies: list[str], rate: float, seconds: float) -> dict[str, Any]:
    site_ids = [stage.site_ids[one] for one in agencies]
    _record(stage, agencies, rate * seconds * SPARE)
    uses, at_s, idle = stage.uses(), time.monotonic(), idle_ticks()
    stage.hub.do(begin, site_ids, rate)
    before, taken, from_s = stage.hub.do(released)[0], stage.taken(), time.monotonic()
    time.sleep(seconds)
    _, dry = stage.hub.do(released)
    count = stage.hub.do(hold) - before
    ran_s, idle_was, to_s = time.monotonic() - from_s, idle_share(idle), time.monotonic()
    until(lambda: stage.taken() - taken >= count, "what was let through", 600.0, 0.02)
    behind_s = time.monotonic() - to_s
    each = hub_ms(stage, uses, count)
    stage.hub.do(end, site_ids)
    stage.settle(600.0)
    return {
        "offered_facts_per_s": round(rate),
        "facts": count,
        "seconds": round(ran_s, 2),
        "facts_per_s": round(count / (ran_s + behind_s)),
        "behind_at_the_end_s": round(behind_s, 2),
        "due_but_not_there": dry,
        "hub_cpu_ms_per_fact": each,
        "idle_share_of_the_machine": idle_was,
        "set_up_s": round(from_s - at_s, 1),
        "holds": behind_s <= BEHIND_S and count / ran_s >= 0.9 * rate,
    }


def alerts_beside(stage: Stage, rate: float, seconds: float) -> dict[str, Any]:
    """The first sites make ten times what their cameras do; logs of the others are read at `rate`."""
    agencies = list(stage.host_of)
    live, others = agencies[:LIVE], agencies[LIVE:]
    site_ids = [stage.site_ids[one] for one in others]
    per_site_s = 10 * rates(stage.plans[0].cameras)["natural_events_per_s"]
    _record(stage, others, rate * (seconds + 5.0) * SPARE)
    hosts = list(dict.fromkeys(stage.host_of[one] for one in live))
    with Watcher(stage.dsn) as watcher, listener(stage) as pushed:
        stage.hub.do(begin, site_ids, rate)
        for host in hosts:
            host.do(site_end.begin_load, live, per_site_s, ALERT_EVERY)
        time.sleep(2.0)
        idle, since = idle_ticks(), site_end.CLOCK.now()
        time.sleep(seconds)
        idle_was, until_at = idle_share(idle), site_end.CLOCK.now()
        for host in hosts:
            host.do(site_end.end_load)
        stage.hub.do(end, site_ids)
        stage.settle(600.0)
    late = [one.late_s for one in watcher.seen if since <= one.raised_at <= until_at]
    return {
        "facts_per_s": round(rate),
        "live_sites": len(live),
        "live_events_per_s": round(per_site_s * len(live), 1),
        "readable": spread(late),
        "pushed": spread(pushed),
        "idle_share_of_the_machine": idle_was,
    }


def _record(stage: Stage, agencies: list[str], facts: float) -> None:
    """Logs of these sites hold so many facts together, which the hub has not read."""
    stage.settle(120.0)
    for agency in agencies:
        stage.hub.do(hold_back, stage.site_ids[agency])
    each = round(facts / FACTS_PER_EVENT / len(agencies)) + 1
    stage.ask_all(site_end.begin_backlog, agencies, each, ALERT_EVERY)
    until(lambda: sum(stage.ask_all(site_end.busy)) == 0, "events recorded", 900.0, 0.5)
    stage.ask_all(site_end.end_load)
    until(lambda: sum(stage.ask_all(site_end.waiting)) == 0, "the sites' own logs", 600.0, 0.5)

"""What a hub's NATS server that dies costs: seconds until alerts come from each site again."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import federation_site as site_end
from federation_figures import ALERT_EVERY, FACTS_PER_EVENT
from federation_hosts import children, say, until
from federation_stage import Stage

EACH_S = 3.5  # between events of a site: who is back is noticed by the next one
GIVE_UP_S = 60.0


def killed(stage: Stage, rounds: int) -> dict[str, Any]:
    """SIGKILL to the hub's server while every site records events; all of it, `rounds` times."""
    tries = [_once(stage) for _ in range(rounds)]
    return {
        "seconds_between_events_of_a_site": EACH_S,
        "tries": tries,
        "all_back_s": max(one["all_s"] for one in tries),
    }


def _once(stage: Stage) -> dict[str, float]:
    stage.ask_all(site_end.begin_load, None, 1 / EACH_S, ALERT_EVERY)
    begin = stage.taken() + len(stage.site_ids) * FACTS_PER_EVENT
    until(lambda: stage.taken() > begin, "events", GIVE_UP_S, 0.1)
    (server,) = children(stage.hub.pid)["nats-server"]
    os.kill(server, signal.SIGKILL)
    at_s = time.monotonic()
    until(lambda: children(stage.hub.pid).get("nats-server", [server]) != [server], "another server", GIVE_UP_S, 0.02)
    again_s = time.monotonic() - at_s
    before = {site_id: stage.taken_of(site_id) for site_id in stage.site_ids.values()}
    back: list[float] = []

    def all_back() -> bool:
        for site_id in [one for one, had in before.items() if stage.taken_of(one) > had]:
            del before[site_id]
            back.append(time.monotonic() - at_s)
        return not before

    until(all_back, "facts of all sites", GIVE_UP_S, 0.05)
    stage.ask_all(site_end.end_load)
    lag_s = stage.settle(GIVE_UP_S)
    told = {
        "server_s": round(again_s, 2),
        "first_s": round(back[0], 2),
        "half_s": round(back[len(back) // 2], 2),
        "all_s": round(back[-1], 2),
        "settled_s": round(lag_s, 2),
    }
    say(f"   {told}")
    return told

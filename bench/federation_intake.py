"""What the hub's taking of messages costs, without sites and links: batches of 70 sites into PostgreSQL, durable.

    python bench/federation_intake.py --batch 7 --messages 140    # a steady load: each batch holds what came meanwhile
    python bench/federation_intake.py --batch 100 --messages 500  # logs that wait, as after an outage

A message is bytes as they come from a site's log; a fact counts when its transaction is committed with fsync. Nothing
else runs in the process, so processor time is the figure to compare; the rate is that of one writer.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import sqlalchemy as sa

from federation_figures import ALERT_EVERY
from federation_hosts import children, use_of
from veedor.compose.postgres import EmbeddedPostgres
from veedor.desk.database import Database
from veedor.desk.inward.inward import Inward, SiteBatch
from veedor.desk.inward.tables import SiteEventRow, SitePositionRow
from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.wire.envelope import Envelope
from veedor.wire.facts import FactKind, alert_ended, alert_raised, event_happened
from veedor.wire.messages import event_to_json

CLOCK = SystemClock()
SITES = 70
CAMERAS = 43
HOLD = 4  # events of a site that go on at the same time


def event(site: int, number: int) -> Event:
    now = CLOCK.now()
    return Event(
        id=new_id(now),
        camera_id=f"01a2b3c4-{site:04d}-7000-8000-{number % CAMERAS:012d}",
        rule="cross",
        kind="tripwire",
        severity=Severity.MEDIUM,
        started_at=now,
        completed_at=now,
        ended_at=None,
        explanation=Message("rules-tripwire", {"class": "person", "place": "Centro", "direction": "left_to_right"}),
        track_ids=(number,),
        zone="Centro",
        zone_norm=((0.55, 0.05), (0.55, 0.95)),
    )


def log_of(site: int, count: int) -> list[bytes]:
    """The first `count` messages of a site's log: events begin and end, one in five is an alert."""
    agency, told, going = f"muni-{site:03d}", list[bytes](), deque[tuple[Event, bool]]()

    def put(kind: FactKind, body: dict[str, Any]) -> None:
        now = CLOCK.now()
        told.append(Envelope(new_id(now), kind, f"site-{site:03d}", agency, now, body).to_bytes())

    number = 0
    while len(told) < count:
        one, is_alert = event(site, number), number % ALERT_EVERY == 0
        put(FactKind.EVENT, event_happened(one, agency))
        if is_alert:
            put(FactKind.ALERT_RAISED, alert_raised(one, "Serenazgo 01", agency, CLOCK.now()))
        going.append((one, is_alert))
        if len(going) > HOLD:
            first, was_alert = going.popleft()
            ended = replace(first, ended_at=CLOCK.now())
            put(FactKind.EVENT, event_happened(ended, agency))
            if was_alert:
                put(FactKind.ALERT_ENDED, alert_ended(ended.id, event_to_json(ended), agency))
        number += 1
    return told[:count]


def measure(database: Database, logs: list[list[bytes]], batch: int, together: int) -> dict[str, Any]:
    """Every log in batches, round robin, `together` sites in one transaction."""
    inward = Inward(database, CLOCK)
    work = [(site, begin) for begin in range(0, len(logs[0]), batch) for site in range(len(logs))]

    def batch_of(site: int, begin: int) -> SiteBatch:
        read = [Envelope.from_bytes(one) for one in logs[site][begin : begin + batch]]
        return SiteBatch(f"site-{site:03d}", f"muni-{site:03d}", "i1", list(enumerate(read, begin + 1)))

    def server() -> float:
        return use_of(children(os.getpid()).get("postgres", [])).cpu_s

    before, began_s, own_s = server(), time.monotonic(), time.process_time()
    for start in range(0, len(work), together):
        inward.take_batches([batch_of(*one) for one in work[start : start + together]])
    took_s, own, theirs = time.monotonic() - began_s, time.process_time() - own_s, server() - before
    facts = sum(len(log) for log in logs)
    with database.reading() as session:
        taken = session.scalar(sa.select(sa.func.sum(SitePositionRow.sequence)))
        kept = session.scalar(sa.select(sa.func.count(SiteEventRow.id)))
    if taken != facts:
        raise RuntimeError(f"{taken} of {facts} messages are there")
    return {
        "facts": facts,
        "events_kept": kept,
        "transactions": -(-len(work) // together),
        "facts_per_s": round(facts / took_s),
        "cpu_ms_per_fact": {"hub": round(own * 1000 / facts, 3), "postgres": round(theirs * 1000 / facts, 3)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=7, help="messages of one site in one batch")
    parser.add_argument("--messages", type=int, default=140, help="of each site")
    parser.add_argument("--together", type=int, default=10, help="sites in one transaction")
    parser.add_argument("--json", type=Path, help="write the result here too")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="veedor-bench-"))
    folder.chmod(0o711)  # PostgreSQL, which never runs as root, must reach its own folder in it
    server = EmbeddedPostgres(folder / "postgres", CLOCK)
    try:
        server.start()
        database = Database(server.url())
        database.migrate()
        logs = [log_of(site, options.messages) for site in range(SITES)]
        load = os.getloadavg()[0]
        found = measure(database, logs, options.batch, options.together)
        database.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    told = {"sites": SITES, "batch": options.batch, "together": options.together, **found}
    text = json.dumps({**told, "cores": os.cpu_count(), "load_average_before": round(load, 2)}, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()

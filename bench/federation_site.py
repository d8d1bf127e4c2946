"""The sites' end of the federation's figures: real sites whose analysis is a script, any number in one process.

A *whole* site is all that `veedor site run` starts; its cameras are configured and switched off. The others lack what
the figures do not touch: recorder, web server, clip worker. Each has its own folder with its stores, its own desk, its
own pump and its own nats-server. Functions here run in the sites' process: `Host.do` calls them with `Sites` first.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import threading
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))

from archive import made_up
from veedor.access.principal import Principal, Role
from veedor.compose.config import AnalysisFile, DeskFile, NetworksFile, RecordingFile, SiteFile
from veedor.compose.joined import open_joined
from veedor.compose.single import open_desk, open_site, running
from veedor.compose.stores import camera_store
from veedor.desk.accounts.service import ensure_first_administrator
from veedor.desk.agencies.repository import public_keys
from veedor.desk.alerts.service import AlertService
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.context import DeskPorts
from veedor.desk.database import database_file
from veedor.desk.grants import repository as grants
from veedor.desk.grants.service import Agreements
from veedor.desk.outward.outward import Outward
from veedor.kit.clock import SystemClock
from veedor.kit.garbage import settle
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.member.member import Member
from veedor.member.uplink import AuditSource, EventSource, FactSource
from veedor.model.camera import Camera, Placement, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event, Severity
from veedor.model.grant import CameraSelection, Grant, GrantKind, Selecting
from veedor.model.statement import GrantState, state_of
from veedor.site.run import Site

CLOCK = SystemClock()
PURPOSE = "robo"
HOLD = 4  # events of a site that go on at the same time
HOURS = 24  # over which the tracks of an archive are spread


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One site to be. `template`: a migrated desk without a row in it, to save the time of migrating each."""

    agency: str
    name: str
    folder: Path
    cameras: int
    tracks: int
    whole: bool
    template: Path | None = None

    @property
    def config(self) -> SiteFile:
        return SiteFile(
            site=self.name,
            agency=self.name,
            agency_id=self.agency,
            data=self.folder / "data",
            secret_key=self.folder / "site.key",
            desk=DeskFile(port=0),
            networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
            recording=RecordingFile(reserve_bytes=1_000_000),
            analysis=AnalysisFile(workers=0),
        )


@dataclass(slots=True)
class OneSite:
    plan: SitePlan
    site: Site
    desk: DeskPorts
    member: Member
    camera_ids: tuple[str, ...]
    made: int = 0  # events
    late: int = 0  # of them, those that were more than a second behind the script

    @property
    def sources(self) -> tuple[FactSource, AuditSource, EventSource]:
        """What goes up, as the pump reads it."""
        site_id, agency = self.member.joined.site_id, self.plan.agency
        return (
            FactSource(Outward(self.desk.database), site_id),
            AuditSource(ChainedAuditLog(self.desk.database, CLOCK, agency), site_id),
            EventSource(self.site.parts.outbox, site_id, agency),
        )


@dataclass(slots=True)
class Sites:
    """All of one process."""

    stack: ExitStack = field(default_factory=ExitStack)
    found: dict[str, OneSite] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Sites:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(10.0)
        self.stack.close()

    def of(self, agencies: list[str] | None) -> list[OneSite]:
        return [one for name, one in self.found.items() if agencies is None or name in agencies]


def prepare(plan: SitePlan) -> None:
    """The folder of a site that has not joined yet, with its cameras."""
    config = plan.config
    config.data.mkdir(parents=True)
    if plan.template is not None:
        shutil.copy(plan.template, database_file(config.data))
    with camera_store(config, CLOCK) as store, store.together():
        for number in range(plan.cameras):
            url = f"rtsp://127.0.0.1:1/{number}"
            streams = (StreamSource(StreamRole.MAIN, url + "/main"), StreamSource(StreamRole.SUB, url + "/sub"))
            place = Placement(-12.05 + number * 0.001, -77.03, 90.0, 65.0)
            one = Camera(new_id(CLOCK.now()), f"{plan.name} {number:02d}", plan.agency, SourceKind.RTSP, streams)
            store.save(replace(one, placement=place, enabled=False))


# -- what a process of sites does when it is told


def start(sites: Sites, plan: SitePlan) -> str:
    """Start one that has joined; its id at the hub."""
    config = plan.config
    if plan.whole:
        service = sites.stack.enter_context(running(config, CLOCK))
        assert service.member is not None
        site, desk, member = service.site, service.desk, service.member
    else:
        site = sites.stack.enter_context(open_site(config, CLOCK))
        joined = open_joined(config, CLOCK)
        assert joined is not None
        desk = open_desk(config, site, CLOCK, sites.stack, joined)
        ensure_first_administrator(desk.database, CLOCK, config.agency_id, config.agency)
        site.parts.archive.start()
        sites.stack.callback(site.parts.archive.stop)
        site.parts.outbox.start(AlertService(desk))
        sites.stack.callback(site.parts.outbox.stop)
        member = joined.member(config, site, desk, CLOCK)
        member.start()
        sites.stack.callback(member.stop)
    ids = tuple(one.id for one in site.parts.cameras.cameras())
    sites.found[plan.agency] = OneSite(plan, site, desk, member, ids)
    return member.joined.site_id


def settle_down(_sites: Sites) -> None:
    """As a site's own process does when it has started."""
    settle()


def fill_archives(sites: Sites) -> int:
    """Tracks of the last day in every archive; how many there are."""
    for number, one in enumerate(sites.found.values()):
        draw = np.random.default_rng(number)
        last = int(CLOCK.now().timestamp()) // 3600
        for back in range(HOURS, 0, -1):
            one.site.parts.archive.store(made_up(last - back, one.plan.tracks // HOURS, draw, one.camera_ids))
    return sum(one.plan.tracks // HOURS * HOURS for one in sites.found.values())


def agree(sites: Sites, grantee: str) -> dict[str, str | None]:
    """Each site's agency drafts and signs a grant to `grantee`; its id by agency, None where it is too early."""
    told: dict[str, str | None] = {}
    for agency, one in sites.found.items():
        with one.desk.database.reading() as session:
            if not public_keys(session).get(grantee):
                told[agency] = None
                continue
            known = [grant.id for grant, _ in grants.grants_of(session) if grant.grantee == grantee]
        if not known:
            who = Principal("bench", "bench", agency, frozenset({Role.SUPERVISOR}))
            now = CLOCK.now()
            grant = Grant(
                id=new_id(now),
                owner=agency,
                grantee=grantee,
                kind=GrantKind.CONVENIO,
                cameras=CameraSelection(Selecting.ALL),
                rights=frozenset({"search", "alerts", "playback"}),
                purposes=frozenset({PURPOSE}),
                starts_at=now - timedelta(minutes=1),
                expires_at=now + timedelta(days=30),
            )
            Agreements(one.desk).draft(grant)
            Agreements(one.desk).sign(who, grant.id)
            known = [grant.id]
        told[agency] = known[0]
    return told


def agreed(sites: Sites) -> int:
    """How many sites have an active grant."""
    count = 0
    for one in sites.found.values():
        with one.desk.database.reading() as session:
            states = [state_of(grant, words, CLOCK.now()) for grant, words in grants.grants_of(session)]
        count += GrantState.ACTIVE in states
    return count


def online(sites: Sites) -> int:
    """Sites whose last exchange with the hub succeeded."""
    return sum(one.member.roster.problem is None for one in sites.found.values())


# -- events


def scripted(one: OneSite, number: int) -> Event:
    """As a tripwire's event is when it begins."""
    now = CLOCK.now()
    line = ((0.55, 0.05), (0.55, 0.95))
    return Event(
        id=new_id(now),
        camera_id=one.camera_ids[number % len(one.camera_ids)],
        rule="cross",
        kind="tripwire",
        severity=Severity.MEDIUM,
        started_at=now,
        completed_at=now,
        ended_at=None,
        explanation=Message("rules-tripwire", {"class": "person", "place": "Centro", "direction": "left_to_right"}),
        track_ids=(number,),
        zone="Centro",
        zone_norm=line,
    )


def begin_load(sites: Sites, agencies: list[str] | None, per_site_s: float, alert_every: int) -> None:
    """Each site records events at a steady rate until `end_load`; one in `alert_every` raises an alert."""
    sites.stop = threading.Event()
    for one in sites.of(agencies):
        body = (one, per_site_s, alert_every, sites.stop)
        sites.threads.append(threading.Thread(target=_load, args=body, name=f"load-{one.plan.agency}", daemon=True))
    for thread in sites.threads:
        thread.start()


def _load(one: OneSite, per_s: float, alert_every: int, stop: threading.Event) -> None:
    going: deque[Event] = deque()
    outbox = one.site.parts.outbox
    due_s = CLOCK.monotonic() + random.random() / per_s
    while not CLOCK.wait(stop, max(0.0, due_s - CLOCK.monotonic())):
        event = scripted(one, one.made)
        outbox.record(event, alert=event if one.made % alert_every == 0 else None)
        going.append(event)
        if len(going) > HOLD:
            outbox.record(replace(going.popleft(), ended_at=CLOCK.now()))
        one.made += 1
        one.late += CLOCK.monotonic() - due_s > 1.0
        due_s += 1 / per_s
    for event in going:
        outbox.record(replace(event, ended_at=CLOCK.now()))


def end_load(sites: Sites) -> tuple[int, int]:
    """Events that were made, and how many of them behind the script, since the last call."""
    sites.stop.set()
    for thread in sites.threads:
        thread.join(30.0)
    sites.threads = []
    made = sum(one.made for one in sites.found.values())
    late = sum(one.late for one in sites.found.values())
    for one in sites.found.values():
        one.made = one.late = 0
        one.member.pump.wake()
    return made, late


def begin_backlog(sites: Sites, agencies: list[str] | None, events: int, alert_every: int) -> None:
    """Each site records so many events, begun and ended, as fast as it can."""
    sites.stop = threading.Event()
    for one in sites.of(agencies):
        body = (one, events, alert_every, sites.stop)
        sites.threads.append(threading.Thread(target=_backlog, args=body, name="backlog", daemon=True))
    for thread in sites.threads:
        thread.start()


def _backlog(one: OneSite, events: int, alert_every: int, stop: threading.Event) -> None:
    for number in range(events):
        if stop.is_set():
            return
        event = scripted(one, number)
        event = replace(event, ended_at=event.completed_at + timedelta(milliseconds=1))
        one.site.parts.outbox.record(event, alert=event if number % alert_every == 0 else None)
        one.made += 1
        if number % 200 == 0:
            one.member.pump.wake()


def busy(sites: Sites) -> int:
    """Threads that still make events."""
    return sum(thread.is_alive() for thread in sites.threads)


def waiting(sites: Sites) -> int:
    """Sites of which something is not in their own server's log yet."""
    found = 0
    for one in sites.found.values():
        path = one.plan.config.data / "link" / "pump.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as state:
            cursors = dict(state.execute("SELECT name, cursor FROM source"))
        rest = any(source.after(cursors.get(source.name, 0), 1) for source in one.sources)
        if rest or one.site.parts.outbox.pending():
            one.member.pump.wake()
            found += 1
    return found


def facts(sites: Sites) -> int:
    """Messages that the sites' own servers have taken since their pumps started."""
    return sum(one.member.pump.status.published for one in sites.found.values())


def told(sites: Sites) -> dict[str, dict[str, Any]]:
    """By site: ids of its events and, per camera as they were raised, of its alerts; how long its audit chain is."""
    found = {}
    for one in sites.found.values():
        start, end = CLOCK.now() - timedelta(days=2), CLOCK.now() + timedelta(days=1)
        with one.desk.database.reading() as session:
            query = sa.select(AlertRow.camera_id, AlertRow.id).order_by(AlertRow.raised_at, AlertRow.id)
            alerts: dict[str, list[str]] = {}
            for camera_id, alert_id in session.execute(query):
                alerts.setdefault(camera_id, []).append(alert_id)
        log = ChainedAuditLog(one.desk.database, CLOCK, one.plan.agency)
        sequence, chain = 0, 0
        while rows := log.after(sequence, 1000):
            sequence, chain = rows[-1].sequence, chain + len(rows)
        found[one.member.joined.site_id] = {
            "events": [event.id for event in one.site.parts.outbox.events(start, end)],
            "alerts": alerts,
            "audit": chain,
        }
    return found

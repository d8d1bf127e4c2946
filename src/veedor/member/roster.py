"""What the hub told this site last, and what this site tells it: the site's side of `hub.sync`."""

from __future__ import annotations

import logging
import random
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from veedor import __version__
from veedor.desk.accounts import service as accounts
from veedor.desk.accounts.synced import followed
from veedor.desk.agencies.keys import offer, waiting, withdraw
from veedor.desk.agencies.repository import merge_agencies, public_keys, unknown
from veedor.desk.agencies.told import ToldAgencies
from veedor.desk.context import DeskPorts
from veedor.desk.grants.repository import grants_of
from veedor.desk.grants.service import Agreements
from veedor.desk.inward.inward import Inward
from veedor.desk.inward.recall import Recall, told_of
from veedor.kit.errors import StoreError, VeedorError
from veedor.kit.messages import Message
from veedor.member.accounts import SiteAccounts
from veedor.member.admission import Admission
from veedor.member.kept_roster import KeptRoster
from veedor.member.lease import Lease
from veedor.member.news import News
from veedor.member.sealing import SiteSeals
from veedor.member.witness import SiteWitness
from veedor.wire import directory, subjects, sync, version
from veedor.wire.calls import Op
from veedor.wire.errors import OtherVersion
from veedor.wire.passcheck import HighWater

log = logging.getLogger(__name__)

_APART = random.SystemRandom()  # sites that began together, after a hub did, do not go on asking together
NOT_YET = "not yet asked"
_HUB = "hub"  # whose facts they are, in the table of positions


class AskHub(Protocol):
    """A call to the hub: its answer's head. Raises Unavailable."""

    def __call__(self, op: Op, args: dict[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class RosterParts:
    """What else is said in the same exchange: heads, accounts, seals, and the agencies as the hub signed them."""

    witness: SiteWitness
    accounts: SiteAccounts
    kept: KeptRoster
    admission: Admission
    seals: SiteSeals


class Roster:
    """Calls the hub every few seconds, and at once when `poke`d. `on_position`: how far the hub has read our log."""

    def __init__(
        self,
        ports: DeskPorts,
        ask: AskHub,
        high_water: HighWater,
        lease: Lease,
        on_position: Callable[[str, int], None],
        parts: RosterParts,
    ) -> None:
        self._admission = parts.admission
        self._witness = parts.witness
        self._accounts = parts.accounts
        self._kept = parts.kept
        self._seals = parts.seals
        self._ports = ports
        self._ask = ask
        self._high_water = high_water
        self._lease = lease
        self._on_position = on_position
        self._agreements = Agreements(ports)
        self._recall = Recall(ports)
        self._hub_forgot: dict[str, Any] | None = None
        self._boot = secrets.token_hex(8)
        self._send_cameras = True
        self._again_s = sync.SYNC_EVERY_S
        self._agencies = ToldAgencies()
        self._news = News(ports)
        self._hub_knows: dict[str, Any] = {}
        self._inward = Inward(ports.database, ports.clock)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.run, name="roster", daemon=True)
        self.problem: str | None = NOT_YET
        self.refusal: Message | None = None  # why the two do not understand each other, though the link is there
        self.synced_at: datetime | None = None
        self.is_doubled = False  # the hub heard another machine with this site's identity, and no new key since

    # -- life

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(20.0)

    def poke(self) -> None:
        """Ask now. From any thread."""
        self._wake.set()

    def run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.run_once()
                self.problem, self.refusal = None, None
            except OtherVersion as problem:  # either end says so: nothing is exchanged until one is updated
                if self.problem != str(problem):
                    log.error("%s", problem)
                self.problem, self.refusal = str(problem), problem.message
            except VeedorError as problem:
                self.problem, self.refusal = str(problem), None
                log.info("the hub does not answer: %s", problem)
            except Exception as problem:
                self.problem = repr(problem)
                log.exception("roster")
            pause_s = self._again_s if self.problem is None else sync.SYNC_EVERY_S
            self._news.wait(self._wake, pause_s * _APART.uniform(0.8, 1.2))

    def run_once(self) -> None:
        """One exchange. Raises Unavailable, StoreError, OtherVersion."""
        answer = self._ask(Op.HUB_SYNC, self._question())
        version.require_near(version.told(answer.get("protocol")), subjects.HUB)
        now = self._high_water.see(datetime.fromisoformat(answer["now"]))
        self._take_agencies(answer.get("agencies"))
        more = self._kept.heard(answer)
        self._take_grants(answer.get("grants") or [])
        self._hub_knows = dict(answer.get("knows") or {})
        self._witness.heard(answer.get("heads") or {})
        more = self._take_acts(answer.get("acts") or []) or more
        more = self._recall.take(_HUB, self._ports.agency_id, answer.get("recalled")) or more
        before, self._hub_forgot = self._hub_forgot, answer.get("recall")
        more = more or (self._hub_forgot is not None and self._hub_forgot != before)
        more = self._accounts.heard(answer.get("accounts")) or more
        more = self._seals.heard(answer.get("seals")) or more
        self._hear_doubled(answer.get("doubled") is True)
        self._send_cameras = bool(answer.get("send_cameras"))
        place = answer.get("position") or {}
        self._on_position(str(place.get("incarnation") or ""), int(place.get("sequence") or 0))
        self._again_s = sync.again_s(answer)
        self._lease.renew(now, float(answer.get("lease_s") or 0.0))
        self.synced_at = self._ports.clock.now()
        if self._send_cameras or more:
            self._wake.set()

    # -- what is told

    def _question(self) -> dict[str, Any]:
        ports = self._ports
        self._news.told()
        cameras = [directory.camera_to_json(one) for one in ports.cameras.cameras()]
        status = ports.site.status()
        self._admission.see(status.streams)
        place = self._inward.position(_HUB)
        shared = self._accounts.question()
        seals = self._seals.question()
        with ports.database.reading() as session:
            everybody = accounts.users(session, ports.agency_id)
            of_others = followed(session, [row.id for row in everybody])
            people = {
                row.id: {"roles": list(row.roles), "disabled": row.disabled_at is not None}
                for row in everybody
                if row.id not in of_others  # their own site says what holds, and this one may be late
            }
            told = grants_of(session)
            recalled = told_of(session, ports.agency_id, self._hub_forgot)
            tree = self._agencies.of(session)
        return {
            "boot": self._boot,
            "version": __version__,
            "protocol": version.PROTOCOL,
            "digest": directory.digest(cameras),
            "cameras": cameras if self._send_cameras else None,
            "streams": [directory.health_to_json(one) for one in status.streams],
            "health": {
                "problems": [one.to_json() for one in status.problems[:20]],
                "disks": [_plain(one) for one in status.disks],
                "cameras": len(cameras),
                "link": self._admission.use(),
            },
            "people": people,
            "signs": self._accounts.signs,
            "accounts": shared,
            "seals": seals,
            "roster": self._kept.question(),
            "sites": self._kept.sites(),
            "recall": self._recall.wanted(_HUB),
            "recalled": recalled,
            "heads": self._witness.question(),
            "knows": {
                "agencies": tree.digest,
                "roster": self._kept.known(),
                "sites": self._kept.known_sites(),
                "grants": sync.marks(told),
                "acts": {"sequence": place.sequence, "message_id": place.message_id},
            },
            "grants": sync.missing(told, self._hub_knows),
        }

    # -- what is heard

    def _take_agencies(self, told: list[dict[str, Any]] | None) -> None:
        """The tree, with the keys that are pinned here. Another key for an agency that we know is never taken over: it
        is offered, and an administrator has to look at it (`veedor site trust`)."""
        now = self._ports.clock.now()
        tree = [sync.agency_from_json(one) for one in told or ()]
        with self._ports.database.reading() as session:
            news = unknown(session, tree) if tree else []  # mostly no tree is told, and all agencies need not be read
            pinned = public_keys(session) if news else {}
            offered = {one.agency_id for one in waiting(session)}
        others = {one.id: one.public_key for one in news if pinned.get(one.id) not in (None, one.public_key)}
        for one in news:
            key = others.get(one.id)
            with self._ports.database.session() as session:
                merge_agencies(session, [replace(one, public_key=None) if key else one], now)
                if key and offer(session, one.id, key, now, alone=True):
                    log.error("the hub offers another key of %s than the one that is pinned here", one.name)
        # Where it tells no tree, it knows this one, keys and all.
        for agency_id in offered - set(others) if told is None else offered & {one.id for one in tree} - set(others):
            with self._ports.database.session() as session:
                withdraw(session, agency_id)

    def _take_acts(self, told: list[dict[str, Any]]) -> bool:
        """What people did at the hub with this agency's things: merged, whatever was done here meanwhile. Whether there
        may be more."""
        if told and int(told[0]["sequence"]) <= self._inward.position(_HUB).sequence:
            self._inward.forget(_HUB)  # the hub was restored: its numbers begin anew
        for one in told:
            self._inward.take_or_skip({**one, "site_id": _HUB, "agency_id": self._ports.agency_id, "incarnation": _HUB})
        return bool(told)

    def _hear_doubled(self, told: bool) -> None:
        if told and not self.is_doubled:
            log.error("another machine uses this site's identity")
        self.is_doubled = told

    def _take_grants(self, told: list[dict[str, Any]]) -> None:
        """One by one: a forged one must not keep a true revocation out."""
        for one in told:
            grants, statements = sync.grants_from_json([one])
            try:
                self._agreements.merge(grants, statements)
            except StoreError:
                raise
            except VeedorError as problem:
                log.error("the hub told of a grant that cannot be: %s", problem)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if isinstance(value, str | int | float | bool | None)}

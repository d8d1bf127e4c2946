"""The hub's end of the link: its server with an account per agency, and for each account a connection, a caller, an
answerer of `hub.sync` and the intakes of its sites. All of it follows the table of sites."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from veedor.desk.database import Database
from veedor.desk.inward.inward import Inward, SiteBatch
from veedor.desk.sites.tables import SiteRow
from veedor.hub.gathering import Gathering
from veedor.kit.clock import Clock
from veedor.kit.errors import Unavailable, VeedorError
from veedor.link.call_server import Answer, Asked, CallServer
from veedor.link.calls import WINDOW_OCTETS, Caller, Reply
from veedor.link.config import Address, AgencyAccount, HubServerConfig, Tls, render_hub
from veedor.link.connection import LinkConnection
from veedor.link.intake import Intake, IntakeStatus, Position
from veedor.link.keys import public_of, seed_file
from veedor.link.server import NatsServer, free_port
from veedor.wire import subjects
from veedor.wire.calls import Op
from veedor.wire.envelope import Envelope

log = logging.getLogger(__name__)

AnswerSync = Callable[[str, dict[str, Any]], dict[str, Any]]

_POOL_THREADS = 4  # which look up positions and poke
_SYNCS_AT_ONCE = 6  # of all sites, who after a start come together: more would only wait for each other in the database
# What of a live picture may be under way: what is more is late, and hides from the site that its line is too slow.
# Enough for 4 Mb/s where there and back takes a quarter of a second.
LIVE_WINDOW_OCTETS = 256 << 10
_ANY_VERSION = frozenset({Op.HUB_SYNC.value})  # so that a site that speaks another one is known to, and shown


@dataclass(slots=True)
class _Account:
    """One agency's account, connected."""

    connection: LinkConnection
    caller: Caller
    calls: CallServer
    intakes: dict[str, Intake]


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """Where the link's files are and where sites dial in."""

    folder: Path
    keys: Path
    leaves: Address
    tls: Tls


class HubLink:
    """`start`, then `follow` whenever sites have joined or were revoked."""

    def __init__(self, name: str, place: LinkPlace, database: Database, inward: Inward, clock: Clock) -> None:
        self._name = name
        self._place = place
        self._database = database
        self._inward = inward
        self._clock = clock
        self._lock = threading.RLock()
        self._accounts: dict[str, _Account] = {}
        self._agency_of: dict[str, str] = {}
        self._keys: set[str] = set()
        self._clients = Address("127.0.0.1", free_port())
        self._server: NatsServer | None = None
        self._sync: AnswerSync = _nobody
        self._syncing = threading.BoundedSemaphore(_SYNCS_AT_ONCE)
        self._pool = ThreadPoolExecutor(_POOL_THREADS, thread_name_prefix="hub-link")
        self._gathering = Gathering(inward, clock)

    # -- life

    def start(self, answer_sync: AnswerSync) -> None:
        """Raises what NatsServer.start raises."""
        self._sync = answer_sync
        self._place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock:
            sites = self._sites()
            self._server = NatsServer(self._name, self._place.folder, self._config(sites), self._clients, self._clock)
            self._server.start()
            self._gathering.start()
            self._connect(sites)

    def follow(self) -> None:
        """Let in who has joined, cut off who was revoked."""
        with self._lock:
            if self._server is None:
                return
            sites = self._sites()
            config = self._config(sites)
            if self._keys - {site.link_key for site in sites}:
                # A reload would leave the link of a site that was revoked, or of its old key, as it is.
                self._server.restart(config)
            else:
                self._server.reload(config)
            self._connect(sites)

    def follow_soon(self) -> None:
        """The same from within an answer, which has to go out first."""
        self._pool.submit(self.follow)

    def stop(self) -> None:
        with self._lock:
            for account in self._accounts.values():
                for intake in account.intakes.values():
                    intake.stop()
                account.calls.stop()
                account.caller.stop()
                account.connection.stop()
            self._accounts.clear()
            if self._server is not None:
                self._server.stop()
        self._gathering.stop()
        self._pool.shutdown(wait=True)

    # -- calls

    def ask(self, site_id: str, op: Op, args: dict[str, Any], pass_text: str, timeout_s: float) -> Reply:
        """`hub.relay.remote.Ask`. Raises Unavailable, and what the site raises."""
        with self._lock:
            account = self._accounts.get(self._agency_of.get(site_id, ""))
        if account is None:
            raise Unavailable(name=site_id, problem="it has not joined, or was revoked", detail="hub-no-such-site")
        window = LIVE_WINDOW_OCTETS if op is Op.LIVE_WATCH else WINDOW_OCTETS
        return account.caller.call(site_id, op.value, args, pass_text, timeout_s, window)

    def poke(self, site_ids: list[str]) -> None:
        """Tell sites that there is something new; one that does not hear it asks by itself within seconds."""
        for site_id in site_ids:
            self._pool.submit(self._poke, site_id)

    def _poke(self, site_id: str) -> None:
        try:
            self.ask(site_id, Op.SITE_POKE, {}, "", 2.0).close()
        except VeedorError as problem:
            log.debug("site %s was not poked: %s", site_id, problem)

    def reading(self, site_id: str) -> IntakeStatus:
        """How the reading of a site's log goes; not connected where there is none."""
        with self._lock:
            account = self._accounts.get(self._agency_of.get(site_id, ""))
            intake = account.intakes.get(site_id) if account else None
        return intake.status if intake else IntakeStatus(False, None, 0)

    # -- following the table of sites

    def _sites(self) -> list[SiteRow]:
        with self._database.reading() as session:
            return list(session.scalars(sa.select(SiteRow).where(SiteRow.revoked_at.is_(None))))

    def _seed(self, agency_id: str) -> str:
        return seed_file(self._place.keys / "link" / f"{agency_id}.seed")

    def _config(self, sites: list[SiteRow]) -> str:
        accounts = []
        for agency_id in sorted({site.agency_id for site in sites}):
            keys = {site.id: site.link_key for site in sites if site.agency_id == agency_id}
            accounts.append(AgencyAccount(agency_id, public_of(self._seed(agency_id)), keys))
        config = HubServerConfig(self._name, self._clients, self._place.leaves, self._place.tls, tuple(accounts))
        return render_hub(config)

    def _connect(self, sites: list[SiteRow]) -> None:
        self._agency_of = {site.id: site.agency_id for site in sites}
        self._keys = {site.link_key for site in sites}
        for site in sites:
            account = self._accounts.get(site.agency_id) or self._open(site.agency_id)
            if site.id not in account.intakes:
                account.intakes[site.id] = self._intake(account.connection, site)
        for account in self._accounts.values():
            for site_id in [one for one in account.intakes if one not in self._agency_of]:
                account.intakes.pop(site_id).stop()

    def _open(self, agency_id: str) -> _Account:
        assert self._server is not None  # noqa: S101 - `start` made it
        connection = LinkConnection(self._server.url, self._seed(agency_id), f"hub-{agency_id}", self._clock)
        connection.start()
        caller = Caller(connection, subjects.HUB)
        calls = CallServer(connection, subjects.HUB, {Op.HUB_SYNC.value: self._answer_sync}, any_version=_ANY_VERSION)
        caller.start()
        calls.start()
        account = self._accounts[agency_id] = _Account(connection, caller, calls, {})
        return account

    def _answer_sync(self, asked: Asked) -> Answer:
        with self._syncing:
            return Answer(self._sync(asked.caller, asked.args))

    def _intake(self, connection: LinkConnection, site: SiteRow) -> Intake:
        site_id, agency_id = site.id, site.agency_id

        def position() -> Position | None:
            found = self._inward.position(site_id)
            return Position(found.incarnation, found.sequence, found.message_id) if found.incarnation else None

        def apply(site_id: str, incarnation: str, batch: list[tuple[int, Envelope]]) -> Future[None]:
            return self._gathering.take(SiteBatch(site_id, agency_id, incarnation, batch))

        intake = Intake(connection, site_id, position, apply, self._pool)
        intake.start()
        return intake


def _nobody(_site_id: str, _args: dict[str, Any]) -> dict[str, Any]:
    raise Unavailable(name="hub", problem="it is starting")

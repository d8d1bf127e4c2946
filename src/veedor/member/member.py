"""A joined site's part in the federation: this is the list of what runs, in the order in which it starts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from veedor.desk.agencies.repository import public_keys
from veedor.desk.context import DeskPorts
from veedor.desk.sealing.keeper import Keeper
from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message
from veedor.link.budget import Budget, Rank
from veedor.link.call_server import Answer, Asked, CallServer
from veedor.link.calls import Caller
from veedor.link.config import Address, HubRemote, SiteServerConfig, render_site
from veedor.link.connection import LinkConnection
from veedor.link.keys import public_of, seed_file
from veedor.link.pump import Pump, Source
from veedor.link.server import NatsServer, free_port
from veedor.member.accounts import SiteAccounts
from veedor.member.admission import Admission
from veedor.member.files import MemberFiles
from veedor.member.gate import Gate
from veedor.member.identity import IdentityDesk
from veedor.member.kept_roster import KeptRoster
from veedor.member.lease import Lease
from veedor.member.roster import NOT_YET, Roster, RosterParts
from veedor.member.sealing import SealDesk, SiteSeals
from veedor.member.signing import StatementDesk
from veedor.member.witness import SiteWitness
from veedor.wire import subjects
from veedor.wire.calls import Op
from veedor.wire.joining import JoinAnswer
from veedor.wire.keys import AgencyKey
from veedor.wire.passcheck import HighWater, PassCheck

log = logging.getLogger(__name__)

KEEP_SENT = timedelta(days=14)
_TRIM_EVERY_S = 3600.0


class Member:
    """`start` after the desk's database is there; `stop` before it is closed."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that it joins
        self,
        files: MemberFiles,
        joined: JoinAnswer,
        data: Path,
        ports: DeskPorts,
        sources: Sequence[Source],
        high_water: HighWater,
        lease: Lease,
        clock: Clock,
        budget_kbps: int | None = None,
    ) -> None:
        """`budget_kbps`: what answers to calls may take of the way out; None: no limit."""
        self.joined = joined
        self._clock = clock
        local_seed = seed_file(files.local_seed)
        address = Address("127.0.0.1", free_port())
        self.server = NatsServer(
            joined.site_id,
            data / "link",
            render_site(
                SiteServerConfig(
                    site_id=joined.site_id,
                    clients=address,
                    store=data / "link" / "store",
                    local_nkey=public_of(local_seed),
                    hub=HubRemote((joined.leaf_url,), files.ca, seed_file(files.link_seed)),
                )
            ),
            address,
            clock,
            dials=True,
        )
        self._connection = LinkConnection(self.server.url, local_seed, joined.site_id, clock)
        self._caller = Caller(self._connection, joined.site_id)
        self.pump = Pump(self._connection, joined.site_id, sources, data / "link", clock, self.server.renew)
        key = AgencyKey.load(files.agency_key) if files.agency_key.exists() else None
        keeper = Keeper(ports, {ports.agency_id: key}.get) if key else None
        budget = Budget(budget_kbps, clock)
        self._admission = Admission(budget, clock)
        parts = RosterParts(
            SiteWitness(ports, joined, key),
            SiteAccounts(ports, joined.site_id, key),
            KeptRoster(ports.database, joined.hub_key),
            self._admission,
            SiteSeals(ports, keeper),
        )
        self.roster = Roster(ports, self._ask_hub, high_water, lease, self._on_position, parts)
        self._forget_commits = ports.database.on_commit(self.pump.wake)
        check = PassCheck(joined.site_id, _pinned(ports), high_water)
        self._gate = Gate(ports, check, self._admission)
        self._identity = IdentityDesk(ports, key) if key else None
        self._statements = StatementDesk(ports, check, key) if key else None
        self._seals = SealDesk(ports, check, keeper) if keeper else None
        self._calls = CallServer(self._connection, joined.site_id, self._handlers(), budget=budget)
        self._stop = threading.Event()
        self._trimmer = threading.Thread(target=self._trim, name="link-trim", daemon=True)

    # -- life

    def start(self) -> None:
        """Returns when the site's own part runs; the hub is reached in the background. Raises what NatsServer does."""
        (self.server.log_file.parent).mkdir(parents=True, exist_ok=True, mode=0o700)
        self.server.start()
        self._connection.start()
        self._connection.wait_connected(10.0)
        self._caller.start()
        self._calls.start()
        self.pump.start()
        self.roster.start()
        self._trimmer.start()

    def stop(self) -> None:
        self._stop.set()
        self._forget_commits()
        self.roster.stop()
        self._calls.stop()
        self._caller.stop()
        self.pump.stop()
        self._connection.stop()
        self.server.stop()

    def problem(self) -> Message | None:
        """Why the hub does not answer, and what to do; None: it does, or was not asked yet."""
        told = {"hub": self.joined.hub_name, "address": self.joined.leaf_url.partition("://")[2]}
        if self.roster.problem in (None, NOT_YET):
            return None
        if (refusal := self.roster.refusal) is not None:
            return Message("member-hub-refuses", {**refusal.params, **told, "detail": refusal.key})
        leaf = self.server.leaf_state()
        if leaf.problem is not None:
            return Message("member-hub-away", {**leaf.problem.params, **told, "detail": leaf.problem.key})
        return Message("member-hub-away", {**told, "detail": "link-hub-silent" if leaf.connected else "link-cut"})

    def doubled(self) -> Message | None:
        """That another machine uses this site's identity, and what to do; None: the hub heard of none."""
        if not self.roster.is_doubled:
            return None
        return Message("member-identity-doubled", {"hub": self.joined.hub_name, "site": self.joined.site_id})

    # -- calls

    def _handlers(self) -> dict[str, Any]:
        handlers: dict[str, Any] = {op.value: self._at_gate for op in Op if op not in _NOT_AT_GATE}
        handlers[Op.SITE_POKE.value] = self._poked
        if self._identity is not None:
            handlers[Op.IDENTITY_SIGN.value] = self._sign
        if self._statements is not None:
            handlers[Op.STATEMENT_SIGN.value] = self._sign_statement
        if self._seals is not None:
            handlers |= {op.value: self._seal for op in _SEALING}
        return handlers

    def _at_gate(self, asked: Asked) -> Answer:
        head, pieces = self._gate.answer(asked.op, asked.args, asked.pass_text)
        return Answer(head, pieces, _RANKS.get(asked.op, Rank.ALERT))

    def _sign(self, asked: Asked) -> Answer:
        assert self._identity is not None  # noqa: S101 - else there is no such handler
        return Answer(self._identity.sign(asked.args))

    def _sign_statement(self, asked: Asked) -> Answer:
        assert self._statements is not None  # noqa: S101 - else there is no such handler
        return Answer(self._statements.sign(asked.args, asked.pass_text))

    def _seal(self, asked: Asked) -> Answer:
        assert self._seals is not None  # noqa: S101 - else there is no such handler
        return Answer(self._seals.answer(asked.op, asked.args, asked.pass_text))

    def _poked(self, _asked: Asked) -> Answer:
        self.roster.poke()
        return Answer({})

    def _ask_hub(self, op: Op, args: dict[str, Any]) -> dict[str, Any]:
        reply = self._caller.call(subjects.HUB, op.value, args, timeout_s=15.0)
        try:
            return reply.head
        finally:
            reply.close()

    # -- the log

    def _on_position(self, incarnation: str, sequence: int) -> None:
        self.pump.hub_has(incarnation, sequence)

    def _trim(self) -> None:
        while not self._clock.wait(self._stop, _TRIM_EVERY_S):
            try:
                self.pump.trim(self._clock.now() - KEEP_SENT)
            except VeedorError as problem:
                log.info("the log up was not trimmed: %s", problem)


_RANKS = {
    Op.LIVE_WATCH.value: Rank.LIVE,
    Op.LIVE_SNAPSHOT.value: Rank.PLAYBACK,
    Op.FOOTAGE_PLAY.value: Rank.PLAYBACK,
    Op.FOOTAGE_STILL.value: Rank.PLAYBACK,
    Op.FOOTAGE_CLIP.value: Rank.BULK,
    Op.FOOTAGE_SEGMENT_FILE.value: Rank.BULK,
}
_SEALING = frozenset({Op.SEAL_MAKE, Op.SEAL_OPEN, Op.IDENTITY_SEAL})
_NOT_AT_GATE = _SEALING | {Op.SITE_POKE, Op.IDENTITY_SIGN, Op.STATEMENT_SIGN, Op.HUB_SYNC}


def _pinned(ports: DeskPorts) -> Callable[[str], str | None]:
    """The pinned key of an agency, by id."""

    def key_of(agency_id: str) -> str | None:
        with ports.database.reading() as session:
            return public_keys(session).get(agency_id)

    return key_of

"""A hub's live relay whose calls go into a real gate, with real passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from desk.desks import Desk, make_desk
from desk.fakes import START
from hub.minting import AGENCY, minted
from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.hub.relay.live import LiveRelay
from veedor.hub.relay.remote import Remote, Wanted
from veedor.kit.clock import SimulatedClock
from veedor.link.budget import Budget
from veedor.member.admission import Admission
from veedor.member.gate import Gate
from veedor.model.camera import StreamRole
from veedor.wire.calls import Op
from veedor.wire.passcheck import HighWater, PassCheck
from veedor.wire.ports import LiveFragment, LiveView

ANA = Principal("u1", "ana", "muni", frozenset({Role.OPERATOR}), session_id="s1")


@dataclass
class Reply:
    head: dict[str, Any]
    pieces: AsyncIterator[bytes]

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.pieces

    def close(self) -> None: ...


@dataclass(frozen=True)
class Where:
    site_id: str = "a"


class Live:
    """An init, then a GOP every 50 ms; `watching` counts open viewers."""

    def __init__(self) -> None:
        self.watching = 0

    async def watch(self, _camera_id: str, _role: StreamRole) -> AsyncIterator[LiveFragment]:
        self.watching += 1
        try:
            yield LiveFragment(b"init", True, "video/mp4", None)
            while True:
                yield LiveFragment(b"media", False, "video/mp4", START, starts_gop=True)
                await asyncio.sleep(0.05)
        finally:
            self.watching -= 1


class Cameras:
    """The hub's directory: everything is at site a."""

    def site_of(self, _camera_id: str) -> Where:
        return Where()


class Hub:
    """A relay whose calls go straight into a real gate, with real passes. `octets`: what the site has sent."""

    def __init__(self, folder: Path, kbps: int | None, *, live: LiveView | None = None) -> None:
        self.clock = SimulatedClock(START + timedelta(minutes=10))
        self.desk: Desk = make_desk(folder, self.clock)
        self.budget = Budget(kbps, self.clock)
        self.admission = Admission(self.budget, self.clock)
        check = PassCheck("a", {"muni": AGENCY.public_hex}.get, HighWater(folder / "time", self.clock))
        self.live = Live()
        self.gate = Gate(replace(self.desk.ports, live=live or self.live), check, self.admission)
        self.clock.advance(60)  # a site takes no passes from before it ran
        self.relay = LiveRelay(self.clock)
        self.octets: dict[str, int] = {}
        self.calls = 0

    def ask(self, _site_id: str, op: Op, args: dict[str, Any], pass_text: str, _timeout_s: float) -> Reply:
        self.calls += 1
        head, pieces = self.gate.answer(op.value, args, pass_text)
        return Reply(head, self._counted(str(self.calls), pieces))  # type: ignore[arg-type]

    async def _counted(self, name: str, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        try:
            async for piece in pieces:
                self.octets[name] = self.octets.get(name, 0) + len(piece)
                yield piece
        finally:
            await pieces.aclose()  # type: ignore[attr-defined]

    def mint(self, principal: Principal, wanted: Wanted) -> str:
        return minted(principal, wanted, self.clock.now())

    def remote(self) -> Remote:
        return Remote(Cameras(), self.ask, self.mint, ANA, Action.LIVE_WATCH)  # type: ignore[arg-type]

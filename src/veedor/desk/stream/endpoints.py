"""The live feed over Server-Sent Events: alerts, acts and health, as they happen."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from veedor.access.actions import Action
from veedor.access.scope import Scope
from veedor.desk.health.endpoints import counters, hub_link, visible_status
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import iso, room_router
from veedor.desk.stream.hub import FeedItem, LiveFeedHub

router = room_router("stream")

# Which right lets somebody hear of a kind of fact. A noun that is not here is heard by nobody.
MAY_HEAR = {
    "alert": Action.ALERT_READ,
    "incident": Action.INCIDENT_READ,
    "evidence": Action.EVIDENCE_READ,
    "health": Action.HEALTH_READ,
    "shift": Action.INCIDENT_READ,
    "bookmark": Action.BOOKMARK_READ,
    "wall": Action.LIVE_WATCH,
    "ptz": Action.LIVE_WATCH,
    "camera": Action.CAMERA_LIST,
    "map": Action.CAMERA_LIST,
    "rules": Action.RULES_READ,
    "agency": Action.AGENCY_READ,
    "grant": Action.GRANT_READ,
    "approval": Action.GRANT_REQUEST,
    "audit": Action.AUDIT_READ,
    "sample": Action.ALERT_HANDLE,
}
_POLL_S = 1.0  # another process may publish too; commits of this one wake us at once
_GATHER_S = 0.1  # at most so often, however many commits there are; what comes after a silence is told at once
_DECIDE_EVERY_S = 5.0  # hours and expiries; a grant that changes is noticed at once
_HEALTH_EVERY_S = 2.0
_WIDE = 200  # cameras of others
_KEEP_ALIVE_S = 5.0

Listen = Annotated[Permit, Depends(Need(Action.HEALTH_READ, "stream", owner=own))]


@router.get("/api/stream", response_class=StreamingResponse)
async def stream(
    permit: Listen,
    last_event_id: Annotated[int | None, Header(ge=0, description="Go on after this item")] = None,
    after: Annotated[int | None, Query(ge=0, description="The same, where no header can be sent")] = None,
    with_counters: Annotated[bool, Query(alias="counters", description="Also `counters`, every 2 s")] = False,
) -> StreamingResponse:
    """Server-Sent Events; `id` is the item's sequence.

    Events: `hello` {"sequence"}; `alert.*`, `incident.*`, `evidence.*` with an id; `health` {"streams", "problems",
    "hub"} without one, when something changes; `counters` {"analysis", "workers", "recording", "disks"} as in
    /api/health, where they were asked for; `reset` where the items after Last-Event-ID are no longer kept: load
    everything anew; `still` where nothing else was told for 5 s. The stream ends when the session does.
    """
    since = last_event_id if last_event_id is not None else after
    return StreamingResponse(_Feed(permit, with_counters=with_counters).run(since), media_type="text/event-stream")


@dataclass(frozen=True, slots=True)
class _Hears:
    """The scope of each right that somebody has; `all` is what one query can ask for, `covers` decides each item."""

    scopes: Mapping[Action, Scope]
    all: Scope

    @classmethod
    def of(cls, scopes: Mapping[Action, Scope], agency_id: str) -> _Hears:
        agencies = frozenset({agency_id}).union(*(one.agencies for one in scopes.values()))
        return cls(scopes, Scope(agencies, frozenset().union(*(one.cameras for one in scopes.values()))))

    def read(self, feed: LiveFeedHub, sequence: int) -> list[FeedItem]:
        """Items that follow, of which `covers` decides."""
        is_wide = len(self.all.cameras) > _WIDE
        return feed.of_everybody(sequence) if is_wide else feed.after(sequence, self.all)

    def covers(self, item: FeedItem) -> bool:
        action = MAY_HEAR.get(item.kind.partition(".")[0])
        scope = self.scopes.get(action) if action is not None else None
        return scope is not None and scope.covers(item.agency_id, item.camera_id)


class _Feed:
    """One listener."""

    def __init__(self, permit: Permit, *, with_counters: bool = False) -> None:
        self._with_counters = with_counters
        self._permit = permit
        self._news = asyncio.Event()
        self._health = ""

    async def run(self, since: int | None) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._news.set)

        stop = self._permit.feed.on_news(wake)
        try:
            async for message in self._messages(since):
                yield message
        finally:
            stop()

    async def _messages(self, since: int | None) -> AsyncIterator[bytes]:
        clock, feed = self._permit.ports.clock, self._permit.feed
        first, newest = await run_in_threadpool(feed.bounds)
        sequence = newest if since is None else since
        yield _event("hello", {"sequence": newest})
        if since is not None and (since < first - 1 or since > newest):
            yield _event("reset", {"sequence": newest})
            sequence = newest
        told_s = health_s = decided_s = float("-inf")
        hears, epoch = _Hears.of({}, ""), object()
        while await run_in_threadpool(self._permit.still_holds):
            self._news.clear()
            now_s = clock.monotonic()
            now_epoch = await run_in_threadpool(self._permit.ports.access.epoch)
            if now_epoch != epoch or now_s - decided_s >= _DECIDE_EVERY_S:
                epoch, decided_s, hears = now_epoch, now_s, await run_in_threadpool(self._hears)
            for item in await run_in_threadpool(hears.read, feed, sequence):
                sequence = item.sequence
                if hears.covers(item):
                    yield _event(item.kind, {**item.payload, "at": iso(item.at)}, item.sequence)
                    told_s = now_s
            if now_s - health_s >= _HEALTH_EVERY_S:
                health_s = now_s
                changed = await run_in_threadpool(self._new_health)
                if changed is not None:
                    yield _event("health", changed)
                    told_s = now_s
                if self._with_counters:
                    status = await run_in_threadpool(visible_status, self._permit)
                    yield _event("counters", {**counters(status, self._permit.lang), "now": iso(clock.now())})
                    told_s = now_s
            if now_s - told_s >= _KEEP_ALIVE_S:
                yield _event("still", {})  # an event and no comment: pages must notice when it stays away
                told_s = now_s
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _POLL_S)
            await asyncio.sleep(max(0.0, _GATHER_S - (clock.monotonic() - now_s)))
        yield _event("ended", {})

    def _hears(self) -> _Hears:
        """What this person may be told now: grants begin and end while a page is open."""
        access, who = self._permit.ports.access, self._permit.principal
        actions = {action for action in MAY_HEAR.values() if self._permit.may(action)}
        return _Hears.of({action: access.scope(who, action) for action in actions}, who.agency_id)

    def _new_health(self) -> dict[str, Any] | None:
        """Streams, problems and the link to the hub, where they differ from what was told last."""
        lang = self._permit.lang
        status, hub = visible_status(self._permit), hub_link(self._permit)
        told = {
            "streams": [
                {
                    "camera_id": one.camera_id,
                    "role": one.role.value,
                    "state": one.state.value,
                    "problem": one.problem.render(lang) if one.problem else None,
                }
                for one in status.streams
            ],
            "problems": [problem.render(lang) for problem in status.problems],
            "hub": hub.model_dump(mode="json") if hub else None,
        }
        text = json.dumps(told, sort_keys=True)
        if text == self._health:
            return None
        self._health = text
        return told


def _event(kind: str, payload: dict[str, Any], sequence: int | None = None) -> bytes:
    name = f"id: {sequence}\n" if sequence is not None else ""
    return f"{name}event: {kind}\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()

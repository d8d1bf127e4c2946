"""The gate of a site: every call from afar comes through here; none reaches a picture or a record otherwise.

In this order: the pass is proved (`wire.passcheck`), it must name what is asked for, `access/` decides as for any of
the site's own people and writes the site's own audit entry, and only then the op runs. Streams are decided again
while they last.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from veedor.access.actions import Action
from veedor.access.grants import Span
from veedor.access.principal import Principal, Resource, Role
from veedor.desk.context import DeskPorts
from veedor.desk.need import camera_owner
from veedor.desk.sealing.seen import SealsSeen
from veedor.kit.errors import Forbidden
from veedor.link.budget import Budget
from veedor.member.admission import Admission, Place
from veedor.member.errors import BadArguments, PassForSomethingElse, UnknownOp
from veedor.member.ops import HANDLERS, Asked, Handler, Result
from veedor.member.refusals import noted
from veedor.member.thinning import Thinner
from veedor.model.camera import Camera, StreamRole
from veedor.wire import values
from veedor.wire.calls import Op
from veedor.wire.live import fragment_to_bytes
from veedor.wire.passcheck import PassCheck, Proved
from veedor.wire.passes import Pass
from veedor.wire.ports import LiveFragment, PlayWish

_DECIDE_EVERY_S = 0.75  # with the cache of grants this stays below the 2 s in which a revocation must end a stream

_TOLD = (
    "at",
    "alert_id",
    "lock_id",
    "package_id",
    "segment_id",
    "offset",
    "command_id",
    "change",
)  # what exactly was asked for
_MOST_TOLD = 100  # cameras that an entry of a refused call names

Answer = tuple[dict[str, Any], Iterator[bytes] | AsyncIterator[bytes] | None]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What was allowed, to be asked again."""

    ports: DeskPorts
    principal: Principal
    action: Action
    resource: Resource
    login_stands: Callable[[], bool]

    def require(self) -> None:
        """Raises Forbidden once it is no longer allowed; that is then in the audit."""
        if not self.login_stands():
            detail = {"from": "hub", "while": "streaming"}
            self.ports.access.note(
                self.principal, self.action, self.resource, allowed=False, reason="identity", detail=detail
            )
            act = self.action.value
            raise Forbidden(action=act, act=act.replace(".", "-"), reason="identity")
        if self.ports.access.refusal(self.principal, self.action, self.resource) is not None:
            self.ports.access.authorize(self.principal, self.action, self.resource, detail={"while": "streaming"})

    def note_watched(self, watched_s: int) -> None:
        """How long it was looked at, which nobody knew when it was allowed."""
        detail = {"from": "hub", "watched_s": watched_s}
        self.ports.access.note(self.principal, self.action, self.resource, allowed=True, detail=detail)


class Gate:
    """The handler of calls at one site. `check` knows the agencies' keys that the site has pinned."""

    def __init__(self, ports: DeskPorts, check: PassCheck, admission: Admission | None = None) -> None:
        self._ports = ports
        self._check = check
        self._seals = SealsSeen(ports)
        self._admission = admission or Admission(Budget(None, ports.clock), ports.clock)

    def answer(self, op_name: str, args: dict[str, Any], pass_text: str) -> Answer:
        """Head and stream. Raises PassRefused, Forbidden, BudgetUsed, BadArguments, what the op raises."""
        try:
            op = Op(op_name)
            handler = HANDLERS[op]
        except (ValueError, KeyError) as problem:
            raise UnknownOp(op=op_name[:64]) from problem
        unproved = Resource(handler.kind, _camera_told(handler, args), self._ports.agency_id)
        with noted(self._ports, op.value, handler.actions[0], unproved, _cameras_told(handler, args)):
            proved = self._check.check(pass_text)
            self._seals.see(principal_of(proved))
        asked = Asked(self._ports, args, principal_of(proved), proved.asked.site)
        try:
            about = _about(handler, asked)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            self._note_unreadable(op, handler, asked, proved.asked)
            raise BadArguments(op=op.value, problem=repr(problem)[:200]) from problem
        try:
            standing, bounds = self._allow(op, handler, asked, proved, about)
            asked, place = self._fit(op, replace(asked, bounds=bounds))
            result = handler.run(asked)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise BadArguments(op=op.value, problem=repr(problem)[:200]) from problem
        return {"value": result.value}, _stream(op, result, standing, place)

    def _fit(self, op: Op, asked: Asked) -> tuple[Asked, Place | None]:
        """What is asked for in the form for which there is room, and its place where it is live. Raises BudgetUsed."""
        if op is Op.FOOTAGE_PLAY:
            wish = values.load(PlayWish, asked.args["wish"])
            fitting = replace(wish, prefer=self._admission.playback(self._camera(asked), wish.prefer))
            return replace(asked, args={**asked.args, "wish": values.dump(PlayWish, fitting)}), None
        if op is not Op.LIVE_WATCH or asked.args.get("shares"):
            return asked, None
        place = self._admission.live(self._camera(asked), asked.role or StreamRole.SUB)
        return replace(asked, args={**asked.args, "role": place.role.value}), place

    def _camera(self, asked: Asked) -> Camera:
        return self._ports.cameras.camera(asked.camera_id)

    def _allow(
        self, op: Op, handler: Handler, asked: Asked, proved: Proved, about: _About
    ) -> tuple[_Standing, Span | None]:
        """The pass must name these cameras, this span and an action that the op is for; then `access/` decides. The
        span is that of the grant on which it rests."""
        told, principal, span = proved.asked, asked.principal, about.span
        resources = [
            Resource(handler.kind, one, camera_owner(self._ports, principal, one), camera_id=one, span=span)
            for one in about.cameras
        ]
        action = _named(handler, told)
        wrong = _mismatch(told, action, about.cameras, span)
        if wrong is not None or action is None:
            detail = {"pass": told.id, "op": op.value, "from": "hub"} | _cameras_told(handler, asked.args)
            refused = next((one for one in resources if one.id not in told.cameras), resources[0])
            self._ports.access.note(
                principal, action or handler.actions[0], refused, allowed=False, reason=f"pass:{wrong}", detail=detail
            )
            raise PassForSomethingElse(action=told.action, act=told.action.replace(".", "-"), reason=wrong or "action")
        detail = {"pass": told.id, "op": op.value, "from": "hub"}
        if span is not None:
            detail |= {"start": span[0].isoformat(), "end": span[1].isoformat()}
        detail |= {name: str(asked.args[name])[:64] for name in _TOLD if name in asked.args}
        bounds: Span | None = None
        if handler.is_many:
            query = json.dumps(asked.args.get("query"), ensure_ascii=False)[:2000]
            self._ports.access.authorize_all(
                principal, action, resources, reason=told.purpose, detail=detail | {"query": query}
            )
        else:
            decided = self._ports.access.authorize(principal, action, resources[0], reason=told.purpose, detail=detail)
            bounds = decided.span
        standing = _Standing(self._ports, principal, action, resources[0], lambda: self._check.still_proves(proved))
        return standing, bounds

    def _note_unreadable(self, op: Op, handler: Handler, asked: Asked, told: Pass) -> None:
        """The pass is used up and proves somebody; what they wanted to see cannot be read, and so is not allowed."""
        detail = {"pass": told.id, "op": op.value, "from": "hub"} | _cameras_told(handler, asked.args)
        resource = Resource(handler.kind, _camera_told(handler, asked.args), self._ports.agency_id)
        action = _named(handler, told) or handler.actions[0]
        self._ports.access.note(
            asked.principal, action, resource, allowed=False, reason="pass:arguments", detail=detail
        )


@dataclass(frozen=True, slots=True)
class _About:
    """Which cameras a call is about, at least one, and which span of their footage."""

    cameras: tuple[str, ...]
    span: tuple[datetime, datetime] | None


def _about(handler: Handler, asked: Asked) -> _About:
    """A moment is a span too, as at the desk. Raises KeyError, TypeError, ValueError, AttributeError where it cannot be
    read."""
    cameras = asked.camera_ids if handler.is_many else (asked.camera_id,)
    if "start" in asked.args:
        return _About(cameras, asked.span)
    return _About(cameras, (asked.at, asked.at) if "at" in asked.args else None)


def _named(handler: Handler, told: Pass) -> Action | None:
    """The action that the pass names, where the op is for it."""
    return next((one for one in handler.actions if one.value == told.action), None)


def _camera_told(handler: Handler, args: dict[str, Any]) -> str | None:
    """For an entry about a call that is refused unread: somebody's word, cut short."""
    return None if handler.is_many else str(args.get("camera_id") or "")[:64] or None


def _cameras_told(handler: Handler, args: dict[str, Any]) -> dict[str, Any]:
    """The same of an op that is about several."""
    told = args.get("cameras") if handler.is_many else None
    return {"cameras": [str(one)[:64] for one in told[:_MOST_TOLD]]} if isinstance(told, list) and told else {}


def _mismatch(
    told: Pass, action: Action | None, camera_ids: tuple[str, ...], span: tuple[datetime, datetime] | None
) -> str | None:
    """What of the question the pass does not name, or None."""
    if action is None:
        return "action"
    if not set(camera_ids) <= set(told.cameras):
        return "camera"
    if told.span is not None and (span is None or not told.span[0] <= span[0] <= span[1] <= told.span[1]):
        return "span"
    return None


def principal_of(proved: Proved) -> Principal:
    """The person whom a pass proved, with what they said of their purpose."""
    known = {role.value for role in Role}
    seal = proved.identity.seal
    return Principal(
        user_id=proved.identity.person,
        username=proved.identity.name,
        agency_id=proved.identity.agency,
        roles=frozenset(Role(role) for role in proved.identity.roles if role in known),
        session_id=proved.identity.session,
        purpose=proved.asked.purpose,
        case_number=seal.name if seal else proved.asked.case,
        approval=proved.approval,
        seal=seal,
        is_sealed=seal is not None,
    )


def _stream(
    op: Op, result: Result, standing: _Standing, place: Place | None
) -> Iterator[bytes] | AsyncIterator[bytes] | None:
    pieces = result.pieces
    if op is Op.LIVE_WATCH:
        return _live(pieces if isinstance(pieces, AsyncIterator) else None, standing, place)
    return _decided_again(pieces, standing) if isinstance(pieces, Iterator) else None


def _decided_again(pieces: Iterator[bytes], standing: _Standing) -> Iterator[bytes]:
    clock = standing.ports.clock
    asked_s = clock.monotonic()
    for piece in pieces:
        if clock.monotonic() - asked_s >= _DECIDE_EVERY_S:
            asked_s = clock.monotonic()
            standing.require()
        yield piece


async def _live(
    fragments: AsyncIterator[LiveFragment] | None, standing: _Standing, place: Place | None
) -> AsyncIterator[bytes]:
    """Fragments as octets, as many as there is room for, until they end or the right does. Without fragments: nothing,
    for as long as the right stands: the caller shares the stream that somebody else's call carries."""
    if place is not None:
        place.begin()
    right = asyncio.create_task(_until_withdrawn(standing))
    began_s = standing.ports.clock.monotonic()
    thinner = Thinner(place)
    try:
        if fragments is None:
            await right
            return
        while True:
            following = asyncio.ensure_future(anext(fragments, None))
            try:
                await asyncio.wait([following, right], return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not following.done():
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
            if right.done():
                await right
            fragment = following.result()
            if fragment is None:
                return
            if (fitting := thinner.take(fragment)) is not None:
                yield fragment_to_bytes(fitting)
    finally:
        if place is not None:
            place.end()
        right.cancel()
        await asyncio.gather(right, return_exceptions=True)
        close = getattr(fragments, "aclose", None)
        if close is not None:
            await close()
        watched_s = int(standing.ports.clock.monotonic() - began_s)
        if watched_s:
            await asyncio.to_thread(standing.note_watched, watched_s)


async def _until_withdrawn(standing: _Standing) -> None:
    """Ends by raising, when the right is withdrawn."""
    while True:
        await asyncio.sleep(_DECIDE_EVERY_S)
        await asyncio.to_thread(standing.require)

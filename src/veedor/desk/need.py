"""`Need`: the one dependency of every route. It knows who asks, from where and why, and asks `access/` before anything.

    @router.get("/api/things/{thing_id}")
    def show(thing_id: str, permit: Annotated[Permit, Depends(Need(Action.THING_READ, "thing", id_from="thing_id"))]):
        ...

What it refuses never reaches the handler; what it allows is on disk in the audit before the handler runs.
`app.create_app` does not start with a route that lacks it, beyond the few that are public by name.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from starlette.requests import HTTPConnection

from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Resource
from veedor.access.scope import Scope
from veedor.desk.accounts.sessions import Sessions
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.approvals.repository import approval_of
from veedor.desk.context import DeskConfig, DeskPorts
from veedor.desk.errors import BadRequest, WrongOrigin
from veedor.desk.footage.bounded import bounded
from veedor.desk.sealing.repository import sealed
from veedor.desk.security import check_origin, cookie_name, language_of
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.clock import Clock
from veedor.kit.errors import NotAuthenticated, NotFound

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a thing is, and of which camera, where it has one: grants are about cameras."""

    agency_id: str
    camera_id: str | None = None


Owner = Callable[[DeskPorts, Principal, str | None], str | Owned]
"""Which agency a resource belongs to: (ports, who asks, resource id) -> agency id, with the camera where it has one."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Proof that `access/` allowed this request, and what a handler works with."""

    principal: Principal
    ports: DeskPorts
    sessions: Sessions
    feed: LiveFeedHub
    lang: str
    action: Action
    resource: Resource

    @property
    def config(self) -> DeskConfig:
        return self.ports.config

    def still_holds(self) -> bool:
        """Whether the session, the user and the role still stand: for streams that outlive their first check."""
        found = self.sessions.recent(self.principal.session_id or "")
        if found is None:
            return False
        said = self.principal
        now = replace(found.principal, purpose=said.purpose, case_number=said.case_number, approved_by=said.approved_by)
        now = replace(now, approval=said.approval, seal=said.seal, is_sealed=said.is_sealed)
        return self.ports.access.refusal(now, self.action, self.resource) is None

    def may(self, action: Action) -> bool:
        """Whether this person may also do `action` on things of the same agency; no audit entry: to filter lists."""
        resource = replace(self.resource, id=None)
        return self.ports.access.refusal(self.principal, action, resource) is None

    @property
    def scope(self) -> Scope:
        """What lists of the things that were asked for may show."""
        return self.ports.access.scope(self.principal, self.action, self.resource.span)

    def note(self, **detail: Any) -> None:
        """Write into the audit what exactly will be done, where the route does not say. Call it before a session."""
        self.ports.access.note(self.principal, self.action, self.resource, allowed=True, detail=detail)

    def require(self, action: Action, kind: str, resource_id: str | None, **detail: Any) -> None:
        """A second check, for a handler that touches another thing of this desk too. Audited; may raise Forbidden."""
        resource = Resource(kind, resource_id, self.ports.agency_id)
        self.ports.access.authorize(self.principal, action, resource, detail=detail)


def desk_owner(ports: DeskPorts, _principal: Principal, _id: str | None) -> str:
    """The agency whose desk this is: the owner of everything that does not say otherwise."""
    return ports.agency_id


def own(_ports: DeskPorts, principal: Principal, _id: str | None) -> str:
    """The agency of the person: their session and password are their own, wherever they log in."""
    return principal.agency_id


def camera_owner(ports: DeskPorts, _principal: Principal, camera_id: str | None) -> str:
    """The camera's agency; this desk's for a camera that does not exist, so that nobody learns whether it does."""
    try:
        return ports.cameras.camera(camera_id).agency_id if camera_id else ports.agency_id
    except NotFound:
        return ports.agency_id


def own_alert(ports: DeskPorts, principal: Principal, alert_id: str | None) -> Owned:
    """The person's agency, as `own`, with the camera of an alert of its own, for the audit. Another agency's alert is
    decided for its camera once it is found (`scoping.check_foreign`)."""
    with ports.database.reading() as session:
        query = sa.select(AlertRow.camera_id).where(
            AlertRow.id == (alert_id or ""), AlertRow.agency_id == principal.agency_id
        )
        return Owned(principal.agency_id, session.scalar(query))


class Need:
    """`action` on a `kind` of thing; `id_from` names the path parameter that says which one.

    `detail`: names of path or query parameters to write into the audit entry. With `start` or `at` among them the route
    is about a span of footage, which grants may be for.
    """

    def __init__(
        self,
        action: Action,
        kind: str,
        *,
        id_from: str | None = None,
        owner: Owner = desk_owner,
        detail: tuple[str, ...] = (),
    ) -> None:
        self.action = action
        self.kind = kind
        self._id_from = id_from
        self._owner = owner
        self._detail = detail

    def __call__(self, connection: HTTPConnection) -> Permit:
        ports: DeskPorts = connection.app.state.ports
        sessions: Sessions = connection.app.state.sessions
        resource_id = connection.path_params.get(self._id_from) if self._id_from else None
        resource_id = str(resource_id) if resource_id is not None else None
        principal, language, from_cookie = self._who(connection, ports, sessions, resource_id)
        resource = self._resource(connection, self._owner(ports, principal, resource_id), resource_id)
        self._check_origin(connection, ports, principal, resource, from_cookie=from_cookie)
        decided = ports.access.authorize(
            principal, self.action, resource, reason=principal.purpose, detail=self._details(connection)
        )
        if ports.on_behalf is not None:
            ports = ports.on_behalf(ports, principal, self.action)
        ports = bounded(ports, decided.span)
        return Permit(principal, ports, sessions, connection.app.state.feed, language, self.action, resource)

    def _resource(self, connection: HTTPConnection, owner: str | Owned, resource_id: str | None) -> Resource:
        owned = owner if isinstance(owner, Owned) else Owned(owner)
        camera_id = resource_id if self._id_from == "camera_id" else owned.camera_id
        # Only what the route reads is a span that is asked for: any other question can have these words added to it.
        spans = span_asked(connection) if {"start", "at"} & set(self._detail) else None
        return Resource(self.kind, resource_id, owned.agency_id, camera_id, spans)

    def _who(
        self, connection: HTTPConnection, ports: DeskPorts, sessions: Sessions, resource_id: str | None
    ) -> tuple[Principal, str, bool]:
        token, from_cookie = token_of(connection, ports.config)
        found = sessions.find(token) if token else None
        if found is None:
            refusals: AnonymousRefusals = connection.app.state.refusals
            resource = Resource(self.kind, resource_id, ports.agency_id)
            refusals.note(address_of(connection), self.action, resource, known_token=bool(token))
            raise NotAuthenticated
        connection.state.language = found.language
        principal = replace(
            found.principal,
            address=address_of(connection),
            purpose=_said(connection, "X-Veedor-Purpose", "purpose"),
            case_number=_said(connection, "X-Veedor-Case", "case"),
            approved_by=_approver(connection, sessions, found.principal),
            approval=approval_of(ports, found.principal, _approval_id(connection)),
        )
        if self.action is Action.SEAL_MAKE:  # the case that is about to be sealed belongs into no entry
            principal = replace(principal, case_number=None)
        return sealed(ports, principal), language_of(connection, ports.config), from_cookie

    def _check_origin(
        self,
        connection: HTTPConnection,
        ports: DeskPorts,
        principal: Principal,
        resource: Resource,
        *,
        from_cookie: bool,
    ) -> None:
        is_socket = connection.scope["type"] == "websocket"
        if not is_socket and connection.scope["method"] in _SAFE_METHODS:
            return
        try:
            check_origin(connection, ports.config, required=from_cookie)
        except WrongOrigin:
            ports.access.note(principal, self.action, resource, allowed=False, reason="origin")
            raise

    def _details(self, connection: HTTPConnection) -> dict[str, str]:
        """What the audit entry tells; of a parameter that was given several times, all."""
        query, path = connection.query_params, connection.path_params
        given = {name: [str(path[name])] if name in path else query.getlist(name) for name in self._detail}
        return {name: ",".join(value[:100] for value in values)[:1000] for name, values in given.items() if values}


def token_of(connection: HTTPConnection, config: DeskConfig) -> tuple[str | None, bool]:
    """The session token of a request and whether it came as a cookie. A bearer token wins."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip(), False
    cookie = connection.cookies.get(cookie_name(config))
    return cookie, cookie is not None


def address_of(connection: HTTPConnection) -> str | None:
    """The peer's address, as the socket says it. Forwarding headers are anyone's to write, so nothing reads them."""
    return connection.client.host[:64] if connection.client else None


def _said(connection: HTTPConnection, header: str, parameter: str) -> str | None:
    """Purpose or case number: percent-encoded UTF-8 in a header, or a query parameter; at most 200 characters."""
    raw = connection.headers.get(header)
    value = unquote(raw) if raw is not None else connection.query_params.get(parameter)
    if value is None or not value.strip():
        return None
    if len(value) > 200 or not value.isprintable():
        raise BadRequest(
            field=parameter, problem="at most 200 printable characters", detail="desk-reason-said-too-long"
        )
    return value.strip()


def span_asked(connection: HTTPConnection) -> tuple[datetime, datetime] | None:
    """The span of footage that the request names; None where it names none, or could mean several."""
    given = connection.query_params.multi_items()
    named = {name: value for name, value in given if name in ("start", "end", "at")}
    if len(named) != sum(name in named for name, _ in given):
        return None
    first, last = named.get("start", named.get("at")), named.get("end", named.get("at"))
    try:
        start, end = datetime.fromisoformat(first or ""), datetime.fromisoformat(last or "")
    except ValueError:
        return None
    if start.tzinfo is None or end.tzinfo is None or ("at" in named and len(named) > 1) or start > end:
        return None
    return start, end


def _approver(connection: HTTPConnection, sessions: Sessions, who: Principal) -> str | None:
    """The second person, where a grant asks for two: a colleague proves to be there by a login of their own."""
    token = connection.headers.get("X-Veedor-Approver")
    found = sessions.find(token) if token else None
    if found is None or found.principal.agency_id != who.agency_id or found.principal.user_id == who.user_id:
        return None
    return found.principal.user_id


def _approval_id(connection: HTTPConnection) -> str | None:
    """Which approval of a colleague the request rests on; browsers' pictures and sockets cannot send headers."""
    told = connection.headers.get("X-Veedor-Approval") or connection.query_params.get("approval")
    return told if told and len(told) <= 64 else None


class AnonymousRefusals:
    """Audits requests without a valid login, but never so many that a stranger could fill the disk.

    Each address has `per_minute` entries a minute; what comes beyond is counted, and the count goes into the
    next entry. Memory is bounded: the address seen longest ago is forgotten first.
    """

    def __init__(self, access: Access, clock: Clock, agency_id: str, per_minute: int = 10) -> None:
        self._access = access
        self._clock = clock
        self._agency_id = agency_id
        self._per_minute = per_minute
        self._all = per_minute * 10
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._total = (0.0, 0)
        self._suppressed = 0

    def note(self, address: str | None, action: Action, resource: Resource, *, known_token: bool) -> None:
        suppressed = self._take(address or "")
        if suppressed is None:
            return
        nobody = Principal("", "", self._agency_id, frozenset(), address=address)
        detail = {"suppressed": suppressed} if suppressed else {}
        reason = "session" if known_token else "anonymous"
        self._access.note(nobody, action, resource, allowed=False, reason=reason, detail=detail)

    def _take(self, address: str) -> int | None:
        """How many were passed over since the last entry; None: pass this one over too."""
        now = self._clock.monotonic()
        with self._lock:
            here = _count(self._seen.pop(address, (now, 0)), now)
            self._total = _count(self._total, now)
            self._seen[address] = here
            if len(self._seen) > 1000:
                self._seen.popitem(last=False)
            if here[1] > self._per_minute or self._total[1] > self._all:
                self._suppressed += 1
                return None
            suppressed, self._suppressed = self._suppressed, 0
            return suppressed


def _count(window: tuple[float, int], now: float) -> tuple[float, int]:
    started, count = window
    return (now, 1) if now - started >= 60 else (started, count + 1)

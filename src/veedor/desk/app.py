"""The desk's HTTP application: which rooms it has, and the edge that turns errors into answers.

`create_app(ports)` gives the ASGI application; `veedor.compose` runs it. Each room brings a router; a route without
`Need` does not start, unless it is one of the few in `PUBLIC`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

import veedor.desk.accounts.endpoints
import veedor.desk.accounts.totp_endpoints
import veedor.desk.agencies.endpoints
import veedor.desk.alerts.endpoints
import veedor.desk.approvals.endpoints
import veedor.desk.audit.endpoints
import veedor.desk.audit.erasure_endpoints
import veedor.desk.audit.look_endpoints
import veedor.desk.audit.witness_endpoints
import veedor.desk.backtest.endpoints
import veedor.desk.bookmarks.endpoints
import veedor.desk.cameras.endpoints
import veedor.desk.commands.endpoints
import veedor.desk.console.endpoints
import veedor.desk.evidence.endpoints
import veedor.desk.evidence.given_endpoints
import veedor.desk.footage.endpoints
import veedor.desk.grants.endpoints
import veedor.desk.health.endpoints
import veedor.desk.incidents.endpoints
import veedor.desk.live.endpoints
import veedor.desk.map.endpoints
import veedor.desk.playback.endpoints
import veedor.desk.proposals.endpoints
import veedor.desk.ptz.endpoints
import veedor.desk.review.endpoints
import veedor.desk.samples.endpoints
import veedor.desk.sealing.endpoints
import veedor.desk.search.endpoints
import veedor.desk.search.tracks
import veedor.desk.second_looks.endpoints
import veedor.desk.setup.detectors
import veedor.desk.setup.endpoints
import veedor.desk.setup.rules
import veedor.desk.shifts.endpoints
import veedor.desk.site.endpoints
import veedor.desk.stream.endpoints
import veedor.desk.usual.endpoints
import veedor.desk.views.endpoints
import veedor.desk.walls.endpoints
from veedor import __version__
from veedor.desk.accounts.sessions import Sessions
from veedor.desk.context import DeskPorts
from veedor.desk.errors import BadRequest, BodyUnreadable, LoginThrottled, MethodNotAllowed
from veedor.desk.need import AnonymousRefusals, Need, token_of
from veedor.desk.playback.gate import CopyGate
from veedor.desk.schemas import ErrorOut
from veedor.desk.security import HostGuard, SecurityHeaders, language_of
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import Forbidden, NotAuthenticated, NotFound, VeedorError
from veedor.kit.messages import render
from veedor.kit.reasons import value_reason

log = logging.getLogger(__name__)

ROUTERS: tuple[APIRouter, ...] = (
    veedor.desk.accounts.endpoints.router,
    veedor.desk.accounts.totp_endpoints.router,
    veedor.desk.audit.endpoints.router,
    veedor.desk.audit.witness_endpoints.router,
    veedor.desk.audit.look_endpoints.router,
    veedor.desk.audit.erasure_endpoints.router,
    veedor.desk.site.endpoints.router,
    veedor.desk.health.endpoints.router,
    veedor.desk.alerts.endpoints.router,
    veedor.desk.incidents.endpoints.router,
    veedor.desk.proposals.endpoints.router,
    veedor.desk.evidence.endpoints.router,
    veedor.desk.evidence.given_endpoints.router,
    veedor.desk.shifts.endpoints.router,
    veedor.desk.cameras.endpoints.router,
    veedor.desk.commands.endpoints.router,
    veedor.desk.setup.detectors.router,
    veedor.desk.setup.endpoints.router,
    veedor.desk.setup.rules.router,
    veedor.desk.usual.endpoints.router,
    veedor.desk.backtest.endpoints.router,
    veedor.desk.review.endpoints.router,
    veedor.desk.samples.endpoints.router,
    veedor.desk.footage.endpoints.router,
    veedor.desk.playback.endpoints.router,
    veedor.desk.bookmarks.endpoints.router,
    veedor.desk.live.endpoints.router,
    veedor.desk.walls.endpoints.router,
    veedor.desk.ptz.endpoints.router,
    veedor.desk.map.endpoints.router,
    veedor.desk.views.endpoints.router,
    veedor.desk.search.endpoints.router,
    veedor.desk.search.tracks.router,
    veedor.desk.second_looks.endpoints.router,
    veedor.desk.agencies.endpoints.router,
    veedor.desk.grants.endpoints.router,
    veedor.desk.approvals.endpoints.router,
    veedor.desk.sealing.endpoints.router,
    veedor.desk.stream.endpoints.router,
    veedor.desk.console.endpoints.router,
)

# All that answers without a login. Everything else has `Need`, or the application does not start.
PUBLIC = frozenset({"/api/health/live", "/api/login", "/", "/icon.svg", "/assets/{name}"})


def create_app(ports: DeskPorts, *, routers: Sequence[APIRouter] = (), public: frozenset[str] = frozenset()) -> FastAPI:
    """The desk over `ports`. The database must have been migrated. `routers`: what a hub has beside, with those of its
    paths that answer without a login."""
    app = FastAPI(title="Veedor", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.ports = ports
    app.state.sessions = Sessions(ports.database, ports.clock, ports.config.session_hours)
    app.state.feed = LiveFeedHub(ports.database, ports.clock)
    app.state.copies = CopyGate(ports.clock)
    app.state.refusals = AnonymousRefusals(ports.access, ports.clock, ports.agency_id)
    app.state.public = PUBLIC | public
    for router in (*ROUTERS, *routers):
        for route in router.routes:
            app.router.routes.append(route)  # flat, so that every route can be looked at
    refuse_open_routes(app.routes, app.state.public)
    app.add_exception_handler(VeedorError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_fault)
    app.add_middleware(HostGuard, hosts=ports.config.allowed_hosts, refuse=_refuse_early)
    app.add_middleware(SecurityHeaders, config=ports.config)
    return app


def refuse_open_routes(routes: Sequence[BaseRoute], public: frozenset[str] = PUBLIC) -> None:
    """RuntimeError where a route would answer without asking `access/`."""
    for route in routes:
        path = getattr(route, "path", repr(route))
        guarded = isinstance(route, APIRoute | APIWebSocketRoute) and need_of(route.dependant) is not None
        if not guarded and path not in public:
            raise RuntimeError(f"{path} has no Need: it would answer anybody")


def need_of(dependant: Dependant) -> Need | None:
    """The `Need` among a route's dependencies."""
    for part in dependant.dependencies:
        found = part.call if isinstance(part.call, Need) else need_of(part)
        if found is not None:
            return found
    return None


def _reason(error: VeedorError) -> str | None:
    """Of a refusal: its code, with the name of a condition that is not met: `condition:two_person`."""
    if not isinstance(error, Forbidden) or "reason" not in error.params:
        return None
    code, name = str(error.params["reason"]), error.params.get("name")
    return f"{code}:{name}" if code == "condition" and name else code


def error_response(error: VeedorError, lang: str) -> JSONResponse:
    """`error` as JSON in `lang`: {"error": key, "message", "hint"}."""
    reason = _reason(error)
    body = ErrorOut(error=error.key, message=error.render(lang), hint=error.hint(lang), reason=reason)
    headers = {}
    if isinstance(error, LoginThrottled):
        headers["retry-after"] = str(error.params.get("seconds", 1))
    if error.http_status == NotAuthenticated.http_status:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(), error.http_status, headers)


async def _on_error(connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, VeedorError)  # noqa: S101  Starlette looks handlers up by class
    if error.http_status >= 500:
        log.error("%s %s: %s", error.key, connection.url.path, error)
    # Starlette sends it, as the denial of a handshake where the connection is a WebSocket's.
    return error_response(error, language_of(connection, connection.app.state.ports.config))


async def _on_invalid(connection: HTTPConnection, error: Exception) -> Response:
    """Names what is wrong with a request; never what was sent, which may be a password."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    if await _is_stranger(connection):
        return await _on_error(connection, NotAuthenticated())
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "-"
    return await _on_error(connection, BadRequest(field=field[:200], **value_reason(first)))


async def _is_stranger(connection: HTTPConnection) -> bool:
    """FastAPI reads the body before it asks any dependency; a stranger hears only that a login is needed."""
    if connection.url.path in connection.app.state.public:
        return False
    token, _ = token_of(connection, connection.app.state.ports.config)
    return not token or await run_in_threadpool(connection.app.state.sessions.find, token) is None


async def _on_http_error(connection: HTTPConnection, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if isinstance(error.__cause__, VeedorError):  # raised while FastAPI read the body
        return await _on_error(connection, error.__cause__)
    if error.status_code == 400 and await _is_stranger(connection):
        return await _on_error(connection, NotAuthenticated())
    if error.status_code == 404:
        return await _on_error(connection, NotFound(kind="path", name=connection.url.path[:200]))
    if error.status_code == 405:
        refusal = MethodNotAllowed(method=str(connection.scope.get("method", "")), path=connection.url.path[:200])
        response = await _on_error(connection, refusal)
        response.headers.update(error.headers or {})
        return response
    if error.status_code == 400:
        return await _on_error(connection, BodyUnreadable())
    log.warning("HTTP %d for %s: %s", error.status_code, connection.url.path, error.detail)
    lang = language_of(connection, connection.app.state.ports.config)
    message = render("desk-http-refused", lang, {"status": str(error.status_code)})
    body = ErrorOut(error=f"http-{error.status_code}", message=message, hint=None, reason=None)
    return JSONResponse(body.model_dump(), error.status_code, error.headers)


async def _on_fault(connection: HTTPConnection, _error: Exception) -> Response:
    """A fault of ours: the server logs the traceback; the caller learns only that it is ours."""
    return error_response(VeedorError(), language_of(connection, connection.app.state.ports.config))


async def _refuse_early(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that no route has seen yet."""
    connection: HTTPConnection = (
        WebSocket(scope, receive, send) if scope["type"] == "websocket" else HTTPConnection(scope)
    )
    assert isinstance(error, VeedorError)  # noqa: S101
    response = error_response(error, language_of(connection, connection.app.state.ports.config))
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(response)
    else:
        await response(scope, receive, send)

"""The console: the browser application that comes inside the package, and the description of the API it is built on.

Its files hold no data, so anybody may load them; data needs a login.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, Response

from veedor import __version__
from veedor.access.actions import Action
from veedor.desk.errors import ConsoleNotBuilt
from veedor.desk.need import Need, Permit, own
from veedor.kit.errors import NotFound

router = APIRouter(include_in_schema=False)

DIST = Path(__file__).parent / "dist"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
}
# Names of built files carry a hash of their content, so a browser may keep them for ever.
_KEEP = {"cache-control": "public, max-age=31536000, immutable"}


@router.get("/")
def index(request: Request) -> Response:
    if not (DIST / "index.html").is_file():
        raise ConsoleNotBuilt
    return _send(request, DIST / "index.html", {"cache-control": "no-cache"})


@router.get("/icon.svg")
def icon(request: Request) -> Response:
    return _send(request, DIST / "icon.svg", {"cache-control": "public, max-age=86400"})


@router.get("/assets/{name}")
def asset(request: Request, name: str) -> Response:
    """A built file of the console. Only what lies in the one flat folder can be named."""
    path = DIST / "assets" / name
    if "/" in name or "\\" in name or name.startswith(".") or path.suffix not in _TYPES or not path.is_file():
        raise NotFound(kind="path", name=name[:100])
    return _send(request, path, _KEEP)


def _send(request: Request, path: Path, headers: dict[str, str]) -> Response:
    """The file, in its compressed form where the browser takes that."""
    media_type = _TYPES[path.suffix]
    packed = path.with_name(path.name + ".gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        headers = {**headers, "content-encoding": "gzip", "vary": "accept-encoding"}
        return FileResponse(packed, media_type=media_type, headers=headers)
    return FileResponse(path, media_type=media_type, headers={**headers, "vary": "accept-encoding"})


@router.get("/api/openapi.json")
def openapi(
    request: Request,
    permit: Annotated[Permit, Depends(Need(Action.SELF, "api", owner=own))],  # noqa: ARG001
) -> dict[str, Any]:
    """The description of the whole API."""
    return describe(request.app.routes)


def describe(routes: Any) -> dict[str, Any]:
    """The OpenAPI document of `routes`; the console's client is generated from it."""
    return get_openapi(title="Veedor", version=__version__, routes=routes)

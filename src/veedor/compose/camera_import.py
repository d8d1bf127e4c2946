"""Cameras from a CSV file: every bad line is told by its number; all are added, or none, unless asked otherwise."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from veedor.kit.clock import Clock
from veedor.kit.errors import UserError, VeedorError
from veedor.kit.ids import new_id
from veedor.model.camera import (
    Camera,
    Placement,
    RecordSettings,
    SourceKind,
    StreamRole,
    StreamSource,
    Transport,
)
from veedor.site.cameras import CameraStore
from veedor.site.ingest.addresses import parse
from veedor.site.ingest.errors import BadAddress, BadCameraList, FileRefused

E = TypeVar("E", bound=StrEnum)

COLUMNS = (
    "name",
    "url",
    "sub_url",
    "username",
    "password",
    "transport",
    "kind",
    "latitude",
    "longitude",
    "keep_days",
    "audio",
    "tags",
)
MAX_FILE = 10_000_000


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be added, and why. `line` counts from 1, the heading included."""

    line: int
    error: VeedorError


@dataclass(frozen=True, slots=True)
class Imported:
    """What was added, and the bad lines in their order. `lines`: line number and name of each camera of the file."""

    cameras: tuple[Camera, ...]
    problems: tuple[BadLine, ...]
    lines: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """How to import. `partial`: the good lines though others are bad. `keep` False: only look what would come of it.
    `files` False: cameras that are files of this machine are refused."""

    file: str
    partial: bool = False
    keep: bool = True
    files: bool = True


class BadCsvValue(UserError):
    """params: column, value, allowed"""

    key = "error-compose-csv-value"


def import_cameras(file: Path, store: CameraStore, agency_id: str, clock: Clock, *, partial: bool) -> Imported:
    """Add the cameras of `file` (UTF-8 CSV with a heading of COLUMNS; comma or semicolon). Where a line is bad,
    nothing is added, unless `partial`. Raises BadCameraList where the file as a whole cannot be used."""
    return import_text(_text(file), store, agency_id, clock, Import(str(file), partial=partial))


def import_text(text: str, store: CameraStore, agency_id: str, clock: Clock, how: Import) -> Imported:
    """The same from the text of a file."""
    rows = list(_rows(text, how.file))
    problems: list[BadLine] = []
    added: list[Camera] = []
    try:
        with store.together():
            for line, row in rows:
                try:
                    camera, password = _camera(row, agency_id, clock)
                    if camera.kind is SourceKind.FILE and not how.files:
                        refuse = FileRefused(file=row["url"][:200])
                        raise refuse if "://" in row["url"] else BadAddress(problem=row["url"][:200])
                    added.append(store.save(camera, password))
                except VeedorError as problem:
                    problems.append(BadLine(line, problem))
            if not how.keep or (problems and not how.partial):
                raise _Undo
    except _Undo:
        added = []
    lines = tuple((line, row.get("name", "")) for line, row in rows)
    return Imported(tuple(added), tuple(problems), lines)


class _Undo(Exception):
    """Takes back what was added."""


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_FILE:
            raise BadCameraList(file=str(file), line="1", problem="> 10 MB")
        return file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise BadCameraList(file=str(file), line="1", problem=problem.strerror or "?") from problem
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise BadCameraList(file=str(file), line=str(line), problem="UTF-8") from problem


def _rows(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = [name.strip().lower() for name in reader.fieldnames or []]
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in ("name", "url") if name not in names]
    if unknown or missing:
        told = ", ".join([f"? {name}" for name in unknown] + [f"+ {name}" for name in missing])
        raise BadCameraList(file=file, line="1", problem=f"{told} ({', '.join(COLUMNS)})")
    reader.fieldnames = names
    try:
        for row in reader:
            yield reader.line_num, {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
    except csv.Error as problem:
        raise BadCameraList(file=file, line=str(reader.line_num), problem=str(problem)) from problem


def _camera(row: dict[str, str], agency_id: str, clock: Clock) -> tuple[Camera, str | None]:
    kind = _choice(SourceKind, "kind", row.get("kind", ""), _kind_of(row["url"]))
    transport = _choice(Transport, "transport", row.get("transport", ""), Transport.TCP)
    if not row["url"]:
        raise BadAddress(problem="url")
    streams = [StreamSource(StreamRole.MAIN, row["url"], transport)]
    if row.get("sub_url"):
        streams.append(StreamSource(StreamRole.SUB, row["sub_url"], transport))
    camera = Camera(
        id=new_id(clock.now()),
        name=row["name"],
        agency_id=agency_id,
        kind=kind,
        streams=tuple(streams),
        username=row.get("username") or None,
        record=RecordSettings(
            audio=row.get("audio", "").lower() in ("1", "yes", "true", "si", "sí", "x"),
            keep_days=_number(row, "keep_days", None, (0.01, 36_500)) if row.get("keep_days") else None,
        ),
        placement=_placement(row),
        tags=tuple(row.get("tags", "").split("|")),  # comma and semicolon divide the columns
    )
    return camera, row.get("password") or None


def _placement(row: dict[str, str]) -> Placement | None:
    if not row.get("latitude") and not row.get("longitude"):
        return None
    return Placement(_number(row, "latitude", None, (-90, 90)), _number(row, "longitude", None, (-180, 180)))


def _number(row: dict[str, str], name: str, default: float | None, bounds: tuple[float, float]) -> float:
    text = row.get(name, "").replace(",", ".")
    if not text and default is not None:
        return default
    allowed = f"{bounds[0]:g} … {bounds[1]:g}"
    try:
        value = float(text)
    except ValueError:
        raise BadCsvValue(column=name, value=text[:80], allowed=allowed) from None
    if not bounds[0] <= value <= bounds[1]:
        raise BadCsvValue(column=name, value=text[:80], allowed=allowed)
    return value


def _kind_of(url: str) -> SourceKind:
    if "://" not in url or url.startswith("file:"):
        return SourceKind.FILE
    return SourceKind.MJPEG if parse(url)[0].scheme.startswith("http") else SourceKind.RTSP


def _choice(kind: type[E], column: str, text: str, default: E) -> E:
    if not text:
        return default
    try:
        return kind(text.lower())
    except ValueError:
        allowed = ", ".join(one.value for one in kind)
        raise BadCsvValue(column=column, value=text[:80], allowed=allowed) from None

"""Where files lie in the recordings folder, and what their names say: enough to rebuild the index from them.

index.db                                               the index (SQLite)
lock                                                   held by the one process that writes
reserve                                                space for the index on a full disk
open/<camera>@<role>@<start>_r<run>_<number>.mp4       being written
open/settling                                          names of open files on the way to their place, before their rows
<camera>/<role>/<day>/<start>_r<run>_<number>.mp4      finished
locks/<lock id>.json                                   evidence locks, beside their rows in the index
quarantine/                                            files that `check --repair` could not make sense of
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import quote, unquote
from uuid import UUID

from veedor.kit.mp4.init import box
from veedor.model.camera import StreamRole

INDEX_NAME = "index.db"
LOCK_NAME = "lock"
RESERVE_NAME = "reserve"
OPEN_FOLDER = "open"
SETTLING_NAME = "settling"
LOCKS_FOLDER = "locks"
QUARANTINE_FOLDER = "quarantine"
NOTE_TYPE = UUID("6a1c3f0e-7c54-4f0b-9a55-5eed0fee70d7").bytes  # of the uuid box with a segment's JSON note

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LEAF = re.compile(r"^(\d{8}T\d{6}\.\d{6})Z_r(\d{1,18})_(\d{1,9})\.mp4$")
_MAX_NAME = 96


def to_us(at: datetime) -> int:
    """Microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(value: int) -> datetime:
    """The inverse of `to_us`."""
    return _EPOCH + timedelta(microseconds=value)


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """One recorded stream."""

    camera_id: str
    role: StreamRole


@dataclass(frozen=True, slots=True)
class SegmentName:
    """What a segment's path says."""

    key: StreamKey
    started_us: int
    run: int
    number: int

    @property
    def leaf(self) -> str:
        return f"{from_us(self.started_us):%Y%m%dT%H%M%S.%f}Z_r{self.run:06d}_{self.number:05d}.mp4"

    @property
    def folder(self) -> str:
        return day_folder(self.key, self.started_us)

    @property
    def path(self) -> str:
        """Of the finished file, relative to the recordings folder."""
        return f"{self.folder}/{self.leaf}"

    @property
    def open_path(self) -> str:
        """While it is being written."""
        return f"{OPEN_FOLDER}/{open_prefix(self.key)}{self.leaf}"


def day_folder(key: StreamKey, at_us: int) -> str:
    """The folder of a stream's finished segments that start on that day, UTC."""
    return f"{safe_name(key.camera_id)}/{key.role}/{from_us(at_us):%Y-%m-%d}"


def open_prefix(key: StreamKey) -> str:
    """How the names of a stream's open files begin."""
    return f"{safe_name(key.camera_id)}@{key.role}@"


def safe_name(camera_id: str) -> str:
    """A folder name for a camera id, whatever is in it: never a path, never hidden, never too long."""
    name = quote(camera_id, safe="").replace("~", "%7E").replace("@", "%40")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > _MAX_NAME:
        name = f"{name[:60].rstrip('%')}~{hashlib.sha256(camera_id.encode()).hexdigest()[:32]}"
    if name in ("", OPEN_FOLDER, LOCKS_FOLDER, QUARANTINE_FOLDER):
        name += "~"
    return name


def parse_path(path: str) -> SegmentName | None:
    """What a finished segment's relative path says; None if it is no such path. A name that was shortened gives the
    short form as camera id: the note inside the file has the true one."""
    parts = PurePosixPath(path).parts
    if len(parts) != 4:
        return None
    return _parse(parts[0], parts[1], parts[3])


def parse_open(name: str) -> SegmentName | None:
    """What an open file's name says."""
    parts = name.split("@")
    return _parse(*parts) if len(parts) == 3 else None


def open_segment(path: Path) -> BinaryIO:
    """Open a segment's file for reading; one that was in `open` is found where it has been moved to since. Raises
    OSError."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        name = parse_open(path.name) if path.parent.name == OPEN_FOLDER else None
        if name is None:
            raise
        camera, role, leaf = path.name.split("@")
        day = f"{from_us(name.started_us):%Y-%m-%d}"
        return path.parent.parent.joinpath(camera, role, day, leaf).open("rb")


def _parse(camera: str, role: str, leaf: str) -> SegmentName | None:
    match = _LEAF.match(leaf)
    if match is None or role not in tuple(StreamRole):
        return None
    try:
        at = datetime.strptime(match[1], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    key = StreamKey(unquote(camera.removesuffix("~")), StreamRole(role))
    return SegmentName(key, to_us(at), int(match[2]), int(match[3]))


def note_box(fields: dict[str, Any]) -> bytes:
    """The uuid box that says in JSON what the segment is, so that a file can be understood without the index."""
    return box(b"uuid", NOTE_TYPE, json.dumps(fields, separators=(",", ":")).encode())


def read_note(content: bytes | None) -> dict[str, Any]:
    """The fields of a note; empty where there is none that can be read."""
    if content is None or not content.startswith(NOTE_TYPE):
        return {}
    try:
        fields = json.loads(content[16:])
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def inside(root: Path, path: str) -> Path:
    """`path` of the index under `root`; ValueError where it would lead out of it (a hostile or damaged index)."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise ValueError(path)
    return root.joinpath(*parts)


def segment_files(root: Path) -> Iterator[str]:
    """Relative paths of all finished files, by name, whether indexed or not."""
    reserved = {OPEN_FOLDER, LOCKS_FOLDER, QUARANTINE_FOLDER}
    for camera in _folders(root):
        if camera.name in reserved:
            continue
        for role in _folders(camera):
            for day in _folders(role):
                with os.scandir(day) as entries:
                    names = sorted(entry.name for entry in entries if entry.name.endswith(".mp4"))
                yield from (f"{camera.name}/{role.name}/{day.name}/{name}" for name in names)


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    with os.scandir(parent) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))

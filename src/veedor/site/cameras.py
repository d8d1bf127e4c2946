"""The cameras that a site should have: desired configuration, kept in `site.db`, passwords encrypted.

The command line and the running site open the same file; `revision` tells the site that somebody changed something.
A password goes in and comes out only by `password`, which ingest alone calls.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock
from veedor.kit.errors import Conflict, NotFound, UserError
from veedor.kit.ids import new_id
from veedor.kit.secrets import SecretBox
from veedor.kit.sqlite import open_database, store_errors, transaction
from veedor.model.camera import (
    AnalyseSettings,
    Camera,
    Placement,
    RecordSettings,
    SourceKind,
    StreamRole,
    StreamSource,
    Transport,
)
from veedor.site.ingest.addresses import without_login

NAME_LENGTH = 120
FPS = (0.2, 30.0)

_MIGRATIONS = (
    """
    CREATE TABLE camera (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL COLLATE NOCASE UNIQUE,
        body TEXT NOT NULL,          -- the Camera as JSON, without any password
        password BLOB,               -- encrypted with the site's secret key; null: none is needed
        changed_at TEXT NOT NULL     -- UTC
    ) WITHOUT ROWID;
    CREATE TABLE revision (number INTEGER NOT NULL);  -- one row: counts all changes of all cameras
    INSERT INTO revision VALUES (0)
    """,
)


class CameraStore:
    """Thread-safe. Errors: NotFound, Conflict (name taken), UserError (what is wrong with it), StoreError."""

    def __init__(self, path: Path, secrets: SecretBox, clock: Clock) -> None:
        self._path = path
        self._secrets = secrets
        self._clock = clock
        self._lock = threading.Lock()
        self._database = open_database(path, _MIGRATIONS)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def cameras(self) -> list[Camera]:
        """All of them, by name."""
        with self._lock, store_errors(self._path):
            rows = self._database.execute("SELECT body FROM camera ORDER BY name").fetchall()
        return [camera_from_json(json.loads(row["body"])) for row in rows]

    def camera(self, camera: str) -> Camera:
        """One by id or name. Raises NotFound."""
        return camera_from_json(json.loads(self._row(camera)["body"]))

    def revision(self) -> int:
        """A number that grows with every change; cheap enough to ask each second."""
        with self._lock, store_errors(self._path):
            return int(self._database.execute("SELECT number FROM revision").fetchone()[0])

    def password(self, camera_id: str) -> str | None:
        """In the clear: for the connection to the camera, and nothing else."""
        token = self._row(camera_id)["password"]
        return None if token is None else self._secrets.decrypt(bytes(token))

    def save(self, camera: Camera, password: str | None = None) -> Camera:
        """Add or change; returns what was stored: logins taken out of URLs, `revision` one higher.

        `password` None: the one in a URL, else the one that there is.
        """
        checked, from_url = _checked(camera)
        secret = password if password is not None else from_url
        with self._lock, store_errors(self._path):
            try:
                return self._store(checked, secret)
            except sqlite3.IntegrityError as problem:
                raise Conflict(problem=f"«{camera.name}»: another camera has this name") from problem

    def remove(self, camera: str) -> None:
        """Forget its configuration and its password. Footage is not touched. Raises NotFound."""
        found = self._row(camera)["id"]
        with self._lock, store_errors(self._path), transaction(self._database) as database:
            database.execute("DELETE FROM camera WHERE id = ?", (found,))
            database.execute("UPDATE revision SET number = number + 1")

    def _row(self, camera: str) -> sqlite3.Row:
        with self._lock, store_errors(self._path):
            query = "SELECT id, body, password FROM camera WHERE id = ? OR name = ? ORDER BY id = ? DESC LIMIT 1"
            row: sqlite3.Row | None = self._database.execute(query, (camera, camera, camera)).fetchone()
        if row is None:
            raise NotFound(kind="camera", name=camera)
        return row

    def _store(self, camera: Camera, secret: str | None) -> Camera:
        with transaction(self._database) as database:
            old = database.execute("SELECT body, password FROM camera WHERE id = ?", (camera.id,)).fetchone()
            revision = camera_from_json(json.loads(old["body"])).revision + 1 if old else 1
            stored = replace(camera, revision=revision)
            token = self._secrets.encrypt(secret) if secret is not None else (old["password"] if old else None)
            body = json.dumps(camera_to_json(stored), ensure_ascii=False)
            at = self._clock.now().isoformat()
            database.execute(
                "INSERT INTO camera VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " name = excluded.name, body = excluded.body, password = excluded.password,"
                " changed_at = excluded.changed_at",
                (stored.id, stored.name, body, token, at),
            )
            database.execute("UPDATE revision SET number = number + 1")
        return stored


def _checked(camera: Camera) -> tuple[Camera, str | None]:
    """The camera as it may be stored, and the password that stood in one of its URLs."""
    name = camera.name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise UserError(problem=f"a camera's name has 1 to {NAME_LENGTH} printable characters")
    if not camera.streams or len({stream.role for stream in camera.streams}) != len(camera.streams):
        raise UserError(problem=f"{name}: a camera has one main stream and at most one substream")
    if not FPS[0] <= camera.analyse.fps <= FPS[1]:
        raise UserError(problem=f"{name}: analysis runs at {FPS[0]} to {FPS[1]:g} frames a second")
    if camera.record.keep_days <= 0 or (camera.record.max_bytes is not None and camera.record.max_bytes <= 0):
        raise UserError(problem=f"{name}: retention must be more than nothing")
    username, password, streams = camera.username, None, []
    for stream in camera.streams:
        url, user, secret = _split(stream.url)
        username, password = user or username, secret if secret is not None else password
        streams.append(replace(stream, url=url))
    return replace(camera, id=camera.id, name=name, username=username, streams=tuple(streams)), password


def _split(url: str) -> tuple[str, str | None, str | None]:
    if url.startswith(("file:", "/")):
        return url, None, None
    return without_login(url)


def new_camera_id(clock: Clock) -> str:
    return new_id(clock.now())


def camera_to_json(camera: Camera) -> dict[str, Any]:
    """Plain values; enums as their words."""
    return asdict(camera)


def camera_from_json(value: dict[str, Any]) -> Camera:
    """The inverse of `camera_to_json`."""
    streams = tuple(
        StreamSource(StreamRole(one["role"]), one["url"], Transport(one["transport"])) for one in value["streams"]
    )
    analyse = value["analyse"]
    role = StreamRole(analyse["role"]) if analyse["role"] else None
    plain = {key: value[key] for key in ("id", "name", "agency_id", "username", "device_id", "channel", "enabled")}
    return Camera(
        **plain,
        kind=SourceKind(value["kind"]),
        streams=streams,
        record=RecordSettings(**value["record"]),
        analyse=AnalyseSettings(analyse["enabled"], analyse["fps"], role),
        placement=Placement(**value["placement"]) if value["placement"] else None,
        revision=value["revision"],
    )

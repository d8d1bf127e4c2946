"""The cameras that a site wants, in SQLite: one row each, passwords encrypted with a key that is not in the database.

The running site and the command line open the same file; `revision` lets each notice what the other changed.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock
from veedor.kit.secrets import SecretBox
from veedor.kit.sqlite import open_database, store_errors, transaction
from veedor.model.camera import (
    MAX_MODELS,
    AnalyseSettings,
    Calibration,
    Camera,
    GroundPair,
    Placement,
    RecordSettings,
    SourceKind,
    StreamRole,
    StreamSource,
    Transport,
    clean_tags,
)
from veedor.site.ingest.addresses import parse, without_login
from veedor.site.ingest.errors import BadAddress, BadCameraName, BadCameraSetting, CameraNotFound, NameTaken

MAX_NAME = 120
ANALYSIS_FPS = (0.2, 30.0)

MIGRATIONS = (
    """
    CREATE TABLE camera (
        id TEXT PRIMARY KEY,
        -- Names are what people use; two cameras of one name would be confused in an emergency.
        name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
        folded_name TEXT NOT NULL UNIQUE,  -- name without case: the unique key
        settings TEXT NOT NULL,            -- JSON of everything else in model.camera.Camera
        password BLOB,                     -- Fernet token; null: none known
        revision INTEGER NOT NULL,         -- counts the changes of this camera, from 1
        changed_at TEXT NOT NULL           -- ISO 8601, UTC
    ) STRICT;
    CREATE TABLE camera_change (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        revision INTEGER NOT NULL          -- counts the changes of the whole table, removals too
    ) STRICT;
    INSERT INTO camera_change VALUES (1, 0);
    """,
)


class CameraStore:
    """Desired cameras. Safe for several threads and processes. Raises the StoreError tree besides what is named."""

    def __init__(self, path: Path, secrets: SecretBox, clock: Clock) -> None:
        self._path, self._secrets, self._clock = path, secrets, clock
        self._lock = threading.RLock()
        self._known: tuple[int, dict[str, Camera]] | None = None  # as of a revision of the table
        self._database = open_database(path, MIGRATIONS)
        with store_errors(path):
            path.chmod(0o600)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def cameras(self) -> list[Camera]:
        """All, by name."""
        return list(self._all().values())

    def camera(self, key: str) -> Camera:
        """By id, else by name in any case. Raises CameraNotFound."""
        with self._reading() as database:
            found = None if database.in_transaction else self._all().get(key)
            return found if found is not None else _camera(self._row(key))

    def _all(self) -> dict[str, Camera]:
        """By id, in the order of their names. Parsed once for each revision: every look at a camera asks for it, and
        many ask for all. What an open transaction sees is not kept, since it may come to nothing."""
        with self._reading() as database:
            revision = self._revision(database)
            if self._known is not None and self._known[0] == revision and not database.in_transaction:
                return self._known[1]
            rows = database.execute("SELECT * FROM camera ORDER BY folded_name").fetchall()
            found = {camera.id: camera for camera in map(_camera, rows)}
            if not database.in_transaction:
                self._known = (revision, found)
        return found

    def password(self, key: str) -> str | None:
        """The password in clear: for connecting, and for nothing else. Raises NotFound, StoreCorrupt (other key)."""
        token = self._row(key)["password"]
        return self._secrets.decrypt(bytes(token)) if token is not None else None

    def check_key(self) -> None:
        """Raises SecretKeyOther where a stored password does not open with our key: known at start, not per camera."""
        with self._reading() as database:
            rows = database.execute("SELECT password FROM camera WHERE password IS NOT NULL").fetchall()
        for row in rows:
            self._secrets.decrypt(bytes(row["password"]))

    def revision(self) -> int:
        """A number that grows with every change of any camera, by whatever process."""
        with self._reading() as database:
            return self._revision(database)

    @staticmethod
    def _revision(database: sqlite3.Connection) -> int:
        return int(database.execute("SELECT revision FROM camera_change").fetchone()[0])

    def save(self, camera: Camera, password: str | None = None) -> Camera:
        """Add or change, and return it as stored. A login in a URL is taken out of it and kept apart.

        `password` None keeps the one there is; "" forgets it. A password is also forgotten when the camera is moved to
        another host without giving it again: it is not the new host's to know.
        Raises NameTaken, BadCameraName, BadCameraSetting, BadAddress, SchemeRefused.
        """
        clean, found = _cleaned(camera)
        password = found if password is None else password
        if password:
            self.check_key()  # never two keys in one store
        with self._writing() as database:
            before = database.execute("SELECT * FROM camera WHERE id = ?", (clean.id,)).fetchone()
            token: bytes | None = before["password"] if before is not None else None
            if password is not None:
                token = self._secrets.encrypt(password) if password else None
            elif before is not None and not _hosts(clean) <= _hosts(_camera(before)):
                token = None
            if before is not None:
                clean = _doubted(clean, _camera(before))
            stored = replace(clean, revision=(before["revision"] if before is not None else 0) + 1)
            self._write(database, stored, token)
            database.execute("UPDATE camera_change SET revision = revision + 1")
        return stored

    def remove(self, key: str) -> None:
        """Forget a camera and its password; its footage is not this store's. Raises NotFound."""
        with self._writing() as database:
            database.execute("DELETE FROM camera WHERE id = ?", (self.camera(key).id,))
            database.execute("UPDATE camera_change SET revision = revision + 1")

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several `save`s of which all or none count (an import). Other threads wait meanwhile."""
        with self._writing():
            yield

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, or a part of the one that `together` holds."""
        with self._lock, store_errors(self._path):
            if self._database.in_transaction:
                yield self._database
            else:
                with transaction(self._database):
                    yield self._database

    def _row(self, key: str) -> sqlite3.Row:
        with self._reading() as database:
            row = database.execute("SELECT * FROM camera WHERE id = ?", (key,)).fetchone()
            if row is None:
                row = database.execute("SELECT * FROM camera WHERE folded_name = ?", (_folded(key),)).fetchone()
        if row is None:
            raise CameraNotFound(kind="camera", name=key)
        found: sqlite3.Row = row
        return found

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, store_errors(self._path):
            yield self._database

    def _write(self, database: sqlite3.Connection, camera: Camera, token: bytes | None) -> None:
        settings = asdict(camera)
        for column in ("id", "name", "revision"):
            del settings[column]
        row = (camera.id, camera.name, _folded(camera.name), json.dumps(settings, ensure_ascii=False), token)
        try:
            database.execute(
                "INSERT INTO camera (id, name, folded_name, settings, password, revision, changed_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
                " folded_name = excluded.folded_name, settings = excluded.settings, password = excluded.password,"
                " revision = excluded.revision, changed_at = excluded.changed_at",
                (*row, camera.revision, self._clock.now().isoformat()),
            )
        except sqlite3.IntegrityError:
            raise NameTaken(name=camera.name) from None


def _doubted(camera: Camera, before: Camera) -> Camera:
    """With its old calibration marked stale, where the camera was moved, turned or given another stream."""
    same = camera.placement == before.placement and camera.streams == before.streams
    if camera.calibration is None or same or camera.calibration != before.calibration:
        return camera
    return replace(camera, calibration=replace(camera.calibration, stale=True))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _cleaned(camera: Camera) -> tuple[Camera, str | None]:
    """The camera as it may be stored, and the password that one of its URLs held."""
    name = " ".join(camera.name.split(" ")).strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadCameraName(name="".join(letter for letter in name[:40] if letter.isprintable()))
    roles = [stream.role for stream in camera.streams]
    if StreamRole.MAIN not in roles or len(set(roles)) < len(roles):
        raise BadCameraSetting(name=name, setting="streams", value=", ".join(roles) or "-")
    if not ANALYSIS_FPS[0] <= camera.analyse.fps <= ANALYSIS_FPS[1]:
        raise BadCameraSetting(name=name, setting="fps", value=f"{camera.analyse.fps:g}")
    models = camera.analyse.models
    if models is not None and not (0 < len(set(models)) == len(models) <= MAX_MODELS and all(map(_is_model, models))):
        raise BadCameraSetting(name=name, setting="models", value=", ".join(models)[:200] or "-")
    limits = (camera.record.keep_days, camera.record.max_bytes)
    if any(limit is not None and not limit > 0 for limit in limits):
        raise BadCameraSetting(name=name, setting="keep_days, max_bytes", value=", ".join(str(one) for one in limits))
    username, password = camera.username, None
    streams = []
    for stream in camera.streams:
        if camera.kind is SourceKind.FILE:
            streams.append(replace(stream, url=_file_url(stream.url)))
            continue
        url, url_user, url_password = without_login(stream.url)
        username = url_user if url_user is not None else username
        password = url_password if url_password is not None else password
        streams.append(replace(stream, url=url))
    try:
        tags = clean_tags(camera.tags)
    except ValueError as problem:
        raise BadCameraSetting(name=name, setting="tags", value=str(problem)) from problem
    return replace(camera, name=name, tags=tags, username=username or None, streams=tuple(streams)), password


def _is_model(name: str) -> bool:
    return re.fullmatch("[a-z][a-z0-9_]{0,31}", name) is not None


def _file_url(text: str) -> str:
    if "://" in text and not text.startswith("file://"):
        raise BadAddress(problem="file")
    return f"file://{Path(text.removeprefix('file://')).absolute()}"


def _hosts(camera: Camera) -> set[tuple[str, str]]:
    if camera.kind is SourceKind.FILE:
        return set()
    return {(url.scheme, url.shown) for url in (parse(stream.url)[0] for stream in camera.streams)}


def _camera(row: sqlite3.Row) -> Camera:
    settings: dict[str, Any] = json.loads(row["settings"])
    analyse = dict(settings.pop("analyse"))
    analyse["models"] = tuple(analyse["models"]) if analyse.get("models") is not None else None
    analyse["role"] = StreamRole(analyse["role"]) if analyse["role"] else None
    placement = settings.pop("placement")
    calibration = settings.pop("calibration", None)  # not there in what older versions wrote
    return Camera(
        id=row["id"],
        name=row["name"],
        kind=SourceKind(settings.pop("kind")),
        streams=tuple(
            StreamSource(StreamRole(one["role"]), one["url"], Transport(one["transport"]))
            for one in settings.pop("streams")
        ),
        record=RecordSettings(**settings.pop("record")),
        analyse=AnalyseSettings(**analyse),
        placement=Placement(**placement) if placement else None,
        calibration=_calibration(calibration) if calibration else None,
        tags=tuple(settings.pop("tags", ())),  # not there in what older versions wrote
        revision=row["revision"],
        **settings,
    )


def _calibration(told: dict[str, Any]) -> Calibration:
    pairs = tuple(GroundPair(**one) for one in told["pairs"])
    return Calibration(**{**told, "pairs": pairs, "matrix": tuple(told["matrix"])})

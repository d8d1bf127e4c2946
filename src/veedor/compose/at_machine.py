"""What somebody does at the machine itself, without the desk's login: it is audited like what goes through the desk.

The actor is the user of the operating system. Their name stands in the audit as `os:NAME`, which no account of the
desk can be called. The desk may be running: both write through SQLite's own lock, and each entry of the chain is made
inside a write transaction.
"""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Resource
from veedor.compose.config import SiteFile
from veedor.desk.accounts import passwords, service, throttle
from veedor.desk.accounts.schemas import UserOut
from veedor.desk.accounts.sessions import Sessions
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.context import DeskConfig
from veedor.desk.database import Database, database_file, database_url
from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound
from veedor.kit.secrets import SecretBox
from veedor.model.camera import Camera
from veedor.site.cameras import CameraStore


@dataclass(frozen=True, slots=True)
class MachineAudit:
    """Writes entries of one agency in the name of the user at the machine."""

    access: Access
    principal: Principal

    def note(self, action: Action, kind: str, resource_id: str | None, detail: Mapping[str, Any]) -> None:
        """One entry, durable on return. Raises the StoreError tree."""
        where = {"by": "command line", "host": socket.gethostname(), "sudo_user": os.environ.get("SUDO_USER")}
        resource = Resource(kind, resource_id, self.principal.agency_id)
        self.access.note(self.principal, action, resource, allowed=True, detail={**detail, **where})


def os_user() -> str:
    """The user that this process runs as, by name where there is one: never what the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


@contextmanager
def desk_at_machine(config: SiteFile, clock: Clock) -> Iterator[tuple[Database, MachineAudit]]:
    """The desk's database, made where the site has not run yet, and its audit."""
    database = Database(database_url(config.data))
    try:
        database.migrate()
        name = os_user()
        principal = Principal(f"os:{name}", f"os:{name}", config.agency_id, frozenset())
        yield database, MachineAudit(Access(ChainedAuditLog(database, clock, config.agency_id)), principal)
    finally:
        database.close()


@contextmanager
def machine_audit(config: SiteFile, clock: Clock) -> Iterator[MachineAudit]:
    """The desk's audit; its database is made where the site has not run yet."""
    with desk_at_machine(config, clock) as (_database, audit):
        yield audit


class AuditedCameras(CameraStore):
    """A camera store whose changes are all in the desk's audit: an entry that cannot be written undoes the change."""

    def __init__(self, path: Path, secrets: SecretBox, clock: Clock, audit: MachineAudit) -> None:
        super().__init__(path, secrets, clock)
        self._audit = audit
        self._pending: list[tuple[str, dict[str, Any]]] | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        if self._pending is not None:
            yield
            return
        self._pending = []
        try:
            with super().together():
                yield
                for camera_id, detail in self._pending:
                    self._audit.note(Action.CAMERA_EDIT, "camera", camera_id, detail)
        finally:
            self._pending = None

    def save(self, camera: Camera, password: str | None = None) -> Camera:
        with self.together():
            before = self._token(camera.id)
            stored = super().save(camera, password)
            change = "added" if stored.revision == 1 else "changed"
            self._note(stored, change=change, new_password=self._token(camera.id) not in (before, None))
        return stored

    def remove(self, key: str) -> None:
        with self.together():
            camera = self.camera(key)
            super().remove(camera.id)
            self._note(camera, change="removed")

    def _token(self, camera_id: str) -> bytes | None:
        try:
            token: bytes | None = self._row(camera_id)["password"]
        except NotFound:
            return None
        return token

    def _note(self, camera: Camera, **detail: Any) -> None:
        assert self._pending is not None  # noqa: S101 - inside `together`
        urls = {stream.role.value: stream.url for stream in camera.streams}
        told = {"name": camera.name, "kind": camera.kind.value, "streams": urls, "username": camera.username}
        models = list(camera.analyse.models) if camera.analyse.models is not None else None
        self._pending.append(
            (
                camera.id,
                {
                    **detail,
                    **told,
                    "keep_days": _text(camera.record.keep_days),
                    "tags": list(camera.tags),
                    "models": models,
                },
            )
        )


def _text(number: float | None) -> str | None:
    return None if number is None else f"{number:g}"


@contextmanager
def audited_camera_store(config: SiteFile, clock: Clock) -> Iterator[CameraStore]:
    """As `stores.camera_store`, for changing cameras."""
    path = config.data / "site.db"
    with ExitStack() as stack:
        secrets = SecretBox.open(config.secret_key, create=not path.exists())
        audit = stack.enter_context(machine_audit(config, clock))
        store = AuditedCameras(path, secrets, clock, audit)
        stack.callback(store.close)
        yield store


def reset_password(config: SiteFile, username: str, clock: Clock) -> tuple[UserOut, str]:
    """A new password for somebody who lost theirs, the last administrator too; all their sessions end, and the wait
    after wrong passwords does. Returns the account and the password, which nothing stores.

    Raises NotFound where there is no such person, or no desk in the data folder; the StoreError tree.
    """
    if not database_file(config.data).is_file():
        raise NotFound(kind="desk", name=str(config.data))
    password = passwords.generate()
    hashed = passwords.hash_password(password)
    with desk_at_machine(config, clock) as (database, audit):
        with database.reading() as session:
            user_id = service.user(session, config.agency_id, username).id
        audit.note(Action.USER_EDIT, "user", user_id, {"change": "password reset", "user": username.strip().lower()})
        sessions = Sessions(database, clock, DeskConfig().session_hours)
        with database.session() as session:
            row = service.user(session, config.agency_id, user_id)
            service.set_password(session, clock, row, hashed, sessions)
            throttle.give_back(session, config.agency_id, throttle.subjects(row.username, None))
            return UserOut.of(row), password

"""What a restore leaves for the first start: an entry in the audit, since a restore can make things forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Resource
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.audit.restores import note_own, own
from veedor.desk.database import Database
from veedor.kit.clock import Clock
from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file

_NAME = "restored.json"


def leave_note(data: Path, told: dict[str, Any]) -> None:
    """For `audit_restore`. `told`: backup_made_at, restored_at, manifest_sha256, version, by, host."""
    write_file(data / _NAME, json.dumps(told, indent=1).encode())


class _Desk(Protocol):
    """Of a desk, what an entry needs."""

    @property
    def access(self) -> Access: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def agency_id(self) -> str: ...


def audit_restore(data: Path, desk: _Desk, place: str, also: Callable[[Session, datetime], None] | None = None) -> None:
    """The first start after a restore writes it into the chain, which the other agencies witness; then the note goes.

    `place`: how others call this chain: a site's id, `hub`, or empty where it has joined none. `also`: what else must
    be so before anything is served. The entry is durable before the note is removed: it may stand there twice after a
    crash, never not at all. Raises StoreCorrupt, the StoreError tree.
    """
    path = data / _NAME
    try:
        told = dict(json.loads(path.read_text(encoding="utf-8")))
        by, made_at = str(told["by"]), str(told["backup_made_at"])
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise StoreCorrupt(path=str(path), problem=str(problem)) from problem
    log = ChainedAuditLog(desk.database, desk.clock, desk.agency_id)
    head = log.head()
    with desk.database.session() as session:
        note_own(session, desk.clock, (place, desk.agency_id), head[0] if head else 0, told)
        last = own(session)[0].sequence  # of the backup, even where a crash has made a second start of the first
        if also is not None:
            also(session, desk.clock.now())
    who = Principal(by, by, desk.agency_id, frozenset())
    reason = f"restored from backup of {made_at}"
    resource = Resource("backup", made_at, desk.agency_id)
    detail = {**told, "last_entry": last}
    desk.access.note(who, Action.SITE_EDIT, resource, allowed=True, reason=reason, detail=detail)
    path.unlink()

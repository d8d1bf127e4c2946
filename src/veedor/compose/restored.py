"""What a restore leaves for the first start: an entry in the audit, since a restore can make things forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Resource
from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file

_NAME = "restored.json"


def leave_note(data: Path, told: dict[str, Any]) -> None:
    """For `audit_restore`. `told`: backup_made_at, restored_at, manifest_sha256, version, by, host."""
    write_file(data / _NAME, json.dumps(told, indent=1).encode())


def audit_restore(data: Path, access: Access, agency_id: str) -> None:
    """The first start after a restore writes it into the chain, which the other agencies witness; then the note goes.

    The entry is durable before the note is removed: it may stand there twice after a crash, never not at all.
    Raises StoreCorrupt, the StoreError tree.
    """
    path = data / _NAME
    try:
        told = dict(json.loads(path.read_text(encoding="utf-8")))
        by, made_at = str(told["by"]), str(told["backup_made_at"])
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise StoreCorrupt(path=str(path), problem=str(problem)) from problem
    who = Principal(by, by, agency_id, frozenset())
    reason = f"restored from backup of {made_at}"
    access.note(who, Action.SITE_EDIT, Resource("backup", made_at, agency_id), allowed=True, reason=reason, detail=told)
    path.unlink()

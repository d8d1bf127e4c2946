"""What a call leaves in the audit whose pass proves nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.context import DeskPorts
from veedor.wire.passes import PassRefused


@contextmanager
def noted(
    ports: DeskPorts, op: str, action: Action, resource: Resource, told: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Around the check of a pass: where that is refused, an entry is written that names nobody, and says for what."""
    try:
        yield
    except PassRefused as problem:
        nobody = Principal("", "", ports.agency_id, frozenset())
        reason = f"pass:{problem.params.get('reason', '')}"
        detail = {"op": op, "from": "hub", **(told or {})}
        ports.access.note(nobody, action, resource, allowed=False, reason=reason, detail=detail)
        raise

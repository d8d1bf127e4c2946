"""What of other agencies somebody may see: the conditions of `scope_clause`, and the check of single things.

Lists take `within(permit.scope, ...)`. What is looked up by its id is compared with the scope: outside it, it does not
exist. Whoever reaches a foreign thing through a shared camera has that look decided and audited for that camera.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.context import DeskPorts
from veedor.desk.need import Permit
from veedor.desk.scope_clause import only, within
from veedor.kit.errors import NotFound

__all__ = ["agency_name", "check_foreign", "only", "owner_of", "require", "within"]


class OfCamera(Protocol):
    """A row that belongs to an agency because its camera does."""

    agency_id: Any
    camera_id: Any


def owner_of(ports: DeskPorts, camera_id: str) -> str:
    """The agency of a camera; this desk's for one that is no longer there, whose facts stay."""
    try:
        return ports.cameras.camera(camera_id).agency_id
    except NotFound:
        return ports.agency_id


def check_foreign(permit: Permit, row: OfCamera, kind: str, row_id: str) -> None:
    """Decide and audit the look at another agency's thing, by its camera. Own things have had their check.

    Raises Forbidden. Call it outside a session: the audit entry has a transaction of its own.
    """
    who = permit.principal
    if row.agency_id != who.agency_id:
        resource = Resource("camera", row.camera_id, row.agency_id)
        permit.ports.access.authorize(who, permit.action, resource, reason=who.purpose, detail={kind: row_id})


def require(permit: Permit, action: Action, kind: str, resource_id: str | None, **detail: Any) -> None:
    """A second check, for a handler that touches another thing of the person's agency too. May raise Forbidden."""
    resource = Resource(kind, resource_id, permit.principal.agency_id)
    permit.ports.access.authorize(permit.principal, action, resource, detail=detail)


def agency_name(permit: Permit, session: Session) -> str:
    """How the person's agency is called: the desk's own as configured, another one as it was registered."""
    agency_id = permit.principal.agency_id
    if agency_id == permit.ports.agency_id and permit.config.agency_name:
        return permit.config.agency_name
    row = session.get(AgencyRow, agency_id)
    return row.name if row and row.name else agency_id

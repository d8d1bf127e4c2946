"""The one check. Every path to a picture or a record calls `Access.authorize` before it reads anything.

No audit entry, no pixel: the entry is durable before `authorize` returns, for refusals too. Deny by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from veedor.access.actions import MAY, Action
from veedor.access.principal import Principal, Resource
from veedor.access.scope import Scope
from veedor.kit.errors import Forbidden


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One look, act or refusal, before the audit log gives it a place in its chain."""

    principal: Principal
    action: Action
    resource: Resource
    allowed: bool
    reason: str | None = None  # why it was refused, or why the person says they need it
    detail: Mapping[str, Any] = field(default_factory=dict)  # span asked for, role of the stream ...


class AuditLog(Protocol):
    """Where entries go. `append` returns only when the entry is on disk; where it cannot be, it raises StoreError."""

    def append(self, record: AuditRecord) -> None: ...


class Access:
    """The permission check of one desk."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def authorize(
        self,
        principal: Principal,
        action: Action,
        resource: Resource,
        *,
        reason: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Allow or raise Forbidden. Either way the audit entry is durable first."""
        refusal = self.refusal(principal, action, resource)
        self._audit.append(
            AuditRecord(principal, action, resource, refusal is None, refusal or reason, dict(detail or {}))
        )
        if refusal is not None:
            raise Forbidden(action=action.value, act=action.value.replace(".", "-"), reason=refusal)

    def note(
        self,
        principal: Principal,
        action: Action,
        resource: Resource,
        *,
        allowed: bool,
        reason: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down what was decided elsewhere: logins, and refusals of people who are not logged in."""
        self._audit.append(AuditRecord(principal, action, resource, allowed, reason, dict(detail or {})))

    def refusal(self, principal: Principal, action: Action, resource: Resource) -> str | None:
        """Why `principal` may not, or None. Pure: for lists, which show only what one may see."""
        if not any(action in MAY[role] for role in principal.roles):
            return "role"
        if resource.agency_id != principal.agency_id:
            return "agency"
        return None

    def scope(self, principal: Principal, action: Action) -> Scope:  # noqa: ARG002
        """What lists of things for `action` may show to `principal`."""
        return Scope(frozenset({principal.agency_id}))

"""The one check. Every path to a picture or a record calls `Access.authorize` before it reads anything.

First the role; then the owner: one's own agency, or an active grant of the owner that covers this look.

No audit entry, no pixel: the entry is durable before `authorize` returns, for refusals too. Deny by default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from veedor.access.actions import Action
from veedor.access.grants import Decision, GrantBook, Span, by_grant, cameras_by_grant, covers_all, spans_by_grant
from veedor.access.policy import Question, allows
from veedor.access.principal import Principal, Resource
from veedor.access.scope import Scope
from veedor.access.sealing import sealed_refusal
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
    """The permission check of one desk. Without `grants`, nothing crosses from one agency to another."""

    def __init__(self, audit: AuditLog, grants: GrantBook | None = None) -> None:
        self._audit = audit
        self._grants = grants

    def authorize(
        self,
        principal: Principal,
        action: Action,
        resource: Resource,
        *,
        reason: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Decision:
        """Allow or raise Forbidden. Either way the audit entry is durable first, with the grant if one counts. Where
        the decision that is returned has a `span`, nothing from outside it may be shown."""
        found = self.decide(principal, action, resource)
        told = {**(detail or {}), **({"grant": found.grant_id} if found.grant_id else {})}
        if resource.camera_id is not None and resource.camera_id != resource.id:
            told["camera"] = resource.camera_id  # else nobody could tell whose picture an alert's is
        if principal.approver and found.grant_id:
            told["approved_by"] = principal.approver
        refusal = found.refusal
        self._audit.append(AuditRecord(principal, action, resource, refusal is None, refusal or reason, told))
        if refusal is not None:
            kind, _, name = refusal.partition(":")
            raise Forbidden(action=action.value, act=action.value.replace(".", "-"), reason=kind, name=name)
        return found

    def authorize_all(
        self,
        principal: Principal,
        action: Action,
        resources: Sequence[Resource],
        *,
        reason: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """One look at several cameras: each must be allowed, or none is. One entry names them all, or, where it is
        refused, the first that is not allowed as well. `resources`: of one kind, with their cameras, at least one."""
        found = self.decide_all(principal, action, resources)
        refused = next((n for n, one in enumerate(found) if one.refusal is not None), None)
        told = {**(detail or {}), "cameras": [one.camera for one in resources]}
        grants = sorted({one.grant_id for one in found if one.grant_id})
        if grants:
            told["grants"] = grants
            if principal.approver:
                told["approved_by"] = principal.approver
        entry = resources[refused or 0]
        if refused is None:
            entry = replace(entry, id=None)
        refusal = None if refused is None else found[refused].refusal
        self._audit.append(AuditRecord(principal, action, entry, refusal is None, refusal or reason, told))
        if refusal is not None:
            kind, _, name = refusal.partition(":")
            raise Forbidden(action=action.value, act=action.value.replace(".", "-"), reason=kind, name=name)

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
        """Why `principal` may not, or None. Writes nothing: for lists, which show only what one may see."""
        return self.decide(principal, action, resource).refusal

    def decide(self, principal: Principal, action: Action, resource: Resource) -> Decision:
        """`refusal`, with the grant that it rests on."""
        if not _role_allows(principal, action):
            return Decision("role")
        sealed = sealed_refusal(principal, action)
        if sealed is not None:
            return Decision(sealed)
        if resource.agency_id == principal.agency_id:
            return Decision(None)
        if self._grants is None:
            return Decision("agency")
        return by_grant(self._grants, principal, action, resource)

    def decide_all(self, principal: Principal, action: Action, resources: Sequence[Resource]) -> list[Decision]:
        """`decide` of each. Where one grant covers them all, it is asked about once."""
        first = self.decide(principal, action, resources[0])
        if first.refusal is None:
            owner, span = resources[0].agency_id, resources[0].span
            if all((one.agency_id, one.span) == (owner, span) for one in resources):
                if first.grant_id is None:  # one's own
                    return [first] * len(resources)
                named = {one.camera for one in resources}
                if self._grants is not None and covers_all(self._grants, principal, first.grant_id, named):
                    return [first] * len(resources)
        return [first, *(self.decide(principal, action, one) for one in resources[1:])]

    def spans(self, principal: Principal, action: Action, resource: Resource) -> list[Span]:
        """What of the resource's span may be shown, in order and apart: all of it, parts that were granted, or none. It
        writes nothing."""
        if (
            resource.span is None
            or not _role_allows(principal, action)
            or sealed_refusal(principal, action) is not None
        ):
            return []
        if resource.agency_id == principal.agency_id:
            return [resource.span]
        return spans_by_grant(self._grants, principal, action, resource) if self._grants is not None else []

    def epoch(self) -> object:
        """Compares unequal when `scope` may answer otherwise than before for another reason than the time of day."""
        return self._grants.epoch() if self._grants is not None else None

    def scope(self, principal: Principal, action: Action, span: tuple[datetime, datetime] | None = None) -> Scope:
        """What lists of things for `action` may show to `principal`: exactly that of which `refusal` is None."""
        if not _role_allows(principal, action) or sealed_refusal(principal, action) is not None:
            return Scope(frozenset())
        foreign = cameras_by_grant(self._grants, principal, action, span) if self._grants else frozenset()
        return Scope(frozenset({principal.agency_id}), foreign)


def _role_allows(principal: Principal, action: Action) -> bool:
    roles = frozenset(role.value for role in principal.roles)
    return allows(Question(roles, principal.agency_id, action.value, principal.agency_id))

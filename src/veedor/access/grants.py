"""What the check knows of grants: a port, which each desk and site fills from what it keeps."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from veedor.access.actions import RIGHTS, Action
from veedor.access.policy import GrantFacts, Question, allows
from veedor.access.principal import Principal, Resource
from veedor.model.covering import Look, findings
from veedor.model.grant import Grant, SharedCamera
from veedor.model.statement import Statement

Span = tuple[datetime, datetime]

Given = tuple[Grant, tuple[Statement, ...]]
"""A grant with the genuine statements about it."""


class GrantBook(Protocol):
    """Grants and cameras as they are now. Asked for every foreign look: it must be fast, and never out of date for
    longer than half a second."""

    def grants_for(self, grantee: str) -> Sequence[Given]:
        """Grants to that agency, whatever their state; only statements whose signatures were verified."""

    def camera(self, camera_id: str) -> SharedCamera | None: ...

    def covered(self, grant: Grant) -> Sequence[SharedCamera]:
        """The cameras of its owner that it names."""

    def epoch(self) -> object:
        """Compares unequal after grants, cameras or the lease have changed; time that goes by does not change it."""

    def now(self) -> datetime:
        """A time that never runs backward."""

    def lease_holds(self, now: datetime) -> bool:
        """Whether what was last heard of grants is recent enough to let another agency look."""

    def awaits(self, given: Given) -> bool:
        """Whether its owner has yet to confirm that it still stands, since this desk was restored from a backup."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`refusal`: None, or a code. `grant_id`: of the grant that allowed it, or that came closest to it. `span`: where
    that grant is for a span of footage, [start, end): nothing from outside it may be shown."""

    refusal: str | None
    grant_id: str | None = None
    span: Span | None = None


# The further a grant that names the camera gets before it refuses, the more its reason helps the person who asks.
_PROGRESS = (
    "owner",
    "revoked",
    "expired",
    "draft",
    "signed_by_one",
    "scheduled",
    "right",
    "camera",
    "lease",
    "restored",
    "span",
    "hours",
    "purpose",
    "case",
)


def by_grant(book: GrantBook, principal: Principal, action: Action, resource: Resource) -> Decision:
    """Whether a grant of the owner lets this person do it; the role has been asked before."""
    camera = book.camera(resource.camera) if resource.camera else None
    if action not in RIGHTS or camera is None or camera.agency_id != resource.agency_id:
        return Decision("agency")
    best: Decision | None = None
    widest: Decision | None = None
    reached = (False, -1)
    for grant, statements in book.grants_for(principal.agency_id):
        if grant.owner != resource.agency_id:
            continue
        refusal = _refusal(book, (grant, statements), principal, action, (camera, resource.span))
        if refusal is None:
            allowed = Decision(None, grant.id, grant.span)
            if grant.span is None:
                return allowed
            if widest is None or _length(grant.span) > _length(widest.span):
                widest = allowed
            continue
        # One about this camera says more than one about others, however far that one gets.
        progress = (grant.cameras.covers(camera), _progress(refusal))
        if progress > reached:
            best, reached = Decision(refusal, grant.id), progress
    return widest or best or Decision("agency")


def spans_by_grant(book: GrantBook, principal: Principal, action: Action, resource: Resource) -> list[Span]:
    """What of the resource's span `by_grant` would allow, each part by one grant, in order and apart. Where a grant
    covers all of it, that is one part."""
    camera = book.camera(resource.camera) if resource.camera else None
    if action not in RIGHTS or resource.span is None or camera is None or camera.agency_id != resource.agency_id:
        return []
    first, last = resource.span
    found: list[Span] = []
    for grant, statements in book.grants_for(principal.agency_id):
        since, until = grant.span or (first, last)
        part = (max(first, since), min(last, until))
        if grant.owner != resource.agency_id or part[0] >= part[1]:
            continue
        if _refusal(book, (grant, statements), principal, action, (camera, part)) is None:
            found.append(part)
    parts: list[Span] = []
    for since, until in sorted(found, key=lambda one: (one[0], -_length(one))):
        begin = max(since, parts[-1][1]) if parts else since
        if begin < until:
            parts.append((begin, until))
    return parts


def covers_all(book: GrantBook, principal: Principal, grant_id: str, camera_ids: Set[str | None]) -> bool:
    """Whether a grant that allows something on one of its owner's cameras allows the same, for the same span, on all of
    these. Of what the policy asks, the camera decides nothing else but whether it is named; only the agreement of a
    second person is of one camera."""
    if principal.approval is not None:
        return False
    grants = [one for one, _ in book.grants_for(principal.agency_id) if one.id == grant_id]
    return len(grants) == 1 and camera_ids <= {one.id for one in book.covered(grants[0])}


def cameras_by_grant(
    book: GrantBook, principal: Principal, action: Action, span: tuple[datetime, datetime] | None
) -> frozenset[str]:
    """Every camera of another agency on which `by_grant` would allow `action`."""
    if action not in RIGHTS:
        return frozenset()
    found: set[str] = set()
    for given in book.grants_for(principal.agency_id):
        named = book.covered(given[0])
        if principal.approval is not None:  # it is of one camera
            found.update(one.id for one in named if _refusal(book, given, principal, action, (one, span)) is None)
        # One answer serves all: see `covers_all`.
        elif named and _refusal(book, given, principal, action, (named[0], span)) is None:
            found.update(one.id for one in named)
    return frozenset(found)


def _refusal(
    book: GrantBook,
    given: Given,
    principal: Principal,
    action: Action,
    what: tuple[SharedCamera, tuple[datetime, datetime] | None],
) -> str | None:
    """The policy decides; the findings say why. Should they ever differ, nobody looks."""
    grant, statements = given
    camera, span = what
    now = book.now()
    look = Look(
        camera=camera,
        rights=RIGHTS[action],
        at=now,
        person_id=principal.user_id,
        purpose=principal.purpose,
        case_number=principal.case_number,
        approved_by=_approver(principal, action, camera, span),
        span=span,
    )
    found = findings(grant, statements, look)
    unheard = "lease" if not book.lease_holds(now) else "restored" if book.awaits(given) else None
    facts = GrantFacts(grant.owner, grant.grantee, unheard is None, found)
    roles = frozenset(role.value for role in principal.roles)
    allowed = allows(Question(roles, principal.agency_id, action.value, camera.agency_id, facts))
    reason = found.refusal()
    if unheard is not None and (reason is None or _progress(reason) > _progress(unheard)):
        reason = unheard
    return reason if reason is not None else (None if allowed else "policy")


def _approver(
    principal: Principal, action: Action, camera: SharedCamera, span: tuple[datetime, datetime] | None
) -> str | None:
    """The second person who agreed to exactly this look, or is here for all of them."""
    if principal.approved_by is not None or principal.approval is None:
        return principal.approved_by
    agreed, said = principal.approval, (principal.purpose, principal.case_number)
    is_agreed = agreed.covers(principal.user_id, RIGHTS[action], camera.id, said, span)
    return agreed.by if is_agreed else None


def _length(span: Span | None) -> float:
    return (span[1] - span[0]).total_seconds() if span is not None else 0.0


def _progress(code: str) -> int:
    return _PROGRESS.index(code) if code in _PROGRESS else len(_PROGRESS)

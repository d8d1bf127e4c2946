"""Evidence: spans of footage that are kept for an incident. The state of one is a fold over its acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from veedor.model.act import Act, ActKind, in_order


class EvidenceStatus(StrEnum):
    """Asked for is not held: only a site's own word makes a lock held or released."""

    REQUESTED = "requested"
    HELD = "held"
    FAILED = "failed"
    RELEASING = "releasing"
    RELEASED = "released"


class PackageState(StrEnum):
    """An export: a package of files for an incident, built by the desk."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"  # its files were removed after their time; the originals and the record stay


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A span of one camera, [started_at, ended_at), aware UTC, locked for an incident. `id` is the lock's id too."""

    id: str
    incident_id: str
    agency_id: str
    camera_id: str
    camera_name: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """Where a lock stands, folded from its acts. `conflicts` holds acts that met a state which did not allow them."""

    status: EvidenceStatus = EvidenceStatus.REQUESTED
    requested_by: str | None = None
    requested_at: datetime | None = None
    reason: str | None = None
    held_at: datetime | None = None
    segments: int = 0  # finished segments that the site held when it confirmed
    problem: str | None = None  # why the site failed, as last said
    released_by: str | None = None
    release_reason: str | None = None
    packages: tuple[str, ...] = ()
    version: int = 0  # number of distinct acts, conflicts included: for optimistic locking
    conflicts: tuple[Act, ...] = field(default=())


def fold_evidence(acts: Iterable[Act]) -> EvidenceState:
    """The state after `acts`, whatever order they come in and however often: see `act.in_order`.

    A release wins over a site's late confirmation of the lock (that is shown as a conflict); a failure is not the end,
    the site may hold later; nothing brings back what was released.
    """
    ordered = in_order(acts)
    state = EvidenceState()
    for act in sorted(ordered, key=lambda act: act.kind is not ActKind.REQUEST_LOCK):
        state = replace(_step(state, act), version=state.version + 1)
    return state


_MAY_HOLD = frozenset({EvidenceStatus.REQUESTED, EvidenceStatus.FAILED})
_MAY_RELEASE = frozenset({EvidenceStatus.REQUESTED, EvidenceStatus.HELD, EvidenceStatus.FAILED})


def evidence_allows(state: EvidenceState, act: Act) -> bool:
    """Whether `act` done now would count, not conflict."""
    return len(_step(state, act).conflicts) == len(state.conflicts)


def _step(state: EvidenceState, act: Act) -> EvidenceState:  # noqa: PLR0911 (one arm per kind of act)
    conflicting = replace(state, conflicts=(*state.conflicts, act))
    match act.kind:
        case ActKind.REQUEST_LOCK:
            if state.requested_at:
                return conflicting
            return replace(state, requested_by=act.actor_id, requested_at=act.at, reason=act.reason)
        case ActKind.HOLD if state.status in _MAY_HOLD:
            count = act.payload.get("segments", 0)
            held = replace(state, status=EvidenceStatus.HELD, held_at=act.at, problem=None)
            return replace(held, segments=count if isinstance(count, int) else 0)
        case ActKind.HOLD if state.status is EvidenceStatus.HELD:
            return state  # the site said so once more: to a hub, and to its own desk
        case ActKind.LOCK_FAILED if state.status in _MAY_HOLD:
            return replace(state, status=EvidenceStatus.FAILED, problem=act.reason)
        case ActKind.RELEASE_LOCK if state.status in _MAY_RELEASE:
            released = replace(state, status=EvidenceStatus.RELEASING, released_by=act.actor_id)
            return replace(released, release_reason=act.reason)
        case ActKind.RELEASED if state.status is EvidenceStatus.RELEASING:
            return replace(state, status=EvidenceStatus.RELEASED)
        case ActKind.RELEASED if state.status is EvidenceStatus.RELEASED:
            return state
        case ActKind.EXPORT if state.status is EvidenceStatus.HELD:
            return replace(state, packages=(*state.packages, str(act.payload.get("package_id", ""))))
        case ActKind.HOLD | ActKind.LOCK_FAILED | ActKind.RELEASE_LOCK | ActKind.RELEASED | ActKind.EXPORT:
            return conflicting
        case _:
            return state

"""Reading and appending acts. Callers hold a session; what is appended commits with it, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.acts.errors import StaleVersion
from veedor.desk.acts.tables import ActRow
from veedor.desk.outward.outward import tell_act
from veedor.kit.ids import new_id
from veedor.model.act import Act, ActKind, SubjectKind, in_order

SITE_ACTOR = "site"
_KNOWN_KINDS = frozenset(kind.value for kind in ActKind)


def new_act(
    principal: Principal,
    subject: tuple[SubjectKind, str],
    kind: ActKind,
    at: datetime,
    *,
    reason: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Act:
    """An act that `principal` does now. Acts travel: of a sealed person they tell neither name nor words."""
    if principal.is_sealed:
        principal, reason = principal.shown(), None
    return Act(
        id=new_id(at),
        subject_kind=subject[0],
        subject_id=subject[1],
        kind=kind,
        actor_id=principal.user_id,
        agency_id=principal.agency_id,
        at=at,
        reason=reason,
        payload=payload or {},
        actor_name=principal.username,
    )


def acts_of(session: Session, kind: SubjectKind, subject_id: str) -> list[Act]:
    """The acts on one thing, in the order of the fold."""
    return acts_of_many(session, kind, [subject_id])[subject_id]


def acts_of_many(session: Session, kind: SubjectKind, subject_ids: Iterable[str]) -> dict[str, list[Act]]:
    """The acts on each thing; a thing without acts has an empty list."""
    ids = list(subject_ids)
    found: dict[str, list[Act]] = defaultdict(list)
    for start in range(0, len(ids), 500):
        query = sa.select(ActRow).where(
            ActRow.subject_kind == kind.value, ActRow.subject_id.in_(ids[start : start + 500])
        )
        for row in session.scalars(query):
            known = _to_act(row)
            if known is not None:
                found[row.subject_id].append(known)
    return {subject_id: in_order(found[subject_id]) for subject_id in ids}


def version_of(session: Session, kind: SubjectKind, subject_id: str) -> int:
    """How many acts this desk knows of a thing: what optimistic locking compares."""
    newest = session.scalar(
        sa.select(sa.func.max(ActRow.sequence)).where(
            ActRow.subject_kind == kind.value, ActRow.subject_id == subject_id
        )
    )
    return int(newest or 0)


def append(
    session: Session,
    act: Act,
    owner_agency_id: str,
    expected_version: int | None = None,
    about: Mapping[str, Any] | None = None,
) -> int:
    """Store an act done here and now, and tell it outward; return the new version.

    `expected_version`: the version that its author saw, None where that does not matter (a note). `about`: see
    `outward.tell_act`.
    An act done here follows the acts that its author could see, so it never gets an earlier time than theirs, even
    where the wall clock was set back meanwhile: `received_at` keeps what the clock said.
    Raises StaleVersion, which names who was first.
    """
    version = version_of(session, act.subject_kind, act.subject_id)
    if expected_version is not None and expected_version != version:
        raise _stale(session, act, version)
    try:
        with session.begin_nested():
            done = _after_known(session, act)
            session.add(_to_row(done, owner_agency_id, version + 1, act.at))
            session.flush()
    except IntegrityError as problem:  # another process wrote between our look and our write
        raise _stale(session, act, version + 1) from problem
    tell_act(session, done, owner_agency_id, about)
    return version + 1


def merge(session: Session, acts: Sequence[Act], owner_agency_id: str, received_at: datetime) -> int:
    """Store acts that were done elsewhere, whatever the state here: the fold shows what conflicts. Idempotent.

    Returns how many were new.
    """
    new = 0
    for act in acts:
        if session.get(ActRow, act.id) is not None:
            continue
        version = version_of(session, act.subject_kind, act.subject_id)
        session.add(_to_row(act, owner_agency_id, version + 1, received_at))
        session.flush()
        new += 1
    return new


def _after_known(session: Session, act: Act) -> Act:
    latest = session.scalar(
        sa.select(sa.func.max(ActRow.at)).where(
            ActRow.subject_kind == act.subject_kind.value, ActRow.subject_id == act.subject_id
        )
    )
    if latest is None or latest < act.at:
        return act
    return replace(act, at=latest + timedelta(microseconds=1))


def _stale(session: Session, act: Act, version: int) -> StaleVersion:
    query = (
        sa.select(ActRow)
        .where(ActRow.subject_kind == act.subject_kind.value, ActRow.subject_id == act.subject_id)
        .order_by(ActRow.sequence.desc())
        .limit(1)
    )
    newest = session.scalar(query)
    return StaleVersion(
        who=(newest.actor_name or newest.actor_id) if newest else "?",
        what=newest.kind if newest else "?",
        at=newest.at.isoformat(timespec="seconds") if newest else "?",
        version=str(version),
    )


def _to_row(act: Act, owner_agency_id: str, sequence: int, received_at: datetime) -> ActRow:
    return ActRow(
        id=act.id,
        agency_id=owner_agency_id,
        actor_agency_id=act.agency_id,
        subject_kind=act.subject_kind.value,
        subject_id=act.subject_id,
        sequence=sequence,
        kind=act.kind.value,
        actor_id=act.actor_id,
        actor_name=act.actor_name,
        at=act.at,
        received_at=received_at,
        reason=act.reason,
        payload=dict(act.payload),
    )


def _to_act(row: ActRow) -> Act | None:
    """None for a kind that only a newer desk knows: kept in the table, without effect here."""
    if row.kind not in _KNOWN_KINDS:
        return None
    return Act(
        id=row.id,
        subject_kind=SubjectKind(row.subject_kind),
        subject_id=row.subject_id,
        kind=ActKind(row.kind),
        actor_id=row.actor_id,
        agency_id=row.actor_agency_id,
        at=row.at,
        reason=row.reason,
        payload=row.payload,
        actor_name=row.actor_name,
    )

"""Routes of random stretches without an alert: which wait, what somebody says of one, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Query

from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.desk.context import DeskPorts
from veedor.desk.errors import BadRequest
from veedor.desk.need import Need, Owned, Permit, own
from veedor.desk.samples.errors import SampleAnswered
from veedor.desk.samples.recall import report
from veedor.desk.samples.repository import get_sample, waiting
from veedor.desk.samples.schemas import (
    AnswerIn,
    CameraRecallOut,
    RecallOut,
    RecallReportOut,
    SampleOut,
    SamplePageOut,
)
from veedor.desk.samples.tables import SampleRow
from veedor.desk.schemas import ErrorOut, Id, iso, room_router

router = room_router("samples")


def sample_owner(ports: DeskPorts, principal: Principal, sample_id: str | None) -> Owned:
    """The agency and the camera of a sample; the person's own for one that does not exist, who then finds nothing."""
    with ports.database.reading() as session:
        query = sa.select(SampleRow.agency_id, SampleRow.camera_id).where(SampleRow.id == (sample_id or ""))
        found = session.execute(query).one_or_none()
    return Owned(found.agency_id, found.camera_id) if found else Owned(principal.agency_id)


List = Annotated[Permit, Depends(Need(Action.ALERT_HANDLE, "sample", owner=own))]
Say = Annotated[Permit, Depends(Need(Action.ALERT_HANDLE, "sample", id_from="sample_id", owner=sample_owner))]
ReadReport = Annotated[Permit, Depends(Need(Action.RULES_READ, "sample", owner=own, detail=("days",)))]
_CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorOut, "description": "Somebody else answered first"}}


@router.get("/api/samples")
def list_samples(permit: List, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> SamplePageOut:
    """Random stretches that gave no alert and wait for an answer, in random order."""
    since = permit.ports.clock.now() - timedelta(days=permit.config.samples.open_days)
    with permit.ports.database.reading() as session:
        rows, count = waiting(session, permit.scope, since, limit)
    return SamplePageOut(waiting=count, samples=[SampleOut.of(row) for row in rows])


@router.post("/api/samples/{sample_id}/answer", responses=_CONFLICT)
def answer_sample(permit: Say, sample_id: Id, body: AnswerIn) -> SampleOut:
    """Say whether there should have been an alert. One's own answer can be changed, another's cannot."""
    ports, who, now = permit.ports, permit.principal, permit.ports.clock.now()
    if body.kind is not None and body.kind not in {str(one["kind"]) for one in ports.rules.kinds(permit.lang)}:
        raise BadRequest(field="kind", problem=body.kind[:64], detail="samples-unknown-kind")
    permit.note(answer=body.answer.value, of_kind=body.kind)
    with ports.database.session() as session:
        row = get_sample(session, permit.scope, sample_id)
        if row.answered_by is not None and row.answered_by != who.user_id:
            raise SampleAnswered(who=row.answered_by_name or row.answered_by, at=iso(row.answered_at or now))
        row.answer, row.kind, row.note = body.answer.value, body.kind, (body.note or "").strip() or None
        row.answered_at, row.answered_by, row.answered_by_name = now, who.user_id, who.username
        told = {"id": row.id, "by": who.username}
        permit.feed.publish(session, "sample.answered", told, row.agency_id, row.camera_id)
        session.flush()
        return SampleOut.of(row)


@router.get("/api/samples/recall")
def sample_recall(permit: ReadReport, days: Annotated[float, Query(gt=0, le=366)] = 30.0) -> RecallReportOut:
    """How much is missed, by the answers so far: in all, by where stretches were drawn from, and per camera."""
    ports = permit.ports
    config = ports.config.samples
    with ports.database.reading() as session:
        found = report(session, permit.scope, ports, days)
    return RecallReportOut(
        days=days,
        stretch_s=config.stretch_s,
        least_answers=config.least_answers,
        all=RecallOut.of(found.all, config.least_answers),
        by_stratum={key: RecallOut.of(one, config.least_answers) for key, one in found.by_stratum.items()},
        cameras=[
            CameraRecallOut(
                camera_id=key[0], camera_name=key[1], **RecallOut.of(one, config.least_answers).model_dump()
            )
            for key, one in found.by_camera.items()
        ],
    )

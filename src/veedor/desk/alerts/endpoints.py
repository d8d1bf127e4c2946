"""Routes of alerts. Looking needs alert.read, the clip is recorded footage and needs footage.play as well."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import Field

from veedor.access.actions import Action
from veedor.access.principal import ALERT_PICTURE
from veedor.desk.acts.cursor import read_cursor, write_cursor
from veedor.desk.acts.repository import acts_of, acts_of_many
from veedor.desk.alerts import repository
from veedor.desk.alerts.handling import AlertHandling, Escalation, Seen
from veedor.desk.alerts.media import AlertMedia
from veedor.desk.alerts.schemas import (
    AlertActIn,
    AlertDetailOut,
    AlertPageOut,
    AlertStatsOut,
    ClaimIn,
    DismissIn,
    EscalateIn,
    Reader,
    RuleStatsOut,
    alert_detail_out,
    alert_out,
)
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.need import Need, Permit, own, own_alert
from veedor.desk.schemas import Id, aware
from veedor.desk.scoping import check_foreign, require
from veedor.kit.errors import NotFound
from veedor.model.act import SubjectKind
from veedor.model.alert import AlertStatus, ClipState, fold_alert
from veedor.model.event import Severity

router = APIRouter(tags=["alerts"])

_FILTERS = (
    "status",
    "severity",
    "camera",
    "rule",
    "since",
    "until",
    "incident",
    "group",
    "id",
    "text",
    "in_review",
    "cursor",
)
ReadList = Annotated[Permit, Depends(Need(Action.ALERT_READ, "alert", owner=own, detail=_FILTERS))]
ReadOne = Annotated[Permit, Depends(Need(Action.ALERT_READ, "alert", id_from="alert_id", owner=own_alert))]
SeeOne = Annotated[Permit, Depends(Need(Action.ALERT_READ, ALERT_PICTURE, id_from="alert_id", owner=own_alert))]
PlayOne = Annotated[Permit, Depends(Need(Action.FOOTAGE_PLAY, "alert", id_from="alert_id", owner=own_alert))]
Handle = Annotated[Permit, Depends(Need(Action.ALERT_HANDLE, "alert", id_from="alert_id", owner=own))]


@router.get("/api/alerts")
def list_alerts(  # noqa: PLR0913, PLR0917 (one parameter per filter: that is how FastAPI reads a query)
    permit: ReadList,
    status: Annotated[list[AlertStatus], Query()] = [],  # noqa: B006 (FastAPI copies defaults)
    severity: Annotated[list[Severity], Query()] = [],  # noqa: B006
    camera: Annotated[str | None, Query(max_length=200)] = None,
    rule: Annotated[str | None, Query(max_length=200)] = None,
    incident: Annotated[str | None, Query(max_length=64)] = None,
    group: Annotated[str | None, Query(max_length=64)] = None,
    id: Annotated[list[Annotated[str, Field(max_length=64)]], Query(max_length=200)] = [],  # noqa: B006
    text: Annotated[
        str | None, Query(max_length=200, description="Part of the name of the camera, rule, kind or zone")
    ] = None,
    in_review: Annotated[
        bool | None, Query(description="Only those of rules in review, or only the others; left out: all")
    ] = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> AlertPageOut:
    """Alerts, newest first."""
    query = repository.AlertQuery(
        statuses=tuple(one.value for one in status),
        severities=tuple(one.value for one in severity),
        camera_id=camera,
        rule=rule,
        incident_id=incident,
        group_id=group,
        ids=tuple(id),
        in_review=in_review,
        text=text or None,
        since=aware(since, "since") if since else None,
        until=aware(until, "until") if until else None,
        before=read_cursor(cursor),
        limit=limit + 1,
    )
    with permit.ports.database.reading() as session:
        rows = repository.list_alerts(session, permit.scope, query)
        acts = acts_of_many(session, SubjectKind.ALERT, [row.id for row in rows])
        sizes = repository.group_sizes(session, (row.group_id for row in rows))
    more, rows = len(rows) > limit, rows[:limit]
    reader = _reader(permit)
    alerts = [alert_out(row, fold_alert(acts[row.id]), sizes.get(row.group_id, 1), reader) for row in rows]
    return AlertPageOut(alerts=alerts, next=write_cursor(rows[-1].raised_at, rows[-1].id) if more else None)


@router.get("/api/alerts/stats")
def alert_stats(
    permit: Annotated[Permit, Depends(Need(Action.ALERT_READ, "alert", owner=own, detail=("since", "camera", "rule")))],
    since: datetime | None = None,
    camera: Annotated[str | None, Query(max_length=200)] = None,
    rule: Annotated[str | None, Query(max_length=200)] = None,
) -> AlertStatsOut:
    """False-alert rate per rule and camera, and how late alerts were."""
    which = repository.StatsQuery(aware(since, "since") if since else None, camera, rule)
    with permit.ports.database.reading() as session:
        counts = repository.rule_counts(session, permit.scope, which)
        late = repository.latencies_s(session, permit.scope, which)
    return AlertStatsOut(
        rules=[
            RuleStatsOut(
                camera_id=one.camera_id,
                camera_name=one.camera_name,
                rule=one.rule,
                raised=one.raised,
                handled=one.handled,
                dismissed=one.dismissed,
                false=one.false,
                escalated=one.escalated,
                false_rate=one.false_rate,
            )
            for one in counts
        ],
        alerts=len(late),
        latency_p50_s=_quantile(late, 0.50),
        latency_p95_s=_quantile(late, 0.95),
    )


@router.get("/api/alerts/{alert_id}")
def show_alert(permit: ReadOne, alert_id: Id) -> AlertDetailOut:
    """One alert, with every act on it and every conflict."""
    _found(permit, alert_id)
    return _detail(permit, alert_id)


@router.get("/api/alerts/{alert_id}/snapshot.jpg", response_class=FileResponse)
def alert_snapshot(permit: SeeOne, alert_id: Id) -> Response:
    """The picture, with the track and the zone drawn."""
    row = _found(permit, alert_id)
    if permit.ports.alert_pictures is not None:
        return Response(permit.ports.alert_pictures.snapshot(row.camera_id, row.id), media_type="image/jpeg")
    path = AlertMedia(permit.ports.data_directory).snapshot(row.id)
    if not row.has_snapshot or not path.is_file():
        raise NotFound(kind="snapshot", name=alert_id)
    return FileResponse(path, media_type="image/jpeg")


@router.get("/api/alerts/{alert_id}/clip.mp4", response_class=FileResponse)
def alert_clip(permit: PlayOne, alert_id: Id) -> Response:
    """The clip, once it is ready; byte ranges are served where the clip is at this desk."""
    require(permit, Action.ALERT_READ, "alert", alert_id)
    row = _found(permit, alert_id)
    if permit.ports.alert_pictures is not None:
        pieces = permit.ports.alert_pictures.clip(row.camera_id, row.id)
        return StreamingResponse(pieces, media_type="video/mp4")
    path = AlertMedia(permit.ports.data_directory).clip(row.id)
    if row.clip_state != ClipState.READY.value or not path.is_file():
        raise NotFound(kind="clip", name=alert_id)
    return FileResponse(path, media_type="video/mp4")


@router.post("/api/alerts/{alert_id}/acknowledge")
def acknowledge(permit: Handle, alert_id: Id, body: AlertActIn) -> AlertDetailOut:
    """Take the alert. Of two who do so, one gets 409 with the name of the other."""
    _found(permit, alert_id)
    AlertHandling(permit.ports).acknowledge(permit.principal, alert_id, _seen(body), body.note)
    return _detail(permit, alert_id)


@router.post("/api/alerts/{alert_id}/dismiss")
def dismiss(permit: Handle, alert_id: Id, body: DismissIn) -> AlertDetailOut:
    """It needed nobody, because of `reason`."""
    _found(permit, alert_id)
    AlertHandling(permit.ports).dismiss(permit.principal, alert_id, _seen(body), body.reason, body.note)
    return _detail(permit, alert_id)


@router.post("/api/alerts/{alert_id}/escalate")
def escalate(permit: Handle, alert_id: Id, body: EscalateIn) -> AlertDetailOut:
    """Make it an incident, or part of one."""
    _found(permit, alert_id)
    require(permit, Action.INCIDENT_HANDLE, "incident", body.incident)
    into = Escalation(body.incident, body.type, body.note)
    AlertHandling(permit.ports).escalate(permit.principal, alert_id, _seen(body), into)
    return _detail(permit, alert_id)


@router.post("/api/alerts/{alert_id}/claim")
def claim(permit: Handle, alert_id: Id, body: ClaimIn) -> AlertDetailOut:
    """Tell the others that you look into it. It ends after 5 minutes without another claim, or when you act."""
    _found(permit, alert_id)
    AlertHandling(permit.ports).claim(permit.principal, alert_id, _seen(body))
    return _detail(permit, alert_id)


@router.post("/api/alerts/{alert_id}/release")
def release(permit: Handle, alert_id: Id) -> AlertDetailOut:
    """Give your claim back."""
    _found(permit, alert_id)
    AlertHandling(permit.ports).release(permit.principal, alert_id)
    return _detail(permit, alert_id)


def _seen(body: AlertActIn | ClaimIn) -> Seen:
    return Seen(body.expected_version, body.over_claim)


def _reader(permit: Permit) -> Reader:
    return Reader(permit.lang, permit.ports.clock.now())


def _found(permit: Permit, alert_id: str) -> AlertRow:
    """The alert. The look at another agency's is decided for its camera. Raises NotFound, Forbidden."""
    with permit.ports.database.reading() as session:
        row = repository.get_alert(session, permit.scope, alert_id)
    check_foreign(permit, row, "alert", row.id)
    return row


def _detail(permit: Permit, alert_id: str) -> AlertDetailOut:
    with permit.ports.database.reading() as session:
        row = repository.get_alert(session, permit.scope, alert_id)
        acts = acts_of(session, SubjectKind.ALERT, alert_id)
        size = repository.group_sizes(session, [row.group_id]).get(row.group_id, 1)
    return alert_detail_out(row, fold_alert(acts), acts, size, _reader(permit))


def _quantile(ascending: list[float], share: float) -> float | None:
    """The value that `share` of the values do not exceed (nearest rank)."""
    if not ascending:
        return None
    return round(ascending[min(len(ascending) - 1, int(share * len(ascending)))], 3)

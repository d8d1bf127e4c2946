"""Routes of the desk's and the site's health, for people and for Prometheus."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import Field

from veedor.access.actions import Action
from veedor.desk.agencies.keys import waiting
from veedor.desk.cameras.schemas import HealthOut
from veedor.desk.context import DeskPorts
from veedor.desk.health.metrics import render
from veedor.desk.need import Need, Permit, own
from veedor.desk.review.notices import review_problems
from veedor.desk.schemas import Out, UtcTime, iso, room_router
from veedor.kit.messages import Message, has_message
from veedor.kit.messages import render as render_message
from veedor.model.camera import StreamState
from veedor.wire.ports import SiteStatus

router = room_router("health")

_CAMERA_PROBLEM = "problem-camera"  # the streams say the same, and say which camera

ReadHealth = Annotated[Permit, Depends(Need(Action.HEALTH_READ, "health", owner=own))]
ReadMetrics = Annotated[Permit, Depends(Need(Action.METRICS_READ, "health"))]


class LiveOut(Out):
    status: str


class ProblemOut(Out):
    """One thing that is wrong right now."""

    text: str
    hint: str | None = Field(description="What to do about it")
    camera_id: str | None = Field(description="Where it is one camera's")


class HubLinkOut(Out):
    """A joined site's link to its hub."""

    name: str
    connected: bool
    away_since: UtcTime | None = Field(description="When it answered last; null: it answers, or never has since start")
    problem: str | None = Field(description="Why it does not answer, and what to do, in the reader's language")


class SiteHealthOut(Out):
    version: str
    started_at: UtcTime
    now: UtcTime
    time_zone: str
    problems: list[str] = Field(description="What is wrong right now, worst first, in the reader's language")
    advice: list[ProblemOut] = Field(description="The same with what to do, and which camera it is about")
    streams: list[HealthOut]
    analysis: list[dict[str, Any]]
    workers: list[dict[str, Any]]
    recording: list[dict[str, Any]]
    disks: list[dict[str, Any]]
    hub: HubLinkOut | None = Field(description="null: this site has not joined a hub")


def plain(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """A row of the site's status as JSON can hold it: messages become sentences, numbers that are none become null."""
    return {key: _plain(value, lang) for key, value in row.items()}


def _plain(value: Any, lang: str) -> Any:
    if isinstance(value, Message):
        return value.render(lang)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return iso(value) if isinstance(value, datetime) else str(value)


def advice(ports: DeskPorts, status: SiteStatus, lang: str) -> list[ProblemOut]:
    """What is wrong, worst first: the site's own problems, then each camera that is not online, by name."""
    found = [
        ProblemOut(text=one.render(lang), hint=hint_of(one, lang), camera_id=None)
        for one in status.problems
        if one.key != _CAMERA_PROBLEM
    ]
    names = {camera.id: camera.name for camera in ports.cameras.cameras()}
    told: set[tuple[str, str]] = set()
    for stream in status.streams:
        problem, name = stream.problem, names.get(stream.camera_id)
        if problem is None or name is None or stream.state is StreamState.ONLINE:
            continue
        text = f"{name}: {problem.render(lang)}"
        if (stream.camera_id, problem.key) not in told:  # both streams of a camera mostly say the same
            told.add((stream.camera_id, problem.key))
            found.append(ProblemOut(text=text, hint=hint_of(problem, lang), camera_id=stream.camera_id))
    return found


def hint_of(message: Message, lang: str) -> str | None:
    """The catalogue's advice for a message, where there is one."""
    key = f"{message.key}.hint"
    return render_message(key, lang, message.params) if has_message(key, lang) else None


def counters(status: SiteStatus, lang: str) -> dict[str, list[dict[str, Any]]]:
    """The rows that count, as JSON."""
    return {
        "analysis": [plain(row, lang) for row in status.analysis],
        "workers": [plain(row, lang) for row in status.workers],
        "recording": [plain(row, lang) for row in status.recording],
        "disks": [plain(row, lang) for row in status.disks],
    }


def visible_status(permit: Permit) -> SiteStatus:
    """The site's status as far as it is this person's business: machines and disks are the desk's own agency's."""
    status = permit.ports.site.status()
    if permit.scope.covers(permit.ports.agency_id):
        with permit.ports.database.reading() as session:
            of_rules = review_problems(session, permit.ports.agency_id)
            # A hub is offered one by each further site of an agency: there it is no news.
            offered = [] if permit.config.is_hub else waiting(session)
        hub = permit.ports.hub() if permit.ports.hub is not None else None
        of_identity = [hub.doubled] if hub is not None and hub.doubled is not None else []
        of_keys = [
            Message("problem-agency-key-offered", {"name": one.name, "agency": one.agency_id}) for one in offered
        ]
        return replace(status, problems=[*of_identity, *of_keys, *status.problems, *of_rules])
    owners = {camera.id: camera.agency_id for camera in permit.ports.cameras.cameras()}
    mine = {camera_id for camera_id, owner in owners.items() if permit.scope.covers(owner, camera_id)}
    return replace(
        status,
        streams=[one for one in status.streams if one.camera_id in mine],
        analysis=[row for row in status.analysis if row.get("camera_id") in mine],
        recording=[row for row in status.recording if row.get("camera_id") in mine],
        workers=[],
        disks=[],
        problems=[],
    )


def hub_link(permit: Permit) -> HubLinkOut | None:
    """How the site stands with its hub, for the site's own people."""
    ports = permit.ports
    if ports.hub is None or not permit.scope.covers(ports.agency_id):
        return None
    state = ports.hub()
    return HubLinkOut(
        name=state.name,
        connected=state.connected,
        away_since=None if state.connected else state.heard_at,
        problem=state.problem.render(permit.lang) if state.problem else None,
    )


@router.get("/api/health/live")
def live() -> LiveOut:
    """Whether the process answers; nothing else, since anybody may ask."""
    return LiveOut(status="ok")


@router.get("/api/health")
def health(permit: ReadHealth) -> SiteHealthOut:
    """How the site is: cameras, recording, analysis, disks."""
    status = visible_status(permit)
    return SiteHealthOut(
        version=status.version,
        started_at=status.started_at,
        now=permit.ports.clock.now(),
        time_zone=permit.config.time_zone,
        problems=[problem.render(permit.lang) for problem in status.problems],
        advice=advice(permit.ports, status, permit.lang),
        streams=[HealthOut.of(one, permit.lang) for one in status.streams],
        **counters(status, permit.lang),
        hub=hub_link(permit),
    )


@router.get("/metrics", response_class=Response)
def metrics(permit: ReadMetrics) -> Response:
    """The same for Prometheus, which logs in with a bearer token."""
    _, newest = permit.feed.bounds()
    hub = permit.ports.hub
    text = render(permit.ports.site.status(), newest, hub().connected if hub is not None else None)
    return Response(text, media_type=CONTENT_TYPE_LATEST)

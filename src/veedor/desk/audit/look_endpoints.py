"""Routes of the data-protection officer: who looked at the cameras of their agency, and which habits stand out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from veedor.access.actions import Action
from veedor.desk.audit.emergencies import emergency_flags
from veedor.desk.audit.habits import Flag, Habit, Limits, flags
from veedor.desk.audit.looks import Cursor, Look, LookQuery, looks
from veedor.desk.audit.walk import SEAL
from veedor.desk.errors import BadRequest
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Out, UtcTime, aware, room_router
from veedor.desk.sealing.schemas import SealShownOut, reveal

router = room_router("audit")

_MOST_READ = 200_000
_FILTERS = ("person", "agency", "camera", "action", "start", "end", "allowed", "before")
ReadLooks = Annotated[Permit, Depends(Need(Action.AUDIT_READ, "audit", owner=own, detail=_FILTERS))]


class LookFilter(BaseModel):
    """Which looks; what is left out means any."""

    person: str | None = Field(None, max_length=64, description="User name")
    agency: str | None = Field(None, max_length=64, description="Of the person")
    camera: str | None = Field(None, max_length=200)
    action: Action | None = None
    start: datetime | None = None
    end: datetime | None = None
    allowed: bool | None = None
    before: str | None = Field(None, max_length=200, description="`next` of the page before")
    limit: int = Field(100, ge=1, le=1000)

    def query(self, owner: str) -> LookQuery:
        return LookQuery(
            owner,
            self.person.lower() if self.person else None,
            self.agency,
            self.camera,
            self.action.value if self.action else None,
            aware(self.start, "start") if self.start else None,
            aware(self.end, "end") if self.end else None,
            self.allowed,
            _cursor(self.before) if self.before else None,
        )


class AuditLookOut(Out):
    place: str = Field(description="The site whose audit has it; empty: this desk's")
    sequence: int
    at: UtcTime
    username: str
    user_agency_id: str | None = Field(description="Of the person")
    action: str
    resource_kind: str
    resource_id: str | None
    purpose: str | None
    case_number: str | None
    allowed: bool
    reason: str | None
    detail: dict[str, Any] = Field(
        description="The grant and the span, where there is one; watched_s: of a stream's end"
    )
    flaw: str | None = Field(description="Why the entry does not fit its chain; null: it does")
    seal: SealShownOut | None = Field(description="null: the person was not sealed")


class AuditLooksOut(Out):
    looks: list[AuditLookOut]
    next: str | None = Field(description="Give it as `before` for the next page; null: this is the last")


class AuditFlagOut(Out):
    habit: Habit
    username: str = Field(description="Empty: the agency's people together")
    user_agency_id: str | None
    camera_id: str | None
    day: date = Field(description="In the desk's zone; a night belongs to the day on which it begins")
    count: int = Field(description="Minutes watched, look-ups, exports, or emergencies")
    limit: int = Field(description="From which number on this is told")
    looks: int = Field(description="Entries that it was counted from; of emergencies, their number")
    first_at: UtcTime
    last_at: UtcTime
    seal: SealShownOut | None = Field(description="null: the person was not sealed")


class AuditFlagsOut(Out):
    flags: list[AuditFlagOut]
    looks: int = Field(description="Entries that were read")
    is_complete: bool = Field(description="False: there were more; ask for a shorter span")


@router.get("/api/audit/looks")
def list_looks(wanted: Annotated[LookFilter, Query()], permit: ReadLooks) -> AuditLooksOut:
    """Every look at the cameras of the caller's own agency, by anyone, newest first."""
    found = _read(permit, wanted.query(permit.principal.agency_id), wanted.limit + 1)
    shown = found[: wanted.limit]
    after = _written(shown[-1].cursor) if len(found) > wanted.limit else None
    with permit.ports.database.reading() as session:
        seals = reveal(permit, session)
        told = [_look(one, SealShownOut.of(seals.of(one.detail, one.user_agency_id))) for one in shown]
    return AuditLooksOut(looks=told, next=after)


@router.get("/api/audit/looks/flags")
def flag_looks(
    permit: ReadLooks,
    start: Annotated[datetime | None, Query(description="Left out: seven days before the end")] = None,
    end: Annotated[datetime | None, Query(description="Left out: now")] = None,
    stare_min: Annotated[int, Query(ge=1, le=1440, description="Minutes of one camera in a day")] = Limits().stare_min,
    night_lookups: Annotated[
        int, Query(ge=1, le=10_000, description="In a night, without a case")
    ] = Limits().night_lookups,
    exports: Annotated[int, Query(ge=1, le=10_000, description="In a day")] = Limits().exports,
    emergencies: Annotated[
        int, Query(ge=1, le=10_000, description="Ended without a review, before the end of the span, on any day")
    ] = Limits().emergencies,
) -> AuditFlagsOut:
    """Habits that stand out in those looks, each with the numbers that it rests on. Of emergency accesses, those at the
    agency's cameras and those of its own people."""
    until = aware(end, "end") if end else permit.ports.clock.now()
    since = aware(start, "start") if start else until - timedelta(days=7)
    query = LookQuery(permit.principal.agency_id, start=since, end=until, allowed=True)
    found = _read(permit, query, _MOST_READ)
    zone = ZoneInfo(permit.config.time_zone)
    told = flags(found, Limits(stare_min, night_lookups, exports), zone)
    sealed = {(one.username, one.user_agency_id): one.detail for one in found if SEAL in one.detail}
    with permit.ports.database.reading() as session:
        told = [*emergency_flags(session, permit.principal.agency_id, until, emergencies, zone), *told]
        seals = reveal(permit, session)
        shown = [
            _flag(
                one, SealShownOut.of(seals.of(sealed.get((one.username, one.user_agency_id), {}), one.user_agency_id))
            )
            for one in told
        ]
    return AuditFlagsOut(flags=shown, looks=len(found), is_complete=len(found) < _MOST_READ)


def _flag(flag: Flag, seal: SealShownOut | None) -> AuditFlagOut:
    names = AuditFlagOut.model_fields.keys() - {"seal"}
    return AuditFlagOut(**{name: getattr(flag, name) for name in names}, seal=seal)


def _look(look: Look, seal: SealShownOut | None) -> AuditLookOut:
    names = AuditLookOut.model_fields.keys() - {"seal"}
    return AuditLookOut(**{name: getattr(look, name) for name in names}, seal=seal)


def _read(permit: Permit, query: LookQuery, limit: int) -> list[Look]:
    ports = permit.ports
    with ports.database.reading() as session:
        return list(looks(session, ports.agency_id, query, limit, is_hub=ports.config.is_hub))


def _written(cursor: Cursor) -> str:
    return f"{cursor[0].isoformat()}~{cursor[1]}~{cursor[2]}"


def _cursor(text: str) -> Cursor:
    try:
        at, place, sequence = text.split("~")
        return aware(datetime.fromisoformat(at), "before"), place, int(sequence)
    except ValueError as problem:
        raise BadRequest(field="before", problem="not a cursor", detail="desk-reason-cursor") from problem

"""Routes of the hand-over log and the shift's report."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import Depends
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.desk.accounts import service
from veedor.desk.acts.errors import TextMissing
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import End, In, Out, Start, UtcTime, room_router, span
from veedor.desk.scoping import agency_name
from veedor.desk.shifts import pdf
from veedor.desk.shifts.report import ShiftReport, build, csv_text
from veedor.desk.shifts.tables import ShiftNoteRow
from veedor.kit.ids import new_id

router = room_router("shifts")

_LONGEST_H = 24 * 7.0
Read = Annotated[Permit, Depends(Need(Action.INCIDENT_READ, "shift", owner=own, detail=("start", "end")))]
Write = Annotated[Permit, Depends(Need(Action.INCIDENT_HANDLE, "shift", owner=own))]


class ShiftNoteIn(In):
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class ShiftNoteOut(Out):
    id: str
    at: UtcTime
    by: str
    text: str

    @staticmethod
    def of(row: ShiftNoteRow) -> ShiftNoteOut:
        return ShiftNoteOut(id=row.id, at=row.at, by=row.by_name, text=row.text)


@router.get("/api/shift-notes")
def shift_notes(permit: Read, start: Start, end: End) -> list[ShiftNoteOut]:
    """The log of a span, newest first."""
    first, last = span(start, end, _LONGEST_H)
    query = (
        sa.select(ShiftNoteRow)
        .where(
            ShiftNoteRow.agency_id == permit.principal.agency_id,
            ShiftNoteRow.at >= first,
            ShiftNoteRow.at < last,
        )
        .order_by(ShiftNoteRow.at.desc(), ShiftNoteRow.id.desc())
    )
    with permit.ports.database.reading() as session:
        return [ShiftNoteOut.of(row) for row in session.scalars(query)]


@router.post("/api/shift-notes", status_code=201)
def add_shift_note(permit: Write, body: ShiftNoteIn) -> ShiftNoteOut:
    """Write into the log. Entries are never changed: a correction is another entry."""
    if not body.text.strip():
        raise TextMissing(field="text")
    now = permit.ports.clock.now()
    with permit.ports.database.session() as session:
        row = ShiftNoteRow(
            id=new_id(now),
            agency_id=permit.principal.agency_id,
            at=now,
            by_id=permit.principal.user_id,
            by_name=_name(session, permit),
            text=body.text.strip(),
        )
        session.add(row)
        session.flush()
        permit.feed.publish(session, "shift.changed", {"id": row.id}, row.agency_id)
        return ShiftNoteOut.of(row)


@router.get("/api/shift-report.csv", response_class=Response)
def report_csv(permit: Read, start: Start, end: End) -> Response:
    """The shift's incidents for a spreadsheet (UTF-8 with a mark, as spreadsheets expect)."""
    text = csv_text(_report(permit, start, end), permit.lang)
    return _file("\ufeff" + text, "text/csv; charset=utf-8", "csv", permit)


@router.get("/api/shift-report.pdf", response_class=Response)
def report_pdf(permit: Read, start: Start, end: End) -> Response:
    """The shift's report for paper and signature."""
    with permit.ports.database.reading() as session:
        author = _name(session, permit)
    return _file(pdf.document(_report(permit, start, end), author, permit.lang), "application/pdf", "pdf", permit)


def _report(permit: Permit, start: Start, end: End) -> ShiftReport:
    checked = span(start, end, _LONGEST_H)
    agency_id = permit.principal.agency_id
    with permit.ports.database.reading() as session:
        return build(
            session, (agency_id, agency_name(permit, session)), checked, ZoneInfo(permit.config.time_zone), permit.lang
        )


def _name(session: Session, permit: Permit) -> str:
    row = service.user(session, permit.principal.agency_id, permit.principal.user_id)
    return row.full_name or row.username


def _file(content: str | bytes, media_type: str, ending: str, permit: Permit) -> Response:
    day = permit.ports.clock.now().astimezone(ZoneInfo(permit.config.time_zone)).strftime("%Y-%m-%d")
    headers = {"content-disposition": f'attachment; filename="parte-{day}.{ending}"'}
    return Response(content, media_type=media_type, headers=headers)

"""The shift's report (parte de ocurrencias): what happened between two moments, as a value. `csv_text` and
`pdf.document` write it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.acts.repository import acts_of_many
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.incidents.catalogue import type_name
from veedor.desk.incidents.tables import IncidentRow
from veedor.desk.shifts.tables import ShiftNoteRow
from veedor.kit.messages import render
from veedor.model.act import Act, SubjectKind
from veedor.model.alert import AlertStatus, fold_alert
from veedor.model.incident import IncidentState, fold_incident

# A spreadsheet takes a cell that begins so for a formula (CWE-1236).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One incident as the report tells it."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    type: str
    place: str
    summary: str
    assignee: str
    disposition: str  # empty: still open
    alerts: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """Everything of [start, end): incidents that were opened in it or still open at its start, alerts, the log."""

    agency: str
    start: datetime
    end: datetime
    zone: ZoneInfo
    occurrences: tuple[Occurrence, ...]
    alerts_raised: int
    alerts_by_status: dict[str, int]
    log: tuple[tuple[datetime, str, str], ...]  # when, who, what

    def local(self, at: datetime | None) -> str:
        """A moment as the report writes it: site time."""
        return at.astimezone(self.zone).strftime("%d/%m/%Y %H:%M") if at else ""


def build(
    session: Session, agency: tuple[str, str], span: tuple[datetime, datetime], zone: ZoneInfo, lang: str
) -> ShiftReport:
    """`agency`: id and name."""
    agency_id, name = agency
    start, end = span
    alerts = list(
        session.scalars(
            sa.select(AlertRow.id).where(
                AlertRow.agency_id == agency_id, AlertRow.raised_at >= start, AlertRow.raised_at < end
            )
        )
    )
    acts = acts_of_many(session, SubjectKind.ALERT, alerts)
    statuses = Counter(fold_alert(acts[alert_id]).status for alert_id in alerts)
    notes = session.scalars(
        sa.select(ShiftNoteRow)
        .where(ShiftNoteRow.agency_id == agency_id, ShiftNoteRow.at >= start, ShiftNoteRow.at < end)
        .order_by(ShiftNoteRow.at, ShiftNoteRow.id)
    )
    return ShiftReport(
        agency=name,
        start=start,
        end=end,
        zone=zone,
        occurrences=tuple(_occurrences(session, agency_id, span, lang)),
        alerts_raised=len(alerts),
        alerts_by_status={status.value: statuses[status] for status in AlertStatus},
        log=tuple((row.at, row.by_name, row.text) for row in notes),
    )


def _occurrences(session: Session, agency_id: str, span: tuple[datetime, datetime], lang: str) -> list[Occurrence]:
    start, end = span
    rows = list(
        session.scalars(
            sa.select(IncidentRow)
            .where(
                IncidentRow.agency_id == agency_id,
                IncidentRow.opened_at < end,
                sa.or_(IncidentRow.closed_at.is_(None), IncidentRow.closed_at >= start),
            )
            .order_by(IncidentRow.opened_at, IncidentRow.id)
        )
    )
    acts = acts_of_many(session, SubjectKind.INCIDENT, [row.id for row in rows])
    return [_occurrence(row, fold_incident(acts[row.id]), acts[row.id], lang) for row in rows]


def _occurrence(row: IncidentRow, state: IncidentState, acts: Sequence[Act], lang: str) -> Occurrence:
    said = tuple(act.reason for act in acts if act.reason)
    disposition = (
        render(f"incident-disposition-{state.disposition.value.replace('_', '-')}", lang) if state.disposition else ""
    )
    return Occurrence(
        number=row.number,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        type=type_name(row.type, lang),
        place=row.place or "",
        summary=row.summary or "",
        assignee=row.assignee or "",
        disposition=disposition,
        alerts=len(state.alert_ids),
        notes=said,
    )


def csv_text(report: ShiftReport, lang: str) -> str:
    """The incidents of the report, a line each, with a heading. Commas, quotes and line breaks are kept."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = ("number", "opened", "closed", "type", "place", "summary", "assignee", "disposition", "alerts", "notes")
    writer.writerow([render(f"shift-column-{name}", lang) for name in columns])
    for one in report.occurrences:
        cells = (
            one.number,
            report.local(one.opened_at),
            report.local(one.closed_at),
            one.type,
            one.place,
            one.summary,
            one.assignee,
            one.disposition,
            one.alerts,
            " | ".join(one.notes),
        )
        writer.writerow([safe_cell(str(cell)) for cell in cells])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """`text` so that no spreadsheet runs it as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text

"""The shift's report as a PDF for paper and signature."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from veedor.desk.shifts.report import ShiftReport
from veedor.kit.messages import render

_LONGEST = 2000  # characters of one cell: a row must fit a page
_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#9aa7b4")),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e6edf3")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
)


def document(report: ShiftReport, author: str, lang: str) -> bytes:
    """The whole report; `author` signs it."""
    sheet = getSampleStyleSheet()
    small = ParagraphStyle("small", parent=sheet["BodyText"], fontSize=8, leading=10, splitLongWords=1)
    head = ParagraphStyle("head", parent=small, fontName="Helvetica-Bold")

    def cell(text: str, style: ParagraphStyle = small) -> Paragraph:
        return Paragraph(escape(_latin(text[:_LONGEST])), style)

    def title(key: str, **values: str) -> str:
        return render(f"shift-{key}", lang, values)

    span = title("report-span", start=report.local(report.start), end=report.local(report.end))
    parts: list[Any] = [
        Paragraph(escape(_latin(title("report-title"))), sheet["Title"]),
        Paragraph(escape(_latin(f"{report.agency} · {span}")), sheet["BodyText"]),
        Spacer(1, 5 * mm),
        Paragraph(escape(title("report-alerts", raised=str(report.alerts_raised))), sheet["Heading3"]),
        cell(
            ", ".join(
                f"{render(f'shift-alerts-{status}', lang)}: {count}"
                for status, count in report.alerts_by_status.items()
            )
        ),
        Paragraph(escape(title("report-incidents", count=str(len(report.occurrences)))), sheet["Heading3"]),
    ]
    if report.occurrences:
        names = ("number", "opened", "type", "place", "summary", "disposition")
        rows = [[cell(render(f"shift-column-{name}", lang), head) for name in names]]
        for one in report.occurrences:
            told = "\n".join(part for part in (one.summary, *one.notes) if part)
            rows.append(
                [
                    cell(str(one.number)),
                    cell(report.local(one.opened_at)),
                    cell(one.type),
                    cell(one.place),
                    cell(told),
                    cell(one.disposition or render("incident-status-open", lang)),
                ]
            )
        widths = [12 * mm, 26 * mm, 32 * mm, 32 * mm, 54 * mm, 26 * mm]
        parts.append(Table(rows, colWidths=widths, style=_GRID, repeatRows=1))
    parts.append(Paragraph(escape(title("report-log")), sheet["Heading3"]))
    parts += [cell(f"{report.local(at)} {who}: {text}") for at, who, text in report.log] or [cell("-")]
    parts += [Spacer(1, 18 * mm), cell("_" * 40), cell(author)]
    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=14 * mm,
        rightMargin=14 * mm,
        topMargin=14 * mm,
        bottomMargin=14 * mm,
        title=title("report-title"),
        author=author,
    ).build(parts)
    return out.getvalue()


def _latin(text: str) -> str:
    """The document's own fonts know Latin-1; other signs become "?" rather than boxes that look like text."""
    return text.encode("cp1252", "replace").decode("cp1252")

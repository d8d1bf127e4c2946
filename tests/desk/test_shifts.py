"""The hand-over log and the shift's report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desk.cases import Cases, cases
from desk.desks import AGENCY
from veedor.desk.scope_clause import only
from veedor.desk.shifts.report import safe_cell


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Cases]:
    with cases(tmp_path, work=False) as one:
        yield one


def span(room: Cases) -> dict[str, str]:
    now = room.desk.ports.clock.now()
    return {"start": (now - timedelta(hours=1)).isoformat(), "end": (now + timedelta(hours=1)).isoformat()}


def test_the_log_is_read_by_the_next_shift(room: Cases) -> None:
    assert room.ana.post("/api/shift-notes", json={"text": "  "}).status_code == 400
    said = room.ana.post("/api/shift-notes", json={"text": "Cámara 12 sin luz\nAvisado a Enel"}).json()
    assert (said["by"], said["text"]) == ("ana", "Cámara 12 sin luz\nAvisado a Enel")
    room.luis.post("/api/shift-notes", json={"text": "Recibido"})
    assert [one["by"] for one in room.luis.get("/api/shift-notes", params=span(room)).json()] == ["luis", "ana"]
    assert room.vera.get("/api/shift-notes", params=span(room)).status_code == 403
    items = room.desk.app.state.feed.after(0, only(AGENCY))
    assert [item.kind for item in items].count("shift.changed") == 2


def test_the_report_tells_incidents_alerts_and_the_log(room: Cases) -> None:
    alert = room.raise_alert()
    room.raise_alert()
    room.ana.post(f"/api/alerts/{alert}/dismiss", json={"reason": "animal"})
    opened = room.ana.post(
        "/api/incidents", json={"type": "robbery", "place": "Jr. Puno 300", "summary": '=HYPERLINK("http://x")'}
    ).json()
    room.ana.post(f"/api/incidents/{opened['number']}/notes", json={"text": "Huyó, en moto"})
    room.ana.post(f"/api/incidents/{opened['number']}/close", json={"disposition": "handed_to_police"})
    room.ana.post("/api/shift-notes", json={"text": "Todo <b>tranquilo</b> & en orden ✓"})

    answer = room.sara.get("/api/shift-report.csv", params={**span(room), "lang": "es"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 1
    assert rows[0]["Tipo"] == "Robo o asalto"
    assert rows[0]["Hechos"] == '\'=HYPERLINK("http://x")'  # no spreadsheet runs it
    assert rows[0]["Resultado"] == "entregado a la policía"
    assert rows[0]["Notas"] == "Huyó, en moto"

    page = room.sara.get("/api/shift-report.pdf", params={**span(room), "lang": "es"})
    assert page.headers["content-type"] == "application/pdf"
    assert page.content.startswith(b"%PDF")
    assert len(page.content) > 1500


def test_an_incident_of_an_earlier_shift_is_told_while_it_is_open(room: Cases) -> None:
    room.ana.post("/api/incidents", json={"type": "fire"})
    now = room.desk.ports.clock.now()
    later = {"start": (now + timedelta(hours=8)).isoformat(), "end": (now + timedelta(hours=16)).isoformat()}
    text = room.ana.get("/api/shift-report.csv", params=later).text
    assert len(text.strip().splitlines()) == 2


def test_spans_are_bounded(room: Cases) -> None:
    now = room.desk.ports.clock.now()
    long = {"start": (now - timedelta(days=30)).isoformat(), "end": now.isoformat()}
    assert room.ana.get("/api/shift-report.pdf", params=long).status_code == 400


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_cells_are_no_formulas(text: str) -> None:
    assert safe_cell(text).startswith("'")


def test_plain_cells_stay() -> None:
    assert safe_cell("Robo = no") == "Robo = no"

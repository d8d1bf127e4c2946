"""Routes of backtests: start one, follow it, stop it, judge what it found.

A backtest is a look at a camera's archive, by who may change its rules; it is in the audit with its span. The clips of
its events are asked for as any other footage.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import StreamingResponse

from veedor.access.actions import Action
from veedor.desk.backtest.marks import Marks, mark
from veedor.desk.backtest.schemas import BacktestIn, BacktestOut, MarkIn, PrecisionOut, precision
from veedor.desk.need import Need, Permit, camera_owner
from veedor.desk.schemas import ErrorOut, Id, room_router
from veedor.kit.errors import NotFound, Unavailable
from veedor.wire.rules import Backtests, BacktestState, BacktestStatus

router = room_router("rules")

_WAIT_S = 1.0
Run = Annotated[Permit, Depends(Need(Action.BACKTEST_RUN, "backtest", id_from="camera_id", owner=camera_owner))]
_RUNS: dict[int | str, dict[str, Any]] = {409: {"model": ErrorOut, "description": "Another backtest is running"}}
_NONE: dict[int | str, dict[str, Any]] = {404: {"model": ErrorOut, "description": "No backtest of this camera"}}


@router.post("/api/cameras/{camera_id}/backtest", status_code=202, responses=_RUNS)
def start_backtest(permit: Run, camera_id: Id, body: BacktestIn) -> BacktestOut:
    """Try rules on the camera's last days, beside those in force. One runs at a time, with what the site leaves of the
    machine; nothing is changed."""
    permit.ports.cameras.camera(camera_id)
    end = permit.ports.clock.now()
    start = end - timedelta(days=body.days)
    permit.note(start=start.isoformat(), end=end.isoformat())
    return BacktestOut.of(_backtests(permit).start(camera_id, body.text, start, end), None, permit.lang)


@router.get(
    "/api/cameras/{camera_id}/backtest",
    response_class=StreamingResponse,
    responses={
        200: {"model": BacktestOut, "content": {"application/x-ndjson": {}}, "description": "One JSON a line"},
        **_NONE,
    },
)
def follow_backtest(permit: Run, camera_id: Id) -> StreamingResponse:
    """The camera's last backtest: a line of JSON at once, and while it runs another whenever there is more."""
    state = _backtests(permit).state(camera_id)
    return StreamingResponse(_lines(permit, state), media_type="application/x-ndjson")


@router.delete("/api/cameras/{camera_id}/backtest", responses=_NONE)
def stop_backtest(permit: Run, camera_id: Id) -> BacktestOut:
    """Stop it, where it runs; what it found so far stays."""
    return _out(permit, _backtests(permit).cancel(camera_id))


@router.put("/api/cameras/{camera_id}/backtest/marks", responses=_NONE)
def mark_event(permit: Run, camera_id: Id, body: MarkIn) -> PrecisionOut:
    """Say whether an event that the backtest lists was worth an alert. The next backtest that finds it again knows."""
    permit.note(event=body.event, is_true=str(body.is_true))
    state = _backtests(permit).state(camera_id)
    told = next((one for one in (state.report or {}).get("events", ()) if one["id"] == body.event), None)
    if told is None:
        raise NotFound(kind="event", name=body.event)
    with permit.ports.database.session() as session:
        mark(session, camera_id, told, body.is_true, permit.principal, permit.ports.clock.now())
    return precision(_out(permit, state).events)


def _backtests(permit: Permit) -> Backtests:
    if permit.ports.backtests is None:
        raise Unavailable(name="hub", problem="backtest: at its own site", detail="hub-at-the-site")
    return permit.ports.backtests


def _out(permit: Permit, state: BacktestState) -> BacktestOut:
    report = state.report
    if report is None:
        return BacktestOut.of(state, None, permit.lang)
    start, end = (datetime.fromisoformat(report[name]) for name in ("start", "end"))
    with permit.ports.database.reading() as session:
        return BacktestOut.of(state, Marks(session, state.camera_id, start, end), permit.lang)


def _lines(permit: Permit, state: BacktestState) -> Iterator[bytes]:
    backtests = _backtests(permit)
    while True:
        told = _out(permit, state).model_dump(mode="json")
        yield json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        if state.status is not BacktestStatus.RUNNING or not permit.still_holds():
            return
        version = state.version
        while state.version == version and state.status is BacktestStatus.RUNNING:
            state = backtests.wait(state.camera_id, version, _WAIT_S)

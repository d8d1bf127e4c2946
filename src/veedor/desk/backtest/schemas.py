"""Backtests in the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from veedor.desk.alerts.clips import ClipConfig
from veedor.desk.backtest.marks import Marks, Told, counted, times
from veedor.desk.schemas import Id, In, Out, UtcTime
from veedor.desk.setup.schemas import RulesText
from veedor.kit.messages import Message
from veedor.kit.statistics import wilson
from veedor.model.event import Severity
from veedor.wire.rules import BacktestState, BacktestStatus


class BacktestIn(In):
    text: RulesText
    days: Annotated[float, Field(ge=1 / 24, le=90)] = Field(7.0, description="How far back, from now")


class MarkIn(In):
    event: Id
    is_true: bool | None = Field(description="Whether it was worth an alert; null takes back what was said")


class ShareOut(Out):
    """So many of those that were judged were true; the interval is Wilson's, at 95 %."""

    true: int
    of: int
    low: float
    high: float

    @staticmethod
    def of_verdicts(verdicts: Sequence[bool | None]) -> ShareOut:
        true, of = counted(verdicts)
        low, high = wilson(true, of)
        return ShareOut(true=true, of=of, low=round(low, 4), high=round(high, 4))


class PrecisionOut(Out):
    """Of the alerts listed: by the rules that are tried, and by those in force."""

    new: ShareOut
    old: ShareOut
    lost_true: int = Field(description="Events judged true that the new rules no longer find")


class DayOut(Out):
    day: date = Field(description="In the site's time zone")
    new: int = Field(description="Alerts by the rules that are tried")
    old: int = Field(description="Alerts by the rules in force")


class RuleLineOut(Out):
    rule: str
    kind: str
    new: int
    old: int
    only_new: int
    only_old: int
    same: int


class BacktestEventOut(Out):
    id: str
    state: str = Field(description="new, gone or same")
    rule: str
    kind: str
    zone: str | None
    severity: Severity
    started_at: UtcTime
    completed_at: UtcTime
    ended_at: UtcTime | None
    explanation: str
    track_ids: list[int]
    raised: bool = Field(description="False: folded into another alert, since the rule fired too often")
    clip_start: UtcTime = Field(description="Ask for the clip of this span")
    clip_end: UtcTime
    is_true: bool | None = Field(description="What somebody said of it; null: nobody has looked")


class CountsOut(Out):
    new: int
    gone: int
    same: int


class BacktestOut(Out):
    """A backtest as it stands; `share`, 0..1: how much of the span is done."""

    id: str
    status: BacktestStatus
    text: str = Field(description="The rules that are tried")
    problem: str | None = Field(description="Why it failed, with what to do")
    start: UtcTime | None = None
    end: UtcTime | None = None
    until: UtcTime | None = None
    share: float = 0.0
    taken_s: float = 0.0
    tracks: int = 0
    tracks_per_s: float = 0.0
    hours_per_s: float = 0.0
    watched_s: float | None = Field(None, description="How much of the span was analysed; null: not known")
    days: list[DayOut] = Field([])
    rules: list[RuleLineOut] = Field([])
    counts: CountsOut = CountsOut(new=0, gone=0, same=0)
    more: CountsOut = Field(CountsOut(new=0, gone=0, same=0), description="Events that are not listed: a sample is")
    events: list[BacktestEventOut] = Field([])
    notes: list[str] = Field([], description="What this backtest cannot say")
    precision: PrecisionOut | None = None

    @staticmethod
    def of(state: BacktestState, marks: Marks | None, lang: str) -> BacktestOut:
        problem = state.problem
        told = problem.render(lang) if problem else None
        hint = problem.hint(lang) if problem else None
        head: dict[str, Any] = {
            "id": state.id,
            "status": state.status,
            "text": state.text,
            "problem": f"{told}. {hint}" if told and hint else told,
        }
        report = state.report
        if report is None or marks is None:
            return BacktestOut(**head)
        events = [_event(one, marks, lang) for one in report["events"]]
        plain = ("start", "end", "until", "share", "taken_s", "tracks", "tracks_per_s", "hours_per_s", "watched_s")
        return BacktestOut(
            **head,
            **{name: report[name] for name in (*plain, "days", "rules", "counts", "more")},
            events=events,
            notes=[Message.from_json(one).render(lang) for one in report["notes"]],
            precision=precision(events),
        )


def precision(events: Sequence[BacktestEventOut]) -> PrecisionOut:
    new = [one.is_true for one in events if one.state != "gone"]
    old = [one.is_true for one in events if one.state != "new"]
    lost = sum(one.state == "gone" and one.is_true is True for one in events)
    return PrecisionOut(new=ShareOut.of_verdicts(new), old=ShareOut.of_verdicts(old), lost_true=lost)


def _event(told: Told, marks: Marks, lang: str) -> BacktestEventOut:
    mark = marks.of(told)
    start, end = _clip(told)
    values = {
        **told,
        "explanation": Message.from_json(told["explanation"]).render(lang),
        "clip_start": start,
        "clip_end": end,
        "is_true": mark.is_true if mark is not None else None,
    }
    return BacktestEventOut.model_validate(values)


def _clip(told: Told) -> tuple[datetime, datetime]:
    """As the clips of alerts are cut."""
    config = ClipConfig()
    end = datetime.fromisoformat(told["completed_at"]) + timedelta(seconds=config.after_s)
    start = times(told)[0] - timedelta(seconds=config.before_s)
    return max(start, end - timedelta(seconds=config.longest_s)), end

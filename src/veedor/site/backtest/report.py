"""What a backtest says so far, as plain data that crosses processes; sentences stay messages until somebody reads them.

report: {camera_id, start, end, until, share, done, taken_s, tracks, tracks_per_s, hours_per_s, watched_s,
  days: [{day, new, old}], rules: [{rule, kind, new, old, only_new, only_old, same}], counts: {new, gone, same},
  events: [row, ...], more: {new, gone, same}, notes: [message, ...]}
row: {id, state: new|gone|same, rule, kind, zone, severity, started_at, completed_at, ended_at, explanation, track_ids,
  raised}
Times are ISO 8601; days are the site's. In `days` and `rules`, `new` and `old` count alerts, as the policy raises them
by the rules that are tried and by those in force; all else counts events that need a human.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.alerting.second_look import is_wanted
from veedor.site.backtest.run import MOST_EVENTS, BacktestRun, Side
from veedor.site.rules.backtest import not_rerun
from veedor.site.rules.compare import Pair, compare
from veedor.site.rules.schema import TrackRuleParams
from veedor.wire.messages import event_to_json

LIMIT = 500  # rows of each state
_ROW = ("rule", "kind", "zone", "severity", "started_at", "completed_at", "ended_at", "explanation", "track_ids")


def report(run: BacktestRun, limit: int = LIMIT) -> dict[str, Any]:
    """The state of `run` between two steps."""
    pairs = compare(run.new.events.values(), run.old.events.values())
    by_state: dict[str, list[Pair]] = {"new": [], "gone": [], "same": []}
    for pair in pairs:
        by_state[state_of(pair)].append(pair)
    shown = [pair for some in by_state.values() for pair in spread(some, limit)]
    raised = run.new.raised | run.old.raised
    taken_s = max(run.taken_s, 1e-6)
    return {
        "camera_id": run.wanted.camera_id,
        "start": run.wanted.start.isoformat(),
        "end": run.wanted.end.isoformat(),
        "until": run.until.isoformat(),
        "share": round(run.share, 4),
        "done": run.is_done,
        "taken_s": round(run.taken_s, 2),
        "tracks": run.tracks,
        "tracks_per_s": round(run.tracks / taken_s, 1),
        "hours_per_s": round((run.until - run.wanted.start).total_seconds() / 3600 / taken_s, 2),
        "watched_s": None if run.watched_s is None else round(run.watched_s),
        "days": _days(run),
        "rules": _rules(run, by_state),
        "counts": {state: len(some) for state, some in by_state.items()},
        "events": [_row(one, raised) for one in sorted(shown, key=lambda one: one.event.started_at)],
        "more": {state: max(0, len(some) - limit) for state, some in by_state.items()},
        "notes": [one.to_json() for one in _notes(run)],
    }


def state_of(pair: Pair) -> str:
    if pair.new is None:
        return "gone"
    return "new" if pair.old is None else "same"


def spread(some: Sequence[Pair], limit: int) -> Sequence[Pair]:
    """At most `limit` of them, evenly over all: who judges a sample judges the whole."""
    if len(some) <= limit:
        return some
    return [some[number * len(some) // limit] for number in range(limit)]


def row_id(event: Event) -> str:
    """The same for the same fact in every run."""
    told = (event.camera_id, event.kind, event.zone, event.started_at.isoformat(), event.track_ids)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:20]


def _row(pair: Pair, raised: set[str]) -> dict[str, Any]:
    event = pair.event
    told = event_to_json(event)
    return {
        "id": row_id(event),
        "state": state_of(pair),
        "raised": event.id in raised,
        **{name: told[name] for name in _ROW},
    }


def _days(run: BacktestRun) -> list[dict[str, Any]]:
    zone = ZoneInfo(run.wanted.time_zone)
    counts = {name: _by_day(side, zone) for name, side in (("new", run.new), ("old", run.old))}
    first, last = (at.astimezone(zone).date() for at in (run.wanted.start, run.wanted.end - timedelta(microseconds=1)))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [{"day": day.isoformat(), **{name: counts[name][day] for name in counts}} for day in days]


def _by_day(side: Side, zone: ZoneInfo) -> Counter[Any]:
    alerts = (event for event in side.events.values() if event.id in side.raised)
    return Counter(event.completed_at.astimezone(zone).date() for event in alerts)


def _rules(run: BacktestRun, by_state: dict[str, list[Pair]]) -> list[dict[str, Any]]:
    """One line for each rule, by name, that there is or was."""
    kinds = {one.name: one.kind for one in (*run.wanted.old.rules, *run.wanted.new.rules) if one.enabled}
    lines: dict[str, Counter[str]] = defaultdict(Counter)
    for name, side in (("new", run.new), ("old", run.old)):
        for event in side.events.values():
            lines[event.rule][name] += event.id in side.raised
    for state, key in (("new", "only_new"), ("gone", "only_old"), ("same", "same")):
        for pair in by_state[state]:
            lines[pair.event.rule][key] += 1
    keys = ("new", "old", "only_new", "only_old", "same")
    return [{"rule": rule, "kind": kind, **{key: lines[rule][key] for key in keys}} for rule, kind in kinds.items()]


def _notes(run: BacktestRun) -> list[Message]:
    """What this backtest cannot say."""
    wanted = run.wanted
    notes: list[Message] = []
    if lost := not_rerun(wanted.new):
        notes.append(Message("backtest-note-not-kept", {"rules": ", ".join(lost)}))
    if resting := run.resting():
        notes.append(Message("backtest-note-resting", {"rules": ", ".join(resting)}))
    if rough := [one.name for one in wanted.new.rules if one.enabled and one.kind == "camera_tampered"]:
        notes.append(Message("backtest-note-tampered", {"rules": ", ".join(rough)}))
    tracked = [one for one in wanted.new.rules if one.enabled and isinstance(one, TrackRuleParams)]
    if any(is_wanted(one.kind, one.second_look) for one in tracked):
        notes.append(Message("backtest-note-second-look"))
    if wanted.ground is not None:
        notes.append(Message("backtest-note-ground"))
    span_s = (wanted.end - wanted.start).total_seconds()
    if run.watched_s is None:
        notes.append(Message("backtest-note-unknown"))
    elif run.watched_s < 0.99 * span_s:
        hours = {"hours": f"{run.watched_s / 3600:.1f}", "of": f"{span_s / 3600:.1f}"}
        notes.append(Message("backtest-note-watched", hours))
    if run.too_many:
        notes.append(Message("backtest-note-too-many", {"count": str(MOST_EVENTS)}))
    return notes

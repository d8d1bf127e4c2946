"""Odd habits in looks: what an officer should ask about. Each flag has the number it rests on; none proves anything.

- `stare`: one person watched one camera live for longer than so many minutes of a day.
- `night`: look-ups of what was recorded, between 22:00 and 6:00, that named no case.
- `exports`: one person took out evidence more often in a day than so many times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from veedor.access.actions import Action
from veedor.desk.audit.looks import Look

NIGHT_FROM_H = 22
NIGHT_UNTIL_H = 6

_LOOKUPS = frozenset({Action.FOOTAGE_LIST, Action.FOOTAGE_PLAY, Action.TRACK_READ})


class Habit(StrEnum):
    STARE = "stare"
    NIGHT = "night"
    EXPORTS = "exports"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a habit is told of."""

    stare_min: int = 120
    night_lookups: int = 5
    exports: int = 10


@dataclass(frozen=True, slots=True)
class Flag:
    """`count` of the habit on that day (minutes watched, look-ups, exports), which is at least `limit`. `looks`: how
    many entries it was counted from. A night belongs to the day on which it begins."""

    habit: Habit
    username: str
    user_agency_id: str | None
    camera_id: str | None
    day: date
    count: int
    limit: int
    looks: int
    first_at: datetime
    last_at: datetime


@dataclass(slots=True)
class _Tally:
    amount: float
    looks: int
    first_at: datetime
    last_at: datetime


_Key = tuple[Habit, str, str | None, str | None, date]


def flags(looks: Iterable[Look], limits: Limits, zone: tzinfo = UTC) -> list[Flag]:
    """The newest day first, then the largest count. `zone`: whose days and nights."""
    tallies: dict[_Key, _Tally] = {}
    for look in looks:
        for key, amount in _counted(look, zone):
            known = tallies.setdefault(key, _Tally(0.0, 0, look.at, look.at))
            known.amount += amount
            known.looks += 1
            known.first_at, known.last_at = min(known.first_at, look.at), max(known.last_at, look.at)
    least = {Habit.STARE: limits.stare_min, Habit.NIGHT: limits.night_lookups, Habit.EXPORTS: limits.exports}
    found = [
        Flag(habit, name, agency, camera, day, int(one.amount), least[habit], one.looks, one.first_at, one.last_at)
        for (habit, name, agency, camera, day), one in tallies.items()
        if int(one.amount) >= least[habit]
    ]
    return sorted(found, key=lambda one: (one.day, one.count), reverse=True)


def _counted(look: Look, zone: tzinfo) -> Iterable[tuple[_Key, float]]:
    if not look.allowed or not look.username:
        return
    local = look.at.astimezone(zone)
    who = (look.username, look.user_agency_id)
    if look.action == Action.LIVE_WATCH and (watched_s := _seconds(look)):
        yield (Habit.STARE, *who, look.resource_id, local.date()), watched_s / 60
    if look.action in _LOOKUPS and not look.case_number and not NIGHT_UNTIL_H <= local.hour < NIGHT_FROM_H:
        night = (local - timedelta(hours=NIGHT_UNTIL_H)).date()
        yield (Habit.NIGHT, *who, None, night), 1
    if look.action == Action.EVIDENCE_EXPORT:
        yield (Habit.EXPORTS, *who, None, local.date()), 1


def _seconds(look: Look) -> float:
    """How long a stream was watched: the entry that its end wrote says so."""
    told = look.detail.get("watched_s")
    return float(told) if isinstance(told, int) and not isinstance(told, bool) and told > 0 else 0.0

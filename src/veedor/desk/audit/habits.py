"""Odd habits in looks: what an officer should ask about. Each flag has the number it rests on; none proves anything.

- `stare`: one person watched one camera live for longer than so many minutes of a day.
- `night`: look-ups of what was recorded, between 22:00 and 6:00, that named no case. A page asks many times for one
  look-up, so what one person asks of one camera within ten minutes is one. An alert's own clip is none.
- `exports`: one person had more packages of evidence in a day than so many. Each of a package's files, and each
  camera in it, has an entry; the package counts once.
- `emergencies`: accesses that one person, or an agency's people together, took in an emergency, that have ended and
  that their owner has not reviewed (`emergencies.py`: they are grants, not looks).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from veedor.access.actions import Action
from veedor.access.principal import ALERT_PICTURE
from veedor.desk.audit.looks import Look

NIGHT_FROM_H = 22
NIGHT_UNTIL_H = 6

ONE_LOOKUP = timedelta(minutes=10)

_DUTY = frozenset({"alert", ALERT_PICTURE})
_LOOKUPS = frozenset({Action.FOOTAGE_LIST, Action.FOOTAGE_PLAY, Action.TRACK_READ})


class Habit(StrEnum):
    STARE = "stare"
    NIGHT = "night"
    EXPORTS = "exports"
    EMERGENCIES = "emergencies"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a habit is told of."""

    stare_min: int = 120
    night_lookups: int = 5
    exports: int = 10
    emergencies: int = 2


@dataclass(frozen=True, slots=True)
class Flag:
    """`count` of the habit on that day (minutes watched, look-ups, exports), which is at least `limit`. `looks`: how
    many entries it was counted from. A night belongs to the day on which it begins. Emergencies are counted over all
    days; theirs is that of the last one's end."""

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
    looks: int
    first_at: datetime
    last_at: datetime
    minutes: float = 0.0
    packages: set[str] = field(default_factory=set)
    lookups: dict[str, list[datetime]] = field(default_factory=dict)  # of each camera or search

    @property
    def count(self) -> int:
        return int(self.minutes) + len(self.packages) + sum(_apart(times) for times in self.lookups.values())


_Key = tuple[Habit, str, str | None, str | None, date]


def flags(looks: Iterable[Look], limits: Limits, zone: tzinfo = UTC) -> list[Flag]:
    """The newest day first, then the largest count. `zone`: whose days and nights."""
    tallies: dict[_Key, _Tally] = {}
    for look in looks:
        for key in _habits(look, zone):
            known = tallies.setdefault(key, _Tally(0, look.at, look.at))
            _count(known, key[0], look)
            known.looks += 1
            known.first_at, known.last_at = min(known.first_at, look.at), max(known.last_at, look.at)
    least = {Habit.STARE: limits.stare_min, Habit.NIGHT: limits.night_lookups, Habit.EXPORTS: limits.exports}
    found = [
        Flag(habit, name, agency, camera, day, one.count, least[habit], one.looks, one.first_at, one.last_at)
        for (habit, name, agency, camera, day), one in tallies.items()
        if one.count >= least[habit]
    ]
    return sorted(found, key=lambda one: (one.day, one.count), reverse=True)


def _habits(look: Look, zone: tzinfo) -> Iterator[_Key]:
    """Of which habits, whose and of which day, the look may be a part."""
    if not look.allowed or not look.username:
        return
    local = look.at.astimezone(zone)
    who = (look.username, look.user_agency_id)
    if look.action == Action.LIVE_WATCH and _seconds(look):
        yield (Habit.STARE, *who, look.resource_id, local.date())
    if _lookup(look) and not look.case_number and not NIGHT_UNTIL_H <= local.hour < NIGHT_FROM_H:
        yield (Habit.NIGHT, *who, None, (local - timedelta(hours=NIGHT_UNTIL_H)).date())
    if look.action == Action.EVIDENCE_EXPORT and _package(look):
        yield (Habit.EXPORTS, *who, None, local.date())


def _count(tally: _Tally, habit: Habit, look: Look) -> None:
    if habit is Habit.STARE:
        tally.minutes += _seconds(look) / 60
    elif habit is Habit.NIGHT:
        tally.lookups.setdefault(_lookup(look), []).append(look.at)
    else:
        tally.packages.add(_package(look))


def _lookup(look: Look) -> str:
    """What was looked up: a camera, or what a search was for; "": nothing, as where a search only begins."""
    if look.action not in _LOOKUPS or look.resource_kind in _DUTY:
        return ""
    asked = [look.detail.get(name) for name in ("cameras", "start", "end", "query")]
    return look.resource_id or (json.dumps(asked) if asked[0] else "")


def _apart(times: list[datetime]) -> int:
    """How many look-ups these entries of one camera are."""
    count, begun = 0, None
    for at in sorted(times):
        if begun is None or at - begun >= ONE_LOOKUP:
            count, begun = count + 1, at
    return count


def _package(look: Look) -> str:
    """The package of evidence that the entry is about; "": none that is known, as where one is only asked for."""
    known = look.resource_id if look.resource_kind == "package" else look.detail.get("package_id")
    return known if isinstance(known, str) else ""


def _seconds(look: Look) -> float:
    """How long a stream was watched: the entry that its end wrote says so."""
    told = look.detail.get("watched_s")
    return float(told) if isinstance(told, int) and not isinstance(told, bool) and told > 0 else 0.0

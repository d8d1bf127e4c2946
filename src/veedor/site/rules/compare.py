"""Two runs of rules over the same time: which events are in both, and which in one alone.

Two events are the same where the kind of rule and the name of the place agree and their times overlap, two seconds
forgiven. Each event is the same as one other at most: first those that share a track are paired, then the rest, each
with the one that it overlaps longest. A rule's name does not count: who renames a rule changes nothing. A zone's does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from veedor.model.event import Event

SLACK = timedelta(seconds=2)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """An event of the new run, of the old one, or of both."""

    new: Event | None
    old: Event | None

    @property
    def event(self) -> Event:
        """The new run's where there is one."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a pair has one
        return found


def compare(new: Iterable[Event], old: Iterable[Event]) -> list[Pair]:
    """All events of both, by start; of those that began together, the new run's first."""
    news, olds = _by_place(new), _by_place(old)
    pairs: list[Pair] = []
    for place in news.keys() | olds.keys():
        pairs += _paired(news.get(place, []), olds.get(place, []))
    return sorted(pairs, key=_order)


def _order(pair: Pair) -> tuple[datetime, str, tuple[int, ...], bool, str, str]:
    """Total, so that two runs list the same in the same order."""
    event = pair.event
    return event.started_at, event.kind, event.track_ids, pair.new is None, event.zone or "", event.id


def until(event: Event) -> datetime:
    """When it was over; of one that goes on, never."""
    return _NEVER if event.ended_at is None else max(event.ended_at, event.started_at)


def _by_place(events: Iterable[Event]) -> dict[tuple[str, str | None], list[Event]]:
    found: dict[tuple[str, str | None], list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda one: one.started_at):
        found[event.kind, event.zone].append(event)
    return found


def _paired(new: Sequence[Event], old: Sequence[Event]) -> list[Pair]:
    taken: dict[int, Event] = {}  # place among the new ones -> the old one that is the same
    left = set(range(len(old)))
    for must_share in (True, False):
        for number, candidates in _candidates(new, old):
            if number in taken:
                continue
            useful = [
                one
                for one in candidates
                if one in left and (not must_share or set(old[one].track_ids) & set(new[number].track_ids))
            ]
            if useful:
                best = max(useful, key=lambda one: (_overlap_s(new[number], old[one]), -one))
                taken[number] = old[best]
                left.discard(best)
    return [Pair(event, taken.get(number)) for number, event in enumerate(new)] + [
        Pair(None, old[number]) for number in sorted(left)
    ]


def _candidates(new: Sequence[Event], old: Sequence[Event]) -> Iterable[tuple[int, list[int]]]:
    """Of each new event, by start, the old ones that overlap it."""
    following, present = 0, list[int]()
    for number, event in enumerate(new):
        last = until(event)
        present = [one for one in present if _later(until(old[one])) >= event.started_at]
        while following < len(old) and old[following].started_at <= event.started_at:
            if _later(until(old[following])) >= event.started_at:
                present.append(following)
            following += 1
        ahead = following
        found = list(present)
        while ahead < len(old) and old[ahead].started_at <= _later(last):
            found.append(ahead)
            ahead += 1
        yield number, found


def _later(at: datetime) -> datetime:
    return at if at == _NEVER else at + SLACK


def _overlap_s(one: Event, other: Event) -> float:
    ends = min(until(one), until(other))
    return (ends - max(one.started_at, other.started_at)).total_seconds()

"""What a day's sample is drawn from, and the draw. Pure: spans in, stretches with their probabilities out.

A camera's day is cut into stretches of `stretch_s`, counted from 1970, so that a stretch is the same whoever cuts. In
the frame is each stretch whose footage is there whole and that no alert touches (with a stretch's length before and
after it: what an alert is about begins earlier than the alert). Strata:

- `tracks`: something was tracked there;
- `quiet`: nothing was. What the detector did not see is missed too;
- `rejected`: what a second look turned down (its own spans, whole). Stretches that touch one are in no other stratum.

Within a stratum some hours of the day are drawn, each at most once and all alike, and in each of those one stretch,
all alike. So a stretch is drawn with probability (hours drawn / hours) x (1 / stretches in its hour), which is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

Span = tuple[datetime, datetime]
"""[start, end), aware UTC."""

Frame = Mapping["Stratum", Sequence[Sequence[Span]]]
"""For each stratum the stretches of each hour that has some."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stratum(StrEnum):
    TRACKS = "tracks"
    QUIET = "quiet"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class SampleConfig:
    """`per_day`: stretches drawn of each camera a day, at most; 0 none. `stretch_s`: how long one is. `open_days`: how
    long one waits for an answer. `least_answers`: fewer say too little to be more than a hint."""

    per_day: int = 4
    stretch_s: float = 20.0
    open_days: float = 7.0
    least_answers: int = 30


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one camera's span: footage, tracks and alerts, as spans in any order."""

    recorded: Sequence[Span]
    tracks: Sequence[Span]
    alerts: Sequence[Span]
    rejected: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class DrawnStretch:
    stratum: Stratum
    span: Span
    probability: float


def frame_of(hours: Iterable[Span], facts: Facts, stretch_s: float) -> dict[Stratum, list[list[Span]]]:
    """The frame of a span that is cut into `hours`. A stretch belongs to the hour in which it begins."""
    margin = timedelta(seconds=stretch_s)
    recorded = _touched(facts.recorded, stretch_s, whole=True)
    tracks = _touched(facts.tracks, stretch_s)
    alerts = _touched([(start - margin, end + margin) for start, end in facts.alerts], stretch_s)
    rejected = _touched(facts.rejected, stretch_s)
    frame: dict[Stratum, list[list[Span]]] = {stratum: [] for stratum in Stratum}
    for start, end in hours:
        free = [number for number in _numbers(start, end, stretch_s) if number in recorded and number not in alerts]
        parts = {
            Stratum.TRACKS: [_span(one, stretch_s) for one in free if one in tracks and one not in rejected],
            Stratum.QUIET: [_span(one, stretch_s) for one in free if one not in tracks and one not in rejected],
            Stratum.REJECTED: [
                span
                for span in facts.rejected
                if start <= span[0] < end and recorded.issuperset(_touched([span], stretch_s))
            ],
        }
        for stratum, stretches in parts.items():
            if stretches:
                frame[stratum].append(stretches)
    return frame


def alerted_stretches(alerts: Sequence[Span], stretch_s: float) -> int:
    """How many stretches the alerts touch: what was found, in the unit of what was missed."""
    return len(_touched(alerts, stretch_s))


def quotas(per_day: int, frame: Frame) -> dict[Stratum, int]:
    """How many to draw of each stratum: of rarer ones one each, where there is room, else of tracks."""
    there = [stratum for stratum in Stratum if frame.get(stratum)]
    found = dict.fromkeys(Stratum, 0)
    for stratum in (*there, *[Stratum.TRACKS] * per_day)[:per_day]:
        found[stratum if stratum in there else Stratum.QUIET] += 1
    return found


def draw(frame: Frame, per_day: int, random: Random) -> list[DrawnStretch]:
    """At most `per_day` stretches."""
    drawn: list[DrawnStretch] = []
    for stratum, quota in quotas(per_day, frame).items():
        hours = frame.get(stratum, ())
        count = min(quota, len(hours))
        for hour in random.sample(range(len(hours)), count):
            stretches = hours[hour]
            probability = count / len(hours) / len(stretches)
            drawn.append(DrawnStretch(stratum, random.choice(stretches), probability))
    return drawn


def _numbers(start: datetime, end: datetime, stretch_s: float) -> range:
    """Of the stretches that begin within [start, end)."""
    first, last = ((at - _EPOCH).total_seconds() / stretch_s for at in (start, end))
    return range(-int(-first // 1), -int(-last // 1))


def _span(number: int, stretch_s: float) -> Span:
    start = _EPOCH + timedelta(seconds=number * stretch_s)
    return start, start + timedelta(seconds=stretch_s)


def _touched(spans: Iterable[Span], stretch_s: float, *, whole: bool = False) -> set[int]:
    """Stretches that the spans touch; `whole`: that lie within one."""
    found: set[int] = set()
    for start, end in spans:
        first, last = ((at - _EPOCH).total_seconds() / stretch_s for at in (start, end))
        if whole:
            found.update(range(-int(-first // 1), int(last // 1)))
        else:
            found.update(range(int(first // 1), max(int(first // 1) + 1, -int(-last // 1))))
    return found

"""A backtest: two sets of rules over a camera's archive, stretch by stretch, as it would have been live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from veedor.kit.clock import Clock, SimulatedClock
from veedor.model.event import Event, Severity
from veedor.model.track import ArchivedTrack
from veedor.site.alerting.policy import AlertPolicy
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.collector import WATCH_GAP_S, Watched
from veedor.site.normality.baseline import Baseline, Normality
from veedor.site.rules.archived import USUAL_ASPECT, Pace, Replay, SceneAt
from veedor.site.rules.backtest import Twin
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.view import View

MOST_EVENTS = 50_000  # of one set of rules: rules that fire more often are wrong, and need no further proof
_STRETCH = timedelta(hours=1)
_FIRST_STRETCH = timedelta(minutes=10)  # so that something is seen at once
_AROUND = timedelta(seconds=1)  # tracks that begin or end at a stretch's border
_SCENE_BEFORE = timedelta(days=1)  # facts of the scene are kept when they change
_UNWRITTEN = timedelta(minutes=5)  # what was analysed so recently may not be in the archive yet
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run. `new`, `old`: the rules to try, and those in force."""

    camera_id: str
    start: datetime
    end: datetime
    new: RuleSet
    old: RuleSet
    time_zone: str = "UTC"
    fps: float = 5.0
    ground: Ground | None = None
    baseline: Path | None = None  # what is usual there today, where that was learned


@dataclass(slots=True)
class Side:
    """What one set of rules found. `raised`: the events of which the policy makes an alert."""

    events: dict[str, Event] = field(default_factory=dict)
    raised: set[str] = field(default_factory=set)
    _clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(_EPOCH))
    _policy: AlertPolicy = field(init=False)

    def __post_init__(self) -> None:
        self._policy = AlertPolicy(self._clock)

    def take(self, events: Sequence[Event]) -> None:
        """As the site does: each event is decided on when it is told, on the clock of the observations."""
        for event in events:
            self._clock.advance(max(0.0, (event.completed_at - self._clock.now()).total_seconds()))
            if self._policy.decide(event) is not None:
                self.raised.add(event.id)
            if event.severity.rank >= Severity.LOW.rank:
                self.events[event.id] = replace(event, overlays=(), zone_norm=())


class BacktestRun:
    """`steps` works; between two of them the counters and `new`, `old` can be read."""

    def __init__(self, archive: TrackArchive, wanted: Wanted, clock: Clock) -> None:
        # On the minute: the moments at which rules look are the same in every run, and so is what they say.
        wanted = replace(wanted, start=wanted.start.replace(second=0, microsecond=0))
        self.wanted = wanted
        self.new, self.old = Side(), Side()
        self.until = wanted.start
        self.tracks = 0  # of those that began within the span
        self.taken_s = 0.0
        self.watched_s: float | None = None  # how much of the span was analysed; None: the archive does not say
        self.too_many = False
        self._archive = archive
        self._clock = clock
        self._twin = Twin(
            wanted.new,
            wanted.old,
            wanted.camera_id,
            wanted.time_zone,
            ground=wanted.ground,
            normality=_normality(wanted),
        )

    @property
    def share(self) -> float:
        """0..1: how much of the span is done."""
        return (self.until - self.wanted.start) / (self.wanted.end - self.wanted.start)

    @property
    def is_done(self) -> bool:
        return self.until >= self.wanted.end

    def resting(self) -> list[str]:
        return self._twin.resting()

    def steps(self) -> Iterator[None]:
        """Yields after each stretch of the span. Raises StoreError."""
        began_s = self._clock.monotonic()
        wanted = self.wanted
        rows = self._archive.watched(wanted.camera_id, wanted.start, wanted.end)
        seen = None if rows is None else self._seen(rows)
        self.watched_s = None if seen is None else sum((b - a).total_seconds() for a, b in seen)
        pace = Pace(wanted.fps, aspect_of(rows or ()), self._twin.idle_every_s)
        replay = Replay(wanted.camera_id, wanted.start, pace, self._scene())
        step = _FIRST_STRETCH
        while not self.is_done and not self.too_many:
            end = min(self.until + step, wanted.end)
            for view in self._stretch(replay, end, seen):
                self._take(*self._twin.look(view))
            if end >= wanted.end:
                self._take(*self._twin.close())
            self.too_many = max(len(self.new.events), len(self.old.events)) > MOST_EVENTS
            self.until, step = end, _STRETCH
            self.taken_s = self._clock.monotonic() - began_s
            yield

    def _take(self, new: Sequence[Event], old: Sequence[Event]) -> None:
        if new:
            self.new.take(new)
        if old:
            self.old.take(old)

    def _stretch(self, replay: Replay, end: datetime, seen: Sequence[Span] | None) -> Iterator[View]:
        start = self.until
        tracks = self._archive.tracks(self.wanted.camera_id, start - _AROUND, end + _AROUND)
        self.tracks += sum(start <= one.started_at < end for one in tracks)
        if seen is None:
            yield from replay.until(tracks, end)
            return
        for first, last in _joined([*_within(seen, start, end), *_spans(tracks, start, end)]):
            yield from replay.pause(first)
            yield from replay.until(tracks, last)
        yield from replay.pause(end)

    def _seen(self, rows: Sequence[Watched]) -> list[Span]:
        """When the camera was analysed, within the span."""
        start, end = self.wanted.start, self.wanted.end
        spans = [
            (_EPOCH + timedelta(microseconds=one.from_us), _EPOCH + timedelta(microseconds=one.until_us))
            for one in rows
        ]
        fresh = self._clock.now() - _UNWRITTEN
        if end > fresh:
            spans.append((max(fresh, start), end))
        return _within(_joined(spans), start, end)

    def _scene(self) -> list[SceneAt]:
        start = self.wanted.start
        changes = self._archive.scene(self.wanted.camera_id, start - _SCENE_BEFORE, self.wanted.end)
        return [SceneAt((at - start).total_seconds(), facts) for at, facts in changes]


def aspect_of(rows: Sequence[Watched]) -> float:
    """Width by height of the picture that was analysed most of the time."""
    shapes: Counter[tuple[int, int]] = Counter()
    for one in rows:
        shapes[one.width, one.height] += one.until_us - one.from_us
    if not shapes:
        return USUAL_ASPECT
    (width, height), _ = shapes.most_common(1)[0]
    return width / height


def _within(spans: Sequence[Span], start: datetime, end: datetime) -> list[Span]:
    return [(max(a, start), min(b, end)) for a, b in spans if b > start and a < end]


def _spans(tracks: Sequence[ArchivedTrack], start: datetime, end: datetime) -> list[Span]:
    """Where there is a track, somebody looked, whatever a crash has lost of the rows that say so."""
    return _within([(one.started_at, one.ended_at + _AROUND) for one in tracks], start, end)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """By time, those that touch (but for a pause that is none) as one."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and (first - found[-1][1]).total_seconds() <= WATCH_GAP_S:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _normality(wanted: Wanted) -> Normality | None:
    """Of today: what was usual on each of the days is not asked for. Raises the StoreError tree."""
    if wanted.baseline is None:
        return None
    return Normality(ZoneInfo(wanted.time_zone), Baseline.load(wanted.baseline))

"""Which events need a human, and how a rule that fires without end is kept from drowning the others."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, replace

from veedor.kit.clock import Clock
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity

_REMEMBERED = 10_000  # ids of events that were decided on: an event is told again when it ends


_RULES_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class PolicyConfig:
    """At most `burst` alerts of one rule on one camera in `window_s`; while it fires more often, one alert per window
    says so in place of all the others."""

    least_severity: Severity = Severity.LOW
    burst: int = 6
    window_s: float = 600.0


@dataclass(slots=True)
class _Recent:
    """The last events of one rule on one camera: when (burst + 1 of them), and how many since the last summary."""

    times_s: deque[float]
    count: int = 0
    summary_s: float | None = None


class AlertPolicy:
    """Decides once per event. Thread-safe. Time is the monotonic clock's: a stepped wall clock changes nothing."""

    def __init__(self, clock: Clock, config: PolicyConfig = PolicyConfig()) -> None:
        self._clock = clock
        self._config = config
        self._lock = threading.Lock()
        self._decided: OrderedDict[str, None] = OrderedDict()
        self._recent: dict[tuple[str, str], _Recent] = {}
        self.folded = 0  # events that were kept back since start

    def is_candidate(self, event: Event) -> bool:
        """Whether `decide` has not been asked about it, and it is grave enough."""
        with self._lock:
            return event.id not in self._decided and event.severity.rank >= self._config.least_severity.rank

    def pass_over(self, event: Event) -> None:
        """It raises nothing, and counts towards no burst: a second look turned it down."""
        with self._lock:
            self._remember(event)

    def decide(self, event: Event) -> Event | None:
        """The event to raise as an alert: itself, or (once per window of a burst) with an explanation that says that
        others are kept back; None where there is nothing to raise. Every event is recorded all the same."""
        with self._lock:
            if event.id in self._decided:
                return None
            self._remember(event)
            if event.severity.rank < self._config.least_severity.rank:
                return None
            return self._limit(event)

    def _remember(self, event: Event) -> None:
        self._decided[event.id] = None
        while len(self._decided) > _REMEMBERED:
            self._decided.popitem(last=False)

    def _limit(self, event: Event) -> Event | None:
        now_s = self._clock.monotonic()
        key = (event.camera_id, event.rule)
        recent = self._recent.get(key)
        if recent is None:
            self._forget(now_s)
            recent = self._recent[key] = _Recent(deque(maxlen=self._config.burst + 1))
        recent.times_s.append(now_s)
        recent.count += 1
        full = len(recent.times_s) > self._config.burst
        if not full or now_s - recent.times_s[0] >= self._config.window_s:
            recent.count, recent.summary_s = len(recent.times_s), None
            return event
        if recent.summary_s is not None and now_s - recent.summary_s < self._config.window_s:
            self.folded += 1
            return None
        params = {"rule": event.rule, "count": str(recent.count), "minutes": f"{self._config.window_s / 60:g}"}
        recent.summary_s, recent.count = now_s, 0
        return replace(event, explanation=Message("alerting-burst", params))

    def _forget(self, now_s: float) -> None:
        """Drop rules that have been quiet for a window, so that renamed rules leave nothing behind."""
        if len(self._recent) >= _RULES_REMEMBERED:
            window_s = self._config.window_s
            self._recent = {k: v for k, v in self._recent.items() if now_s - v.times_s[-1] < window_s}

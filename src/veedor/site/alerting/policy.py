"""Which events need a human, and how a rule that fires without end is kept from drowning the others."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, replace

from veedor.kit.clock import Clock
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity

_REMEMBERED = 10_000  # ids of events that were decided on: an event is told again when it ends


@dataclass(frozen=True, slots=True)
class PolicyConfig:
    """At most `burst` alerts of one rule on one camera in `window_s`; then one that says so, and silence until the
    rule has been calmer."""

    least_severity: Severity = Severity.LOW
    burst: int = 6
    window_s: float = 600.0


class AlertPolicy:
    """Decides once per event. Thread-safe. Time is the monotonic clock's: a stepped wall clock changes nothing."""

    def __init__(self, clock: Clock, config: PolicyConfig = PolicyConfig()) -> None:
        self._clock = clock
        self._config = config
        self._lock = threading.Lock()
        self._decided: OrderedDict[str, None] = OrderedDict()
        self._raised: dict[tuple[str, str], deque[float]] = {}
        self.folded = 0  # events that were kept back since start

    def decide(self, event: Event) -> Event | None:
        """The event to raise as an alert: itself, or (the last of a burst) with an explanation that says that more
        are kept back; None where there is nothing to raise. Every event is recorded all the same."""
        with self._lock:
            if event.id in self._decided:
                return None
            self._decided[event.id] = None
            while len(self._decided) > _REMEMBERED:
                self._decided.popitem(last=False)
            if event.severity.rank < self._config.least_severity.rank:
                return None
            return self._limit(event)

    def _limit(self, event: Event) -> Event | None:
        now_s = self._clock.monotonic()
        key = (event.camera_id, event.rule)
        times = self._raised.setdefault(key, deque())
        while times and now_s - times[0] >= self._config.window_s:
            times.popleft()
        if len(times) > self._config.burst:
            times[-1] = now_s  # it has not become calmer: the silence goes on
            self.folded += 1
            return None
        times.append(now_s)
        self._forget(now_s)
        if len(times) <= self._config.burst:
            return event
        minutes = f"{self._config.window_s / 60:g}"
        message = Message("alerting-burst", {"rule": event.rule, "count": str(len(times)), "minutes": minutes})
        return replace(event, explanation=message)

    def _forget(self, now_s: float) -> None:
        """Drop rules that have been quiet for a window, so that renamed rules leave nothing behind."""
        if len(self._raised) > 1000:
            self._raised = {k: v for k, v in self._raised.items() if v and now_s - v[-1] < self._config.window_s}

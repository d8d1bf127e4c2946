"""Second looks over a file: the same decisions as live, on the video's own clock, with the frames at hand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from veedor.kit.clock import SimulatedClock
from veedor.model.detection import ObjectClass
from veedor.model.event import Event, Severity
from veedor.model.frame import Frame
from veedor.model.observation import Observation
from veedor.model.second_look import Outcome, SecondLook, Sight, Target
from veedor.site.alerting.second_look import SecondLookConfig, SecondLooks, noted
from veedor.site.analysis.looking import look_again
from veedor.site.detect.closer import CropDetector
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.schema import TrackRuleParams


class FileLooks:
    """Give it each frame with its observation and events, in order. `of`: event id -> what the second look found."""

    def __init__(
        self,
        rules: RuleSet,
        detector_of: Callable[[ObjectClass], CropDetector | None],
        config: SecondLookConfig = SecondLookConfig(),
    ) -> None:
        self._wishes = {one.name: one.second_look for one in rules.rules if isinstance(one, TrackRuleParams)}
        self._detector_of = detector_of
        self._span_s = config.span_s
        self._clock = SimulatedClock(datetime(1970, 1, 1, tzinfo=UTC))
        self._looks = SecondLooks(self._clock, self._look, config)
        self._frames: deque[tuple[int, float, Frame]] = deque()
        self._last_s: float | None = None
        self.of: dict[str, SecondLook] = {}

    def take(self, frame: Frame, observation: Observation, events: Sequence[Event]) -> list[Event]:
        """`events`, each saying what the second look found, where there was one."""
        self._clock.advance(max(0.0, observation.at_s - (self._last_s or 0.0)))
        self._last_s = observation.at_s
        self._frames.append((observation.frame, observation.at_s, frame))
        while self._frames and observation.at_s - self._frames[0][1] > self._span_s + 1e-6:
            self._frames.popleft()
        self._looks.observe(observation)
        return [self.told(event) for event in events]

    def told(self, event: Event) -> Event:
        """The event with its note; one that is new is looked at now."""
        is_new = event.id not in self.of and event.ended_at in {None, event.completed_at}
        if is_new and event.severity.rank >= Severity.LOW.rank:
            targets = self._looks.targets(event, self._wishes.get(event.rule, "false"))
            if targets:
                self.of[event.id] = self._looks.judge(event.camera_id, targets, self._clock.monotonic())
        look = self.of.get(event.id)
        return noted(event, look) if look is not None else event

    def row(self, event_id: str) -> dict[str, Any] | None:
        """For the list of events: what was found, in plain values."""
        look = self.of.get(event_id)
        return {"outcome": look.outcome.value, "seen": look.seen, "looked": look.looked} if look is not None else None

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in self.of.values())

    def _look(self, _camera_id: str, targets: Sequence[Target], _within_s: float) -> list[list[bool | None]]:
        frames = {number: frame for number, _at_s, frame in self._frames}

        def picture(sight: Sight) -> Frame | None:
            return frames.get(sight.frame)

        return look_again(targets, [picture], self._detector_of)

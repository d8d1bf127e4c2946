"""A track goes over a line."""

from __future__ import annotations

from typing import ClassVar, Literal

from veedor.kit.messages import Message
from veedor.model.detection import ObjectClass
from veedor.model.event import Event, Severity
from veedor.site.rules.crossings import Crossings, Direction, LineParams
from veedor.site.rules.rule import Finding, Rule, Setting, class_word, ended
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View


class TripwireParams(LineParams):
    severity: Severity = Severity.LOW
    direction: Literal["both", "left_to_right", "right_to_left"] = "both"


class TripwireRule(Rule[TripwireParams]):
    """A crossing belongs to a track: it has settled on one side, a margin away from the line, then on the other, and
    its path in between went through the line. Trembling on the line is none, nor is walking round its end; two tracks
    that swap sides at once are two."""

    kind: ClassVar[str] = "tripwire"
    standing: ClassVar[Standing] = Standing.MEASURED
    Params = TripwireParams

    def __init__(self, params: TripwireParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._crossings = Crossings(params, setting)
        self._last_s: dict[int, float] = {}  # when the last event came, of a track or (0) of all
        self.counts: dict[tuple[str, Direction], int] = {}  # (class, direction) -> crossings since start

    def take_over(self, before: Rule[TripwireParams]) -> None:
        if isinstance(before, TripwireRule):
            self.counts = before.counts

    def step(self, view: View) -> list[Event]:
        events: list[Event] = []
        for track_id, direction in self._crossings.step(view):
            events += self._crossed(track_id, direction, view.moment)
        return events

    def close(self) -> list[Event]:
        self._crossings.clear()
        return []

    def _crossed(self, track_id: int, direction: Direction, now: Moment) -> list[Event]:
        """Count a crossing; its event, unless direction, schedule or cooldown keep it back."""
        number = self.setting.trails[track_id].object_class
        key = (ObjectClass.of(number).label, direction)
        self.counts[key] = self.counts.get(key, 0) + 1
        if self.params.direction not in ("both", direction) or not self.scheduled(now):
            return []
        subject = track_id if self.params.cooldown_per == "track" else 0
        last_s = self._last_s.get(subject)
        if last_s is not None and now.at_s - last_s < self.params.cooldown_s - 1e-6:
            return []
        self._last_s = {k: v for k, v in self._last_s.items() if now.at_s - v < self.params.cooldown_s}
        self._last_s[subject] = now.at_s
        message = Message(
            "rules-tripwire",
            {"class": class_word({number}), "direction": direction, "place": self._crossings.wire.name},
        )
        ring = (self._crossings.wire.start, self._crossings.wire.end)
        event = self.event(Finding(now, (track_id,), message, self._crossings.wire.name, ring), now)
        return [ended(event, now)]

"""What goes wrong with the site itself (full disk, retention below the legal minimum), as events that need somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from veedor.kit.clock import Clock
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.event import Event, Severity

KIND = "site_problem"


class Watchdog:
    """Gives each problem one event while it lasts. `site` stands where events of cameras name their camera."""

    def __init__(self, site: str, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._open: dict[str, Event] = {}

    def step(self, problems: Sequence[Message]) -> list[Event]:
        """Events for what is new, and the ends of those whose problem is gone."""
        now = self._clock.now()
        present = {message.key: message for message in problems}
        gone = [key for key in self._open if key not in present]
        ended = [replace(self._open.pop(key), ended_at=now) for key in gone]
        began = {key: self._event(message) for key, message in present.items() if key not in self._open}
        self._open.update(began)
        return [*ended, *began.values()]

    def _event(self, message: Message) -> Event:
        now = self._clock.now()
        return Event(
            id=new_id(now),
            camera_id=self._site,
            rule=KIND,
            kind=KIND,
            severity=Severity.CRITICAL,
            started_at=now,
            completed_at=now,
            ended_at=None,
            explanation=message,
        )

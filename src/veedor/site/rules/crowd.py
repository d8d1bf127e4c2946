"""A crowd forms, or scatters, all at once."""

from __future__ import annotations

from collections import deque
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.presence import Presence
from veedor.site.rules.rule import Finding, Rule, Setting, class_word, place_params
from veedor.site.rules.schema import Classes, Seconds, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View

_EVERY_S = 0.5


class CrowdParams(ZoneRuleParams):
    classes: Classes | None = ("person",)
    change: Literal["forming", "dispersing", "both"] = "both"
    by_count: Annotated[int, Field(strict=True, ge=2, le=10_000)] = 6
    within_s: Annotated[Seconds, Field(ge=1, le=600)] = 20.0
    dwell_s: Seconds = 2.0
    absence_s: Seconds = 3.0


class Crowd(Rule[CrowdParams]):
    """`forming`: `by_count` more people are in the zone than at some moment of the last `within_s`; `dispersing`: as
    many fewer; and it stays so for `dwell_s`. Who is not seen for `absence_s` still counts, so that a lorry in front is
    no flight. One event per sudden change. A bus that lets its passengers out is one, too: see the schedule. In a dense
    crowd the detector sees part of the heads only, and the count with it."""

    kind: ClassVar[str] = "crowd"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = CrowdParams

    def __init__(self, params: CrowdParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._presence = Presence(params, setting)
        self._past: deque[tuple[Moment, int]] = deque()
        self._episodes = Episodes(params.dwell_s + params.debounce_s, max(2.0, params.absence_s), params.cooldown_s)

    def step(self, view: View) -> list[Event]:
        now = view.moment
        present = self._presence.update(view)
        count = len(present)
        while self._past and now.at_s - self._past[0][0].at_s > self.params.within_s + 1e-6:
            self._past.popleft()
        holds: dict[int, Moment | None] = {}
        least = min(self._past, key=lambda one: one[1], default=(now, count))
        most = max(self._past, key=lambda one: one[1], default=(now, count))
        if self.params.change != "dispersing" and count - least[1] >= self.params.by_count:
            holds[0] = None
        if self.params.change != "forming" and most[1] - count >= self.params.by_count:
            holds[1] = None
        if not self._past or now.at_s - self._past[-1][0].at_s >= _EVERY_S - 1e-6:
            self._past.append((now, count))

        def make(subject: int, since: Moment) -> Event:
            trails = self.setting.trails
            before = most[1] if subject else least[1]
            word = class_word({trails[one].object_class for one in present if one in trails})
            params = {"class": word, "change": "dispersing" if subject else "forming", "before": str(before)}
            counted = {"count": str(count), "within": f"{self.params.within_s:g}"}
            message = Message("rules-crowd", {**params, **counted, **place_params(self._zone.name)})
            return self.event(Finding(since, present, message, self._zone.name, self._zone.ring), now)

        return self._episodes.update(holds, now, make, armed=self.scheduled(now))

    def close(self) -> list[Event]:
        self._presence.clear()
        self._past.clear()
        return self._episodes.close()

"""More than so many in a zone at once."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.presence import Presence
from veedor.site.rules.rule import Finding, Rule, Setting, class_word, duration_params, place_params
from veedor.site.rules.schema import Classes, Seconds, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View


class OccupancyParams(ZoneRuleParams):
    classes: Classes | None = ("person",)
    more_than: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    dwell_s: Seconds = 2.0
    absence_s: Seconds = 1.0


class Occupancy(Rule[OccupancyParams]):
    """One event while the count is above the limit. A track that is not seen for a moment still counts."""

    kind: ClassVar[str] = "occupancy"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = OccupancyParams

    def __init__(self, params: OccupancyParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._presence = Presence(params, setting)
        self._episodes = Episodes(params.dwell_s + params.debounce_s, max(2.0, params.absence_s), params.cooldown_s)

    def step(self, view: View) -> list[Event]:
        now = view.moment
        present = self._presence.update(view)
        over = len(present) > self.params.more_than and self.scheduled(now)

        def make(_subject: int, since: Moment) -> Event:
            trails = self.setting.trails
            word = class_word({trails[one].object_class for one in present if one in trails})
            params = {"class": word, "count": str(len(present)), "limit": str(self.params.more_than)}
            lasted = duration_params(now.at_s - since.at_s)
            message = Message("rules-occupancy", {**params, **lasted, **place_params(self._zone.name)})
            return self.event(Finding(since, present, message, self._zone.name, self._zone.ring), now)

        return self._episodes.update({0: None} if over else {}, now, make)

    def close(self) -> list[Event]:
        self._presence.clear()
        return self._episodes.close()

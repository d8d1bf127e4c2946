"""More than so many in a zone at once."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, class_word, duration_params, place_params, selected
from veedor.site.rules.schema import Classes, Seconds, ZoneRuleParams
from veedor.site.rules.view import Moment, View


class OccupancyParams(ZoneRuleParams):
    classes: Classes | None = ("person",)
    more_than: Annotated[int, Field(strict=True, ge=0, le=10_000)]
    dwell_s: Seconds = 2.0
    absence_s: Seconds = 1.0


class Occupancy(Rule[OccupancyParams]):
    """One event while the count is above the limit. A track that is not seen for a moment still counts."""

    kind: ClassVar[str] = "occupancy"
    Params = OccupancyParams

    def __init__(self, params: OccupancyParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._table = params.class_table
        self._inside_s: dict[int, float] = {}  # track -> when last seen inside
        self._episodes = Episodes(params.dwell_s + params.debounce_s, max(2.0, params.absence_s), params.cooldown_s)

    def step(self, view: View) -> list[Event]:
        now = view.moment
        self._count(view)
        present = tuple(sorted(self._inside_s))
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
        self._inside_s.clear()
        return self._episodes.close()

    def _count(self, view: View) -> None:
        now_s = view.moment.at_s
        if len(view):
            for new, old in self.setting.trails.heirs.items():
                if old in self._inside_s:
                    self._inside_s[new] = self._inside_s.pop(old)
            mask = selected(view, self.params, self._table) & view.inside(self._zone, self.params.anchor)
            for track_id, inside in zip(view.ids.tolist(), mask.tolist(), strict=True):
                if inside:
                    self._inside_s[track_id] = now_s
                else:
                    self._inside_s.pop(track_id, None)
        self._inside_s = {k: v for k, v in self._inside_s.items() if now_s - v <= self.params.absence_s + 1e-6}

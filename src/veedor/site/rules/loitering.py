"""Somebody stays in a zone for long."""

from __future__ import annotations

from typing import ClassVar

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, class_word, duration_params, place_params, selected
from veedor.site.rules.schema import Classes, Seconds, ZoneRuleParams
from veedor.site.rules.view import Moment, View


class LoiteringParams(ZoneRuleParams):
    classes: Classes | None = ("person",)
    dwell_s: Seconds = 60.0
    absence_s: Seconds = 5.0


class Loitering(Rule[LoiteringParams]):
    """Time in the zone per track. Short absences do not end it, nor does a track that is lost and found again under
    another number. Time spent before the schedule begins counts; the event comes only within it."""

    kind: ClassVar[str] = "loitering"
    Params = LoiteringParams

    def __init__(self, params: LoiteringParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._table = params.class_table
        self._episodes = Episodes(
            params.dwell_s + params.debounce_s,
            params.absence_s,
            params.cooldown_s,
            per_subject=params.cooldown_per == "track",
        )

    def step(self, view: View) -> list[Event]:
        inside: list[int] = []
        if len(view):
            for new, old in self.setting.trails.heirs.items():
                self._episodes.rename(old, new)
            mask = selected(view, self.params, self._table)
            inside = view.ids[mask & view.inside(self._zone, self.params.anchor)].tolist()

        def make(track_id: int, since: Moment) -> Event:
            word = class_word({self.setting.trails[track_id].object_class})
            lasted = duration_params(view.moment.at_s - since.at_s)
            message = Message("rules-loitering", {"class": word, **lasted, **place_params(self._zone.name)})
            return self.event(Finding(since, (track_id,), message, self._zone.name, self._zone.ring), view.moment)

        armed = self.scheduled(view.moment)
        return self._episodes.update(dict.fromkeys(inside), view.moment, make, armed=armed)

    def close(self) -> list[Event]:
        return self._episodes.close()

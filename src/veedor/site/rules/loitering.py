"""Somebody stays in a zone for long."""

from __future__ import annotations

from typing import ClassVar

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, place_params
from veedor.site.rules.schema import Classes, Seconds, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View


class LoiteringParams(ZoneRuleParams):
    classes: Classes | None = ("person",)
    dwell_s: Seconds = 60.0
    absence_s: Seconds = 5.0
    pacing_s: Seconds = 20.0


class Loitering(Rule[LoiteringParams]):
    """Time from first entering the zone, per track. Who walks in and out is on one visit while each time outside is no
    longer than `pacing_s` and in sight; out of sight, `absence_s` counts. A track that is lost and found again under
    another number goes on. Time before the schedule begins counts; the event comes only within it, and in the zone."""

    kind: ClassVar[str] = "loitering"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = LoiteringParams

    def __init__(self, params: LoiteringParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._episodes = Episodes.of(params, params.dwell_s)

    def step(self, view: View) -> list[Event]:
        inside = view.ids_of(self._choice)
        if not inside and not self._episodes:
            return []
        heirs: dict[int, float] = {}
        for new, old in self.setting.trails.heirs.items():
            heirs[new] = self._pacing_s(old, view) if old in self._episodes else self.params.absence_s
        for new, old in self.setting.trails.heirs.items():
            self._episodes.rename(old, new)

        def patience(track_id: int) -> float:
            return heirs[track_id] if track_id in heirs else self._pacing_s(track_id, view)

        def make(track_id: int, since: Moment) -> Event:
            word = class_word({self.setting.trails[track_id].object_class})
            lasted = duration_params(view.moment.at_s - since.at_s)
            message = Message("rules-loitering", {"class": word, **lasted, **place_params(self._zone.name)})
            return self.event(Finding(since, (track_id,), message, self._zone.name, self._zone.ring), view.moment)

        armed = self.scheduled(view.moment)
        return self._episodes.update(dict.fromkeys(inside), view.moment, make, armed=armed, patience=patience)

    def _pacing_s(self, track_id: int, view: View) -> float:
        """How long the track may be out of the zone: longer while it is seen to be near."""
        trails = self.setting.trails
        hidden_s = view.moment.at_s - trails[track_id].last.at_s if track_id in trails else float("inf")
        seen = hidden_s <= self.params.absence_s + 1e-6
        return max(self.params.pacing_s, self.params.absence_s) if seen else self.params.absence_s

    def close(self) -> list[Event]:
        return self._episodes.close()

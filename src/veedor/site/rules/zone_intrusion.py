"""Somebody or something is in a zone."""

from __future__ import annotations

from typing import ClassVar

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, place_params
from veedor.site.rules.schema import Seconds, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View


class ZoneIntrusionParams(ZoneRuleParams):
    needs = "zone"

    debounce_s: Seconds = 0.4  # two pictures at 5 per second: one alone may be the detector's mistake


class ZoneIntrusion(Rule[ZoneIntrusionParams]):
    """One event per track, from its first moment in the zone to its last; a track that is lost there and found again
    under another number is the same."""

    kind: ClassVar[str] = "zone_intrusion"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = ZoneIntrusionParams

    def __init__(self, params: ZoneIntrusionParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._episodes = Episodes.of(params)

    def step(self, view: View) -> list[Event]:
        inside = view.ids_of(self._choice)
        if not inside and not self._episodes:
            return []
        for new, old in self.setting.trails.heirs.items():
            self._episodes.rename(old, new)
        if not self.scheduled(view.moment):
            inside = []

        def make(track_id: int, since: Moment) -> Event:
            word = class_word({self.setting.trails[track_id].object_class})
            message = Message("rules-zone-intrusion", {"class": word, **place_params(self._zone.name)})
            return self.event(Finding(since, (track_id,), message, self._zone.name, self._zone.ring), view.moment)

        return self._episodes.update(dict.fromkeys(inside), view.moment, make)

    def close(self) -> list[Event]:
        return self._episodes.close()

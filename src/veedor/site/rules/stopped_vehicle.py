"""A vehicle stands still in a zone for long."""

from __future__ import annotations

from typing import ClassVar

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, place_params
from veedor.site.rules.schema import Classes, Seconds, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.stillness import Stillness
from veedor.site.rules.view import Moment, View


class StoppedVehicleParams(ZoneRuleParams):
    classes: Classes | None = ("car", "bus", "truck", "motorcycle")
    dwell_s: Seconds = 60.0
    absence_s: Seconds = 10.0  # traffic that passes in front hides it for so long


class StoppedVehicle(Rule[StoppedVehicleParams]):
    """From when it stopped until it moved on, left or was no longer seen."""

    kind: ClassVar[str] = "stopped_vehicle"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = StoppedVehicleParams

    def __init__(self, params: StoppedVehicleParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._stillness = Stillness()
        self._episodes = Episodes.of(params, params.dwell_s)

    def step(self, view: View) -> list[Event]:
        for new, old in self.setting.trails.heirs.items():
            self._stillness.rename(old, new)
            self._episodes.rename(old, new)
        still = self._stillness.update(view)
        standing: dict[int, Moment | None] = {}
        if still:
            standing = {one: still[one].since for one in view.ids_of(self._choice) if one in still}
        if not standing and not self._episodes:
            return []

        def make(track_id: int, since: Moment) -> Event:
            word = class_word({self.setting.trails[track_id].object_class})
            lasted = duration_params(view.moment.at_s - since.at_s)
            message = Message("rules-stopped-vehicle", {"class": word, **lasted, **place_params(self._zone.name)})
            return self.event(Finding(since, (track_id,), message, self._zone.name, self._zone.ring), view.moment)

        armed = self.scheduled(view.moment)
        return self._episodes.update(standing, view.moment, make, armed=armed)

    def close(self) -> list[Event]:
        return self._episodes.close()

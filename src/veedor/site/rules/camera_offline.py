"""No picture comes."""

from __future__ import annotations

from typing import ClassVar

from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, duration_params
from veedor.site.rules.schema import RuleParams, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View


class CameraOfflineParams(RuleParams):
    after_s: Seconds = 15.0


class CameraOffline(Rule[CameraOfflineParams]):
    """From the first moment without a connection to the last; reconnecting ends it at once."""

    kind: ClassVar[str] = "camera_offline"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = CameraOfflineParams

    def __init__(self, params: CameraOfflineParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._episodes = Episodes(params.after_s + params.debounce_s, float("inf"), params.cooldown_s)

    def step(self, view: View) -> list[Event]:
        if view.connected:
            return self._episodes.drop(0)

        def make(_subject: int, since: Moment) -> Event:
            lasted = duration_params(view.moment.at_s - since.at_s)
            return self.event(Finding(since, (), Message("rules-camera-offline", lasted)), view.moment)

        return self._episodes.update({0: None}, view.moment, make, armed=self.scheduled(view.moment))

    def close(self) -> list[Event]:
        return self._episodes.close()

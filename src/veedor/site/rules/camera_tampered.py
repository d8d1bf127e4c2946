"""The camera sees, but not what it should: covered, turned away, out of focus, or showing a frozen picture."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator

from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.model.scene import SceneFacts
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, duration_params
from veedor.site.rules.schema import RuleParams, Seconds, Share, not_empty
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View

Check = Literal["covered", "turned", "defocused", "frozen"]


class CameraTamperedParams(RuleParams):
    severity: Severity = Severity.HIGH
    debounce_s: Seconds = 5.0
    checks: Annotated[tuple[Check, ...], AfterValidator(not_empty)] = ("covered", "turned", "defocused", "frozen")
    covered_more_than: Share = 0.6
    shifted_more_than: Share = 0.15
    sharpness_below: Share = 0.3
    frozen_for_s: Seconds = 60.0  # smart codecs send a still scene unchanged for a whole long GOP


class CameraTampered(Rule[CameraTamperedParams]):
    """One event while anything is wrong; it tells the cause that held when it completed, the gravest first."""

    kind: ClassVar[str] = "camera_tampered"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = CameraTamperedParams

    def __init__(self, params: CameraTamperedParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._episodes = Episodes(params.debounce_s, 2.0, params.cooldown_s)

    def step(self, view: View) -> list[Event]:
        cause = self._cause(view.scene) if view.scene is not None and view.scene.learned else None

        def make(_subject: int, since: Moment) -> Event:
            lasted = duration_params(view.moment.at_s - since.at_s)
            message = Message("rules-camera-tampered", {"cause": cause or "", **lasted})
            return self.event(Finding(since, (), message), view.moment)

        armed = self.scheduled(view.moment)
        return self._episodes.update({0: None} if cause else {}, view.moment, make, armed=armed)

    def close(self) -> list[Event]:
        return self._episodes.close()

    def _cause(self, scene: SceneFacts) -> Check | None:
        wrong: dict[Check, bool] = {
            "covered": scene.covered > self.params.covered_more_than,
            "turned": scene.view_shift > self.params.shifted_more_than,
            "defocused": scene.sharpness < self.params.sharpness_below,
            "frozen": scene.frozen_s >= self.params.frozen_for_s,
        }
        return next((check for check, is_wrong in wrong.items() if is_wrong and check in self.params.checks), None)

"""The camera's clock is wrong: footage stamped by it would not stand as evidence."""

from __future__ import annotations

from typing import ClassVar

from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting
from veedor.site.rules.schema import RuleParams, Seconds
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View


class CameraClockParams(RuleParams):
    severity: Severity = Severity.MEDIUM
    debounce_s: Seconds = 60.0
    off_by_more_than_s: Seconds = 5.0


class CameraClock(Rule[CameraClockParams]):
    """While the camera's clock (told by RTCP sender reports) differs from ours by too much."""

    kind: ClassVar[str] = "camera_clock"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = CameraClockParams

    def __init__(self, params: CameraClockParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._episodes = Episodes(params.debounce_s, 30.0, params.cooldown_s)

    def step(self, view: View) -> list[Event]:
        offset_s = view.clock_offset_s
        is_off = offset_s is not None and abs(offset_s) > self.params.off_by_more_than_s

        def make(_subject: int, since: Moment) -> Event:
            way = "ahead" if (offset_s or 0) > 0 else "behind"
            message = Message("rules-camera-clock", {"way": way, "seconds": f"{abs(offset_s or 0):.0f}"})
            return self.event(Finding(since, (), message), view.moment)

        armed = self.scheduled(view.moment)
        return self._episodes.update({0: None} if is_off else {}, view.moment, make, armed=armed)

    def close(self) -> list[Event]:
        return self._episodes.close()

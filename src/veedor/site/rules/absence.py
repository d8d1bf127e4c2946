"""Something happens, and what should follow does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from veedor.model.event import Event
from veedor.site.rules.composition import Composition, CompositionParams, Heard
from veedor.site.rules.rule import Setting
from veedor.site.rules.schema import Name
from veedor.site.rules.view import View


class AbsenceParams(CompositionParams):
    after: Name
    missing: Name

    def refers(self) -> dict[str, tuple[str, ...]]:
        return {"after": (self.after,), "missing": (self.missing,)}


class Absence(Composition[AbsenceParams]):
    """An event of the rule `after`, and none of the rule `missing` that is told within `within_s` from then (alike, as
    `same` and `near` ask). It is told when the time is over. If the camera gave no picture meanwhile, nothing is told:
    what was not seen is not absent."""

    kind: ClassVar[str] = "absence"
    Params = AbsenceParams

    def __init__(self, params: AbsenceParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._awaited: list[tuple[Heard, float]] = []  # what began it, and when it is over

    def composed(self, new: Sequence[Heard], view: View) -> list[Event]:
        now_s = view.moment.at_s
        if not view.connected:
            self._awaited.clear()
            return []
        came = [one for one in new if one.event.rule == self.params.missing]
        self._awaited = [
            (one, due_s) for one, due_s in self._awaited if not any(self.alike(one, other) for other in came)
        ]
        events: list[Event] = []
        for one, due_s in list(self._awaited):
            if now_s >= due_s - 1e-6:
                self._awaited.remove((one, due_s))
                events += self.told([one], view.moment, {"after": self.params.after, "missing": self.params.missing})
        for one in new:
            if one.event.rule == self.params.after and self.params.after != self.params.missing:
                self._awaited.append((one, now_s + self.params.within_s))
        return events

    def close(self) -> list[Event]:
        self._awaited.clear()
        return super().close()

"""Several things happen about the same time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from veedor.model.event import Event
from veedor.site.rules.composition import Composition, Heard, StepsParams
from veedor.site.rules.view import View


class TogetherParams(StepsParams):
    pass


class Together(Composition[TogetherParams]):
    """Events of all the rules in `steps`, in whatever order, each at most `within_s` apart from the one that completes
    the set; `same`, `near` and `without` as in `sequence`."""

    kind: ClassVar[str] = "together"
    Params = TogetherParams

    def composed(self, new: Sequence[Heard], view: View) -> list[Event]:
        events: list[Event] = []
        for one in new:
            parts = None if one.used or one.event.rule not in self.params.steps else self._with(one, view.moment.at_s)
            if parts and not self.unless(self.params.without or (), parts, view.moment.at_s):
                events += self.told(parts, view.moment, {"steps": " + ".join(self.params.steps)})
        return events

    def _with(self, one: Heard, now_s: float) -> list[Heard] | None:
        """`one` and the latest event of each other step, by time; None where one is missing."""
        parts = [one]
        for name in self.params.steps:
            if name == one.event.rule:
                continue
            fitting = [
                other
                for other in self._heard[name]
                if not other.used and self.alike(other, one) and self.gap_s(other, one, now_s) <= self.params.within_s
            ]
            if not fitting:
                return None
            parts.append(fitting[-1])
        return sorted(parts, key=lambda part: part.told_s)

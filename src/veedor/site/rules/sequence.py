"""One thing happens, and then another."""

from __future__ import annotations

from collections.abc import Sequence as Listed
from typing import ClassVar

from veedor.model.event import Event
from veedor.site.rules.composition import Composition, Heard, StepsParams
from veedor.site.rules.view import View


class SequenceParams(StepsParams):
    pass


class Sequence(Composition[SequenceParams]):
    """Events of the rules in `steps`, in this order: each is told after the one before it, and at most `within_s` after
    that one was last seen to hold. An event is told when it is complete: loitering when the dwell is over. With
    `same: place` they are of one zone or line, with `same: track` of one track, with `near` at most so far apart; and
    no event of a rule in `without` came or held between the first and the last. Each event is part of one sequence at
    most. The parts need not be alerts: give them severity `info`."""

    kind: ClassVar[str] = "sequence"
    Params = SequenceParams

    def composed(self, new: Listed[Heard], view: View) -> list[Event]:
        if not new:
            return []
        events: list[Event] = []
        for last in self._heard[self.params.steps[-1]]:
            chain = None if last.used else self._before([last], view.moment.at_s)
            if chain is None or self.unless(self.params.without or (), chain, view.moment.at_s):
                continue
            events += self.told(chain, view.moment, {"steps": " → ".join(self.params.steps)})
        return events

    def _before(self, chain: list[Heard], now_s: float) -> list[Heard] | None:
        """`chain`, the last steps, with what came before them; None where something is missing."""
        missing = len(self.params.steps) - len(chain)
        if missing == 0:
            return chain
        following = chain[0]
        for one in reversed(self._heard[self.params.steps[missing - 1]]):
            free = not one.used and all(one is not other for other in chain)
            earlier = one.told_s <= following.told_s and one.event.id != following.event.id
            close = self.gap_s(one, following, now_s) <= self.params.within_s + 1e-6
            if free and earlier and close and self.alike(one, chain[-1]):
                found = self._before([one, *chain], now_s)
                if found is not None:
                    return found
        return None

"""A queue is longer than it should be."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.movement import movement
from veedor.site.rules.pairs import foot_distances
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, place_params
from veedor.site.rules.schema import Classes, Ratio, Seconds, ZoneRuleParams
from veedor.site.rules.standing import Standing
from veedor.site.rules.view import Moment, View

_SLOW = 0.4  # body heights a second: half of a walk


class QueueParams(ZoneRuleParams):
    classes: Classes | None = ("person",)
    severity: Severity = Severity.LOW
    more_than: Annotated[int, Field(strict=True, ge=1, le=1000)] = 5
    dwell_s: Seconds = 30.0
    absence_s: Seconds = 5.0
    spacing_bodies: Ratio = 1.2


class Queue(Rule[QueueParams]):
    """More than `more_than` people in the zone stand, or walk at less than half a walking pace, each within
    `spacing_bodies` body heights of the next: the longest such chain counts, however it bends. It must last for
    `dwell_s`. Whether it is a queue or a chat, the zone must say: draw it where people queue. Looking along a queue,
    those behind are hidden and not counted."""

    kind: ClassVar[str] = "queue"
    standing: ClassVar[Standing] = Standing.DEMONSTRATED
    Params = QueueParams

    def __init__(self, params: QueueParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._episodes = Episodes(params.dwell_s + params.debounce_s, params.absence_s, params.cooldown_s)

    def step(self, view: View) -> list[Event]:
        now = view.moment
        chain = self._longest(view)

        def make(_subject: int, since: Moment) -> Event:
            tracks = tuple(view.ids[chain].tolist())
            word = class_word(set(view.classes[chain].tolist()))
            params = {"class": word, "count": str(len(chain)), "limit": str(self.params.more_than)}
            lasted = duration_params(now.at_s - since.at_s)
            message = Message("rules-queue", {**params, **lasted, **place_params(self._zone.name)})
            return self.event(Finding(since, tracks, message, self._zone.name, self._zone.ring), now)

        holds: dict[int, Moment | None] = {0: None} if len(chain) > self.params.more_than else {}
        return self._episodes.update(holds, now, make, armed=self.scheduled(now))

    def close(self) -> list[Event]:
        return self._episodes.close()

    def _longest(self, view: View) -> NDArray[np.intp]:
        """The rows of the longest chain."""
        if len(view.rows_of(self._choice)) <= self.params.more_than:
            return np.zeros(0, np.intp)
        slow = movement(view, self.setting.trails).speed <= _SLOW * view.body
        rows = np.flatnonzero(view.chosen(self._choice) & slow)
        if len(rows) < 2:
            return rows
        near = foot_distances(view, rows.tolist()) <= self.params.spacing_bodies
        return rows[_largest(near)]


def _largest(near: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The places of the largest set of which each is `near` (k, k) another."""
    waiting, best = set(range(len(near))), list[int]()
    while len(waiting) > len(best):
        chain = [waiting.pop()]
        for place in chain:
            found = [one for one in np.flatnonzero(near[place]).tolist() if one in waiting]
            waiting.difference_update(found)
            chain.extend(found)  # and theirs, in turn
        best = max(best, chain, key=len)
    return np.asarray(sorted(best), np.intp)

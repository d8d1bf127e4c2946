"""How surprising one track is so far, in each aspect: live, step by step, and when the day is judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from veedor.model.track import ArchivedTrack
from veedor.site.normality.counts import LEAST_POINTS
from veedor.site.normality.grid import Aspect, group_of, stay_bin
from veedor.site.normality.usual import Usual
from veedor.site.normality.walk import Step, Walk, points

_HIGHEST = 2  # steps whose mean is the score: one may be the detector's slip, and who is fast is gone soon
_EARLIEST = 3  # steps before anything is said


@dataclass(slots=True)
class TrackScore:
    """Of one track. `score`: aspect -> nats, for those that can be judged; `step`: the last one; `worst`: aspect ->
    the highest surprise of a step, and that step."""

    walk: Walk = field(default_factory=Walk)
    score: dict[Aspect, float] = field(default_factory=dict)
    step: Step | None = None
    worst: dict[Aspect, tuple[float, Step]] = field(default_factory=dict)
    _steps: int = 0
    _highest: dict[Aspect, list[float]] = field(default_factory=dict)

    def add(self, usual: Usual, group: int, at_s: float, x: float, y: float, size: float) -> bool:
        """Take a point (see `Walk.add`); whether it made a step."""
        step = self.walk.add(at_s, x, y, size)
        if step is None:
            return False
        self.step = step
        self._steps += 1
        if step.fresh:
            self._note(Aspect.PLACE, step, float(usual.place[group, step.cell]))
        if step.way is not None and step.speed is not None and not step.told:
            self._note(Aspect.WAY, step, float(usual.way[group, step.cell, step.way]))
            self._note(Aspect.SPEED, step, float(usual.speed[group, step.cell, step.speed]))
        if self._steps >= _EARLIEST:
            self.score[Aspect.HOUR] = float(usual.hour[group])
            stay = float(usual.stay[group, step.stay_cell, stay_bin(step.stay_s)])
            if stay > self.score.get(Aspect.STAY, 0.0):
                self.score[Aspect.STAY], self.worst[Aspect.STAY] = stay, (stay, step)
        return True

    def _note(self, aspect: Aspect, step: Step, surprise: float) -> None:
        if aspect not in self.worst or surprise > self.worst[aspect][0]:
            self.worst[aspect] = surprise, step
        highest = self._highest.setdefault(aspect, [])
        highest.append(surprise)
        highest.sort(reverse=True)
        del highest[_HIGHEST:]
        if len(highest) == _HIGHEST:
            self.score[aspect] = sum(highest) / _HIGHEST


def score_of(track: ArchivedTrack, usual: Usual) -> dict[Aspect, float]:
    """What a finished track scored; nothing for one that is too short."""
    if len(track.path) == 0:
        return {}
    along = points(track.path)
    if len(along) < LEAST_POINTS:
        return {}
    found, group = TrackScore(), group_of(int(track.object_class))
    for at_s, x, y, size in along.tolist():
        found.add(usual, group, at_s, x, y, size)
    return found.score

"""Somebody moves as hardly anybody does here at this hour."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field

from veedor.kit.messages import Message, Param
from veedor.site.normality.baseline import Known
from veedor.site.normality.grid import SPEED_EDGES, Aspect, group_of
from veedor.site.normality.scoring import TrackScore
from veedor.site.rules.per_track import PerTrack
from veedor.site.rules.rule import Finding, Rule, Setting, class_word, duration_params, place_params
from veedor.site.rules.schema import Enabled, Seconds, not_empty
from veedor.site.rules.standing import Standing
from veedor.site.rules.track_rule import HoldParams, TrackRule
from veedor.site.rules.view import Moment, View

_DAY_S = 86_400.0
_LONGEST_DAYS = 365  # rarer is not told from so few days of learning
_WAYS = ("right", "down-right", "down", "down-left", "left", "up-left", "up", "up-right", "nowhere")  # by `grid.way_of`
AspectName = Literal["place", "hour", "way", "speed", "stay"]


class UnusualParams(HoldParams):
    needs_learned = True

    enabled: Enabled = False
    dwell_s: Seconds = 0.0
    per_day: Annotated[float, Field(strict=True, gt=0, le=100)] = 3.0
    least_days: Annotated[float, Field(strict=True, ge=0, le=60)] = 3.0
    aspects: Annotated[tuple[AspectName, ...], AfterValidator(not_empty)] = ("place", "hour", "way", "speed", "stay")


class Unusual(TrackRule[UnusualParams]):
    """A track that is rarer than `per_day` a day on this camera, by where it goes, at what hour it comes, which way,
    how fast or slow, or how long it stays, against what was learned from the camera's own tracks in that hour of the
    week. Each of the `aspects` has an even share of `per_day`; never more than `per_day` events are made in a day,
    whatever happens. It says nothing before `least_days` of tracks. It knows movement only: neither who somebody is
    nor how they look."""

    kind: ClassVar[str] = "unusual"
    standing: ClassVar[Standing] = Standing.EXPERIMENTAL
    Params = UnusualParams

    def __init__(self, params: UnusualParams, setting: Setting) -> None:
        super().__init__(params, setting)
        self._aspects = tuple(Aspect[name.upper()] for name in params.aspects)
        self._scores: PerTrack[TrackScore] = PerTrack(TrackScore)
        self._granted: dict[int, tuple[Aspect, float]] = {}  # track -> why, and how many a day are like it
        self._granted_at_s: deque[float] = deque()
        self._known: Known | None = None

    def take_over(self, before: Rule[UnusualParams]) -> None:
        if isinstance(before, Unusual):
            self._granted_at_s = before._granted_at_s

    def renamed(self, old: int, new: int) -> None:
        self._scores.rename(old, new)
        if old in self._granted:
            self._granted[new] = self._granted.pop(old)

    def found(self, view: View) -> Mapping[int, Moment | None]:
        normality, now_s = self.setting.normality, view.moment.at_s
        self._known = known = normality.at(view.moment.captured_at) if normality is not None else None
        self._scores.prune(now_s)
        self._granted = {track: why for track, why in self._granted.items() if track in self._scores}
        if known is None or known.days < self.params.least_days:
            return {}
        mask = self.inside(view)
        rows = zip(view.ids[mask].tolist(), view.classes[mask].tolist(), view.foot[mask].tolist(), strict=True)
        rare: list[tuple[float, int, Aspect]] = []
        for (track_id, class_id, (x, y)), size in zip(rows, view.size[mask].tolist(), strict=True):
            score = self._scores.at(track_id, now_s)
            if score.add(known.usual, group_of(class_id), now_s, x, y, size) and track_id not in self._granted:
                found = self._rarest(known, score)
                if found is not None:
                    rare.append((found[1], track_id, found[0]))
        if self.scheduled(view.moment):
            self._grant(sorted(rare), now_s)
        return {track_id: None for track_id in view.ids[mask].tolist() if track_id in self._granted}

    def _rarest(self, known: Known, score: TrackScore) -> tuple[Aspect, float] | None:
        """In which aspect the track is rare enough, and how many a day are like it."""
        limit, best = self.params.per_day / len(self._aspects), None
        for aspect in self._aspects:
            if aspect in score.score:
                per_day = known.rarity.per_day(aspect, score.score[aspect])
                if per_day is not None and per_day <= limit and (best is None or per_day < best[1]):
                    best = aspect, per_day
        return best

    def _grant(self, rare: list[tuple[float, int, Aspect]], now_s: float) -> None:
        """The rarest first, as many as the day has left."""
        most = max(1, math.floor(self.params.per_day))
        window_s = _DAY_S * most / self.params.per_day
        while self._granted_at_s and now_s - self._granted_at_s[0] >= window_s:
            self._granted_at_s.popleft()
        for per_day, track_id, aspect in rare[: most - len(self._granted_at_s)]:
            self._granted[track_id] = aspect, per_day
            self._granted_at_s.append(now_s)

    def _finding(self, subject: int, since: Moment, _view: View) -> Finding:
        aspect, per_day = self._granted[subject]
        days = max(1, round(1 / max(per_day, 1 / _LONGEST_DAYS)))  # one of how many days is like that
        word = class_word({self.setting.trails[subject].object_class}) if subject in self.setting.trails else "unknown"
        params: dict[str, Param] = {
            "class": word,
            "aspect": aspect.name.lower(),
            "often": str(days),
            "many": "no" if days == 1 else "yes",
            **duration_params(0.0),
            **place_params(self._zone.name),
            **self._measured(subject, aspect),
        }
        return Finding(since, (subject,), Message("rules-unusual", params), self._zone.name, self._zone.ring)

    def _measured(self, subject: int, aspect: Aspect) -> Mapping[str, Param]:
        """The numbers that the sentence says."""
        known, score = self._known, self._scores.get(subject)
        if known is None or score is None:
            return {}
        group = group_of(self.setting.trails[subject].object_class) if subject in self.setting.trails else 0
        if aspect is Aspect.HOUR:
            return {"share": _number(float(known.usual.per_hour[group]))}
        surprise, step = score.worst[aspect]
        share = {"share": _number(100 * float(np.exp(-surprise)))}
        if aspect is Aspect.WAY and step.way is not None:
            usual_share = 100 * known.usual.share_of_way(group, step.cell, step.way)
            return {"way": _WAYS[step.way], "share": _number(usual_share)}
        if aspect is Aspect.SPEED and step.speed is not None:
            fast = step.speed > int(known.usual.middle_speed[group, step.cell])
            edge = SPEED_EDGES[step.speed - 1] if fast else SPEED_EDGES[min(step.speed, len(SPEED_EDGES) - 1)]
            half = {"share": _number(50 * float(np.exp(-surprise)))}
            return {"pace": "fast" if fast else "slow", "speed": f"{edge:g}", **half}
        if aspect is Aspect.STAY:
            return {**duration_params(step.stay_s), **share}
        return share


def _number(value: float) -> str:
    """Two significant digits, and no more zeros than people read."""
    if value >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.1 else "0.1"

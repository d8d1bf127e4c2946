"""What rules about single tracks in a zone share: a subclass says who does it now."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from veedor.kit.messages import Message, Param
from veedor.model.event import Event
from veedor.site.rules.episodes import Episodes
from veedor.site.rules.rule import Finding, Rule, Setting, choice, class_word, duration_params, place_params
from veedor.site.rules.schema import Seconds, ZoneRuleParams
from veedor.site.rules.view import Moment, View


class HoldParams(ZoneRuleParams):
    """What rules have whose condition must last."""

    dwell_s: Seconds = 1.0


H = TypeVar("H", bound=HoldParams)


class TrackRule(Rule[H], Generic[H]):
    """One event for each track (or other subject) that `found` names for `dwell_s`, from when it began."""

    by_track: ClassVar[bool] = True  # whether a subject is a track's number

    def __init__(self, params: H, setting: Setting) -> None:
        super().__init__(params, setting)
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._episodes = Episodes.of(params, params.dwell_s)

    @abstractmethod
    def found(self, view: View) -> Mapping[int, Moment | None]:
        """Subject -> since when it does it; None: since now, or since it was last found."""

    def renamed(self, old: int, new: int) -> None:
        """Track `new` continues track `old`: what a subclass remembers follows."""

    def who(self, subject: int) -> tuple[int, ...]:
        """The tracks of a subject."""
        return (subject,)

    def numbers(self, _subject: int) -> Mapping[str, Param]:
        """What the sentence says beyond class, place and time."""
        return {}

    def sentence(self, _subject: int) -> str:
        """Key of the sentence that says what happened."""
        return f"rules-{self.kind.replace('_', '-')}"

    def step(self, view: View) -> list[Event]:
        for new, old in self.setting.trails.heirs.items():
            if self.by_track:
                self._episodes.rename(old, new)
            self.renamed(old, new)
        holds = self.found(view)
        if not holds and not self._episodes:
            return []

        def make(subject: int, since: Moment) -> Event:
            return self.event(self._finding(subject, since, view), view.moment)

        return self._episodes.update(holds, view.moment, make, armed=self.scheduled(view.moment))

    def close(self) -> list[Event]:
        return self._episodes.close()

    def inside(self, view: View) -> NDArray[np.bool_]:
        """(n,) bool: the tracks that the rule looks at, in its zone."""
        return view.chosen(self._choice)

    def rows(self, view: View) -> list[int]:
        """The rows of those tracks, ascending; not to be changed."""
        return view.rows_of(self._choice)

    def _finding(self, subject: int, since: Moment, view: View) -> Finding:
        tracks, trails = self.who(subject), self.setting.trails
        word = class_word({trails[tracks[0]].object_class}) if tracks and tracks[0] in trails else "unknown"
        lasted = duration_params(view.moment.at_s - since.at_s)
        params = {"class": word, **lasted, **place_params(self._zone.name), **self.numbers(subject)}
        message = Message(self.sentence(subject), params)
        return Finding(since, tracks, message, self._zone.name, self._zone.ring)

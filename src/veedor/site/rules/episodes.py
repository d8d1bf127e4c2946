"""From a condition that flickers to events: debounce, end hysteresis and cooldown, per subject."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from veedor.model.event import Event
from veedor.site.rules.rule import ended
from veedor.site.rules.schema import ZoneRuleParams
from veedor.site.rules.view import Moment

_EPS_S = 1e-6  # times of frames are quotients: 25 frames of 1/25 s are to be a second


@dataclass(slots=True)
class Episode:
    """A condition that holds since `since`, seen last at `last`."""

    since: Moment
    last: Moment
    event: Event | None = None


class Episodes:
    """Turns "it holds for these subjects now" into events that begin and end.

    A condition must hold for `hold_s` before its event; it ends `release_s` after it was last seen to hold, and the
    end is dated to that last time. Within `cooldown_s` of an event there is no other (of the rule, or of the subject
    with `per_subject`): it is put off while its condition lasts, and lost if that is shorter.
    """

    def __init__(self, hold_s: float, release_s: float, cooldown_s: float = 0.0, *, per_subject: bool = False) -> None:
        self._hold_s = hold_s
        self._release_s = release_s
        self._cooldown_s = cooldown_s
        self._per_subject = per_subject
        self._open: dict[int, Episode] = {}
        self._last_s: dict[int, float] = {}  # when the last event of a subject (or of all: 0) completed

    @classmethod
    def of(cls, params: ZoneRuleParams, dwell_s: float = 0.0) -> Episodes:
        """Those of a rule about tracks in a zone: who does it for `dwell_s`, and `debounce_s` more, did it."""
        return cls(
            dwell_s + params.debounce_s,
            params.absence_s,
            params.cooldown_s,
            per_subject=params.cooldown_per == "track",
        )

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, subject: int) -> bool:
        """Whether the subject's condition holds, or held a moment ago."""
        return subject in self._open

    def rename(self, old: int, new: int) -> None:
        """Track `new` continues track `old`."""
        episode = self._open.pop(old, None)
        if episode is not None:
            self._open[new] = episode

    def drop(self, subject: int) -> list[Event]:
        """The subject's condition is over at once."""
        episode = self._open.pop(subject, None)
        return [ended(episode.event, episode.last)] if episode is not None and episode.event else []

    def update(
        self,
        holds: Mapping[int, Moment | None],
        now: Moment,
        make: Callable[[int, Moment], Event],
        *,
        armed: bool = True,
        may_begin: Collection[int] | None = None,
        patience: Callable[[int], float] | None = None,
    ) -> list[Event]:
        """`holds`: subject -> since when its condition holds, None for since now. `make(subject, since)` makes its
        event. Unless `armed` no event begins; where `may_begin` is given, only those of its subjects do. `patience`:
        subject -> seconds instead of `release_s`, never fewer."""
        if not holds and not self._open:
            return []
        events = self._expire(now, patience)
        for subject, since in holds.items():
            episode = self._open.get(subject)
            if episode is not None and since not in (None, episode.since) and episode.event:
                events.append(ended(episode.event, episode.last))  # it began anew: another fact
                episode = None
            if episode is None:
                episode = self._open[subject] = Episode(since or now, now)
            elif since is not None:
                episode.since = since
            episode.last = now
            due = now.at_s - episode.since.at_s >= self._hold_s - _EPS_S
            ready = armed and (may_begin is None or subject in may_begin)
            if ready and episode.event is None and due and self._cool(subject, now):
                episode.event = make(subject, episode.since)
                events.append(episode.event)
        return events

    def close(self) -> list[Event]:
        events = [ended(one.event, one.last) for one in self._open.values() if one.event]
        self._open.clear()
        return events

    def _expire(self, now: Moment, patience: Callable[[int], float] | None) -> list[Event]:
        events = []
        for subject, episode in list(self._open.items()):
            unseen_s = now.at_s - episode.last.at_s
            if unseen_s <= self._release_s + _EPS_S:
                continue
            if patience is not None and unseen_s <= patience(subject) + _EPS_S:
                continue
            del self._open[subject]
            if episode.event:
                events.append(ended(episode.event, episode.last))
        return events

    def _cool(self, subject: int, now: Moment) -> bool:
        """Whether an event may come now; if so, it is noted."""
        if self._cooldown_s <= 0:
            return True
        key = subject if self._per_subject else 0
        last_s = self._last_s.get(key)
        if last_s is not None and now.at_s - last_s < self._cooldown_s - _EPS_S:
            return False
        self._last_s = {k: v for k, v in self._last_s.items() if now.at_s - v < self._cooldown_s}
        self._last_s[key] = now.at_s
        return True

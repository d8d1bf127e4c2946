"""When a rule is wrong so often that its alerts no longer belong into the queue. Pure: numbers in, a judgement out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from veedor.kit.statistics import wilson


@dataclass(frozen=True, slots=True)
class ReviewConfig:
    """`days`: how far back verdicts count. `below`: a rule goes into review where the upper end of its precision's
    interval is under this share, 0..1; 0 never. `least_verdicts`: and not before so many were given."""

    days: float = 30.0
    below: float = 0.3
    least_verdicts: int = 20


@dataclass(frozen=True, slots=True)
class Tally:
    """What people said of one rule's alerts. `raised` counts alerts; `true` and `of` count bursts, each once: whoever
    dismisses twelve alerts of one windy minute says one thing, not twelve."""

    raised: int = 0
    true: int = 0
    of: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """Of the precision, Wilson's at 95 %."""
        return wilson(self.true, self.of)


class Judgement(StrEnum):
    FINE = "fine"  # or not known to be poor
    DEMOTE = "demote"
    WARN = "warn"  # as poor, but its alerts stay in the queue: a person decides


def is_poor(tally: Tally, below: float, least_verdicts: int) -> bool:
    """Whether the precision is known, at 95 %, to lie under the bound."""
    return tally.of >= least_verdicts and tally.interval[1] < below


def judge(tally: Tally, below: float, least_verdicts: int, *, critical: bool, pinned: bool) -> Judgement:
    """What follows for the rule. What is critical, or was pinned by a person, is told and never demoted."""
    if not is_poor(tally, below, least_verdicts):
        return Judgement.FINE
    return Judgement.WARN if critical or pinned else Judgement.DEMOTE

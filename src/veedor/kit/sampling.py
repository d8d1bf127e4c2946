"""Estimates from random samples that were drawn with known probabilities.

The total is that of D. G. Horvitz and D. J. Thompson (JASA 47, 1952, 663-685): each thing found counts one over the
probability with which it was drawn. Its variance is estimated as if things had been drawn one by one with replacement
(W. G. Cochran, Sampling Techniques, 1977, 9A.3), which is rather too large than too small for a stratified draw.
The interval of a share is Wilson's, with as many observations as a simple sample of that variance would have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from veedor.kit.statistics import wilson_share


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing that was drawn and looked at: with which probability, 0..1, and whether it was one of those sought."""

    probability: float
    hit: bool


@dataclass(frozen=True, slots=True)
class Stratum:
    """Things drawn from `size` things. Of `drawn` that were drawn, those that were looked at, chosen at random."""

    size: int
    drawn: int
    seen: Sequence[Drawn]


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many of `size` things are of those sought: `total`, and its interval at 95 %. `variance` is of the total.

    `size` leaves out strata of which nothing was looked at: the estimate says nothing of those.
    """

    size: int
    seen: int
    hits: int
    total: float
    variance: float
    low: float
    high: float


def estimate(strata: Sequence[Stratum]) -> Estimate:
    """Over all strata of which something was looked at. One look alone has no variance: all of it counts."""
    known = [one for one in strata if one.seen]
    size = sum(one.size for one in known)
    seen = [thing for one in known for thing in one.seen]
    values = [_values(one) for one in known]
    total = sum(sum(part) for part in values)
    variance = sum(_variance(part) for part in values)
    share = min(1.0, total / size) if size else 0.0
    low, high = wilson_share(share, _effective(share, variance, size, known)) if size else (0.0, 1.0)
    hits = sum(thing.hit for thing in seen)
    return Estimate(size, len(seen), hits, total, variance, low * size, high * size)


def _values(one: Stratum) -> list[float]:
    """What each thing seen says of the total: those not seen are as those seen."""
    more = one.drawn / len(one.seen)
    return [more / thing.probability if thing.hit else 0.0 for thing in one.seen]


def _variance(values: Sequence[float]) -> float:
    count = len(values)
    if count < 2:
        return values[0] ** 2
    mean = sum(values) / count
    return count / (count - 1) * sum((value - mean) ** 2 for value in values)


def _effective(share: float, variance: float, size: int, strata: Sequence[Stratum]) -> float:
    """How many things, drawn simply at random, would say as much: never more than were seen.

    Where nothing or everything was a hit there is no variance to go by: unequal weights alone are counted then
    (L. Kish, Survey Sampling, 1965, 11.2).
    """
    seen = sum(len(one.seen) for one in strata)
    weights = [one.drawn / len(one.seen) / thing.probability for one in strata for thing in one.seen]
    by_weights = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    if variance <= 0 or not 0 < share < 1:
        return min(float(seen), by_weights)
    return max(1.0, min(float(seen), share * (1 - share) * size**2 / variance))


def ratio_interval(found: float, missed: tuple[float, float, float]) -> tuple[float, float, float] | None:
    """Recall, its low and its high: of all, `found` and `missed` (with low and high), how large the part found is.
    None where there is nothing at all. The interval is that of what was missed alone."""
    value, low, high = missed
    if not math.isfinite(high) or found + high <= 0:
        return None

    def share(other: float) -> float:
        return found / (found + other) if found + other > 0 else 1.0

    return share(value), share(high), share(low)

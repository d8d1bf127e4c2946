"""Statistics that figures shown to people need."""

from __future__ import annotations

import math

_Z_95 = 1.959963984540054  # of the normal distribution: 95 % lie within


def wilson(hits: int, of: int, z: float = _Z_95) -> tuple[float, float]:
    """The interval of a share, `hits` of `of` (E. B. Wilson, JASA 22, 1927, 209-212), at 95 % unless `z` says else.

    (0, 1) where nothing was counted. Raises ValueError unless 0 <= hits <= of.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    return wilson_share(hits / of, of, z) if of else (0.0, 1.0)


def wilson_share(share: float, of: float, z: float = _Z_95) -> tuple[float, float]:
    """The same for a share, 0..1, of `of` observations, which need not be whole: a sample of unequal weights is worth
    as many observations as a simple one of its variance. (0, 1) where `of` is 0."""
    if of <= 0:
        return 0.0, 1.0
    spread = z * z / of
    middle = share + spread / 2
    reach = z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    low = 0.0 if share == 0 else (middle - reach) / (1 + spread)
    high = 1.0 if share == 1 else (middle + reach) / (1 + spread)
    return max(0.0, low), min(1.0, high)

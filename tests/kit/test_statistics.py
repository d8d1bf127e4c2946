from __future__ import annotations

import pytest

from veedor.kit.statistics import wilson


def test_the_interval_of_a_share() -> None:
    low, high = wilson(8, 10)  # as in the tables: 0.490 to 0.943
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0
    assert wilson(500, 1000)[0] == pytest.approx(0.469, abs=0.001)


def test_what_is_no_share_is_refused() -> None:
    for hits, of in ((-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="is no share"):
            wilson(hits, of)

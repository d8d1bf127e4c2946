"""Estimates from samples, against numbers worked out by hand; `desk/test_sample_frame.py` has very many draws."""

from __future__ import annotations

import pytest

from veedor.kit.sampling import Drawn, estimate, ratio_interval
from veedor.kit.sampling import Stratum as Sampled
from veedor.kit.statistics import wilson, wilson_share


def test_a_total_and_its_variance_as_worked_out_by_hand() -> None:
    """4 of 8 drawn were looked at: values 2 x (1/0.02, 0, 0, 1/0.04) = 100, 0, 0, 50; their sum, and 4/3 of the sum of
    squares about 37.5: 4/3 x (62.5^2 + 37.5^2 + 37.5^2 + 12.5^2) = 9166.7."""
    seen = [Drawn(0.02, True), Drawn(0.05, False), Drawn(0.02, False), Drawn(0.04, True)]
    found = estimate([Sampled(400, 8, seen)])
    assert (found.size, found.seen, found.hits) == (400, 4, 2)
    assert found.total == pytest.approx(150)
    assert found.variance == pytest.approx(9166.67, abs=0.01)
    # share 0.375; worth 0.375 x 0.625 x 400^2 / 9166.67 = 4.09 looks, of which there were 4
    assert (found.low, found.high) == pytest.approx(tuple(400 * one for one in wilson_share(0.375, 4)))


def test_nothing_found_is_no_proof_that_there_is_nothing() -> None:
    alike = [Drawn(0.01, False)] * 50
    found = estimate([Sampled(1000, 50, alike)])
    assert (found.total, found.variance, found.low) == (0, 0, 0)
    assert found.high == pytest.approx(1000 * wilson(0, 50)[1])
    uneven = [Drawn(0.01, False)] * 25 + [Drawn(0.1, False)] * 25
    assert estimate([Sampled(1000, 50, uneven)]).high > found.high  # unequal weights say less
    assert estimate([Sampled(1000, 50, [])]).high == 0  # of nothing that was looked at: `size` is 0 as well
    assert estimate([]).size == 0


def test_recall_and_its_ends() -> None:
    assert ratio_interval(30, (10, 0, 60)) == pytest.approx((0.75, 1 / 3, 1.0))
    assert ratio_interval(0, (0, 0, 0)) is None

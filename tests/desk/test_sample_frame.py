"""What samples are drawn from, the draw, and what the answers say: against very many draws from a known whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean, stdev

import pytest

from veedor.desk.samples.frame import Facts, Frame, Span, Stratum, draw, frame_of, quotas
from veedor.kit.sampling import Drawn, estimate
from veedor.kit.sampling import Stratum as Sampled

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def spans(*pairs: tuple[float, float]) -> list[Span]:
    return [(NOON + timedelta(seconds=a), NOON + timedelta(seconds=b)) for a, b in pairs]


def test_the_frame_leaves_out_alerts_gaps_and_what_was_turned_down() -> None:
    """A minute of footage in stretches of 10 s: one with a track, one turned down, an alert with its margins."""
    facts = Facts(
        recorded=spans((0, 65), (78, 120)),
        tracks=spans((11, 12), (95, 97)),
        alerts=spans((38, 39)),
        rejected=spans((101, 105), (70, 72)),
    )
    frame = frame_of([*spans((0, 60), (60, 120))], facts, 10)
    starts = {
        stratum: [[(span[0] - NOON).total_seconds() for span in hour] for hour in hours]
        for stratum, hours in frame.items()
    }
    assert starts == {
        Stratum.TRACKS: [[10], [90]],
        Stratum.QUIET: [[0, 50], [80, 110]],  # 20 to 50: the alert and its margins; 60 and 70 were not recorded whole
        Stratum.REJECTED: [[101]],  # of 70 there is no footage
    }
    assert quotas(4, frame) == {Stratum.TRACKS: 2, Stratum.QUIET: 1, Stratum.REJECTED: 1}
    assert quotas(1, frame)[Stratum.TRACKS] == 1
    assert quotas(3, {Stratum.QUIET: frame[Stratum.QUIET]}) == {
        Stratum.TRACKS: 0,
        Stratum.QUIET: 3,
        Stratum.REJECTED: 0,
    }


def test_each_stretch_comes_as_often_as_its_probability_says() -> None:
    hours = [spans(*[(3600 * hour + 10 * k, 3600 * hour + 10 * k + 10) for k in range(1 + hour)]) for hour in range(4)]
    frame: Frame = {Stratum.TRACKS: hours}
    random, counts, said = Random(7), dict[Span, int](), dict[Span, float]()
    draws = 6000
    for _ in range(draws):
        for one in draw(frame, 2, random):
            counts[one.span] = counts.get(one.span, 0) + 1
            said[one.span] = one.probability
    assert len(counts) == 10
    assert sum(said.values()) == pytest.approx(2)  # how many are drawn each time
    for span, probability in said.items():
        assert counts[span] / draws == pytest.approx(probability, abs=4 * (0.25 / draws) ** 0.5)


def test_the_estimate_is_right_on_average_and_its_interval_holds_the_truth() -> None:
    """10 days of 24 hours of unequal length with known misses; 400 draws of 4 a day, of which 60 % are answered."""
    made = Random(3)
    days: list[Frame] = []
    missed: set[Span] = set()
    for day in range(10):
        hours = []
        for hour in range(24):
            first = 86_400 * day + 3600 * hour
            hours.append(spans(*[(first + 20 * k, first + 20 * k + 20) for k in range(made.randint(20, 160))]))
        days.append({Stratum.TRACKS: hours})
        missed |= {one for hour in hours for one in hour if made.random() < 0.15}
    size = sum(len(hour) for frame in days for hour in frame[Stratum.TRACKS])
    random, totals, variances, held = Random(11), [], [], 0
    for _ in range(400):
        drawn = [one for frame in days for one in draw(frame, 4, random)]
        looked_at = random.sample(drawn, 24)
        seen = [Drawn(one.probability, one.span in missed) for one in looked_at]
        found = estimate([Sampled(size, len(drawn), seen)])
        totals.append(found.total)
        variances.append(found.variance)
        held += found.low <= len(missed) <= found.high
    error = stdev(totals) / 400**0.5
    assert mean(totals) == pytest.approx(len(missed), abs=3.5 * error)
    assert mean(variances) > 0.85 * stdev(totals) ** 2  # what the estimate says of its own error is not too little
    assert held / 400 >= 0.93

"""Which events of two runs are the same fact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from veedor.kit.messages import Message
from veedor.model.event import Event, Severity
from veedor.site.rules.compare import compare

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def event(
    start_s: float, end_s: float | None, tracks: tuple[int, ...] = (1,), zone: str = "A", rule: str = "r"
) -> Event:
    start = NOON + timedelta(seconds=start_s)
    end = None if end_s is None else NOON + timedelta(seconds=end_s)
    told = (f"{rule}{start_s}{tracks}", "c1", rule, "loitering", Severity.MEDIUM, start, end or start, end)
    return Event(*told, Message("rules-loitering"), tracks, zone)


def told(new: list[Event], old: list[Event]) -> list[tuple[bool, bool]]:
    return [(one.new is not None, one.old is not None) for one in compare(new, old)]


def test_the_same_place_and_time_is_the_same_whatever_the_rule_is_called() -> None:
    assert told([event(0, 10, rule="nueva")], [event(3, 12)]) == [(True, True)]
    assert told([event(0, 10)], [event(11.5, 20)]) == [(True, True)]  # two seconds are forgiven
    assert told([event(0, 10)], [event(13, 20)]) == [(True, False), (False, True)]
    assert told([event(0, 10)], [event(0, 10, zone="B")]) == [(True, False), (False, True)]


def test_each_is_the_same_as_one_other_first_those_that_share_a_track() -> None:
    pairs = compare([event(0, 10, (1,)), event(1, 10, (2,))], [event(0, 10, (2,))])
    assert [(one.event.track_ids, one.old is not None) for one in pairs] == [((1,), False), ((2,), True)]
    # one long event in place of two short ones: one of these is gone
    assert sorted(told([event(0, 30)], [event(0, 10), event(20, 30)])) == [(False, True), (True, True)]


def test_one_that_goes_on_overlaps_all_that_follows() -> None:
    assert told([event(0, None)], [event(500, 510)]) == [(True, True)]
    assert told([event(500, 510)], [event(0, None)]) == [(True, True)]


def test_many_are_compared_as_one_by_one() -> None:
    new = [event(number * 20, number * 20 + 5, (number,)) for number in range(2000)]
    old = [event(number * 20 + 1, number * 20 + 6, (number,)) for number in range(0, 2000, 2)]
    found = told(new, old)
    assert found.count((True, True)) == 1000
    assert found.count((True, False)) == 1000

"""What is proposed as one happening, and what is not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from veedor.model.nearby import ALONE, FAMILIES, NearbyLimits, PlacedAlert, distance_m, propose
from veedor.site.rules.kinds import KINDS

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ONE = PlacedAlert("a1", "a1", "muni", "fight", T0, -12.0500, -77.0300)
# 0.002 degrees of latitude are 221 m there.
OTHER = PlacedAlert("b1", "b1", "pnp", "person_down", T0 + timedelta(seconds=100), -12.0520, -77.0300)
LIMITS = NearbyLimits()


def ids(alerts: list[PlacedAlert], *dismissed: tuple[str, str]) -> list[list[str]]:
    return [[one.id for one in found.alerts] for found in propose(alerts, LIMITS, frozenset(dismissed))]


def test_near_in_place_and_time_and_of_one_family() -> None:
    (found,) = propose([OTHER, ONE], LIMITS)
    assert [one.id for one in found.alerts] == ["a1", "b1"]
    assert (found.agencies, found.family, found.bursts) == (("muni", "pnp"), "violence", (("a1", "b1"),))
    assert found.apart_m == pytest.approx(221.2, abs=0.5)
    assert distance_m(ONE, replace(ONE, longitude_deg=-77.031)) == pytest.approx(108.9, abs=0.5)


@pytest.mark.parametrize(
    "change",
    [
        {"agency_id": "muni"},
        {"kind": "collision"},
        {"kind": "camera_offline"},
        {"at": T0 + timedelta(seconds=301)},
        {"at": T0 - timedelta(seconds=301)},
        {"latitude_deg": -12.0530},
        {"longitude_deg": -77.0330},
    ],
    ids=str,
)
def test_what_differs_is_not_proposed(change: dict[str, object]) -> None:
    assert propose([ONE, replace(OTHER, **change)], LIMITS) == []


def test_cameras_that_fail_together_are_no_happening() -> None:
    assert propose([replace(ONE, kind="camera_offline"), replace(OTHER, kind="camera_offline")], LIMITS) == []


def test_limits_can_be_others() -> None:
    assert propose([ONE, OTHER], NearbyLimits(within_m=200)) == []
    assert propose([ONE, OTHER], NearbyLimits(within_s=99)) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_order_makes_no_difference(seed: int) -> None:
    third = replace(ONE, id="c1", burst="c1", agency_id="brena", at=T0 + timedelta(seconds=350), latitude_deg=-12.053)
    far = replace(OTHER, id="d1", burst="d1", latitude_deg=-12.3)
    alerts = [ONE, OTHER, third, far]
    random.Random(seed).shuffle(alerts)
    assert propose(alerts, LIMITS) == propose([ONE, OTHER, third, far], LIMITS)
    assert ids(alerts) == [["a1", "b1", "c1"]]  # the first and the last are too far, the middle one joins them


@pytest.mark.timeout(20)
@pytest.mark.parametrize("count", [3, 4, 9])
def test_alerts_that_are_all_near_each_other_are_one_proposal(count: int) -> None:
    """A ring of neighbours joins what is joined already."""
    alerts = [
        replace(
            ONE, id=f"a{number}", burst=f"a{number}", agency_id=f"agency-{number}", at=T0 + timedelta(seconds=number)
        )
        for number in range(count)
    ]
    (found,) = propose(alerts, LIMITS)
    assert [one.id for one in found.alerts] == [one.id for one in alerts]
    assert len(found.bursts) == count * (count - 1) // 2


def test_another_alert_of_a_burst_changes_no_proposal() -> None:
    again = replace(ONE, id="a2", at=T0 + timedelta(seconds=30))
    (before,), (after,) = propose([ONE, OTHER], LIMITS), propose([ONE, again, OTHER], LIMITS)
    assert (before.id, [one.id for one in after.alerts]) == (after.id, ["a1", "a2", "b1"])


def test_what_was_dismissed_stays_dismissed_and_a_new_neighbour_is_asked_about() -> None:
    third = replace(OTHER, id="c1", burst="c1", agency_id="brena", at=T0 + timedelta(seconds=200))
    assert ids([ONE, OTHER], ("a1", "b1")) == []
    assert ids([ONE, OTHER, third], ("a1", "b1")) == [["a1", "b1", "c1"]]
    assert ids([ONE, OTHER, third], ("a1", "b1"), ("a1", "c1"), ("b1", "c1")) == []


def test_what_is_in_an_incident_takes_others_in_but_not_what_is_in_one_too() -> None:
    joined = replace(ONE, incident_id="i1")
    (found,) = propose([joined, OTHER], LIMITS)
    assert found.incident_id == "i1"
    assert propose([joined, replace(OTHER, incident_id="i1")], LIMITS) == []


def test_every_kind_of_rule_has_its_place() -> None:
    combined = {"sequence", "together"}  # made of others: a family by themselves
    assert set(KINDS) == set(FAMILIES) | set(ALONE) | combined
    assert not set(FAMILIES) & ALONE

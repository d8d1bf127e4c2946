"""Where the agencies of the demo lie: its screens have a tree to show, and a border that is seen from all sides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

from veedor.compose.demo_plans import JOINT_WITHIN_M, PLANS, Plan
from veedor.model.agency import Agency, AgencyKind, ancestors, in_polygons
from veedor.model.nearby import NearbyLimits, PlacedAlert, propose

AGENCIES = {
    agency_id: Agency(agency_id, told["name"], AgencyKind(told["kind"]), told["parent_id"], told["area"])
    for plan in PLANS
    for agency_id, told in plan.agencies()
}


def test_every_agency_has_its_place_in_the_tree() -> None:
    above = {plan.agency_id: ancestors(AGENCIES.values(), plan.agency_id) for plan in PLANS}
    province = ["lima", "region-lima", "mininter"]
    assert above == {"la-victoria": province, "brena": province, "pnp-cercado": ["regpol-lima", "mininter"]}
    for plan in PLANS:
        ids = [agency_id for agency_id, _ in plan.agencies()]
        assert all(AGENCIES[one].parent_id in (None, *ids[:number]) for number, one in enumerate(ids))


def test_cameras_stand_in_their_own_jurisdiction_and_in_no_other() -> None:
    for plan in PLANS:
        for number in range(plan.cameras):
            latitude, longitude = plan.camera_at(number)
            within = [one.agency_id for one in PLANS if in_polygons(AGENCIES[one.agency_id].area, longitude, latitude)]
            assert within == [plan.agency_id]


def test_alerts_of_the_first_cameras_are_proposed_as_one_incident() -> None:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def alert(number: int, plan: Plan) -> PlacedAlert:
        place, name = plan.camera_at(0), plan.agency_id
        return PlacedAlert(name, name, name, "zone_intrusion", at + timedelta(seconds=20 * number), *place)

    alerts = [alert(number, plan) for number, plan in enumerate(PLANS)]
    limits = NearbyLimits(within_m=JOINT_WITHIN_M)
    assert [len(one.agencies) for one in propose(alerts, limits)] == [3]
    for pair in combinations(alerts, 2):
        assert len(propose(pair, limits)) == 1

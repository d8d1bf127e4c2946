"""Alerts of several agencies that may be one happening: near each other in place and time, and of one family.

Nothing here decides anything: it finds what a person should be asked about. The same alerts always give the same
proposals, whatever order they come in.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from veedor.kit.geometry import metres_per_degree
from veedor.kit.hashing import canonical_json, sha256_bytes

FAMILIES: dict[str, str] = {
    "fight": "violence",
    "person_down": "violence",
    "group_converging": "violence",
    "running": "violence",
    "stop_and_flee": "violence",
    "crowd": "crowd",
    "queue": "crowd",
    "occupancy": "crowd",
    "meeting": "crowd",
    "parting": "crowd",
    "collision": "traffic",
    "sudden_stop": "traffic",
    "wrong_way": "traffic",
    "speeding": "traffic",
    "stopped_vehicle": "traffic",
    "parked_vehicle": "traffic",
    "vehicle_circling": "traffic",
    "object_left": "object",
    "object_removed": "object",
    "zone_intrusion": "intrusion",
    "tripwire": "intrusion",
    "closed_area": "intrusion",
    "loitering": "intrusion",
    "lingering": "intrusion",
    "unusual": "intrusion",
}
"""Kind of alert -> what it may be a part of. A kind that is not here is a family by itself, but for `ALONE`."""

ALONE = frozenset({"camera_offline", "camera_tampered", "camera_clock", "counting", "absence"})
"""Kinds that are about a camera, or a number: never one happening with anything."""

Bursts = tuple[str, str]
"""Two bursts of alerts, the smaller id first."""


@dataclass(frozen=True, slots=True)
class PlacedAlert:
    """What counts of an alert. `burst`: the first alert of its burst. `at`: aware UTC. `incident_id`: the incident
    that it is in already, of those that whoever is asked may work on."""

    id: str
    burst: str
    agency_id: str
    kind: str
    at: datetime
    latitude_deg: float
    longitude_deg: float
    incident_id: str | None = None

    @property
    def family(self) -> str:
        return FAMILIES.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class NearbyLimits:
    """How near is near."""

    within_m: float = 300.0
    within_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Alerts that may be one incident: of two agencies at least, in the order in which they came.

    `id` is that of its bursts: another alert of a burst that is in it changes nothing. `apart_m`: the largest distance
    of two alerts that belong together, metres.
    """

    id: str
    family: str
    alerts: tuple[PlacedAlert, ...]
    bursts: tuple[Bursts, ...]
    apart_m: float

    @property
    def agencies(self) -> tuple[str, ...]:
        return tuple(sorted({one.agency_id for one in self.alerts}))

    @property
    def incident_id(self) -> str | None:
        """The incident that the first of them is in already."""
        return next((one.incident_id for one in self.alerts if one.incident_id), None)


def distance_m(one: PlacedAlert, other: PlacedAlert) -> float:
    """Along the ground, metres: good for the few kilometres that matter here."""
    east, north = metres_per_degree((one.latitude_deg + other.latitude_deg) / 2)
    return math.hypot((one.longitude_deg - other.longitude_deg) * east, (one.latitude_deg - other.latitude_deg) * north)


def propose(
    alerts: Iterable[PlacedAlert], limits: NearbyLimits, dismissed: frozenset[Bursts] = frozenset()
) -> list[Proposal]:
    """The newest first. `dismissed`: bursts of which a person said that they are not one thing."""
    near = _near(sorted(alerts, key=lambda one: (one.at, one.id)), limits, dismissed)
    leads: dict[str, str] = {}
    for first, second in near:
        a, b = _lead(leads, first), _lead(leads, second)
        if a != b:  # three that are all near each other: a lead of itself would never end
            leads[max(a, b)] = min(a, b)
    members: dict[str, list[Bursts]] = defaultdict(list)
    for pair in sorted(near):
        members[_lead(leads, pair[0])].append(pair)
    found = [_proposal(pairs, near) for pairs in members.values()]
    return sorted(found, key=lambda one: (one.alerts[-1].at, one.id), reverse=True)


def _near(
    ordered: Sequence[PlacedAlert], limits: NearbyLimits, dismissed: frozenset[Bursts]
) -> dict[Bursts, list[tuple[PlacedAlert, PlacedAlert, float]]]:
    found: dict[Bursts, list[tuple[PlacedAlert, PlacedAlert, float]]] = defaultdict(list)
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            if (other.at - one.at).total_seconds() > limits.within_s:
                break
            pair = (min(one.burst, other.burst), max(one.burst, other.burst))
            if pair in dismissed or not _belong(one, other):
                continue
            apart_m = distance_m(one, other)
            if apart_m <= limits.within_m:
                found[pair].append((one, other, apart_m))
    return found


def _belong(one: PlacedAlert, other: PlacedAlert) -> bool:
    """Two alerts that are both in an incident are somebody's work already."""
    return (
        one.agency_id != other.agency_id
        and one.family == other.family
        and not ALONE & {one.kind, other.kind}
        and not (one.incident_id and other.incident_id)
    )


def _lead(leads: Mapping[str, str], burst: str) -> str:
    while burst in leads:
        burst = leads[burst]
    return burst


def _proposal(pairs: list[Bursts], near: Mapping[Bursts, list[tuple[PlacedAlert, PlacedAlert, float]]]) -> Proposal:
    links = [link for pair in pairs for link in near[pair]]
    alerts = {one.id: one for link in links for one in link[:2]}
    ordered = tuple(sorted(alerts.values(), key=lambda one: (one.at, one.id)))
    bursts = sorted({burst for pair in pairs for burst in pair})
    proposal_id = sha256_bytes(canonical_json({"bursts": bursts}))[:32]
    return Proposal(proposal_id, ordered[0].family, ordered, tuple(pairs), max(link[2] for link in links))

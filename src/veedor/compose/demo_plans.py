"""Who is in the demo of a federation, and where: its agencies with those above them, its sites and their cameras.

The municipalities' first cameras and the comisaría's stand along one street, some hundred metres from each other on
three sides of two borders: what happens there is seen by all three, and proposed as one incident.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

JOINT_WITHIN_M = 500.0
"""How near alerts of two of these agencies are that may be one incident: the first cameras are 470 m apart at most."""

HUB_AGENCY = "region-lima"
Ring = tuple[tuple[float, float], ...]
"""Corners of a jurisdiction: longitude, latitude in degrees. Where about it lies, and no true border."""


@dataclass(frozen=True, slots=True)
class Above:
    """An agency that has no site in the demo."""

    agency_id: str
    name: str
    kind: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One site of the demo. `latitude_deg`, `longitude_deg`: of its first camera; `step_deg`: latitude, longitude from
    each to the next. `above`: the agencies over its own, the highest first."""

    site: str
    agency: str
    agency_id: str
    kind: str
    user: str
    latitude_deg: float
    longitude_deg: float
    cameras: int = 2
    step_deg: tuple[float, float] = (0.0012, 0.0009)
    ring: Ring = ()
    above: tuple[Above, ...] = ()

    def camera_at(self, number: int) -> tuple[float, float]:
        """Latitude and longitude of a camera, degrees; the first is 0."""
        return self.latitude_deg + self.step_deg[0] * number, self.longitude_deg + self.step_deg[1] * number

    def agencies(self) -> list[tuple[str, dict[str, Any]]]:
        """Ids and what `PUT /api/agencies/ID` is told, parents before children; the last is the site's own."""
        known = [(one.agency_id, _told(one.name, one.kind, one.parent_id, ())) for one in self.above]
        parent = self.above[-1].agency_id if self.above else None
        return [*known, (self.agency_id, _told(self.agency, self.kind, parent, self.ring))]


def _told(name: str, kind: str, parent_id: str | None, ring: Ring) -> dict[str, Any]:
    corners = [list(corner) for corner in ring]
    area = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]} if corners else None
    return {"name": name, "kind": kind, "parent_id": parent_id, "area": area}


_MINISTRY = Above("mininter", "Ministerio del Interior", "ministry")
_REGION = Above(HUB_AGENCY, "Gobierno Regional de Lima", "region", _MINISTRY.agency_id)
_PROVINCE = Above("lima", "Municipalidad Metropolitana de Lima", "province", HUB_AGENCY)
_POLICE_REGION = Above("regpol-lima", "Región Policial Lima", "police_region", _MINISTRY.agency_id)
_BORDER = ((-77.0402, -12.0603), (-77.0372, -12.0604))  # what the comisaría has between the two municipalities

PLANS = (
    Plan(
        "Serenazgo La Victoria",
        "Municipalidad de La Victoria",
        "la-victoria",
        "municipality",
        "rosa",
        -12.0610,
        -77.0366,
        step_deg=(-0.0090, 0.0150),
        ring=(
            _BORDER[1],
            (-77.0280, -12.0580),
            (-77.0180, -12.0570),
            (-77.0075, -12.0585),
            (-77.0035, -12.0700),
            (-77.0120, -12.0850),
            (-77.0240, -12.0895),
            (-77.0270, -12.0780),
            (-77.0335, -12.0680),
        ),
        above=(_MINISTRY, _REGION, _PROVINCE),
    ),
    Plan(
        "Serenazgo Breña",
        "Municipalidad de Breña",
        "brena",
        "municipality",
        "luis",
        -12.0602,
        -77.0408,
        step_deg=(0.0102, -0.0112),
        ring=(
            _BORDER[0],
            (-77.0435, -12.0500),
            (-77.0560, -12.0480),
            (-77.0610, -12.0550),
            (-77.0580, -12.0640),
            (-77.0470, -12.0635),
        ),
        above=(_MINISTRY, _REGION, _PROVINCE),
    ),
    Plan(
        "Comisaría Cercado",
        "PNP Comisaría Cercado",
        "pnp-cercado",
        "police",
        "olga",
        -12.0598,
        -77.0386,
        1,
        ring=(
            *_BORDER,
            (-77.0280, -12.0580),
            (-77.0180, -12.0570),
            (-77.0200, -12.0390),
            (-77.0320, -12.0370),
            (-77.0450, -12.0430),
            (-77.0435, -12.0500),
        ),
        above=(_MINISTRY, _POLICE_REGION),
    ),
)

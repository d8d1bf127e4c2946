"""Agencies: who answers for cameras, people and records. They form a tree, from ministry to comisaría."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class AgencyKind(StrEnum):
    MINISTRY = "ministry"
    REGION = "region"
    PROVINCE = "province"
    MUNICIPALITY = "municipality"  # a district's Serenazgo
    POLICE_REGION = "police_region"
    POLICE = "police"  # a comisaría
    OTHER = "other"


def kind_of(text: str) -> AgencyKind:
    """A kind of a newer version is one of the others."""
    try:
        return AgencyKind(text)
    except ValueError:
        return AgencyKind.OTHER


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency. `area`: its jurisdiction as a GeoJSON Polygon or MultiPolygon; `public_key`: 64 hex digits (Ed25519)
    that its statements and people are proved with; `hosted`: the hub keeps its private key, for it has no site."""

    id: str
    name: str
    kind: AgencyKind = AgencyKind.OTHER
    parent_id: str | None = None
    area: Mapping[str, Any] | None = None
    public_key: str | None = None
    hosted: bool = False


def ancestors(agencies: Iterable[Agency], agency_id: str) -> list[str]:
    """Ids above the agency, the nearest first. A parent that nobody knows ends the list, and so does a ring."""
    parents = {one.id: one.parent_id for one in agencies}
    found: list[str] = []
    above = parents.get(agency_id)
    while above in parents and above is not None and above not in found and above != agency_id:
        found.append(above)
        above = parents[above]
    return found


def descendants(agencies: Iterable[Agency], agency_id: str) -> set[str]:
    """Ids below the agency, at any depth."""
    children: dict[str | None, list[str]] = {}
    for one in agencies:
        children.setdefault(one.parent_id, []).append(one.id)
    found: set[str] = set()
    waiting = list(children.get(agency_id, ()))
    while waiting:
        below = waiting.pop()
        if below not in found and below != agency_id:
            found.add(below)
            waiting += children.get(below, ())
    return found


def makes_ring(agencies: Iterable[Agency], agency_id: str, parent_id: str | None) -> bool:
    """Whether the agency would stand above itself if `parent_id` were its parent."""
    if parent_id is None:
        return False
    known = list(agencies)
    return parent_id == agency_id or parent_id in descendants(known, agency_id)


def in_polygons(area: Any, longitude_deg: float, latitude_deg: float) -> bool:
    """Whether the point lies in a GeoJSON Polygon or MultiPolygon (even-odd rule). Anything else holds no point."""
    if not isinstance(area, Mapping) or not math.isfinite(longitude_deg) or not math.isfinite(latitude_deg):
        return False
    coordinates = area.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(area.get("type")))
    if not isinstance(polygons, list | tuple):
        return False
    return any(_in_polygon(one, longitude_deg, latitude_deg) for one in polygons)


def _in_polygon(rings: Any, x: float, y: float) -> bool:
    """Holes turn the answer around, as even-odd does; a polygon with one bad ring holds nothing."""
    if not isinstance(rings, list | tuple) or not rings or not all(is_ring(ring) for ring in rings):
        return False
    return sum(_crossings(ring, x, y) for ring in rings) % 2 == 1


def is_ring(ring: Any) -> bool:
    """Whether it is a closed ring of [longitude, latitude] in degrees."""
    if not isinstance(ring, list | tuple) or len(ring) < 4:
        return False
    for point in ring:
        if not isinstance(point, list | tuple) or len(point) < 2:
            return False
        if any(type(one) not in (int, float) for one in point[:2]):
            return False
        if not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):  # not a number is refused too
            return False
    return list(ring[0][:2]) == list(ring[-1][:2])


def _crossings(ring: Any, x: float, y: float) -> int:
    """How many edges a ray to the east meets."""
    count = 0
    for (x1, y1, *_), (x2, y2, *_) in itertools.pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            count += 1
    return count

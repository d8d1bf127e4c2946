"""The agency's own districts, sectors or beats: one small GeoJSON file that an administrator brings.

What comes in is anybody's file. Nothing of it is kept but outlines, rounded to a decimetre, and a name, as plain text.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from veedor.desk.map.errors import BadDistricts
from veedor.kit.files import write_file
from veedor.kit.sqlite import os_store_error

MAX_FEATURES = 2000
MAX_POINTS = 100_000
MAX_NAME = 120
# Under which of its properties a feature has its name, best first, in any case.
_NAMES = ("name", "nombre", "nomb_dist", "nombdist", "distrito", "sector", "label", "id")


class Districts:
    """The stored districts of the agencies of one desk."""

    def __init__(self, data_directory: Path) -> None:
        self._folder = data_directory / "map"

    def path(self, agency_id: str) -> Path:
        return self._folder / f"districts-{agency_id}.geojson"

    def save(self, agency_id: str, sent: bytes) -> int:
        """Check, keep and give how many districts there are. Raises BadDistricts, the StoreError tree."""
        collection = checked(sent)
        text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
        write_file(self.path(agency_id), text.encode())
        return len(collection["features"])

    def remove(self, agency_id: str) -> bool:
        """Whether there were any."""
        path = self.path(agency_id)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as problem:
            raise os_store_error(path, problem) from problem
        return True


def checked(sent: bytes) -> dict[str, Any]:
    """The FeatureCollection in `sent` as it may be stored and shown. Raises BadDistricts."""
    try:
        told = json.loads(sent.decode("utf-8-sig"), parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise BadDistricts(detail="map-districts-not-json", number=0) from problem
    if not isinstance(told, dict) or told.get("type") != "FeatureCollection":
        raise BadDistricts(detail="map-districts-no-collection", number=0)
    features = told.get("features")
    if not isinstance(features, list) or not features:
        raise BadDistricts(detail="map-districts-empty", number=0)
    if len(features) > MAX_FEATURES:
        raise BadDistricts(detail="map-districts-too-many", number=0)
    counted = _Budget(MAX_POINTS)
    return {
        "type": "FeatureCollection",
        "features": [_feature(one, number, counted) for number, one in enumerate(features, 1)],
    }


class _Budget:
    def __init__(self, points: int) -> None:
        self.left = points

    def take(self, points: int) -> None:
        self.left -= points
        if self.left < 0:
            raise BadDistricts(detail="map-districts-too-many", number=0)


def _no_constant(_text: str) -> float:
    raise ValueError("no number")


def _feature(told: Any, number: int, budget: _Budget) -> dict[str, Any]:
    geometry = told.get("geometry") if isinstance(told, dict) and told.get("type") == "Feature" else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise BadDistricts(detail="map-districts-no-polygon", number=number)
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise BadDistricts(detail="map-districts-no-polygon", number=number)
    clean = [_polygon(one, number, budget) for one in polygons]
    return {
        "type": "Feature",
        "properties": {"name": _name(told.get("properties"))},
        "geometry": {"type": "MultiPolygon", "coordinates": clean},
    }


def _polygon(told: Any, number: int, budget: _Budget) -> list[list[list[float]]]:
    if not isinstance(told, list) or not told:
        raise BadDistricts(detail="map-districts-no-polygon", number=number)
    return [_ring(one, number, budget) for one in told]


def _ring(told: Any, number: int, budget: _Budget) -> list[list[float]]:
    if not isinstance(told, list) or len(told) < 4:
        raise BadDistricts(detail="map-districts-no-polygon", number=number)
    budget.take(len(told))
    ring = [_point(one, number) for one in told]
    if ring[0] != ring[-1]:
        raise BadDistricts(detail="map-districts-not-closed", number=number)
    return ring


def _point(told: Any, number: int) -> list[float]:
    if not isinstance(told, list) or len(told) < 2 or any(type(one) not in (int, float) for one in told[:2]):
        raise BadDistricts(detail="map-districts-no-number", number=number)
    try:
        longitude, latitude = float(told[0]), float(told[1])
    except OverflowError as problem:  # an integer of a thousand digits
        raise BadDistricts(detail="map-districts-not-wgs84", number=number) from problem
    if not (math.isfinite(longitude) and abs(longitude) <= 180 and abs(latitude) <= 90):
        raise BadDistricts(detail="map-districts-not-wgs84", number=number)
    return [round(longitude, 6), round(latitude, 6)]


def _name(properties: Any) -> str:
    if not isinstance(properties, dict):
        return ""
    by_name = {str(key).lower(): value for key, value in properties.items()}
    told = next((by_name[key] for key in _NAMES if isinstance(by_name.get(key), str | int)), "")
    return "".join(letter for letter in str(told)[:MAX_NAME] if letter.isprintable()).strip()

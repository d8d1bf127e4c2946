"""Zones and lines moved along with a view that moved: a proposal for a person to look at, never done unasked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import polygon_area, project
from veedor.site.rules.schema import MAX_CORNERS

_DIGITS = 4
_LEAST_AREA = 1e-4  # of the picture: less of a zone is none


def moved_along(document: dict[str, Any], matrix: Sequence[float], presets: frozenset[str]) -> dict[str, Any]:
    """The sections of a rules file (`edit.document`) with the places of the view that moved, by
    `matrix` (3x3 by rows, old picture to new, 0..1) and cut off at the picture's border.

    `presets`: what that view's preset is called; empty: the places are those of rules that name none, and of no rule.
    A place of which nothing is left in the picture stays where it was: a rule needs its zone, and a person sees it.
    """
    by = np.asarray(matrix, float).reshape(3, 3)
    mine = _places(document, presets)
    if not presets:
        mine |= _all(document) - _named(document)
    zones = {
        name: _zone(ring, by) if ("zones", name) in mine else ring
        for name, ring in (document.get("zones") or {}).items()
    }
    wires = {
        name: _wire(wire, by) if ("tripwires", name) in mine else wire
        for name, wire in (document.get("tripwires") or {}).items()
    }
    return {**document, "zones": zones, "tripwires": wires}


def _places(document: dict[str, Any], presets: frozenset[str]) -> set[tuple[str, str]]:
    """The zones and lines of the rules whose preset is among `presets`; empty: of those that name none."""
    return {place for place, preset in _used(document) if (preset in presets if presets else preset is None)}


def _named(document: dict[str, Any]) -> set[tuple[str, str]]:
    """The zones and lines that are some preset's."""
    return {place for place, preset in _used(document) if preset is not None}


def _used(document: dict[str, Any]) -> list[tuple[tuple[str, str], str | None]]:
    found = []
    for rule in document.get("rules") or []:
        preset = None if rule.get("preset") is None else str(rule["preset"])
        for key, section in (("zone", "zones"), ("tripwire", "tripwires")):
            if rule.get(key):
                found.append(((section, str(rule[key])), preset))
    return found


def _all(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(section, name) for section in ("zones", "tripwires") for name in document.get(section) or {}}


def _zone(ring: list[list[float]], matrix: NDArray[np.float64]) -> list[list[float]]:
    there = project(matrix, np.asarray(ring, float))
    if not np.isfinite(there).all():
        return ring
    cut = _cut(there)
    if len(cut) < 3 or len(cut) > MAX_CORNERS or abs(polygon_area(cut)) < _LEAST_AREA:
        return ring
    return [[round(float(x), _DIGITS), round(float(y), _DIGITS)] for x, y in cut]


def _cut(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of a ring that lies in the picture (I. Sutherland and G. Hodgman, "Reentrant polygon clipping", CACM
    17(1), 1974)."""
    points = [(float(x), float(y)) for x, y in ring]
    for axis, limit, sign in ((0, 0.0, 1), (0, 1.0, -1), (1, 0.0, 1), (1, 1.0, -1)):
        kept: list[tuple[float, float]] = []
        for one, other in zip(points, points[1:] + points[:1], strict=True):
            inside, next_inside = (sign * (point[axis] - limit) >= 0 for point in (one, other))
            if inside:
                kept.append(one)
            if inside != next_inside:
                share = (limit - one[axis]) / (other[axis] - one[axis])
                crossing = [one[part] + share * (other[part] - one[part]) for part in (0, 1)]
                crossing[axis] = limit
                kept.append((crossing[0], crossing[1]))
        points = kept
        if not points:
            break
    return np.asarray(points, float).reshape(-1, 2)


def _wire(wire: dict[str, list[float]], matrix: NDArray[np.float64]) -> dict[str, list[float]]:
    there = project(matrix, np.asarray([wire["from"], wire["to"]], float))
    if not np.isfinite(there).all():
        return wire
    scaled = np.rint(there * 10_000).astype(int)
    inside, start, end = cv2.clipLine((0, 0, 10_001, 10_001), scaled[0].tolist(), scaled[1].tolist())
    if not inside or start == end:
        return wire
    return {"from": [one / 10_000 for one in start], "to": [one / 10_000 for one in end]}

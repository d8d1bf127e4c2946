"""Counting as recorders with zones and no lines have it: one zone on each side, entered after some frames inside.

Frigate calls the foot point's stay `inertia` (3 frames unless set) and lets rules follow the order in which zones were
entered. Whoever wants a line there draws two zones that meet at it. Written anew from that description.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

INERTIA = 3  # frames in a row
REACH = 0.15  # of a zone, away from the line, in picture heights: about what one draws to either side of a line


def counted(
    rows: np.ndarray, size: tuple[int, int], lines: dict[str, tuple[tuple[float, float], tuple[float, float]]]
) -> Counter[tuple[str, str]]:
    """(line, way) -> tracks that entered the zone on one side and then that on the other. `rows`: (n, 6) tracks."""
    counts: Counter[tuple[str, str]] = Counter()
    scale = np.array((size[0] / size[1], 1.0))
    for track_id in np.unique(rows[:, 1]):
        part = rows[rows[:, 1] == track_id]
        part = part[np.argsort(part[:, 0])]
        feet = np.column_stack((part[:, 2] + part[:, 4] / 2, part[:, 3] + part[:, 5])) / size * scale
        for name, ends in lines.items():
            for way in _ways(_zones(feet, np.asarray(ends) * scale).tolist()):
                counts[name, way] += 1
    return counts


def _zones(feet: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Of each foot point (n, 2): 1 in the zone right of the line (y down), -1 in that left of it, 0 in none."""
    along, offset = line[1] - line[0], feet - line[0]
    distance = (along[0] * offset[:, 1] - along[1] * offset[:, 0]) / np.hypot(*along)
    place = offset @ along / np.dot(along, along)
    inside = (np.abs(distance) <= REACH) & (place >= 0) & (place <= 1)
    return np.where(inside, np.where(distance > 0, 1, -1), 0)


def _ways(zones: list[int]) -> list[str]:
    """Directions in which one zone was entered after the other."""
    entered, run, last, found = 0, 0, 0, []
    for zone in zones:
        run = run + 1 if zone == last else 1
        last = zone
        if zone and run >= INERTIA and zone != entered:
            if entered:
                found.append("left_to_right" if zone > 0 else "right_to_left")
            entered = zone
    return found

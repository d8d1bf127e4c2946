"""Two tracks as one subject: a number for them, and how far apart they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from veedor.site.rules.view import View

_SHIFT = 64
_MASK = (1 << _SHIFT) - 1


def pair_key(one: int, two: int) -> int:
    """One number for two tracks, whichever is named first."""
    low, high = sorted((one, two))
    return (high << _SHIFT) | (low & _MASK)


def pair_of(key: int) -> tuple[int, int]:
    """The two tracks of a number, the lower first."""
    low = key & _MASK
    return low - (1 << _SHIFT) if low >> (_SHIFT - 1) else low, key >> _SHIFT


def feet_apart(view: View) -> NDArray[np.float64]:
    """(n, n): how far the feet of all tracks are apart, picture heights; made once for each moment."""
    if view.apart is None:
        across, down = view.foot[:, 0] * view.aspect, view.foot[:, 1]
        view.apart = np.hypot(across[:, None] - across, down[:, None] - down)
    return view.apart


def foot_distances(view: View, rows: Sequence[int]) -> NDArray[np.float64]:
    """(k, k): how far the feet of `rows` are apart, in mean body heights of the two; the diagonal is infinite."""
    if view.distances is None:
        view.distances = feet_apart(view) / np.maximum((view.body[:, None] + view.body) / 2, 1e-6)
        np.fill_diagonal(view.distances, np.inf)
        view.nearest = float(view.distances.min(initial=np.inf))
    return view.distances if len(rows) == len(view) else view.distances[np.ix_(rows, rows)]


def box_gaps(view: View, rows: Sequence[int]) -> NDArray[np.float64]:
    """(k, k): distance between the nearest points of two boxes, picture heights; 0 where they overlap."""
    boxes = view.boxes[rows]
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    apart = np.maximum(np.maximum(low - high.transpose(1, 0, 2), low.transpose(1, 0, 2) - high), 0.0)
    return np.asarray(np.hypot(apart[..., 0] * view.aspect, apart[..., 1]))


def near_pairs(
    view: View, rows: Sequence[int], reach: float, also: Collection[int] = ()
) -> list[tuple[int, int, int, float]]:
    """Pairs of `rows` within `reach` body heights, and those of `also` that are in view: their number, the row of the
    track with the lower number, the other's, and the distance."""
    if len(rows) < 2:
        return []
    distances = foot_distances(view, rows)
    found: set[tuple[int, int]] = set()
    if view.nearest <= reach:
        found = {(one, two) for one, two in np.argwhere(distances <= reach).tolist() if one < two}
    if not found and not also:
        return []
    listed, first, _ = view.listed()
    ids = [listed.ids[first + row] for row in rows]
    places = {track_id: place for place, track_id in enumerate(ids)}
    for key in also:
        low, high = pair_of(key)
        if low in places and high in places:
            one, two = sorted((places[low], places[high]))
            found.add((one, two))
    result = []
    for one, two in sorted(found):
        low, high = (one, two) if ids[one] < ids[two] else (two, one)
        result.append((pair_key(ids[one], ids[two]), rows[low], rows[high], float(distances[one, two])))
    return result

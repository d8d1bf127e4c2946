"""Rectangles into square canvases: skyline, best fit (Jylänki, A Thousand Ways to Pack the Bin, 2010)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where a rectangle's top left corner lies."""

    canvas: int
    x: int
    y: int


class _Skyline:
    """The upper edge of what lies in one canvas: steps (x, y, width), from left to right."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._free = side * side
        self._steps: list[tuple[int, int, int]] = [(0, 0, side)]

    def best(self, width: int, height: int) -> tuple[int, int, int] | None:
        """The place (waste, x, y) for a rectangle that covers the least empty ground, lowest among equals."""
        if width * height > self._free:
            return None
        found = None
        for index, (x, _, _) in enumerate(self._steps):
            if x + width > self._side:
                break
            y, covered = self._rest(index, width)
            if y + height <= self._side and (found is None or (covered, y) < (found[0], found[2])):
                found = (covered, x, y)
        return found

    def _rest(self, index: int, width: int) -> tuple[int, int]:
        """Height on which a rectangle of `width` rests from step `index` on, and the empty area under it."""
        top, filled, left = 0, 0, width
        for _, y, length in self._steps[index:]:
            part = min(length, left)
            top = max(top, y)
            filled += y * part
            left -= part
            if left == 0:
                break
        return top, top * width - filled

    def put(self, x: int, y: int, width: int, height: int) -> None:
        self._free -= width * height
        raised: list[tuple[int, int, int]] = []
        for left, level, length in self._steps:
            if left < x:
                raised.append((left, level, min(length, x - left)))
            if left + length > x + width:
                start = max(left, x + width)
                raised.append((start, level, left + length - start))
        raised.append((x, y + height, width))
        self._steps = _joined(sorted(raised))


def _joined(steps: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Neighbours at one height as one step."""
    joined = steps[:1]
    for x, y, width in steps[1:]:
        last = joined[-1]
        if last[1] == y:
            joined[-1] = (last[0], y, last[2] + width)
        else:
            joined.append((x, y, width))
    return joined


def pack(sizes: Sequence[tuple[int, int]], side: int) -> list[Place]:
    """A place for each (width, height), none of them over `side`; canvases are numbered from 0 without holes.

    Tall ones first; each goes where it wastes least among the canvases there are, and opens a new one if it must.
    Raises ValueError for a rectangle that no canvas holds.
    """
    places: list[Place | None] = [None] * len(sizes)
    canvases: list[_Skyline] = []
    for index in sorted(range(len(sizes)), key=lambda i: (-sizes[i][1], -sizes[i][0])):
        width, height = sizes[index]
        if width > side or height > side:
            raise ValueError(f"{width} x {height} does not fit a canvas of {side}")
        options = [(found, number) for number, line in enumerate(canvases) if (found := line.best(width, height))]
        if options:
            (_, x, y), number = min(options)
        else:
            canvases.append(_Skyline(side))
            number, x, y = len(canvases) - 1, 0, 0
        canvases[number].put(x, y, width, height)
        places[index] = Place(number, x, y)
    return [place for place in places if place is not None]

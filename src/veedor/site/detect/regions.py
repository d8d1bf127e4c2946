"""Parts of a frame to look at, each with the scale at which the detector shall see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.site.detect.detector import CANVAS_SIDE

Boxes = NDArray[np.float32]

# What a region costs besides its own pixels: packing never fills a canvas, and each region is cut out and scaled.
REGION_COST_PX = 300.0


@dataclass(frozen=True, slots=True)
class Region:
    """`xyxy`: even pixels of the analysed picture; `size`: even (width, height) that it takes on a canvas."""

    xyxy: tuple[int, int, int, int]
    size: tuple[int, int]

    @property
    def canvas_area(self) -> int:
        return self.size[0] * self.size[1]


def region(box: Boxes | Sequence[float], scale: float, width: int, height: int) -> Region:
    """The region of even pixels around `box` (4,) in a picture of `width` x `height`, at most a canvas at `scale`."""
    x1, y1 = (min(max(int(value) // 2 * 2, 0), limit - 2) for value, limit in ((box[0], width), (box[1], height)))
    x2, y2 = (
        min(max(math.ceil(value / 2) * 2, low + 2), limit)
        for value, low, limit in ((box[2], x1, width), (box[3], y1, height))
    )
    fitting = min(float(scale), CANVAS_SIDE / (x2 - x1), CANVAS_SIDE / (y2 - y1))
    size = tuple(min(CANVAS_SIDE, max(2, round(side * fitting / 2) * 2)) for side in (x2 - x1, y2 - y1))
    return Region((x1, y1, x2, y2), (size[0], size[1]))


def whole_frame(width: int, height: int) -> Region:
    """All of the picture, shrunk where it must be."""
    return region((0, 0, width, height), 1.0, width, height)


def padded(boxes: Boxes, share: float, min_side: float = 0.0) -> Boxes:
    """Boxes (n, 4) grown on each side by `share` of their larger side, and on until no side is under `min_side`."""
    sides = boxes[:, 2:] - boxes[:, :2]
    grow = share * sides.max(axis=1, keepdims=True)
    grow = np.maximum(grow, (min_side - sides) / 2)
    return np.concatenate([boxes[:, :2] - grow, boxes[:, 2:] + grow], axis=1).astype(np.float32)


def merge(boxes: Boxes, scales: NDArray[np.float32], width: int, height: int) -> list[Region]:
    """Regions that hold all `boxes` (n, 4): two are joined where one look costs less than two."""
    limits = np.array([width, height, width, height], np.float32)
    rows = np.clip(boxes, 0, limits)
    scale = scales
    while len(rows) > 1:
        joined = np.concatenate(
            [np.minimum(rows[:, None, :2], rows[None, :, :2]), np.maximum(rows[:, None, 2:], rows[None, :, 2:])], axis=2
        )
        joint_scale = np.maximum(scale[:, None], scale[None, :])
        own = _area(rows) * scale**2 + REGION_COST_PX
        saved = own[:, None] + own[None, :] - _area(joined) * joint_scale**2 - REGION_COST_PX
        np.fill_diagonal(saved, -1.0)
        a, b = np.unravel_index(int(saved.argmax()), saved.shape)
        if saved[a, b] <= 0:
            break
        rest = np.ones(len(rows), np.bool_)
        rest[[a, b]] = False
        scale = np.append(scale[rest], joint_scale[a, b])
        rows = np.concatenate([rows[rest], joined[a, b][None]])
    return [region(box, float(one), width, height) for box, one in zip(rows, scale, strict=True)]


def cover(boxes: Boxes, regions: Sequence[Region], share: float = 0.95) -> NDArray[np.bool_]:
    """Which of `boxes` (n, 4) lie, to `share` of their area, in one of `regions`."""
    if not len(boxes) or not regions:
        return np.zeros(len(boxes), np.bool_)
    frames = np.array([one.xyxy for one in regions], np.float32)
    low = np.maximum(boxes[:, None, :2], frames[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], frames[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    inside = (sides[..., 0] * sides[..., 1]).max(axis=1)
    return np.asarray(inside >= share * np.maximum(_area(boxes), 1e-6))


def _area(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]))

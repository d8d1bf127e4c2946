"""The small picture that scene facts are measured on: luma averaged over cells of about 4 pixels."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

CELL_PX = 4
MAX_COLUMNS = 200


def shrink(luma: NDArray[np.uint8]) -> Plane:
    """(rows, columns) float32, grey levels. At most MAX_COLUMNS columns."""
    height, width = luma.shape
    cell = max(CELL_PX, math.ceil(width / MAX_COLUMNS))
    size = max(16, width // cell), max(9, height // cell)
    return np.asarray(cv2.resize(luma.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)


def cells_of(boxes: NDArray[np.float32], shape: tuple[int, int], width: int, height: int, margin: float = 0.1) -> Mask:
    """Cells (rows, columns) that `boxes` (n, 4), in pixels of a picture of `width` x `height`, cover with a margin."""
    rows, columns = shape
    mask = np.zeros(shape, np.bool_)
    per_cell = np.array([width / columns, height / rows] * 2)
    for box in boxes:
        grow = margin * max(box[2] - box[0], box[3] - box[1])
        x1, y1, x2, y2 = ((box + np.array([-grow, -grow, grow, grow])) / per_cell).tolist()
        mask[max(0, int(y1)) : max(0, math.ceil(y2)), max(0, int(x1)) : max(0, math.ceil(x2))] = True
    return mask


def edges(small: Plane) -> Plane:
    """Gradient magnitude, compressed (square root) so that one bright edge does not outweigh all others."""
    dx = cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3)
    dy = cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3)
    return np.asarray(np.sqrt(cv2.magnitude(dx, dy)), np.float32)


def blocks(plane: Plane, columns: int = 16, rows: int = 9) -> Plane:
    """Means over a coarse grid of blocks (rows, columns)."""
    return np.asarray(cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def block_correlation(a: Plane, b: Plane) -> Plane:
    """Per block, the correlation (-1..1) of two planes; 0 where either has no variation. Blind to gain and offset."""
    mean_a, mean_b = blocks(a), blocks(b)
    covariance = blocks(a * b) - mean_a * mean_b
    spread = np.sqrt(np.maximum(blocks(a * a) - mean_a**2, 0) * np.maximum(blocks(b * b) - mean_b**2, 0))
    return np.asarray(np.divide(covariance, spread, out=np.zeros_like(covariance), where=spread > 1e-3), np.float32)


def correlation(a: Plane, b: Plane, mask: Mask | None = None) -> float:
    """Of two planes (where `mask`, if given), -1..1; 0 where either has no variation."""
    x, y = (a[mask], b[mask]) if mask is not None else (a.ravel(), b.ravel())
    if x.size < 2:
        return 0.0
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / scale if scale > 1e-6 else 0.0

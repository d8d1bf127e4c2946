"""The outputs that detectors give their boxes in: told apart by shape, and read.

| layout | output | read as |
|---|---|---|
| yolov8 | (1, 4 + classes, boxes) | centre, size in pixels of the input; scores. Also v9, v11, v12 |
| yolov5 | (1, boxes, 5 + classes) | centre, size; how sure that it is anything; scores. Also v6, v7 |
| yolox | (1, cells, 5 + classes) | as yolov5; centre and log size in strides (8, 16, 32) of the cell |
| nms | (1, boxes, 6), (boxes, 6) | x1, y1, x2, y2, confidence, class: of networks that choose among their boxes |
| detr | (1, boxes, classes), (1, boxes, 4) | logits, a last one for "nothing" or not; centre and size in shares |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.site.detect.errors import ModelRefused

Floats = NDArray[np.float32]
Layout = Literal["yolov8", "yolov5", "yolox", "nms", "detr"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
STRIDES = (8, 16, 32)
NMS_IOU = 0.55
_FEW = 1000  # networks that choose among their boxes give 100 to 300; those that do not, thousands


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a network's outputs. `size`: (width, height) of its input; `numbers`: of each of its classes, as
    ObjectClass; negative: of no interest."""

    layout: Layout
    size: tuple[int, int]
    numbers: tuple[int, ...]
    least_confidence: float = 0.1


def recognise(shapes: Sequence[tuple[int, ...]], classes: int, size: tuple[int, int], name: str) -> Layout:
    """The layout that outputs of `shapes` are in. `name`: what to call the file. Raises ModelRefused."""
    told = " ".join("x".join(map(str, shape)) for shape in shapes)
    fitting = [layout for layout in LAYOUTS if fits(layout, shapes, classes, size)]
    if "yolox" in fitting and "yolov5" in fitting:
        fitting.remove("yolov5")  # so many cells, exactly
    if "nms" in fitting and len(fitting) == 2:  # one class: five columns and one, or six
        if shapes[0][-2] > _FEW:
            fitting.remove("nms")
        elif "yolov5" in fitting:
            fitting = ["nms"]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        known = ", ".join(fitting)
        raise ModelRefused(path=name, problem=told, detail="detect-refused-ambiguous", shapes=told, layouts=known)
    others = [count for count in range(1, 2000) if any(fits(one, shapes, count, size) for one in LAYOUTS)]
    if len(others) == 1 or (others and len(shapes) == 1 and len(shapes[0]) == 3):
        found = ", ".join(map(str, others[:2]))
        raise ModelRefused(
            path=name, problem=told, detail="detect-refused-count", shapes=told, given=classes, found=found
        )
    raise ModelRefused(path=name, problem=told, detail="detect-refused-layout", shapes=told, layouts=", ".join(LAYOUTS))


def fits(layout: Layout, shapes: Sequence[tuple[int, ...]], classes: int, size: tuple[int, int]) -> bool:
    """Whether outputs of `shapes` can be read in `layout`."""
    if layout == "detr":
        return _detr_order(shapes, classes) is not None
    if len(shapes) != 1:
        return False
    shape = shapes[0]
    if layout == "nms":
        return shape[-1:] == (6,) and (len(shape) == 2 or (len(shape) == 3 and shape[0] == 1))
    if len(shape) != 3 or shape[0] != 1:
        return False
    if layout == "yolov8":
        return shape[1] == 4 + classes and shape[2] > shape[1]
    cells = sum((size[0] // stride) * (size[1] // stride) for stride in STRIDES)
    return shape[2] == 5 + classes and (layout == "yolov5" or shape[1] == cells)


def _detr_order(shapes: Sequence[tuple[int, ...]], classes: int) -> tuple[int, int] | None:
    """Which output has the logits, and which the boxes; the first two that fit."""
    if len(shapes) != 2 or any(len(shape) != 3 or shape[0] != 1 for shape in shapes) or shapes[0][1] != shapes[1][1]:
        return None
    for logits, boxes in ((0, 1), (1, 0)):
        if shapes[boxes][2] == 4 and shapes[logits][2] in (classes, classes + 1):
            return logits, boxes
    return None


def read(outputs: Sequence[Floats], reading: Reading) -> Detections:
    """Boxes in pixels of the input, down to the least confidence; not yet each object once."""
    xyxy, scores = _READERS[reading.layout](outputs, reading)
    numbers = np.array(reading.numbers, np.int32)
    best = scores.argmax(axis=1) if len(scores) else np.zeros(0, np.int64)
    confidence = scores[np.arange(len(scores)), best]
    kinds = numbers[best]
    good = (confidence >= reading.least_confidence) & (kinds >= 0) & (xyxy[:, 2:] > xyxy[:, :2]).all(axis=1)
    return Detections(
        np.ascontiguousarray(xyxy[good], np.float32), confidence[good].clip(0, 1).astype(np.float32), kinds[good]
    )


def _corners(centres: Floats) -> Floats:
    half = centres[:, 2:] / 2
    return np.concatenate([centres[:, :2] - half, centres[:, :2] + half], axis=1)


def _likely(rows: Floats, scores: Floats, least: float) -> tuple[Floats, Floats]:
    """The rows that have anything to say, found before the rest is reckoned: of thousands a handful."""
    picked = np.flatnonzero(scores.max(axis=1) >= least)
    return rows[picked], scores[picked]


def _yolov8(outputs: Sequence[Floats], reading: Reading) -> tuple[Floats, Floats]:
    rows, scores = _likely(outputs[0][0, :4].T, outputs[0][0, 4:].T, reading.least_confidence)
    return _corners(rows), scores


def _yolov5(outputs: Sequence[Floats], reading: Reading) -> tuple[Floats, Floats]:
    rows = outputs[0][0]
    rows = rows[rows[:, 4] >= reading.least_confidence]
    return _corners(rows[:, :4]), rows[:, 5:] * rows[:, 4:5]


def _yolox(outputs: Sequence[Floats], reading: Reading) -> tuple[Floats, Floats]:
    picked = np.flatnonzero(outputs[0][0, :, 4] >= reading.least_confidence)
    rows = outputs[0][0, picked]
    cell, stride = (part[picked] for part in _cells(*reading.size))
    sides = np.exp(np.minimum(rows[:, 2:4], 8.0)) * stride
    return _corners(np.concatenate([(rows[:, :2] + cell) * stride, sides], axis=1)), rows[:, 5:] * rows[:, 4:5]


def _nms(outputs: Sequence[Floats], reading: Reading) -> tuple[Floats, Floats]:
    rows = outputs[0].reshape(-1, 6)
    rows = rows[rows[:, 4] >= reading.least_confidence]
    kinds = rows[:, 5].round().astype(np.int64)
    known = (kinds >= 0) & (kinds < len(reading.numbers))
    rows, kinds = rows[known], kinds[known]
    scores = np.zeros((len(rows), len(reading.numbers)), np.float32)
    scores[np.arange(len(rows)), kinds] = rows[:, 4]
    return rows[:, :4], scores


def _detr(outputs: Sequence[Floats], reading: Reading) -> tuple[Floats, Floats]:
    classes = len(reading.numbers)
    order = _detr_order([one.shape for one in outputs], classes)
    assert order is not None  # noqa: S101 - it was recognised
    logits, shares = outputs[order[0]][0], outputs[order[1]][0]
    if logits.shape[1] == classes:
        scores = 1 / (1 + np.exp(-logits.clip(-50, 50)))
    else:
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        scores = (grown / grown.sum(axis=1, keepdims=True))[:, :classes]
    boxes, scores = _likely(shares, scores, reading.least_confidence)
    return _corners(boxes * np.array(reading.size * 2, np.float32)), scores


_READERS: dict[Layout, Callable[[Sequence[Floats], Reading], tuple[Floats, Floats]]] = {
    "yolov8": _yolov8,
    "yolov5": _yolov5,
    "yolox": _yolox,
    "nms": _nms,
    "detr": _detr,
}


@lru_cache(maxsize=8)
def _cells(width: int, height: int) -> tuple[Floats, Floats]:
    """Column and row of each output cell (cells, 2), and its stride (cells, 1)."""
    cells, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[: height // stride, : width // stride]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((x.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)

"""Looking again, closely: is the object that was tracked here to be seen in a large crop of the picture?

`CropDetector` is the seam for other models: pictures of any size up to CANVAS_SIDE in, boxes in their own pixels out.
`crop_detector` makes one of any `Detector`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections, ObjectClass
from veedor.model.frame import Frame
from veedor.model.second_look import Box
from veedor.site.detect.atlas import BLANK, cut_out
from veedor.site.detect.detector import CANVAS_SIDE, Detector
from veedor.site.detect.nms import class_groups
from veedor.site.detect.packing import pack
from veedor.site.detect.regions import Region, padded, region

Picture = NDArray[np.uint8]
CropDetector = Callable[[Sequence[Picture]], list[Detections]]
"""Crops (height, width, 3) uint8 BGR -> what each shows, boxes in its own pixels."""

_GAP_PX = 4


@dataclass(frozen=True, slots=True)
class CloserConfig:
    object_px: float = 90.0  # the longer side of the object on the crop: where this network is surest
    most_enlarged: float = 3.0  # a tiny object is not enlarged beyond this: it gains nothing but blur
    pad: float = 0.5  # of the longer side, around the object: networks need some surroundings
    least_confidence: float = 0.3
    least_iou: float = 0.3  # of the found box with the tracked one


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """One object in one picture. `box_norm`: 0..1 of it."""

    frame: Frame
    box_norm: Box
    object_class: ObjectClass


def crop_detector(detector: Detector) -> CropDetector:
    """`detector` on crops: as many as fit share a canvas. Not thread-safe where the detector is not."""

    def detect(crops: Sequence[Picture]) -> list[Detections]:
        sizes = [(min(one.shape[1] + _GAP_PX, CANVAS_SIDE), min(one.shape[0] + _GAP_PX, CANVAS_SIDE)) for one in crops]
        places = pack(sizes, CANVAS_SIDE)
        count = 1 + max((place.canvas for place in places), default=-1)
        canvases = np.full((count, CANVAS_SIDE, CANVAS_SIDE, 3), BLANK, np.uint8)
        for crop, (canvas, x, y) in zip(crops, places, strict=True):
            canvases[canvas, y : y + crop.shape[0], x : x + crop.shape[1]] = crop
        found = detector.detect(canvases) if count else []
        return [
            _within(found[canvas], x, y, crop.shape[1], crop.shape[0])
            for crop, (canvas, x, y) in zip(crops, places, strict=True)
        ]

    return detect


def look_closer(spots: Sequence[Spot], detect: CropDetector, config: CloserConfig = CloserConfig()) -> list[bool]:
    """Of each of `spots`, whether an object of its class is seen there again. All crops go to `detect` at once."""
    regions = [_region(spot, config) for spot in spots]
    crops = [cut_out(spot.frame, one) for spot, one in zip(spots, regions, strict=True)]
    found = detect(crops) if crops else []
    return [
        _matches(spot, one, detections, config) for spot, one, detections in zip(spots, regions, found, strict=True)
    ]


def _region(spot: Spot, config: CloserConfig) -> Region:
    frame = spot.frame
    box = _pixels(spot)
    side = max(1.0, float((box[2:] - box[:2]).max()))
    scale = min(config.object_px / side, config.most_enlarged)
    (around,) = padded(box[None], config.pad)
    return region(around, scale, frame.width, frame.height)


def _pixels(spot: Spot) -> NDArray[np.float32]:
    frame = spot.frame
    return np.array(spot.box_norm, np.float32) * np.array([frame.width, frame.height] * 2, np.float32)


def _matches(spot: Spot, seen_in: Region, found: Detections, config: CloserConfig) -> bool:
    corner = np.array(seen_in.xyxy[:2] * 2, np.float32)
    sides = np.array(seen_in.xyxy[2:], np.float32) - corner[:2]
    boxes = found.xyxy * np.tile(sides / np.array(seen_in.size, np.float32), 2) + corner
    good = (found.confidence >= config.least_confidence) & _alike(found.class_id, spot.object_class)
    return bool((good & (_iou(boxes, _pixels(spot)) >= config.least_iou)).any())


def _alike(classes: NDArray[np.int32], wanted: ObjectClass) -> NDArray[np.bool_]:
    """Classes that the network confuses (car and lorry) count as one; a track without a class may be anything."""
    if wanted is ObjectClass.UNKNOWN:
        return np.ones(len(classes), np.bool_)
    groups = class_groups(np.append(classes, np.int32(wanted)))
    return np.asarray(groups[:-1] == groups[-1])


def _iou(boxes: NDArray[np.float32], box: NDArray[np.float32]) -> NDArray[np.float32]:
    low = np.maximum(boxes[:, :2], box[:2])
    high = np.minimum(boxes[:, 2:], box[2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(shared / np.maximum(areas - shared, 1e-6), np.float32)


def _within(found: Detections, x: int, y: int, width: int, height: int) -> Detections:
    """Those whose centre lies in the crop at (x, y), in its own pixels."""
    centre = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2 - np.array([x, y], np.float32)
    inside = ((centre >= 0) & (centre < np.array([width, height]))).all(axis=1)
    own = found.where(np.flatnonzero(inside))
    limits = np.array([width, height] * 2, np.float32)
    return Detections(np.clip(own.xyxy - np.array([x, y] * 2, np.float32), 0, limits), own.confidence, own.class_id)

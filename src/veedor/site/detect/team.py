"""Which models look at which camera, and one answer of them all.

The site's model looks through the atlas, at what moves. A model of the agency's own looks at whole pictures, as it was
trained to, and only at those in which the atlas would look anywhere: where nothing happens, what was found stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from veedor.model.detection import Detections
from veedor.site.detect.atlas import AtlasDetector, Look
from veedor.site.detect.nms import overlaps, suppress
from veedor.site.detect.opened import CameraModels, Lacking, Load, OpenModels

SAME_IOU = 0.55  # of two models' boxes of one class: more is one object
INSTEAD_IOU = 0.5


class LookDetector(Protocol):
    """What the pipeline asks."""

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        """What each look shows: boxes in pixels of its frame."""


class TeamDetector:
    """The models of all cameras of one process. Not thread-safe, but for `assign` and `forget`."""

    def __init__(self, atlas: AtlasDetector, load: Load, lacking: Lacking) -> None:
        """`load` and `lacking`: see `OpenModels`."""
        self._atlas = atlas
        self._models = OpenModels(load, lacking)
        self.assign, self.forget = self._models.assign, self._models.forget
        self.passes = 0

    def stats(self) -> dict[str, Any]:
        return {**self._atlas.stats().as_dict(), "own_passes": self.passes}

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        self._models.close_unused()
        models = [self._models.of(look.frame.camera_id) for look in looks]
        with_site = [look for look, one in zip(looks, models, strict=True) if one.site]
        by_site = iter(self._atlas.detect(with_site))
        told = [next(by_site) if one.site else look.carried for look, one in zip(looks, models, strict=True)]
        return [
            self._with_own(look, one, found) if one.own and look.regions else found
            for look, one, found in zip(looks, models, told, strict=True)
        ]

    def _with_own(self, look: Look, models: CameraModels, found: Detections) -> Detections:
        for order in models.own:
            detector = self._models.opened(order)
            if detector is not None:
                self.passes += 1
                found = merged(found, detector.detect_frame(look.frame), order.instead_of)
        return found


def merged(first: Detections, second: Detections, instead_of: Sequence[tuple[int, int]] = ()) -> Detections:
    """Both in one, each object of a class once. Of `instead_of` (class of the second, class of the first): where they
    mean the same box, the second's alone is left."""
    if len(first) and len(second) and instead_of:
        first = first.where(~_replaced(first, second, instead_of))
    joined = Detections(
        np.concatenate([first.xyxy, second.xyxy]),
        np.concatenate([first.confidence, second.confidence]),
        np.concatenate([first.class_id, second.class_id]),
    )
    return suppress(joined, SAME_IOU)


def _replaced(first: Detections, second: Detections, instead_of: Sequence[tuple[int, int]]) -> np.ndarray[Any, Any]:
    """(n,) bool: the boxes of `first` in whose place one of `second` stands."""
    count = len(first)
    boxes = np.concatenate([first.xyxy, second.xyxy])
    iou, _inside = overlaps(boxes, np.zeros(len(boxes), np.int32))
    pairs = np.zeros((count, len(second)), np.bool_)
    for mine, other in instead_of:
        pairs |= (first.class_id[:, None] == other) & (second.class_id[None, :] == mine)
    return np.asarray((pairs & (iou[:count, count:] > INSTEAD_IOU)).any(axis=1))

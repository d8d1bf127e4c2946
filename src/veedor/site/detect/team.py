"""Which models look at which camera, and one answer of them all.

The site's model looks through the atlas, at what moves. A model of the agency's own looks at whole pictures, as it was
trained to, and only at those in which the atlas would look anywhere: where nothing happens, what was found stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from veedor.kit.errors import VeedorError
from veedor.model.detection import Detections
from veedor.site.detect.atlas import AtlasDetector, Look
from veedor.site.detect.nms import overlaps, suppress
from veedor.site.detect.own import ModelOrder, OwnDetector

SAME_IOU = 0.55  # of two models' boxes of one class: more is one object
INSTEAD_IOU = 0.5


class LookDetector(Protocol):
    """What the pipeline asks."""

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        """What each look shows: boxes in pixels of its frame."""


@dataclass(frozen=True, slots=True)
class CameraModels:
    """Models of one camera. `site`: whether the site's own model is among them. `second`: the one that looks again
    before an alert; None: the site's own."""

    site: bool = True
    own: tuple[ModelOrder, ...] = ()
    second: ModelOrder | None = None

    @property
    def files(self) -> tuple[ModelOrder, ...]:
        """Every model that a worker needs the file of, beside the site's."""
        return tuple(dict.fromkeys((*self.own, *([self.second] if self.second is not None else []))))

    def to_json(self) -> dict[str, Any]:
        second = self.second.to_json() if self.second is not None else None
        return {"site": self.site, "own": [one.to_json() for one in self.own], "second": second}

    @staticmethod
    def from_json(told: dict[str, Any] | None) -> CameraModels:
        """Raises TypeError, KeyError, ValueError."""
        if told is None:
            return CameraModels()
        second = ModelOrder.from_json(told["second"]) if told["second"] is not None else None
        return CameraModels(bool(told["site"]), tuple(ModelOrder.from_json(one) for one in told["own"]), second)


Load = Callable[[ModelOrder], OwnDetector]
"""Opens a model. Raises the VeedorError tree."""
Lacking = Callable[[ModelOrder, VeedorError], None]


class TeamDetector:
    """The models of all cameras of one process. Not thread-safe, but for `assign` and `forget`."""

    def __init__(self, atlas: AtlasDetector, load: Load, lacking: Lacking) -> None:
        """`lacking` hears, once for each, of a model that cannot be opened: its cameras go on without it."""
        self._atlas = atlas
        self._load = load
        self._lacking = lacking
        self._cameras: dict[str, CameraModels] = {}
        self._open: dict[ModelOrder, OwnDetector | None] = {}
        self._changed = False
        self.passes = 0

    def assign(self, camera_id: str, models: CameraModels) -> None:
        """From the next look on."""
        self._cameras[camera_id] = models
        self._changed = True

    def forget(self, camera_id: str) -> None:
        self._cameras.pop(camera_id, None)
        self._changed = True

    def _close_unused(self) -> None:
        self._changed = False
        wanted = {one for models in [*self._cameras.values()] for one in models.files}
        for order in [order for order in self._open if order not in wanted]:
            del self._open[order]

    def stats(self) -> dict[str, Any]:
        return {**self._atlas.stats().as_dict(), "own_passes": self.passes}

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        if self._changed:
            self._close_unused()
        models = [self._cameras.get(look.frame.camera_id, CameraModels()) for look in looks]
        with_site = [look for look, one in zip(looks, models, strict=True) if one.site]
        by_site = iter(self._atlas.detect(with_site))
        told = [next(by_site) if one.site else look.carried for look, one in zip(looks, models, strict=True)]
        return [
            self._with_own(look, one, found) if one.own and look.regions else found
            for look, one, found in zip(looks, models, told, strict=True)
        ]

    def second_look(self, camera_id: str) -> OwnDetector | None:
        """What looks again at crops of the camera; None: the site's own model, or the one named cannot be opened."""
        order = self._cameras.get(camera_id, CameraModels()).second
        return self._opened(order) if order is not None else None

    def _with_own(self, look: Look, models: CameraModels, found: Detections) -> Detections:
        for order in models.own:
            detector = self._opened(order)
            if detector is not None:
                self.passes += 1
                found = merged(found, detector.detect_frame(look.frame), order.instead_of)
        return found

    def _opened(self, order: ModelOrder) -> OwnDetector | None:
        if order not in self._open:
            try:
                self._open[order] = self._load(order)
            except VeedorError as problem:
                self._open[order] = None
                self._lacking(order, problem)
        return self._open[order]


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

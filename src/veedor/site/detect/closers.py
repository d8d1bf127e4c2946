"""Which detector looks again at crops of a camera's pictures: the one chosen for it, else those that watch it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from veedor.model.detection import OWN_CLASSES, Detections, ObjectClass
from veedor.site.detect.closer import CropDetector, Picture
from veedor.site.detect.nms import class_groups
from veedor.site.detect.opened import Lacking, Load, OpenModels
from veedor.site.detect.own import ModelOrder
from veedor.site.detect.team import merged


class Closers:
    """Detectors of its own, each opened when it is first needed. `site` makes the site's own; `load` and `lacking`: see
    `OpenModels`."""

    def __init__(self, site: Callable[[], CropDetector], load: Load, lacking: Lacking) -> None:
        self._make_site = site
        self._site: CropDetector | None = None
        self._models = OpenModels(load, lacking)
        self.assign, self.forget = self._models.assign, self._models.forget

    def of(self, camera_id: str, object_class: ObjectClass) -> CropDetector | None:
        """What can see that class again; None where no model of the camera knows it, or none can be opened: who is not
        able to see a thing must not say that it is not there."""
        self._models.close_unused()
        models = self._models.of(camera_id)
        orders = tuple(one for one in models.own if knows(one, object_class))
        site = models.site and object_class not in OWN_CLASSES
        if models.second is not None and knows(models.second, object_class):
            orders, site = (models.second,), False
        found: list[CropDetector] = [one for one in map(self._models.opened, orders) if one is not None]
        if site:
            self._site = self._site or self._make_site()
            found.insert(0, self._site)
        return _together(found) if found else None


def knows(order: ModelOrder, object_class: ObjectClass) -> bool:
    """Whether the model gives that class, or one that is taken for it (car and lorry)."""
    if object_class is ObjectClass.UNKNOWN:
        return True
    groups = class_groups(np.array([*order.numbers, object_class], np.int32))
    return bool((groups[:-1] == groups[-1]).any())


def _together(detectors: Sequence[CropDetector]) -> CropDetector:
    if len(detectors) == 1:
        return detectors[0]

    def detect(crops: Sequence[Picture]) -> list[Detections]:
        told = [detector(crops) for detector in detectors]
        found = told[0]
        for more in told[1:]:
            found = [merged(one, other) for one, other in zip(found, more, strict=True)]
        return found

    return detect

"""The agency's own models of one process: which camera has which, each opened when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from veedor.kit.errors import VeedorError
from veedor.site.detect.own import ModelOrder, OwnDetector


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


class OpenModels:
    """One thread looks; another may `assign` and `forget`. `lacking` hears, once for each, of a model that cannot be
    opened: its cameras go on without it."""

    def __init__(self, load: Load, lacking: Lacking) -> None:
        self._load = load
        self._lacking = lacking
        self._cameras: dict[str, CameraModels] = {}
        self._open: dict[ModelOrder, OwnDetector | None] = {}
        self._changed = False

    def assign(self, camera_id: str, models: CameraModels) -> None:
        """From the next look on."""
        self._cameras[camera_id] = models
        self._changed = True

    def forget(self, camera_id: str) -> None:
        self._cameras.pop(camera_id, None)
        self._changed = True

    def of(self, camera_id: str) -> CameraModels:
        """Of a camera that nobody told of: the site's own model alone."""
        return self._cameras.get(camera_id, CameraModels())

    def close_unused(self) -> None:
        """What no camera has any more, where that has changed."""
        if not self._changed:
            return
        self._changed = False
        wanted = {one for models in [*self._cameras.values()] for one in models.files}
        for order in [order for order in self._open if order not in wanted]:
            del self._open[order]

    def opened(self, order: ModelOrder) -> OwnDetector | None:
        """None: it cannot be opened."""
        if order not in self._open:
            try:
                self._open[order] = self._load(order)
            except VeedorError as problem:
                self._open[order] = None
                self._lacking(order, problem)
        return self._open[order]

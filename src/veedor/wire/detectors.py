"""The port through which a desk asks which detection models a site has for its cameras. It checks no rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from veedor.kit.messages import Message
from veedor.model.camera import Camera


@dataclass(frozen=True, slots=True)
class DetectorCost:
    """Measured when the model was added, on that machine. `cpu_ms`: processor time of one pass. `core_share`: of one
    core, for a camera at `fps` pictures a second in which something always moves."""

    ms: float
    cpu_ms: float
    fps: float
    core_share: float


@dataclass(frozen=True, slots=True)
class Detector:
    """A model that a camera can name. `name` "default": the site's own. `classes`: their words in rules. `cost`: None
    where nobody measured it. `problem`: why it cannot be used now."""

    name: str
    classes: tuple[str, ...]
    licence: str
    cost: DetectorCost | None = None
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class SiteDetectors:
    """`site_models`: what looks at a camera that does not say. `site_second`: what looks again before an alert where a
    camera does not say; None: the site's own model."""

    detectors: tuple[Detector, ...]
    site_models: tuple[str, ...]
    site_second: str | None


class DetectorList(Protocol):
    """Desk -> site."""

    def detectors(self) -> SiteDetectors:
        """The site's own model first, then the agency's, by name. Raises the StoreError tree."""

    def check(self, camera: Camera, known: Sequence[str] = ()) -> None:
        """Raises ModelUnknown where the camera names a model that is not here. `known`: names that it had before, which
        are told as problems elsewhere and do not stop other changes."""

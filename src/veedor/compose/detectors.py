"""The site's side of wire.detectors.DetectorList: the site's model and the cards of the agency's own."""

from __future__ import annotations

from collections.abc import Sequence

from veedor.compose.config import SiteFile
from veedor.compose.own_models import own_models
from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message
from veedor.model.camera import DEFAULT_MODEL_WORD, Camera
from veedor.site.detect import models
from veedor.site.detect.cards import ModelCard, OwnModels
from veedor.site.detect.coco import COCO_CLASSES
from veedor.wire.detectors import Detector, DetectorCost, SiteDetectors


class LocalDetectors:
    """wire.detectors.DetectorList. May be called from several threads: each call reads the cards anew."""

    def __init__(self, config: SiteFile) -> None:
        self._config = config

    def detectors(self) -> SiteDetectors:
        store, analysis = own_models(self._config), self._config.analysis
        registry = [one.name for one in models.registry().models]
        licence = next((one.licence for one in models.registry().models if one.name == analysis.model), "")
        classes = tuple(dict.fromkeys(one.label for one in COCO_CLASSES.values()))
        site = Detector(DEFAULT_MODEL_WORD, classes, licence)
        second = analysis.second_look_model
        return SiteDetectors(
            detectors=(site, *(_of(card, store) for card in store.cards())),
            site_models=analysis.models,
            site_second=None if second in (None, DEFAULT_MODEL_WORD, *registry) else second,
        )

    def check(self, camera: Camera, known: Sequence[str] = ()) -> None:
        store = own_models(self._config)
        for name in camera.analyse.models or ():
            if name != DEFAULT_MODEL_WORD and name not in known:
                store.card(name)
        second = camera.analyse.second_look_model
        registry = [one.name for one in models.registry().models]
        if second and second not in (DEFAULT_MODEL_WORD, *registry, *known):
            store.card(second)


def _of(card: ModelCard, store: OwnModels) -> Detector:
    cost = card.cost
    return Detector(
        name=card.name,
        classes=card.given,
        licence=card.licence,
        cost=DetectorCost(cost.ms, cost.cpu_ms, cost.fps, cost.core_share) if cost is not None else None,
        problem=_problem(card, store),
    )


def _problem(card: ModelCard, store: OwnModels) -> Message | None:
    try:
        store.order(card.name)
    except VeedorError as problem:
        return problem.message
    return None

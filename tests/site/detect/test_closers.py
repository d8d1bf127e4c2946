"""Who looks again: never a model that does not know the class, since it would say that the thing is not there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from veedor.kit.errors import VeedorError
from veedor.model.detection import OWN_CLASSES, Detections, ObjectClass
from veedor.site.detect.closer import Picture
from veedor.site.detect.closers import Closers
from veedor.site.detect.errors import OwnModelGone
from veedor.site.detect.opened import CameraModels
from veedor.site.detect.own import ModelOrder

EXCAVATOR = ObjectClass(OWN_CLASSES[0])
PICTURE = np.zeros((40, 40, 3), np.uint8)


def order(name: str, *classes: ObjectClass) -> ModelOrder:
    return ModelOrder(name, "ab", "yolox", 64, 64, tuple(int(one) for one in classes))


class Told:
    """A detector that finds one box, whose confidence says who it is."""

    def __init__(self, place: float) -> None:
        self.place = place

    def __call__(self, crops: Sequence[Picture]) -> list[Detections]:
        box = np.array([[self.place, 0, self.place + 5, 5]], np.float32)
        return [Detections(box, np.array([0.5], np.float32), np.array([1], np.int32)) for _ in crops]


OWN = {"machines": Told(10), "people": Told(20)}


def load(order: ModelOrder):
    if order.name not in OWN:
        raise OwnModelGone(model=order.name, path="")
    return OWN[order.name]


def places(closers: Closers, wanted: ObjectClass) -> list[float] | None:
    """Where the boxes are that are found: 0 is the site's model."""
    detect = closers.of("a", wanted)
    return None if detect is None else sorted(detect([PICTURE])[0].xyxy[:, 0].tolist())


def closers(models: CameraModels) -> Closers:
    made = Closers(lambda: Told(0), load, lambda *_: None)
    made.assign("a", models)
    return made


def test_the_sites_model_looks_for_what_it_knows() -> None:
    made = closers(CameraModels())
    assert places(made, ObjectClass.PERSON) == [0]
    assert places(made, ObjectClass.UNKNOWN) == [0]
    assert places(made, EXCAVATOR) is None
    assert places(Closers(lambda: Told(0), load, lambda *_: None), ObjectClass.CAR) == [
        0
    ]  # a camera that nobody told of


def test_own_models_look_for_their_classes_beside_it() -> None:
    made = closers(CameraModels(own=(order("machines", EXCAVATOR, ObjectClass.TRUCK),)))
    assert places(made, EXCAVATOR) == [10]
    assert places(made, ObjectClass.CAR) == [0, 10]  # which is taken for a lorry
    assert places(made, ObjectClass.PERSON) == [0]
    made.forget("a")
    assert places(made, EXCAVATOR) is None


def test_the_one_that_was_chosen_looks_alone_where_it_knows_the_class() -> None:
    made = closers(CameraModels(second=order("people", ObjectClass.PERSON)))
    assert places(made, ObjectClass.PERSON) == [20]
    assert places(made, ObjectClass.CAR) == [0]


def test_a_model_that_is_gone_says_nothing() -> None:
    gone = order("gone", EXCAVATOR)
    assert places(closers(CameraModels(site=False, own=(gone,))), EXCAVATOR) is None
    assert issubclass(OwnModelGone, VeedorError)

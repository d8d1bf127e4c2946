"""Which models look at each camera of a site, what they find, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from veedor.kit.errors import StoreCorrupt, VeedorError
from veedor.kit.messages import Message
from veedor.model.camera import DEFAULT_MODEL_WORD, Camera
from veedor.model.detection import ObjectClass, know_own_classes
from veedor.site.detect.cards import OwnModels
from veedor.site.detect.coco import COCO_CLASSES
from veedor.site.detect.models import registry
from veedor.site.detect.opened import CameraModels
from veedor.site.detect.own import ModelOrder
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.schema import CLASS_GROUPS, TrackRuleParams

Found = frozenset[str]
"""Names of classes."""

_OF_VEEDOR = tuple(one.name for one in registry().models)
# What the site's own model finds, and what scene analysis does.
_BY_SITE: Found = frozenset({*(one.label for one in COCO_CLASSES.values()), ObjectClass.OBJECT.label})


class ModelsBook:
    """The models of `own`, and which of them the site uses where a camera does not say: `site` look all the time,
    `second` before an alert (None: the site's own model). Used from one thread."""

    def __init__(self, own: OwnModels, site: Sequence[str] = (DEFAULT_MODEL_WORD,), second: str | None = None) -> None:
        self.own = own
        self._second = second
        self._site = tuple(site)
        self._stamp: object = None
        self._broken: StoreCorrupt | None = None
        self._orders: dict[str, ModelOrder | VeedorError] = {}

    def changed(self) -> bool:
        """Whether models have come or gone since the last call. If so this process knows their classes from now on.

        A damaged list of classes is among the problems, and stops no camera: those that were known stay.
        """
        stamp = self._now()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self._orders.clear()
        try:
            know_own_classes(self.own.classes())
            self._broken = None
        except StoreCorrupt as problem:
            self._broken = problem
        return True

    def _now(self) -> object:
        folder = self.own.folder
        files = [
            folder / "classes.json",
            *sorted(folder.glob("[a-z]*/card.json")),
            *sorted(folder.glob("[a-z]*/*.onnx")),
        ]
        return [(str(path), path.stat().st_mtime_ns) for path in files if path.is_file()]

    def names(self, camera: Camera) -> tuple[str, ...]:
        """Of its models, in order; `default` is the site's own."""
        return self._site if camera.analyse.models is None else camera.analyse.models

    def of(self, camera: Camera) -> CameraModels:
        """What its worker is told. A model that cannot be used is left out, and among the problems."""
        names = self.names(camera)
        orders = [self._order(name) for name in names if name != DEFAULT_MODEL_WORD]
        second = self._order(name) if (name := self.second_look(camera)) else None
        return CameraModels(
            DEFAULT_MODEL_WORD in names,
            tuple(one for one in orders if isinstance(one, ModelOrder)),
            second if isinstance(second, ModelOrder) else None,
        )

    def second_look(self, camera: Camera) -> str | None:
        """Name of the own model that looks again before an alert; None: the site's model does."""
        name = camera.analyse.second_look_model or self._second
        return None if name in (None, DEFAULT_MODEL_WORD, *_OF_VEEDOR) else name

    def _order(self, name: str) -> ModelOrder | VeedorError:
        if name not in self._orders:
            try:
                self._orders[name] = self.own.order(name)
            except VeedorError as problem:
                self._orders[name] = problem
        return self._orders[name]

    def finds(self, camera: Camera) -> Found:
        """The classes that its models can find."""
        models = self.of(camera)
        own = {ObjectClass(number).label for order in models.own for number in order.numbers if number >= 0}
        return frozenset(own | (_BY_SITE if models.site else {ObjectClass.OBJECT.label}))

    # -- what is wrong

    def problems(self, camera: Camera, rules: RuleSet, lang: str) -> list[Message]:
        """Models of the camera that cannot be used, and rules that wait for what nothing finds."""
        told = [self._broken.message] if self._broken is not None else []
        second = self.second_look(camera)
        for name in dict.fromkeys((*self.names(camera), *([second] if second else []))):
            order = self._order(name) if name != DEFAULT_MODEL_WORD else None
            if isinstance(order, VeedorError):
                problem = {"camera": camera.name, "model": name, "problem": order.render(lang)}
                told.append(Message("problem-model", problem))
        for rule, word in unfound(rules, self.finds(camera)):
            told.append(Message("problem-model-class", {"camera": camera.name, "rule": rule, "class": word}))
        return told


def unfound(rules: RuleSet, finds: Found) -> Iterable[tuple[str, str]]:
    """(name of a rule, class that it asks for) where nothing finds that class."""
    for rule in rules.rules:
        if not rule.enabled or not isinstance(rule, TrackRuleParams):
            continue
        for word in rule.classes or ():
            wanted = {one.label for one in CLASS_GROUPS.get(word, ())} or {word}
            if not wanted & finds:
                yield rule.name, word

"""The agency's own models at a site: a folder with a file and a card for each, and the numbers of its own classes.

    <data>/models/classes.json            every own class that there ever was, and its number, which the archive keeps
    <data>/models/<name>/model.onnx       the network
    <data>/models/<name>/card.json        what it is, how it is read, whose it is, what it costs
    <data>/models/<name>/LICENSE.txt      the terms, where a text was given

A model is used only while its file's SHA-256 is the card's. It arrives whole or not at all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import sync, write_file
from veedor.kit.hashing import sha256_file
from veedor.kit.sqlite import store_errors
from veedor.model.detection import OWN_CLASSES, ObjectClass, OwnClass
from veedor.site.detect import models
from veedor.site.detect.errors import ModelNameTaken, ModelUnknown, OwnModelChanged, OwnModelGone, TooManyClasses
from veedor.site.detect.layouts import Layout
from veedor.site.detect.own import Colour, Fit, ModelOrder, Scale
from veedor.site.detect.own_classes import read_own_classes, write_own_classes

NAME = "^[a-z][a-z0-9_]{0,31}$"
Word = Annotated[str, Field(pattern=NAME)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelClass(_Strict):
    """One class of a network, in its order. `used`: whether its boxes are of interest. `instead_of`: classes of other
    models whose box at the same place this one replaces."""

    name: Word
    used: bool = True
    labels: dict[str, str] = {}
    instead_of: tuple[Word, ...] = ()


class ModelCost(_Strict):
    """Measured when it was added, on that machine. `core_share`: of one core, for a camera in which something always
    moves, at `fps`."""

    ms: float
    cpu_ms: float
    threads: int
    fps: float
    core_share: float
    machine: str


class ModelCard(_Strict):
    name: Word
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Field(gt=0)]
    layout: Layout
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    colour: Colour = "rgb"
    scale: Scale = "unit"
    fit: Fit = "letterbox"
    least_confidence: Annotated[float, Field(ge=0.01, le=0.99)] = 0.1
    classes: tuple[ModelClass, ...]
    licence: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(max_length=500)] = ""
    cost: ModelCost | None = None
    added_by: str
    added_at: datetime

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the classes that it finds, each once."""
        return tuple(dict.fromkeys(one.name for one in self.classes if one.used))


_BUILT_IN = {one.label: int(one) for one in ObjectClass}


class OwnModels:
    """The models in `folder`, which need not exist. Several processes may read it; one at a time should write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._checked: dict[str, tuple[tuple[int, int], str]] = {}

    def path(self, name: str) -> Path:
        return self.folder / name / "model.onnx"

    # -- reading

    def cards(self) -> list[ModelCard]:
        """All, by name. Raises StoreCorrupt."""
        if not self.folder.is_dir():
            return []
        found = sorted(self.folder.glob("[a-z]*/card.json"))
        return [self._card(path) for path in found]

    def card(self, name: str) -> ModelCard:
        """Raises ModelUnknown, StoreCorrupt."""
        path = self.folder / name / "card.json"
        if Path(name).name != name or not path.is_file():
            known = [one.name for one in models.registry().models] + [one.name for one in self.cards()]
            raise ModelUnknown(kind="model", name=name, model=name, known=", ".join(known))
        return self._card(path)

    def licence_text(self, name: str) -> str:
        """The terms; empty where only their name is known."""
        path = self.folder / name / "LICENSE.txt"
        with store_errors(path):
            return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def _card(self, path: Path) -> ModelCard:
        try:
            return ModelCard.model_validate_json(path.read_bytes())
        except (ValidationError, OSError) as problem:
            raise StoreCorrupt(path=str(path), problem=str(problem).splitlines()[0]) from problem

    def classes(self) -> list[OwnClass]:
        """Every own class that there ever was here, by number. Raises StoreCorrupt."""
        return read_own_classes(self.folder)

    def state(self, card: ModelCard) -> models.Presence:
        path = self.path(card.name)
        if not path.is_file():
            return models.Presence.ABSENT
        return models.Presence.READY if self._hash(path) == card.sha256 else models.Presence.DAMAGED

    def order(self, name: str) -> ModelOrder:
        """How to run the model; its file has been verified. Raises ModelUnknown, OwnModelGone, OwnModelChanged."""
        card = self.card(name)
        path = self.path(name)
        state = self.state(card)
        if state is models.Presence.ABSENT:
            raise OwnModelGone(model=name, path=str(path))
        if state is models.Presence.DAMAGED:
            raise OwnModelChanged(model=name, expected=card.sha256, found=self._hash(path))
        return order_of(card, self.classes())

    def _hash(self, path: Path) -> str:
        """Reckoned again only when the file has changed."""
        with store_errors(path):
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            known = self._checked.get(path.parent.name)
            if known is None or known[0] != stamp:
                known = self._checked[path.parent.name] = (stamp, sha256_file(path))
        return known[1]

    # -- writing

    def check_new(self, card: ModelCard) -> list[OwnClass]:
        """All own classes as they would be with `card`. Raises ModelNameTaken, TooManyClasses, StoreCorrupt."""
        taken = [one.name for one in models.registry().models] + [one.name for one in self.cards()]
        if card.name in (*taken, "default"):
            raise ModelNameTaken(name=card.name)
        return self._numbered(card)

    def add(self, card: ModelCard, data: bytes, licence_text: str) -> None:
        """Raises what `check_new` does, the StoreError tree."""
        classes = self.check_new(card)
        partial = self.folder / f".{card.name}.partial-{os.getpid()}"
        with store_errors(partial):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
        try:
            write_file(partial / "model.onnx", data)
            if licence_text:
                write_file(partial / "LICENSE.txt", licence_text.encode())
            write_file(partial / "card.json", card.model_dump_json(indent=1).encode())
            # First the numbers: a class without a model harms nobody, a model without numbers is none.
            write_own_classes(self.folder, classes)
            with store_errors(partial):
                partial.rename(self.folder / card.name)
                sync(self.folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _numbered(self, card: ModelCard) -> list[OwnClass]:
        """All own classes, those of `card` among them."""
        known = {one.name: one for one in self.classes()}
        for one in card.classes:
            if not one.used or one.name in _BUILT_IN:
                continue
            before = known.get(one.name)
            number = (
                before.number if before else 1 + max((c.number for c in known.values()), default=OWN_CLASSES[0] - 1)
            )
            if number not in OWN_CLASSES:
                raise TooManyClasses(most=len(OWN_CLASSES), name=one.name)
            labels = {**(before.labels if before else {}), **one.labels}
            known[one.name] = OwnClass(number, one.name, labels)
        return sorted(known.values(), key=lambda one: one.number)

    def remove(self, name: str) -> ModelCard:
        """Its classes keep their numbers: archived tracks have them. Raises ModelUnknown, the StoreError tree."""
        card = self.card(name)
        gone = self.folder / f".{name}.gone"
        with store_errors(gone):
            shutil.rmtree(gone, ignore_errors=True)
            (self.folder / name).rename(gone)
            sync(self.folder)
            shutil.rmtree(gone)
        return card


def order_of(card: ModelCard, classes: Sequence[OwnClass]) -> ModelOrder:
    """How to run the model of `card`, with the numbers of `classes`. Raises StoreCorrupt where one has none."""
    numbers = {**_BUILT_IN, **{one.name: one.number for one in classes}}
    missing = [name for name in card.given if name not in numbers]
    if missing:
        raise StoreCorrupt(path="classes.json", problem=", ".join(missing))
    pairs = [(numbers[one.name], numbers[other]) for one in card.classes if one.used for other in one.instead_of]
    return ModelOrder(
        name=card.name,
        sha256=card.sha256,
        layout=card.layout,
        width=card.width,
        height=card.height,
        numbers=tuple(numbers[one.name] if one.used else -1 for one in card.classes),
        colour=card.colour,
        scale=card.scale,
        fit=card.fit,
        least_confidence=card.least_confidence,
        instead_of=tuple(pairs),
    )

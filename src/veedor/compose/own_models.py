"""Taking a detector of the agency's own into a site, and taking it out again."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

from veedor.access.actions import Action
from veedor.compose.at_machine import machine_audit, os_user
from veedor.compose.config import SiteFile
from veedor.compose.stores import camera_store, rules_store
from veedor.kit.clock import Clock
from veedor.kit.hashing import sha256_bytes
from veedor.kit.messages import LANGUAGES, Message
from veedor.kit.sqlite import store_errors
from veedor.model.camera import DEFAULT_MODEL_WORD, AnalyseSettings, Camera
from veedor.model.detection import ObjectClass
from veedor.site.detect import models
from veedor.site.detect.cards import NAME, ModelCard, ModelClass, ModelCost, OwnModels
from veedor.site.detect.errors import BadModelSetting, ModelInUse
from veedor.site.detect.layouts import LAYOUTS, Layout
from veedor.site.detect.onnx_file import read_onnx
from veedor.site.detect.own import Colour, Fit, Scale
from veedor.site.detect.trial import Wanted, try_model
from veedor.site.models_book import ModelsBook
from veedor.site.rules.ruleset import RuleSet
from veedor.site.rules.schema import CLASS_GROUPS

MAX_CLASSES = 2000
_MAX_TEXT = 1 << 20
# Words that a detector's class may not be: what Veedor does not do, and what has another meaning in rules.
_RESERVED = frozenset({"unknown", "object", "default", *CLASS_GROUPS})
_LINE_WORDS = """
face faces identity man men woman women male female boy girl gender sex age old young elderly adult child
children race ethnicity skin emotion angry happy sad fear suspicious criminal thief gang gait rostro cara identidad
hombre mujer varon masculino femenino nino nina genero sexo edad viejo joven anciano adulto raza etnia piel emocion
enojado feliz triste miedo sospechoso delincuente ladron pandillero
"""
_OVER_THE_LINE = frozenset(_LINE_WORDS.split())


@dataclass(frozen=True, slots=True)
class NewModel:
    """What the agency says of its file, as it was typed. See the help of `veedor models add`."""

    file: Path
    name: str
    classes: str
    licence: str
    only: str = ""
    labels: Sequence[str] = ()
    instead_of: Sequence[str] = ()
    size: str = ""
    layout: str = ""
    scale: str = "unit"
    colour: str = "rgb"
    fit: str = "letterbox"
    least_confidence: float = 0.1
    licence_file: Path | None = None
    source: str = ""


def own_models(config: SiteFile) -> OwnModels:
    return OwnModels(config.data / "models")


def add_model(config: SiteFile, wanted: NewModel, clock: Clock) -> ModelCard:
    """Check the file, try it, measure what it costs, and keep it with its card; the running site follows within
    seconds. Raises ModelRefused, BadModelSetting, ModelNameTaken, TooManyClasses, the StoreError tree."""
    store = own_models(config)
    _check_name("--name", wanted.name)
    if not wanted.licence.strip():
        raise BadModelSetting(setting="--license", given="", problem="", detail="detect-setting-form", form="AGPL-3.0")
    classes = _classes(wanted, store)
    text = _text(wanted.licence_file) if wanted.licence_file is not None else ""
    data = read_onnx(wanted.file)
    sha256 = sha256_bytes(data)
    tried = try_model(
        wanted.file,
        Wanted(
            classes=len(classes),
            size=_size(wanted.size),
            layout=cast(Layout | None, _choice("--layout", wanted.layout, LAYOUTS) if wanted.layout else None),
            colour=cast(Colour, _choice("--colour", wanted.colour, get_args(Colour))),
            scale=cast(Scale, _choice("--scale", wanted.scale, get_args(Scale))),
            fit=cast(Fit, _choice("--fit", wanted.fit, get_args(Fit))),
            threads=config.analysis.threads,
        ),
        sha256,
    )
    fps = AnalyseSettings().fps
    cost = ModelCost(
        ms=tried.ms,
        cpu_ms=tried.cpu_ms,
        threads=config.analysis.threads,
        fps=fps,
        core_share=round(tried.cpu_ms * fps / 1000, 4),
        machine=f"{platform.machine()}, {os.cpu_count()} cores",
    )
    card = ModelCard(
        name=wanted.name,
        sha256=sha256,
        size_bytes=len(data),
        layout=tried.layout,
        width=tried.width,
        height=tried.height,
        colour=cast(Colour, wanted.colour),
        scale=cast(Scale, wanted.scale),
        fit=cast(Fit, wanted.fit),
        least_confidence=wanted.least_confidence,
        classes=classes,
        licence=wanted.licence.strip(),
        source=wanted.source.strip(),
        cost=cost,
        added_by=f"os:{os_user()}",
        added_at=clock.now(),
    )
    with _alone(store.folder), machine_audit(config, clock) as audit:
        detail = {"change": "model added", "sha256": sha256, "licence": card.licence, "classes": list(card.given)}
        store.check_new(card)
        audit.note(Action.SITE_EDIT, "model", card.name, detail)
        store.add(card, data, text)
    return card


def remove_model(config: SiteFile, name: str, clock: Clock) -> ModelCard:
    """Raises ModelUnknown, ModelInUse, the StoreError tree."""
    store = own_models(config)
    card = store.card(name)
    users = cameras_with(config, name)
    if name in (*config.analysis.models, config.analysis.second_look_model):
        users.append("veedor.yaml")
    if users:
        raise ModelInUse(name=name, cameras=", ".join(users))
    with _alone(store.folder), machine_audit(config, clock) as audit:
        audit.note(Action.SITE_EDIT, "model", name, {"change": "model removed", "sha256": card.sha256})
        return store.remove(name)


def cameras_with(config: SiteFile, name: str) -> list[str]:
    """Names of the cameras whose settings name the model."""
    if not (config.data / "site.db").is_file():
        return []
    with camera_store(config) as cameras:
        found = cameras.cameras()
    return [one.name for one in found if name in (*(one.analyse.models or ()), one.analyse.second_look_model)]


def with_models(config: SiteFile, camera: Camera, names: Sequence[str] | None, second_look: str | None) -> Camera:
    """`camera` with other models. `names`: None leaves them, () takes the site's; `second_look`: None leaves it, ""
    takes the site's. Raises ModelUnknown."""
    store = own_models(config)
    for name in names or ():
        if name != DEFAULT_MODEL_WORD:
            store.card(name)
    if second_look and second_look not in [one.name for one in models.registry().models]:
        store.card(second_look)
    analyse = camera.analyse
    if names is not None:
        analyse = replace(analyse, models=tuple(dict.fromkeys(names)) or None)
    if second_look is not None:
        analyse = replace(analyse, second_look_model=second_look or None)
    return replace(camera, analyse=analyse)


def model_problems(config: SiteFile, lang: str) -> list[Message]:
    """Models of cameras that cannot be used, and rules that wait for what nothing finds. Raises the StoreError tree."""
    if not (config.data / "site.db").is_file():
        return []
    rules = rules_store(config)
    with camera_store(config) as cameras:
        watched = [one for one in cameras.cameras() if one.enabled and one.analyse.enabled]
    return [told for one in watched for told in problems_of(config, one, rules.rules(one.id), lang)]


def problems_of(config: SiteFile, camera: Camera, rules: RuleSet, lang: str) -> list[Message]:
    """As `model_problems`, of one camera and these rules."""
    book = ModelsBook(own_models(config), config.analysis.models, config.analysis.second_look_model)
    book.changed()
    return book.problems(camera, rules, lang)


def own_rows(store: OwnModels) -> list[dict[str, Any]]:
    """What `veedor models list` shows of the agency's own, like `detect.models.rows`."""
    return [
        {
            "name": card.name,
            "state": store.state(card).value,
            "licence": card.licence,
            "input": f"1 x 3 x {card.height} x {card.width}, {card.colour.upper()}, {card.scale}",
            "classes": ", ".join(card.given),
            "size_bytes": card.size_bytes,
            "sha256": card.sha256,
            "path": str(store.path(card.name)),
            "origin": card.source,
            "sources": [],
            "own": True,
        }
        for card in store.cards()
    ]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Numbers of classes are given by one process at a time."""
    with store_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- reading what was typed


def _refused(setting: str, given: str, why: str, **params: str) -> BadModelSetting:
    return BadModelSetting(setting=setting, given=given[:80], problem=why, detail=f"detect-setting-{why}", **params)


def _check_name(setting: str, name: str) -> None:
    if not re.fullmatch(NAME, name):
        raise _refused(setting, name, "name")


def _choice(setting: str, given: str, choices: Sequence[str]) -> str:
    if given not in choices:
        raise _refused(setting, given, "choice", choices=", ".join(choices))
    return given


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = re.fullmatch(r"\s*(\d{2,4})\s*[xX]\s*(\d{2,4})\s*", text)
    if not found:
        raise _refused("--input", text, "form", form="640x640")
    return int(found[1]), int(found[2])


def _text(path: Path) -> str:
    with store_errors(path), path.open("rb") as file:
        return file.read(_MAX_TEXT).decode("utf-8", errors="replace")


def _plain(word: str) -> str:
    """Small letters without accents, _ for what lies between."""
    letters = unicodedata.normalize("NFKD", word.strip()).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def _names(text: str) -> list[str]:
    """The classes of a file (one a line, perhaps numbered, as training programs write them), or with commas between."""
    path = Path(text)
    if "," in text or not path.is_file():
        return [_plain(one) for one in text.split(",") if one.strip()]
    lines = [re.sub(r"^\s*(\d+\s*:|-)\s*", "", line).strip().strip("'\"") for line in _text(path).splitlines()]
    return [_plain(line) for line in lines if line and not line.startswith("#") and line != "names:"]


def _classes(wanted: NewModel, store: OwnModels) -> tuple[ModelClass, ...]:
    names = _names(wanted.classes)
    if not names or len(names) > MAX_CLASSES:
        raise _refused("--classes", wanted.classes, "no-classes")
    if len(set(names)) < len(names):
        raise _refused("--classes", next(one for one in names if names.count(one) > 1), "twice")
    only = {_plain(one) for one in wanted.only.split(",") if one.strip()}
    used = [one for one in names if not only or one in only]
    for one in sorted(only - set(names)):
        raise _refused("--only", one, "no-class")
    for one in used:
        _check_name("--classes", one)
        if one in _RESERVED:
            raise _refused("--classes", one, "reserved")
        _hold_line("--classes", one)
    labels = _labels(wanted.labels, used)
    replaced = _replaced(wanted.instead_of, used, store)
    spare = {one: f"unused_{at}" for at, one in enumerate(names) if one not in used}
    return tuple(
        ModelClass(
            name=spare.get(one, one), used=one in used, labels=labels.get(one, {}), instead_of=replaced.get(one, ())
        )
        for one in names
    )


def _hold_line(setting: str, text: str) -> None:
    if set(_plain(text).split("_")) & _OVER_THE_LINE:
        raise _refused(setting, text, "line")


def _labels(given: Sequence[str], used: Sequence[str]) -> dict[str, dict[str, str]]:
    """By class and language."""
    found: dict[str, dict[str, str]] = {}
    form = "LANGUAGE=TEXT" if len(used) == 1 else "CLASS:LANGUAGE=TEXT"
    for one in given:
        key, equals, label = (part.strip() for part in one.partition("="))
        name, _colon, lang = key.rpartition(":")
        if not equals or not label or len(label) > 60 or not label.isprintable() or lang not in LANGUAGES:
            raise _refused("--label", one, "form", form=form)
        if not name and len(used) != 1:
            raise _refused("--label", one, "form", form=form)
        name = _plain(name) if name else used[0]
        if name not in used:
            raise _refused("--label", name, "no-class")
        _hold_line("--label", label)
        found.setdefault(name, {})[lang] = label
    return found


def _replaced(given: Sequence[str], used: Sequence[str], store: OwnModels) -> dict[str, tuple[str, ...]]:
    known = {*(one.label for one in ObjectClass), *(one.name for one in store.classes()), *used}
    found: dict[str, tuple[str, ...]] = {}
    for one in given:
        key, equals, words = one.partition("=")
        name = _plain(key)
        others = [_plain(word) for word in words.split(",") if word.strip()]
        if not equals or not others:
            raise _refused("--instead-of", one, "form", form="CLASS=truck,car")
        if name not in used:
            raise _refused("--instead-of", name, "no-class")
        flat = [label for word in others for label in (sorted(c.label for c in CLASS_GROUPS.get(word, ())) or [word])]
        for word in flat:
            if word not in known or word == "unknown":
                raise _refused("--instead-of", word, "unknown-class")
        found[name] = tuple(dict.fromkeys(flat))
    return found


def model_rows(config: SiteFile | None) -> list[dict[str, Any]]:
    """Every model of this machine: those of Veedor's own list, then the agency's."""
    return [*models.rows(), *(own_rows(own_models(config)) if config is not None else [])]

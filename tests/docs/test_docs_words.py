"""The glossary and the map of the house name what the code has."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path

from doc_files import ROOT
from fluent.syntax import FluentParser, ast

import veedor
from veedor import model


def test_every_type_of_the_model_is_in_the_glossary() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    missing = []
    for module in pkgutil.iter_modules(model.__path__, "veedor.model."):
        for name, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
            is_noun = issubclass(kind, Enum) or hasattr(kind, "__dataclass_fields__")
            if kind.__module__ != module.name or not is_noun or name.startswith("_"):
                continue
            if f"`{name}`" not in text and f"`{name}." not in text:
                missing.append(f"{module.name}.{name}")
    assert missing == []


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "docs" / "design" / "README.md").read_text(encoding="utf-8")
    rooms = [
        module.name.removeprefix("veedor.").replace(".", "/") + "/"
        for module in pkgutil.walk_packages(veedor.__path__, "veedor.")
        if module.ispkg and not module.name.startswith("veedor.desk.migrations.")
    ]
    assert "site/record/" in rooms
    assert [room for room in rooms if f"`{room}`" not in text] == []


def test_messages_that_the_install_guide_quotes_are_messages_of_the_program() -> None:
    guide = (ROOT / "docs" / "operate" / "install.md").read_text(encoding="utf-8")
    quoted = re.findall(r'^\| "([^"]+)"', guide.split("## What to do when", 1)[1], re.MULTILINE)
    assert quoted, "the guide quotes nothing"
    catalogue = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/veedor/locale/en").glob("*.ftl"))
    assert [words for words in quoted if words not in catalogue] == []


CONTROL_ROOM = re.compile(r"centro de monitoreo|central(es)? de (monitoreo|emergencias|verdad)", re.IGNORECASE)
CODE = re.compile(r"```.*?```|`[^`]*`|«[^»]*»|\{[^{}]*\}|veedor hub \w+|[\w-]*hub([-./]\w+)+", re.DOTALL)
OTHER_NAMES = re.compile(r"(?<!nodo )(?<!nodos )\b(central(es)?|centros?)\b|\bhub\b", re.IGNORECASE)


def _other_names_of_the_hub(text: str) -> list[str]:
    """Words for the hub that are not "nodo central": each with what stands about it."""
    prose = CONTROL_ROOM.sub("", re.sub(r"\s+", " ", CODE.sub("", text).replace("*", "")))
    prose = prose.replace("nodo central (hub)", "nodo central")
    return [prose[max(0, one.start() - 30) : one.end() + 30] for one in OTHER_NAMES.finditer(prose)]


def _messages(folder: Path, files: str = "*.ftl") -> dict[str, str]:
    """Each message of a catalogue as it is written, attributes and all."""
    parser = FluentParser()
    found: dict[str, str] = {}
    for path in sorted(folder.glob(files)):
        text = path.read_text(encoding="utf-8")
        for entry in parser.parse(text).body:
            if isinstance(entry, ast.Message) and entry.span is not None:
                found[entry.id.name] = text[entry.span.start : entry.span.end].partition("=")[2]
    return found


def _spanish_about_the_hub() -> Iterator[tuple[str, str]]:
    """Where, and the Spanish words: of every message whose English speaks of a hub."""
    for catalogues in ("src/veedor/locale", "web/src/locale"):
        english, spanish = _messages(ROOT / catalogues / "en"), _messages(ROOT / catalogues / "es")
        about = [key for key, text in english.items() if re.search(r"\bhubs?\b", CODE.sub("", text), re.IGNORECASE)]
        assert about, f"no message of {catalogues} speaks of a hub"
        yield from ((f"{catalogues}: {key}", spanish[key]) for key in about)
    for path in (ROOT / "README.es.md", *sorted((ROOT / "docs").rglob("*.es.md"))):
        if path.parent.name != "reference":  # made from the catalogues, with an example of every command
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_the_hub_has_one_name_in_spanish() -> None:
    assert {where: found for where, text in _spanish_about_the_hub() if (found := _other_names_of_the_hub(text))} == {}


def test_the_name_of_the_hub_is_told_from_that_of_a_control_room() -> None:
    assert _other_names_of_the_hub("La central lo sabe, y el centro también; dígalo al hub.") != []
    assert len(_other_names_of_the_hub("En la central, en el centro, en el hub")) == 3
    assert _other_names_of_the_hub("Un nodo\ncentral (hub) y `veedor hub sites`, en una central de monitoreo") == []


def test_the_program_and_the_console_tell_a_grant_in_the_same_words() -> None:
    for lang in ("es", "en"):
        ours = _messages(ROOT / "src/veedor/locale" / lang, "sharing.ftl")
        shown = _messages(ROOT / "web/src/locale" / lang, "sharing.ftl")
        assert ours
        assert {key: text for key, text in ours.items() if shown.get(key) != text} == {}

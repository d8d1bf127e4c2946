"""The glossary and the map of the house name what the code has."""

from __future__ import annotations

import inspect
import pkgutil
import re
from enum import Enum
from importlib import import_module

from doc_files import ROOT

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

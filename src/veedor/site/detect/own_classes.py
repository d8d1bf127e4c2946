"""The agency's own classes at a site: every one that there ever was, with its number. Reading it needs no runtime."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file
from veedor.model.detection import OwnClass

_FILE = "classes.json"


def read_own_classes(folder: Path) -> list[OwnClass]:
    """By number; none where there is no such file. Raises StoreCorrupt."""
    path = folder / _FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return [OwnClass(int(one["number"]), str(one["name"]), dict(one["labels"])) for one in told]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise StoreCorrupt(path=str(path), problem=str(problem)) from problem


def write_own_classes(folder: Path, classes: Sequence[OwnClass]) -> None:
    """Durable and atomic. Raises the StoreError tree."""
    told = [{"number": one.number, "name": one.name, "labels": dict(one.labels)} for one in classes]
    write_file(folder / _FILE, json.dumps(told, ensure_ascii=False, indent=1).encode())

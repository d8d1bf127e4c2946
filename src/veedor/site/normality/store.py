"""Baselines on disk: each version a file, the last ones kept, so that a person can go back."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from veedor.kit.sqlite import store_errors
from veedor.site.normality.baseline import About, Baseline

KEPT_VERSIONS = 30
_NAME = re.compile(r"(\d{6})\.npz")


class BaselineStore:
    """`<directory>/<camera id>/<version>.npz`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def versions(self, camera_id: str) -> list[int]:
        """Oldest first."""
        folder = self._directory / camera_id
        if not folder.is_dir():
            return []
        with store_errors(folder):
            return sorted(int(found[1]) for path in folder.iterdir() if (found := _NAME.fullmatch(path.name)))

    def newest_file(self, camera_id: str) -> Path | None:
        """For another process that reads it with `Baseline.load`."""
        versions = self.versions(camera_id)
        return self._path(camera_id, versions[-1]) if versions else None

    def load(self, camera_id: str, version: int) -> Baseline:
        """Raises the StoreError tree."""
        return Baseline.load(self._path(camera_id, version))

    def about(self, camera_id: str) -> list[About]:
        """Of each version, oldest first. Raises the StoreError tree."""
        return [Baseline.about_file(self._path(camera_id, version)) for version in self.versions(camera_id)]

    def keep(self, camera_id: str, baseline: Baseline) -> bool:
        """Put in the next version; False, and nothing done, where another has come in since. Raises the StoreError
        tree."""
        path = self._path(camera_id, baseline.about.version)
        with self._turn(camera_id):
            if baseline.about.version <= max(self.versions(camera_id), default=0):
                return False
            self._write(camera_id, path, baseline)
        return True

    @contextmanager
    def _turn(self, camera_id: str) -> Iterator[None]:
        """One writer at a time: the site learns at night, and a person may go back at any time."""
        path = self._directory / camera_id / "lock"
        with store_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield

    def _write(self, camera_id: str, path: Path, baseline: Baseline) -> None:
        baseline.save(path)
        for version in self.versions(camera_id)[:-KEPT_VERSIONS]:
            with store_errors(path):
                self._path(camera_id, version).unlink(missing_ok=True)

    def roll_back(self, camera_id: str, version: int, at: datetime) -> Baseline:
        """Go back to `version`: it becomes a new one, which learns from `at` on, so that what came in between is not
        learned again. Raises KeyError where there is no such version, and the StoreError tree."""
        if version not in self.versions(camera_id):
            raise KeyError(version)
        with self._turn(camera_id):
            old = self.load(camera_id, version)
            newest = self.versions(camera_id)[-1] + 1
            about = replace(old.about, version=newest, until=at, made_at=at, since=version, drift=0.0)
            baseline = Baseline(about, old.counts, old.rarity)
            self._write(camera_id, self._path(camera_id, newest), baseline)
        return baseline

    def begin_anew(self, camera_id: str, at: datetime) -> None:
        """The camera shows another view from `at` on: what was usual before says nothing of it. Earlier versions stay,
        to go back to. Raises the StoreError tree."""
        with self._turn(camera_id):
            versions = self.versions(camera_id)
            if versions:
                newest = versions[-1] + 1
                self._write(camera_id, self._path(camera_id, newest), Baseline(About(newest, at, at)))

    def _path(self, camera_id: str, version: int) -> Path:
        return self._directory / camera_id / f"{version:06d}.npz"

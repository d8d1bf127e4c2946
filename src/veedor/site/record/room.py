"""Room on the disk: retention by days and bytes, the reserve, and deletion in Moonfire's order:
garbage row, unlink, sync the folder, drop the garbage row. Locked segments are never touched.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError, StoreFull
from veedor.kit.messages import Message
from veedor.model.camera import Camera
from veedor.model.recording import GapReason
from veedor.site.record.config import RecordConfig
from veedor.site.record.files import sync_folder
from veedor.site.record.index import Index
from veedor.site.record.layout import RESERVE_NAME, inside, to_us

log = logging.getLogger(__name__)

SLICE = 100  # segments deleted at a time: the disk thread has footage to write as well
DAY_US = 86_400_000_000
TRUSTED_STEP_S = 3600.0
AGE_EVERY_S = 30.0
PRUNE_EVERY_S = 600.0
WARN_FOR_S = 86_400.0


class Room:
    """Used by the disk thread alone, but for `follow` and `problems`, which only swap or read whole values."""

    def __init__(self, config: RecordConfig, index: Index, clock: Clock) -> None:
        self._config = config
        self._root: Path = config.directory
        self._index = index
        self._clock = clock
        self._octets = index.octets_by_camera()
        self._cameras: dict[str, Camera] = {}
        self._began = (clock.now(), clock.monotonic())
        self._pruned_at = clock.monotonic()
        self._aged_at = clock.monotonic()
        self._more_is_due = True
        self._below_minimum: tuple[float, float] | None = None  # when (monotonic), days kept
        self.deleted_segments = 0

    # -- what there is

    def follow(self, cameras: dict[str, Camera]) -> None:
        """The cameras as configured now, by id."""
        self._cameras = cameras

    def added(self, camera_id: str, octets: int) -> None:
        self._octets[camera_id] = self._octets.get(camera_id, 0) + octets

    @property
    def total_octets(self) -> int:
        return sum(self._octets.values())

    def problems(self) -> list[Message]:
        """That footage younger than the legal minimum had to go, for a day after it last happened."""
        below = self._below_minimum
        if below is None or self._clock.monotonic() - below[0] > WARN_FOR_S:
            return []
        params = {"days": f"{below[1]:.1f}", "minimum": f"{self._config.legal_minimum_days:g}"}
        return [Message("problem-record-below-minimum", params)]

    def disk(self, octets_per_s: float | None, blocked: GapReason | None) -> dict[str, Any]:
        """Numbers of the disk, for status and metrics."""
        stat = os.statvfs(self._root)
        free = self.free_bytes()
        room = max(0, free - self._config.reserve_bytes)
        return {
            "path": str(self._root),
            "total_bytes": stat.f_blocks * stat.f_frsize,
            "free_bytes": free,
            "reserve_bytes": self._config.reserve_bytes,
            "footage_bytes": self.total_octets,
            "bytes_per_s": octets_per_s,
            "days_left": round(room / octets_per_s / 86400, 2) if octets_per_s else None,
            "blocked": str(blocked) if blocked else None,
        }

    # -- the reserve

    def free_bytes(self) -> int:
        try:
            return self._config.free_bytes(self._root)
        except OSError:
            return 0

    def has_reserve(self) -> bool:
        return self.free_bytes() >= self._config.reserve_bytes

    def hold_reserve(self) -> None:
        """Keep a file that can be given up when the index needs room on a disk that others have filled."""
        path = self._root / RESERVE_NAME
        wanted = min(self._config.index_reserve_bytes, self._config.reserve_bytes)
        with contextlib.suppress(OSError):
            if wanted > 0 and (not path.exists() or path.stat().st_size < wanted):
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
                try:
                    os.posix_fallocate(handle, 0, wanted)
                finally:
                    os.close(handle)

    def release_reserve(self) -> None:
        """Give the reserve file's room to the index."""
        with contextlib.suppress(OSError):
            (self._root / RESERVE_NAME).unlink()

    # -- retention

    def keep(self) -> bool:
        """Delete what is due, a slice at a time; whether the disk has its reserve. Raises the StoreError tree."""
        if self._more_is_due or self._clock.monotonic() - self._aged_at >= AGE_EVERY_S:
            self._aged_at = self._clock.monotonic()
            self._more_is_due = self._by_days()
        self._by_octets()
        if self.has_reserve():
            self.hold_reserve()
            return True
        return self.make_room(0)

    def make_room(self, octets: int) -> bool:
        """Delete the oldest footage that no lock holds until `octets` fit beside the reserve; False if they cannot.

        Where free space cannot be seen to grow (others fill the disk, a quota), one slice that went is room enough to
        try again.
        """
        wanted = self._config.reserve_bytes + octets
        for _ in range(1000):
            if self.free_bytes() >= wanted and octets == 0:
                return True
            try:
                deleted = self._delete_for_space()
            except StoreError as problem:
                log.error("making room: %s", problem)
                return False
            if not deleted:
                return self.free_bytes() >= wanted
            if octets or self.free_bytes() >= wanted:
                return True
        return False

    def _delete_for_space(self) -> int:
        oldest = self._index.oldest_unlocked(limit=10)
        if oldest:
            days = (to_us(self._clock.now()) - oldest[-1]["recorded_us"]) / DAY_US
            if days < self._config.legal_minimum_days:
                if self._below_minimum is None:
                    log.error("disk full: deleting footage that is only %.1f days old", days)
                self._below_minimum = (self._clock.monotonic(), max(0.0, days))
        return self._delete([row["id"] for row in oldest])

    def _now_us(self) -> int:
        """Now, for judging age: a wall clock that leaps forward must not make all footage old at once."""
        began, monotonic = self._began
        elapsed = self._clock.monotonic() - monotonic
        return to_us(min(self._clock.now(), began + timedelta(seconds=elapsed + TRUSTED_STEP_S)))

    def _by_days(self) -> bool:
        """Delete a slice of what is too old; whether there may be more."""
        full_slice = False
        now = self._now_us()
        prune = self._clock.monotonic() - self._pruned_at >= PRUNE_EVERY_S
        for camera_id in {*self._octets, *self._cameras}:
            camera = self._cameras.get(camera_id)
            wanted = camera.record.keep_days if camera else None
            days = self._config.keep_days if wanted is None else wanted
            before = now - int(days * DAY_US)
            if self._octets.get(camera_id):
                rows = self._index.oldest_unlocked(camera_id=camera_id, before_us=before, limit=SLICE)
                full_slice |= self._delete([row["id"] for row in rows]) == SLICE
            if prune:
                self._index.prune_gaps(camera_id, before)
        if prune:
            self._pruned_at = self._clock.monotonic()
        return full_slice

    def _by_octets(self) -> None:
        for camera_id, camera in self._cameras.items():
            limit = camera.record.max_bytes
            excess = self._octets.get(camera_id, 0) - limit if limit is not None else 0
            if excess > 0:
                self._delete_octets(excess, camera_id)
        if self._config.max_bytes is not None:
            excess = self.total_octets - self._config.max_bytes
            if excess > 0:
                self._delete_octets(excess, None)

    def _delete_octets(self, excess: int, camera_id: str | None) -> None:
        chosen = []
        for row in self._index.oldest_unlocked(camera_id=camera_id, limit=SLICE):
            if excess <= 0:
                break
            chosen.append(row["id"])
            excess -= row["octets"]
        self._delete(chosen)

    # -- deletion

    def _delete(self, segment_ids: list[int]) -> int:
        if not segment_ids:
            return 0
        try:
            condemned = self._index.condemn(segment_ids, to_us(self._clock.now()))
        except StoreFull:
            self.release_reserve()
            condemned = self._index.condemn(segment_ids, to_us(self._clock.now()))
        self._config.step("garbage-written")
        for row in condemned:
            self._octets[row["camera_id"]] = max(0, self._octets.get(row["camera_id"], 0) - row["octets"])
        self.deleted_segments += len(condemned)
        self.sweep(row["path"] for row in condemned)
        return len(condemned)

    def sweep(self, paths: Iterable[str]) -> None:
        """Unlink garbage, sync its folders, and only then forget it. A file that resists stays garbage."""
        folders: set[Path] = set()
        gone = []
        for path in paths:
            try:
                file = inside(self._root, path)
                file.unlink(missing_ok=True)
            except (OSError, ValueError) as problem:
                log.error("cannot delete %s: %s", path, problem)
                continue
            gone.append(path)
            if file.parent.is_dir():
                folders.add(file.parent)
        self._config.step("unlinked")
        for folder in folders:
            sync_folder(folder)
            with contextlib.suppress(OSError):
                folder.rmdir()  # only goes if it is empty
        self._config.step("unlinks-synced")
        self._index.drop_garbage(gone)
        self._config.step("garbage-dropped")

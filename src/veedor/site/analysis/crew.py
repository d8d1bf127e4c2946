"""Who analyses what: the site's cameras over its workers, on this machine and on others.

The site decides. A worker is not asked, and cannot take: what it is sent is what it may see. A camera stays with its
worker as long as it can, since a move costs its tracks and its learned view; it moves when its worker has gone, and one
at a time when another has much less to do.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from veedor.model.packet import Packet
from veedor.model.second_look import Target
from veedor.site.analysis.checked import TrackIds
from veedor.site.analysis.feed import WorkerFeed, add_counters
from veedor.site.analysis.protocol import Header
from veedor.site.detect.opened import CameraModels
from veedor.site.detect.own import ModelOrder

log = logging.getLogger(__name__)

PATIENCE_S = 5.0  # a worker that was ready a moment ago is mostly back sooner than a move would pay
SETTLE_S = 10.0  # who has just come, and may go again, takes over only what nobody has


@dataclass(slots=True)
class _Wanted:
    fps: float
    models: CameraModels
    ids: TrackIds = field(default_factory=TrackIds)
    holder: WorkerFeed | None = None


class Crew:
    """The workers of a site, and the cameras to watch. Called from any thread."""

    def __init__(self, feeds: Sequence[WorkerFeed] = ()) -> None:
        self._lock = threading.RLock()
        self._feeds = list(feeds)
        self._wanted: dict[str, _Wanted] = {}
        self._past: dict[str, dict[str, int]] = {}  # counters of workers that have left, per camera
        self.moves = 0

    # -- cameras

    def watch(self, camera_id: str, fps: float, models: CameraModels = CameraModels()) -> None:
        with self._lock:
            self.forget(camera_id)
            self._wanted[camera_id] = _Wanted(fps, models)
            self._give(camera_id)

    def change_models(self, camera_id: str, models: CameraModels) -> None:
        """Others look at the camera from now on; its tracks begin anew, and are numbered on."""
        with self._lock:
            wanted = self._wanted.get(camera_id)
            if wanted is None or wanted.models == models:
                return
            wanted.models = models
            if wanted.holder is not None:
                wanted.holder.forget(camera_id)
                wanted.holder = None
            self._give(camera_id)

    def forget(self, camera_id: str) -> None:
        with self._lock:
            wanted = self._wanted.pop(camera_id, None)
            if wanted is not None and wanted.holder is not None:
                wanted.holder.forget(camera_id)

    def packet(self, packet: Packet) -> None:
        """To the worker that holds the packet's camera, if one does; returns at once."""
        wanted = self._wanted.get(packet.camera_id)
        holder = wanted.holder if wanted is not None else None
        if holder is not None:
            holder.packet(packet)

    def draw(self, camera_id: str, request: Header) -> bytes | None:
        """As WorkerFeed.draw, by the worker that holds the camera."""
        wanted = self._wanted.get(camera_id)
        holder = wanted.holder if wanted is not None else None
        return holder.draw(request) if holder is not None else None

    def look(
        self, camera_id: str, targets: Sequence[Target], within_s: float, packets: Sequence[Packet]
    ) -> list[list[bool | None]] | None:
        """As WorkerFeed.look, by the worker that holds the camera: it has the pictures."""
        wanted = self._wanted.get(camera_id)
        holder = wanted.holder if wanted is not None else None
        return holder.look(camera_id, targets, within_s, packets) if holder is not None else None

    def holder(self, camera_id: str) -> str | None:
        """Name of the worker that analyses the camera now."""
        wanted = self._wanted.get(camera_id)
        return wanted.holder.name if wanted is not None and wanted.holder is not None else None

    # -- workers

    def add(self, feed: WorkerFeed) -> None:
        with self._lock:
            self._feeds.append(feed)
        self.balance()

    def remove(self, feed: WorkerFeed) -> None:
        """It has gone: its cameras go to others at once."""
        with self._lock:
            if feed not in self._feeds:
                return
            self._feeds.remove(feed)
            for camera_id in feed.cameras():
                feed.forget(camera_id)
            for camera_id, counters in feed.camera_counters().items():
                add_counters(self._past.setdefault(camera_id, {}), counters)
            for wanted in self._wanted.values():
                if wanted.holder is feed:
                    wanted.holder = None
        self.balance()

    def balance(self) -> None:
        """Called each second, and when a worker comes or goes."""
        with self._lock:
            ready = [feed for feed in self._feeds if feed.is_ready]
            for camera_id, wanted in self._wanted.items():
                holder = wanted.holder
                lost = holder is not None and not holder.is_ready and holder.same_s > PATIENCE_S and bool(ready)
                if holder is None or lost:
                    self._give(camera_id)
            self._even_out([feed for feed in ready if feed.same_s > SETTLE_S])

    def _even_out(self, settled: Sequence[WorkerFeed]) -> None:
        """Move one camera, if that leaves the busiest worker with less to do than it has, and nobody with as much."""
        if len(settled) < 2:
            return
        busiest, idlest = max(settled, key=_share), min(settled, key=_share)
        if (len(idlest.cameras()) + 1) / idlest.capacity < _share(busiest):
            able = [one for one in busiest.cameras() if idlest.can_run(self._wanted[one].models)]
            if able:
                self._move(able[-1], idlest)

    def _give(self, camera_id: str) -> None:
        """To the worker that has least to do, among those that have its models; one that is ready, if any is. Caller
        holds the lock."""
        able = [feed for feed in self._feeds if feed.can_run(self._wanted[camera_id].models)]
        if able:
            self._move(camera_id, min(able, key=lambda feed: (not feed.is_ready, _share(feed, 1))))

    def _move(self, camera_id: str, to: WorkerFeed) -> None:
        wanted = self._wanted[camera_id]
        if wanted.holder is to:
            return
        if wanted.holder is not None:
            wanted.holder.forget(camera_id)
            self.moves += 1
            log.info("analysis of camera %s moves from %s to %s", camera_id, wanted.holder.name, to.name)
        to.watch(camera_id, wanted.fps, wanted.ids, wanted.models)
        wanted.holder = to

    # -- health

    def status(self) -> list[dict[str, Any]]:
        """Per worker."""
        with self._lock:
            feeds = list(self._feeds)
        return [feed.status() for feed in feeds]

    def waiting(self) -> list[str]:
        """Names of the workers that are not ready."""
        with self._lock:
            return [feed.name for feed in self._feeds if not feed.is_ready]

    def unwatched(self) -> int:
        """Cameras that no worker takes, for want of one."""
        return sum(wanted.holder is None for wanted in list(self._wanted.values()))

    def lacking(self) -> list[tuple[str, ModelOrder]]:
        """(camera, model) where no worker has the model, or the one that tried could not open it."""
        with self._lock:
            missing = [
                (camera_id, order)
                for camera_id, wanted in self._wanted.items()
                if wanted.holder is None and self._feeds
                for order in wanted.models.files
                if not any(feed.can_run(CameraModels(own=(order,))) for feed in self._feeds)
            ]
            return missing + [one for feed in self._feeds for one in feed.lacking()]

    def camera_counters(self) -> dict[str, dict[str, int]]:
        """Counters per camera since start, over all workers that it has had."""
        with self._lock:
            total = {camera_id: dict(counters) for camera_id, counters in self._past.items()}
            feeds = list(self._feeds)
        for feed in feeds:
            for camera_id, counters in feed.camera_counters().items():
                add_counters(total.setdefault(camera_id, {}), counters)
        return total


def _share(feed: WorkerFeed, more: int = 0) -> float:
    """How many cameras it would have for each of its threads."""
    return (len(feed.cameras()) + more) / feed.capacity

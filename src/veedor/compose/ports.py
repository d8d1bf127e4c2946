"""The site's side of the ports that a desk on the same machine uses: plain calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from veedor import __version__
from veedor.compose.views import is_calibrated
from veedor.kit.errors import NotFound
from veedor.kit.messages import Message
from veedor.model.camera import Camera, StreamHealth, StreamState
from veedor.model.event import Event
from veedor.model.track import ArchivedTrack
from veedor.model.track_query import TrackPage, TrackQuery
from veedor.site.reasoning import live_tracks
from veedor.site.run import Site
from veedor.wire.ports import SiteStatus


class LocalCameras:
    """wire.ports.CameraDirectory."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._store = site.parts.cameras

    def cameras(self) -> list[Camera]:
        return self._store.cameras()

    def camera(self, camera_id: str) -> Camera:
        """By id alone: a name that passed for an id would find no footage under it."""
        found = self._store.camera(camera_id)
        if found.id != camera_id:
            raise NotFound(kind="camera", name=camera_id)
        return found

    def save(self, camera: Camera, password: str | None = None) -> Camera:
        return self._store.save(camera, password)

    def remove(self, camera_id: str) -> None:
        self._store.remove(camera_id)
        self._site.views.remove(camera_id)

    def health(self) -> list[StreamHealth]:
        return self._site.health()


class LocalSite:
    """wire.ports.SiteView."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def status(self) -> SiteStatus:
        site = self._site
        return SiteStatus(
            version=__version__,
            started_at=site.started_at,
            streams=site.health(),
            analysis=site.analysis_counters(),
            workers=site.crew.status(),
            recording=site.parts.recorder.status(),
            disks=site.parts.recorder.disks(),
            problems=problems(site),
        )

    def tracks(self, camera_id: str, start: datetime, end: datetime) -> list[ArchivedTrack]:
        return self._site.parts.archive.tracks(camera_id, start, end)

    def search(self, query: TrackQuery) -> TrackPage:
        calibrated = {
            camera.id: camera.calibration
            for camera in self._site.parts.cameras.cameras()
            if camera.calibration is not None and is_calibrated(self._site, camera)
        }
        return self._site.parts.archive.search(query, calibrated)

    def live_tracks(self, camera_id: str) -> dict[str, Any]:
        return live_tracks(self._site.reasoner.newest(camera_id))

    def events(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None) -> list[Event]:
        return self._site.parts.outbox.events(start, end, camera_ids)

    def places(self, camera_id: str) -> dict[str, Any]:
        rules = self._site.reasoner.rules(camera_id)
        return {
            "zones": {name: zone.ring for name, zone in rules.zones.items()},
            "lines": {name: (wire.start, wire.end) for name, wire in rules.wires.items()},
        }


def problems(site: Site, lang: str | None = None) -> list[Message]:
    """What is wrong right now, worst first: disks, then cameras, then analysis, then files of rules.

    What a camera's problem is stands in `lang`, else in the site's language.
    """
    found: list[Message] = site.disk_problems()
    names = {camera.id: camera.name for camera in site.running().values()}
    for health in site.health():
        if health.state is not StreamState.ONLINE and health.problem is not None:
            name = names.get(health.camera_id, health.camera_id)
            found.append(
                Message(
                    "problem-camera", {"camera": name, "problem": health.problem.render(lang or site.config.language)}
                )
            )
    found.extend(Message("problem-worker", {"worker": name}) for name in site.crew.waiting())
    if site.remote is not None:
        found.extend(site.remote.problems())
    if unwatched := site.crew.unwatched():
        found.append(Message("problem-unwatched", {"cameras": unwatched}))
    found.extend(site.model_problems())
    found.extend(error.message for error in site.parts.rules.problem_list())
    found.extend(site.views.problems())
    found.extend(site.reasoner.problems())
    return found

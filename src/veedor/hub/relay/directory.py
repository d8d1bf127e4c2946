"""wire.ports.CameraDirectory of a hub: the cameras of all sites, as each told of them last."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.database import Database
from veedor.desk.sites.tables import SiteCameraRow, SiteRow
from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound, Unavailable
from veedor.model.camera import Camera, StreamHealth
from veedor.wire.directory import camera_from_json, digest, health_from_json


@dataclass(frozen=True, slots=True)
class SiteOfCamera:
    """Where a camera's video is. `number` makes the site's own numbers unlike another's."""

    site_id: str
    agency_id: str
    number: int


class HubCameras:
    """All in memory (3,000 cameras are a few megabytes), written through to the database. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._cameras: dict[str, Camera] = {}
        self._sites: dict[str, SiteOfCamera] = {}
        self._health: dict[str, list[StreamHealth]] = {}
        self._digests: dict[str, str] = {}
        self.reload()

    def reload(self) -> None:
        """Read all again."""
        cameras, sites = self._read(None)
        with self._lock:
            self._cameras, self._sites = cameras, sites

    def _read(self, site_id: str | None) -> tuple[dict[str, Camera], dict[str, SiteOfCamera]]:
        """The cameras of one site, or of all, as the database has them."""
        query = (
            sa.select(SiteCameraRow, SiteRow.number)
            .join(SiteRow, SiteRow.id == SiteCameraRow.site_id)
            .where(SiteCameraRow.removed_at.is_(None))
        )
        if site_id is not None:
            query = query.where(SiteCameraRow.site_id == site_id)
        with self._database.reading() as session:
            rows = session.execute(query).all()
        cameras = {row.id: replace(camera_from_json(row.sent), agency_id=row.agency_id) for row, _ in rows}
        return cameras, {row.id: SiteOfCamera(row.site_id, row.agency_id, number) for row, number in rows}

    def _reload_site(self, site_id: str) -> None:
        """`reload` of one: of a hundred sites that join each would read all again."""
        cameras, sites = self._read(site_id)
        with self._lock:
            old = {one for one, where in self._sites.items() if where.site_id == site_id}
            self._cameras = {key: one for key, one in self._cameras.items() if key not in old} | cameras
            self._sites = {key: one for key, one in self._sites.items() if key not in old} | sites

    def cameras(self) -> list[Camera]:
        """By name."""
        with self._lock:
            return sorted(self._cameras.values(), key=lambda one: (one.name, one.id))

    def camera(self, camera_id: str) -> Camera:
        """Raises NotFound."""
        with self._lock:
            found = self._cameras.get(camera_id)
        if found is None:
            raise NotFound(kind="camera", name=camera_id)
        return found

    def site_of(self, camera_id: str) -> SiteOfCamera:
        """Raises NotFound."""
        with self._lock:
            found = self._sites.get(camera_id)
        if found is None:
            raise NotFound(kind="camera", name=camera_id)
        return found

    def cameras_of(self, site_id: str) -> list[Camera]:
        with self._lock:
            return [self._cameras[one] for one, where in self._sites.items() if where.site_id == site_id]

    def digest_of(self, site_id: str) -> str:
        """Of the list that the site sent last: see `wire.directory.digest`. Every site asks every few seconds."""
        known = self._digests.get(site_id)
        if known is None:
            query = sa.select(SiteCameraRow.sent).where(
                SiteCameraRow.site_id == site_id, SiteCameraRow.removed_at.is_(None)
            )
            with self._database.reading() as session:
                known = self._digests[site_id] = digest(session.scalars(query))
        return known

    def save(self, camera: Camera, password: str | None = None) -> Camera:  # noqa: ARG002
        """A camera is set up at its site, where its password is."""
        raise Unavailable(name=camera.name, problem="a camera is set up at its own site", detail="hub-at-the-site")

    def remove(self, camera_id: str) -> None:
        raise Unavailable(name=camera_id, problem="a camera is removed at its own site", detail="hub-at-the-site")

    def health(self) -> list[StreamHealth]:
        with self._lock:
            return [one for streams in self._health.values() for one in streams]

    def take(self, site: SiteRow, cameras: Sequence[dict[str, Any]]) -> bool:
        """The whole list of a site, as it told it. Returns whether anything changed. Cameras that it does not name
        any more are kept, marked: alerts and the audit name them."""
        now = self._clock.now()
        with self._database.session() as session:
            known = {row.id: row for row in _of_site(session, site.id)}
            changed = False
            for body in cameras:
                camera = camera_from_json(body)
                row = known.pop(camera.id, None)
                if row is None:
                    row = session.get(SiteCameraRow, camera.id)  # of another site: only its own may change it
                    if row is not None:
                        continue
                    row = SiteCameraRow(id=camera.id, site_id=site.id, agency_id=site.agency_id)
                    session.add(row)
                changed = changed or row.sent != body or row.removed_at is not None
                row.name, row.sent, row.removed_at = camera.name[:200], body, None
            for row in known.values():
                changed = changed or row.removed_at is None
                row.removed_at = row.removed_at or now
        self._digests.pop(site.id, None)
        if changed:
            self._reload_site(site.id)
        return changed

    def take_health(self, site_id: str, streams: Sequence[dict[str, Any]]) -> None:
        """What a site says of its streams, kept in memory: old health is no health, so a restart forgets it."""
        found: dict[str, list[StreamHealth]] = {}
        for one in streams:
            health = health_from_json(one)
            found.setdefault(health.camera_id, []).append(health)
        with self._lock:
            for camera_id, told in found.items():
                where = self._sites.get(camera_id)
                if where is not None and where.site_id == site_id:
                    self._health[camera_id] = told


def _of_site(session: Session, site_id: str) -> list[SiteCameraRow]:
    return list(session.scalars(sa.select(SiteCameraRow).where(SiteCameraRow.site_id == site_id)))

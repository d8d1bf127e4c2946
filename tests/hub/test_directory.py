"""The hub's list of cameras: each site's own, and what one tells changes no other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.databases import database_url
from veedor.desk.accounts.service import know_agency
from veedor.desk.database import Database
from veedor.desk.sites.tables import SiteRow
from veedor.hub.relay.directory import HubCameras, SiteOfCamera
from veedor.kit.clock import SystemClock
from veedor.kit.errors import NotFound
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.wire.directory import camera_to_json

CLOCK = SystemClock()


def site(database: Database, number: int) -> SiteRow:
    row = SiteRow(
        id=f"site-{number}",
        number=number,
        agency_id=f"agency-{number}",
        name=f"Site {number}",
        link_key=f"key-{number}",
        joined_at=CLOCK.now(),
        version="",
        boots=[],
        is_doubled=False,
        health={},
    )
    with database.session() as session:
        know_agency(session, CLOCK, row.agency_id)
        session.add(row)
    return row


def told(*names: str) -> list[dict]:
    source = (StreamSource(StreamRole.MAIN, "rtsp://192.0.2.1/main"),)
    return [camera_to_json(Camera(name, name, "whatever", SourceKind.RTSP, source)) for name in names]


def test_a_sites_new_list_changes_that_sites_cameras_alone(tmp_path: Path) -> None:
    database = Database(database_url(tmp_path))
    database.migrate()
    try:
        one, other = site(database, 1), site(database, 2)
        cameras = HubCameras(database, CLOCK)
        assert cameras.take(one, told("a", "b"))
        assert cameras.take(other, told("c"))
        assert cameras.take(one, told("b", "d"))
        assert not cameras.take(one, told("b", "d"))
        assert [camera.id for camera in cameras.cameras()] == ["b", "c", "d"]
        assert cameras.site_of("c") == SiteOfCamera("site-2", "agency-2", 2)
        assert cameras.camera("d").agency_id == "agency-1"
        with pytest.raises(NotFound):
            cameras.camera("a")
        cameras.take(other, told("b"))  # it is another site's, which alone may change it
        assert cameras.site_of("b").site_id == "site-1"
        with pytest.raises(NotFound):
            cameras.camera("c")
        assert HubCameras(database, CLOCK).cameras() == cameras.cameras()
    finally:
        database.close()

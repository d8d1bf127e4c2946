"""Two agencies at one desk with real cameras, as at a hub: the municipality owns them, the police looks at some.

The desk has both agencies' keys, keeps the tree of agencies and has a hub's routes; sites that have joined are rows,
since no second machine is needed to show them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from agreements import KEYS, PUBLIC, Signer
from browser.stage import PASSWORD, Stage, add_camera, small_streams
from veedor.access.principal import Role
from veedor.compose.config import AnalysisFile, DeskFile, NetworksFile, RecordingFile, SiteFile
from veedor.compose.server import WebServer
from veedor.compose.single import Service, open_desk, open_site
from veedor.desk.accounts import passwords
from veedor.desk.accounts.service import NewUser, add_user, ensure_agency
from veedor.desk.agencies import repository as agencies
from veedor.desk.alerts.service import AlertService
from veedor.desk.app import create_app
from veedor.desk.context import DeskPorts
from veedor.desk.sealing.keeper import Keeper
from veedor.desk.sites.tables import SiteCameraRow, SiteRow
from veedor.hub.joining.endpoints import JOIN_PATHS, HubAddress, joining_router
from veedor.kit.clock import SystemClock
from veedor.model.agency import Agency, AgencyKind
from veedor.simulator.rtsp_server import RtspServer

MUNI, PNP = "muni", "pnp"
CAMERAS = ("Plaza Mayor", "Mercado Central", "Av. Grau")
_STAFF = (Role.OPERATOR, Role.SUPERVISOR)
PEOPLE = {
    "mario": (MUNI, _STAFF),
    "adela": (MUNI, (Role.ADMINISTRATOR, Role.SUPERVISOR)),
    "petra": (PNP, _STAFF),
    "pablo": (PNP, (Role.OPERATOR,)),
    "doris": (MUNI, (Role.PRIVACY_OFFICER,)),
    "auri": (MUNI, (Role.AUDITOR,)),
    "piero": (PNP, (Role.AUDITOR,)),
}
_AREA = {
    "type": "Polygon",
    "coordinates": [[[-77.05, -12.05], [-77.035, -12.05], [-77.035, -12.04], [-77.05, -12.04], [-77.05, -12.05]]],
}
_TREE = (
    Agency("minin", "Ministerio del Interior", AgencyKind.MINISTRY),
    Agency("region", "Región Policial Lima", AgencyKind.POLICE_REGION, "minin"),
    Agency(PNP, "PNP Comisaría Cercado", AgencyKind.POLICE, "region", None, PUBLIC[PNP]),
    Agency(MUNI, "Municipalidad de La Victoria", AgencyKind.MUNICIPALITY, None, _AREA, PUBLIC[MUNI]),
)


@contextlib.contextmanager
def two_agencies(folder: Path) -> Iterator[Stage]:
    """The stage, served; cameras are the municipality's."""
    clock = SystemClock()
    config = SiteFile(
        site="Región Lima",
        agency="Municipalidad de La Victoria",
        agency_id=MUNI,
        data=folder / "data",
        secret_key=folder / "keys" / "secret.key",
        desk=DeskFile(port=0),
        networks=NetworksFile(allowed=(ip_network("127.0.0.0/8"),)),
        recording=RecordingFile(directory=folder / "data" / "recordings", reserve_bytes=1_000_000),
        analysis=AnalysisFile(workers=0),
    )
    with RtspServer(small_streams(folder, len(CAMERAS), None)) as cameras, ExitStack() as stack:
        server = WebServer(config.desk)
        stack.callback(server.close)
        site = stack.enter_context(open_site(config, clock))
        bare = open_desk(config, site, clock, stack)
        settings = replace(bare.config, keeps_agencies=True, is_hub=True)
        desk = replace(bare, config=settings, signer=Signer(MUNI, PNP))
        desk = replace(desk, sealing=Keeper(desk, {one: KEYS[one] for one in (MUNI, PNP)}.get))
        _fill(desk)
        site.start(AlertService(desk))
        stack.callback(site.stop)
        behind = {"s-victoria": 0, "s-cercado": 1204}
        hub = HubAddress("hub", config.site, "", server.url, "", "0" * 64, "", lambda: None, behind.get)
        server.start(create_app(desk, routers=(joining_router(hub),), public=JOIN_PATHS))
        stack.callback(server.stop)
        made = Stage(Service(site, desk, server.url, "adela", None), cameras)
        made.cameras += [add_camera(made.service, cameras, number, name) for number, name in enumerate(CAMERAS)]
        site.follow_configuration()
        yield made


def _fill(desk: DeskPorts) -> None:
    """Agencies with their keys, people, and sites in every state."""
    now, hashed = desk.clock.now(), passwords.hash_password(PASSWORD)
    with desk.database.session() as session:
        ensure_agency(session, desk.clock, MUNI, _TREE[-1].name)
        for one in _TREE:
            agencies.save(session, one, now)
        for name, (agency_id, roles) in PEOPLE.items():
            add_user(session, desk.clock, agency_id, NewUser(name, "", roles, hashed))
    sites: list[tuple[str, str, str, dict[str, Any]]] = [
        ("s-victoria", "La Victoria, Central", MUNI, {"seen_at": now + timedelta(days=1)}),
        (
            "s-cercado",
            "Comisaría Cercado",
            PNP,
            {
                "seen_at": now - timedelta(hours=3),
                "health": {"problems": [{"key": "error-store-full", "params": {"path": "/data"}}]},
            },
        ),
        ("s-doubled", "La Victoria, Puesto 2", MUNI, {"seen_at": now + timedelta(days=1), "is_doubled": True}),
        ("s-gone", "Puesto antiguo", MUNI, {"seen_at": now - timedelta(days=9), "revoked_at": now}),
    ]
    with desk.database.session() as session:
        for number, (site_id, name, agency_id, changes) in enumerate(sites, 1):
            values = {
                "number": number,
                "link_key": f"U{number:055d}",
                "joined_at": now - timedelta(days=30),
                "revoked_at": None,
                "version": "0.2.0",
                "boot": None,
                "boots": [],
                "is_doubled": False,
                "health": {},
                **changes,
            }
            session.add(SiteRow(id=site_id, name=name, agency_id=agency_id, **values))
            session.flush()
            sent = {"placement": {"latitude_deg": -12.0475 + number * 0.0012, "longitude_deg": -77.0395}}
            camera = SiteCameraRow(
                id=f"c-{site_id}", site_id=site_id, agency_id=agency_id, name="Puerta", sent=sent, removed_at=None
            )
            session.add(camera)

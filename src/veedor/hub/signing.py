"""Signing for agencies at a hub: hosted agencies here, the others at their own site, in the name of who signs."""

from __future__ import annotations

import base64
import re
import threading
from pathlib import Path

from veedor.desk.agencies.repository import agency
from veedor.desk.database import Database
from veedor.hub.relay.directory import SiteOfCamera
from veedor.hub.relay.remote import Remote
from veedor.hub.sites import newest_site_of
from veedor.kit.errors import NotFound
from veedor.wire.calls import Op
from veedor.wire.keys import AgencyKey

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class HostedKeys:
    """Keys of agencies that have no site, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._known: dict[str, AgencyKey] = {}

    def key(self, agency_id: str) -> AgencyKey | None:
        """None where the agency is not hosted here."""
        with self._lock:
            known = self._known.get(agency_id)
            file = self._folder / f"{agency_id}.key"
            if known is None and _ID.fullmatch(agency_id) and file.is_file():
                known = self._known[agency_id] = AgencyKey.load(file)
            return known

    def open(self, agency_id: str) -> AgencyKey:
        """The key, made where there is none: the agency is hosted from now on."""
        return self.key(agency_id) or AgencyKey.create(self._folder / f"{agency_id}.key")


class HubSigner:
    """wire.ports.AgencySigner for one person."""

    def __init__(self, hosted: HostedKeys, remote: Remote, database: Database) -> None:
        self._hosted = hosted
        self._remote = remote
        self._database = database

    def signs_for(self, agency_id: str) -> bool:
        with self._database.reading() as session:
            return self._hosted.key(agency_id) is not None or newest_site_of(session, agency_id) is not None

    def sign(self, agency_id: str, data: bytes) -> bytes:
        """Raises NotFound, and what the agency's site raises: it looks at who asks, and for what."""
        key = self._hosted.key(agency_id)
        if key is not None:
            return key.sign(data)
        with self._database.reading() as session:
            row = newest_site_of(session, agency_id)
            if row is None or agency(session, agency_id).public_key is None:
                raise NotFound(kind="agency-key", name=agency_id)
            site = SiteOfCamera(row.id, row.agency_id, row.number)
        answer = self._remote.at(site, Op.STATEMENT_SIGN, (), {"data": base64.b64encode(data).decode()})
        try:
            return base64.b64decode(answer.head["value"])
        finally:
            answer.close()

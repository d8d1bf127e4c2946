"""Another key for an agency, by who stands at the machine: at a site, one that the hub offers; at a hub, a new one for
its own agency. Nothing of it happens through the link."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Resource
from veedor.compose.at_machine import desk_at_machine, os_user
from veedor.compose.config import SiteFile
from veedor.compose.errors import AgencyKeyLost
from veedor.desk.agencies.keys import AgencyKeys, keys_of, offered_as, shown, trust
from veedor.desk.agencies.repository import agency, save
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.database import Database
from veedor.hub.signing import HostedKeys
from veedor.kit.clock import Clock
from veedor.kit.files import write_file
from veedor.member.files import MemberFiles
from veedor.wire.keys import AgencyKey


def agency_keys(config: SiteFile, agency_id: str, clock: Clock) -> AgencyKeys:
    """What this site has pinned for the agency, and what the hub offers. Raises NotFound, UnknownAgency."""
    with desk_at_machine(config, clock) as (database, _audit), database.reading() as session:
        return keys_of(session, agency_id)


def trust_offered(
    config: SiteFile, agency_id: str, fingerprint: str, clock: Clock, confirmed: Callable[[AgencyKeys, str], bool]
) -> bool:
    """Pin the offered key of that fingerprint, once `confirmed`; whether it was. The entry is durable before the key
    counts. At the agency's own site, where that key waits aside, as the hub did not know it, it signs after a restart.

    Raises NotFound, UnknownAgency, KeyNotOffered, the StoreError tree.
    """
    with desk_at_machine(config, clock) as (database, audit):
        with database.reading() as session:
            known = keys_of(session, agency_id)
        key = offered_as(known, fingerprint)
        if not confirmed(known, key):
            return False
        detail = {"change": "key trusted", "before": shown(known.pinned), "fingerprint": shown(key), "public_key": key}
        audit.note(Action.AGENCY_EDIT, "agency", agency_id, detail)
        with database.session() as session:
            trust(session, agency_id, key, clock.now())
    if agency_id == config.agency_id:
        _take_from_aside(MemberFiles.beside(config.secret_key), key)
    return True


def _take_from_aside(files: MemberFiles, public_key: str) -> None:
    aside = files.agency_key_aside
    if not files.agency_key.exists() and aside.exists() and AgencyKey.load(aside).public_hex == public_key:
        aside.replace(files.agency_key)


def new_hosted_key(keys: Path, agency_id: str, clock: Clock) -> str:
    """Another key for the agency whose key lies at this hub; its public half, hex. The one before stays beside it. It
    counts from the hub's next start, which writes it into the audit. Raises ConfigError, the StoreError tree."""
    folder = keys / "agencies"
    file = folder / f"{agency_id}.key"
    if file.exists():
        file.replace(file.with_name(f"{agency_id}.key.until-{clock.now():%Y%m%dT%H%M%SZ}"))
    made = AgencyKey.create(file)
    write_file(_note(folder, agency_id), json.dumps({"by": os_user(), "public_key": made.public_hex}).encode())
    return made.public_hex


def host_own_agency(agency_id: str, folder: Path, database: Database, hosted: HostedKeys, clock: Clock) -> None:
    """The agency that runs the hub has its key here. Raises AgencyKeyLost where one is known and its file is gone,
    AgencyKeyChanged where the file is of another and nobody at the machine said so."""
    with database.reading() as session:
        known = agency(session, agency_id)
    if known.public_key is not None and hosted.key(agency_id) is None:
        raise AgencyKeyLost(name=known.name, path=str(folder / f"{agency_id}.key"))
    key = hosted.open(agency_id)
    by = _said_so(folder, agency_id, key.public_hex)
    if by is not None and known.public_key not in (None, key.public_hex):
        who = Principal(f"os:{by}", f"os:{by}", agency_id, frozenset())
        detail = {"change": "key made anew", "before": shown(known.public_key), "fingerprint": shown(key.public_hex)}
        Access(ChainedAuditLog(database, clock, agency_id)).note(
            who, Action.AGENCY_EDIT, Resource("agency", agency_id, agency_id), allowed=True, detail=detail
        )
    with database.session() as session:
        save(session, replace(known, public_key=key.public_hex, hosted=True), clock.now(), repin=by is not None)
    _note(folder, agency_id).unlink(missing_ok=True)


def _note(folder: Path, agency_id: str) -> Path:
    return folder / f"{agency_id}.key.new"


def _said_so(folder: Path, agency_id: str, public_key: str) -> str | None:
    """Who made this very key anew at the machine."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(_note(folder, agency_id).read_bytes())
        if told["public_key"] == public_key:
            return str(told["by"])[:60]
    return None

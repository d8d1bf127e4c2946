"""The hub's side of `hub.sync`: takes what a site says of itself, and answers what the site does not know yet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource, Role
from veedor.desk.accounts.tables import UserRow
from veedor.desk.agencies.repository import agencies as known_agencies
from veedor.desk.agencies.repository import merge_agencies
from veedor.desk.agencies.told import ToldAgencies
from veedor.desk.context import DeskPorts
from veedor.desk.grants.repository import Told, grants_of
from veedor.desk.grants.service import Agreements
from veedor.desk.inward.inward import Position
from veedor.desk.inward.recall import Recall, told_of
from veedor.desk.outward.outward import Outward
from veedor.desk.sites.tables import SiteCameraRow, SiteRow
from veedor.hub.accounts import HubAccounts
from veedor.hub.attendance import Attendance
from veedor.hub.joining import service
from veedor.hub.relay.directory import HubCameras
from veedor.hub.restored import agrees, was_restored
from veedor.hub.sealing import HubSeals
from veedor.hub.standing import Standings, note
from veedor.hub.witness import HubWitness
from veedor.kit.errors import Forbidden, VeedorError
from veedor.wire import sync, version
from veedor.wire.keys import SigningKey
from veedor.wire.roster import BadRoster, SignedRoster

log = logging.getLogger(__name__)


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answer is made of beside the database. `position`: how far the intake has read a site's log. `attendance`
    runs. `sites_changed`: who may connect is another than before."""

    position: Callable[[str], Position]
    witness: HubWitness
    attendance: Attendance
    standings: Standings
    seals: HubSeals | None = None
    sites_changed: Callable[[], None] = _nothing


class HubRoster:
    """Answers sites. `key`: the hub's own, which signs what it says."""

    def __init__(self, ports: DeskPorts, cameras: HubCameras, key: SigningKey, sources: Sources) -> None:
        self._ports = ports
        self._cameras = cameras
        self._key = key
        self._from = sources
        self._agreements = Agreements(ports)
        self._outward = Outward(ports.database)
        self._accounts = HubAccounts(ports)
        self._recall = Recall(ports)
        self._agencies = ToldAgencies()
        self._told_roster: set[str] = set()  # sites that were asked what this hub, restored since, once told them

    def answer(self, site_id: str, args: dict[str, Any]) -> dict[str, Any]:
        """`site_id` is what the connection proved. Raises Forbidden for a site that was revoked, OtherVersion for
        one whose version of the link is too far from ours: that is noted, and nothing else that it says is read."""
        now = self._ports.clock.now()
        protocol = version.told(args.get("protocol"))
        is_near = version.is_near(protocol)
        row = self._take_call(site_id, args, now)
        self._from.attendance.called(row.id, now, _bounded(args.get("health")) if is_near else {})
        version.require_near(protocol, row.name)
        self._take_roster(row, args.get("roster"))
        self._take_standings(row, args.get("sites"))
        self._take_grants(args.get("grants") or [])
        self._recall.take(row.id, row.agency_id, args.get("recalled"))
        self._settle(row, args)
        send_cameras = self._take_cameras(row, args)
        heads = self._from.witness.answer(row, args.get("heads"))
        told = self._told(row, args, now.isoformat(), send_cameras=send_cameras)
        seals = self._from.seals.answer(row, args.get("seals")) if self._from.seals else {}
        return {**told, "heads": heads, "seals": seals, "accounts": self._accounts.answer(row, args.get("accounts"))}

    def _take_call(self, site_id: str, args: dict[str, Any], now: datetime) -> SiteRow:
        """Who calls, as it is kept after the call. Mostly there is nothing to keep, and then no turn of a writer is
        taken: the call is tried on a look first."""
        with self._ports.database.reading() as session:
            row = service.site(session, site_id)
            _note(session, row, args, now)
            is_news = any(session.is_modified(one) for one in session.dirty)
        if is_news:
            with self._ports.database.session() as session:
                row = service.site(session, site_id)
                for said in _note(session, row, args, now):
                    log.error("%s", said)
        return row

    def _take_cameras(self, row: SiteRow, args: dict[str, Any]) -> bool:
        """Whether the site is to send its list of cameras, because we have another one."""
        cameras = args.get("cameras")
        if cameras is not None:
            self._cameras.take(row, cameras)
        self._cameras.take_health(row.id, args.get("streams") or [])
        return cameras is None and self._cameras.digest_of(row.id) != args.get("digest")

    def _acts(self, agency_id: str, place: dict[str, Any]) -> list[dict[str, Any]]:
        """What was done here with the agency's alerts, incidents and evidence, and the site does not know yet."""
        known = (int(place.get("sequence") or 0), str(place.get("message_id") or ""))
        return [
            {"sequence": one.sequence, "message_id": one.message_id, "kind": one.kind, "body": one.body}
            for one in self._outward.of_agency(agency_id, known)
        ]

    def _take_grants(self, told: list[dict[str, Any]]) -> None:
        for one in told:
            grants, statements = sync.grants_from_json([one])
            try:
                self._agreements.merge(grants, statements)
            except VeedorError as problem:
                log.error("a site told of a grant that cannot be: %s", problem)

    def _take_roster(self, row: SiteRow, told: Any) -> None:
        """Agencies that this hub has forgotten: it signed them itself, so it may believe itself, whoever kept it."""
        if told is None:
            return
        self._told_roster.add(row.id)
        try:
            roster = SignedRoster.from_json(told)
            if not roster.signed_by(self._key.public_hex):
                raise BadRoster(problem="signature")
            found = [sync.agency_from_json(one) for one in roster.rows]
        except (BadRoster, KeyError) as problem:
            log.error("site %s: %s", row.id, problem)
            return
        with self._ports.database.session() as session:
            known = {one.id for one in known_agencies(session)}
            lost = [one for one in found if one.id not in known]
            merge_agencies(session, lost, self._ports.clock.now())
        for one in lost:
            self._audit(row, Action.AGENCY_EDIT, Resource("agency", one.id, one.id), "known again from a site")

    def _take_standings(self, row: SiteRow, told: Any) -> None:
        """Sites that joined, got another key, or were revoked, which this hub has forgotten."""
        if told is None:
            return
        try:
            with self._ports.database.session() as session:
                learned = self._from.standings.take(session, told)
        except BadRoster as problem:
            log.error("site %s: %s", row.id, problem)
            return
        for one in learned:
            note(self._ports, _speaker(row), one)
        if learned:
            self._from.sites_changed()

    def _settle(self, row: SiteRow, args: dict[str, Any]) -> None:
        """After a restore: whether this site knows of its agency's grants exactly what stands here."""
        if row.doubted_at is None:
            return
        known = (args.get("knows") or {}).get("grants") or {}
        with self._ports.database.session() as session:
            if not agrees(grants_of(session, row.agency_id), row.agency_id, known):
                return
            session.get_one(SiteRow, row.id).doubted_at = None
        self._audit(
            row, Action.SITE_EDIT, Resource("site", row.id, row.agency_id), "grants confirmed after the restore"
        )

    def _audit(self, row: SiteRow, action: Action, resource: Resource, reason: str) -> None:
        self._ports.access.note(_speaker(row), action, resource, allowed=True, reason=reason)

    def _signed_roster(self, agencies: list[dict[str, Any]]) -> dict[str, Any]:
        return SignedRoster(self._ports.clock.now(), agencies).signed(self._key).to_json()

    def _told(self, row: SiteRow, args: dict[str, Any], now: str, *, send_cameras: bool) -> dict[str, Any]:
        knows = args.get("knows") or {}
        with self._ports.database.reading() as session:
            tree = self._agencies.of(session)
            told: list[Told] = grants_of(session, row.agency_id)
            forgot = row.id not in self._told_roster and was_restored(session)
            recalled = told_of(session, row.agency_id, args.get("recall"), _cameras_of(session, row))
            sites = self._from.standings.news(session, knows.get("sites"))
        is_news = knows.get("agencies") != tree.digest
        place = self._from.position(row.id)
        return {
            "now": now,
            "protocol": version.PROTOCOL,
            "lease_s": sync.LEASE_S,
            "again_s": sync.every_s(self._from.attendance.sites),
            "doubled": row.is_doubled,
            "send_cameras": send_cameras,
            "agencies": tree.agencies if is_news else None,
            "roster": self._signed_roster(tree.agencies) if is_news or knows.get("roster") is None else None,
            "sites": sites,
            "send_roster": forgot,
            "recall": self._recall.wanted(row.id),
            "recalled": recalled,
            "grants": sync.missing(told, knows.get("grants") or {}),
            "knows": sync.marks(told),
            "acts": self._acts(row.agency_id, knows.get("acts") or {}),
            "position": {"incarnation": place.incarnation, "sequence": place.sequence},
        }


def _speaker(row: SiteRow) -> Principal:
    return Principal(row.id, f"site:{row.id}"[:64], row.agency_id, frozenset())


def _cameras_of(session: Session, row: SiteRow) -> list[str]:
    return list(session.scalars(sa.select(SiteCameraRow.id).where(SiteCameraRow.site_id == row.id)))


def _bounded(health: Any) -> dict[str, Any]:
    """What a site says of itself, if it is no larger than such a thing is."""
    if not isinstance(health, dict) or len(str(health)) > 50_000:
        return {}
    return health


def _note(session: Session, row: SiteRow, args: dict[str, Any], now: datetime) -> list[str]:
    """Take over what a call says of its site; what the hub's log should say of that. Raises Forbidden."""
    if row.revoked_at is not None:
        raise Forbidden(action="sync", act="sync", reason="revoked")
    protocol, found = version.told(args.get("protocol")), []
    if service.note_boot(row, str(args["boot"])[:64]):
        found.append(f"two machines speak as site {row.name} ({row.id})")
    if not version.is_near(protocol) and row.protocol != protocol:
        found.append(f"site {row.name} ({row.id}) speaks version {protocol} of the link, too far from ours")
    row.version, row.protocol = str(args.get("version") or "")[:40], protocol
    if version.is_near(protocol):
        row.signs = bool(args["signs"]) if "signs" in args else row.signs
        _take_people(session, row, args.get("people") or {}, now)
    return found


def _take_people(session: Session, row: SiteRow, people: dict[str, Any], now: datetime) -> None:
    """People of the agency who have logged in here follow what their own desk says of them: who is disabled there is
    out here, and who lost a role has lost it here."""
    query = sa.select(UserRow).where(UserRow.agency_id == row.agency_id, UserRow.password_hash == "")
    known = {role.value for role in Role}
    for user in session.scalars(query):
        told = people.get(user.id)
        if told is None:
            continue  # of another site of the agency
        roles = sorted(role for role in told.get("roles", ()) if role in known)
        if roles and roles != user.roles:
            user.roles = roles
        disabled = bool(told.get("disabled"))
        if disabled and user.disabled_at is None:
            user.disabled_at = now
        elif not disabled:
            user.disabled_at = None

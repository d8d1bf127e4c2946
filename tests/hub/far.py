"""Two agencies for tests of evidence across sites: an owner's site behind its real gate, and a hub's desk at which
somebody of the other agency works. Databases, passes, grants, keys and files are real; between them is a plain call,
which can be cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from agreements import KEYS, PUBLIC, Signer, said
from agreements import grant as make_grant
from desk.desks import Desk, make_desk
from desk.fakes import camera
from stored_footage import START, StoredFootage
from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Role
from veedor.desk.accounts import service as accounts
from veedor.desk.accounts.sessions import SessionKind, Sessions
from veedor.desk.accounts.tables import UserRow
from veedor.desk.agencies import repository as agencies
from veedor.desk.audit.log import AuditQuery, ChainedAuditLog
from veedor.desk.database import Database
from veedor.desk.evidence.service import EvidenceService, LockRequest
from veedor.desk.evidence.signing import Signer as EvidenceSigner
from veedor.desk.evidence.worker import EvidenceConfig, EvidenceWorker
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.grants.service import Agreements
from veedor.desk.incidents.service import IncidentService, NewIncident
from veedor.desk.sites.tables import SiteCameraRow, SiteRow
from veedor.hub.identities import Identities
from veedor.hub.relay.commands import RelayCommands
from veedor.hub.relay.directory import HubCameras
from veedor.hub.relay.evidence import Means, RelayEvidence
from veedor.hub.relay.footage import RelayFootage, SegmentCopies
from veedor.hub.relay.remote import Remote
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Unavailable
from veedor.member.gate import Gate
from veedor.model.grant import Grant
from veedor.model.incident import IncidentOrigin
from veedor.site.record.clip import joined_segments
from veedor.wire.calls import Op, error_from_bytes, error_to_bytes
from veedor.wire.directory import camera_to_json
from veedor.wire.passcheck import HighWater, PassCheck

OWNER, TAKER, SITE = "muni", "pnp", "site-muni"
RIGHTS = frozenset({"live", "playback", "evidence"})


@dataclass
class Reply:
    head: dict[str, Any]
    pieces: Iterator[bytes] = field(default_factory=lambda: iter(()))

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def close(self) -> None: ...


class Afar:
    """The owner's site and the hub. `down`: the link. `cut_after`: it breaks after so many octets of each file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tokens: dict[str, str] = {}
        self.clock = SimulatedClock(START + timedelta(hours=1))
        self.footage = StoredFootage(folder / "recordings", ("plaza", "parque"), segments=8)
        self.site = self._site(folder / "site")
        self.hub = self._hub(folder / "hub")
        self.down = False
        self.cut_after: int | None = None
        self.sent: list[tuple[str, int]] = []  # octets of files that crossed, by segment
        self.tamper: Callable[[str, Any], Any] = lambda _op, value: value
        self.restart_site()
        self.clock.advance(60)  # a site takes no passes from before it ran

    def _site(self, folder: Path) -> Desk:
        folder.mkdir()
        desk = make_desk(folder, self.clock)
        desk.cameras.save(camera("parque"))
        book = DeskGrantBook(desk.ports.database, self.clock, desk.cameras)
        access = Access(desk.audit, book)
        desk.ports = replace(desk.ports, footage=self.footage, access=access, signer=Signer(OWNER))
        _know(desk.ports.database, self.clock)
        return desk

    def _hub(self, folder: Path) -> Desk:
        folder.mkdir()
        desk = make_desk(folder, self.clock, federated=True, is_hub=True)
        database = desk.ports.database
        _know(database, self.clock)
        with database.session() as session:
            session.add(
                SiteRow(
                    id=SITE,
                    number=1,
                    agency_id=OWNER,
                    name="Sede",
                    link_key="k" * 40,
                    joined_at=self.clock.now(),
                    version="1",
                    boots=[],
                    is_doubled=False,
                    health={},
                )
            )
            session.flush()
            for one in ("plaza", "parque"):
                sent = camera_to_json(camera(one))
                session.add(SiteCameraRow(id=one, site_id=SITE, agency_id=OWNER, name=one.title(), sent=sent))
        self.cameras = HubCameras(database, self.clock)
        book = DeskGrantBook(database, self.clock, self.cameras)
        self.identities = Identities(desk.ports, self.ask, KEYS.get)  # type: ignore[arg-type]
        copies = SegmentCopies(folder / "relay")
        desk.ports = replace(
            desk.ports,
            cameras=self.cameras,
            access=Access(ChainedAuditLog(database, self.clock, "hub"), book),
            agency_id="hub",
            far_evidence=self.far,
            far_commands=lambda who: RelayCommands(self.remote(who, Action.CAMERA_EDIT)),
            vouching=self.identities,
            sealing=self.identities.seals,
            on_behalf=lambda ports, who, action: replace(ports, footage=RelayFootage(self.remote(who, action), copies)),
        )
        return desk

    def restart_site(self) -> None:
        """Its part that knows which passes were used begins anew."""
        high_water = HighWater(self.folder / "site" / "time", self.clock)
        self.gate = Gate(self.site.ports, PassCheck(SITE, PUBLIC.get, high_water))

    def stop(self) -> None:
        for desk in (self.site, self.hub):
            desk.ports.database.close()

    # -- people

    def log_in(self, name: str = "petra", agency_id: str = TAKER, role: Role = Role.SUPERVISOR) -> Principal:
        database = self.hub.ports.database
        with database.session() as session:
            user_id = accounts.add_user(
                session, self.clock, agency_id, accounts.NewUser(name, "", (role,), "no password")
            ).id
        return self.log_in_again(user_id)

    def log_in_again(self, user_id: str) -> Principal:
        """A new session with a key of its own. Its token is in `tokens`, by the user's id."""
        with self.hub.ports.database.session() as session:
            user = session.get(UserRow, user_id)
            assert user is not None
            opened = self.sessions.open(session, user, SessionKind.BEARER, None, None)
        self.identities.opened_here(user, opened.id)
        self.tokens[user_id] = opened.token
        found = self.sessions.find(opened.token)
        assert found is not None
        return replace(found.principal, purpose="Robo", case_number="2026-118")

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.hub.ports.database, self.clock, 12.0)

    # -- the link

    def far(self, principal: Principal) -> RelayEvidence:
        means = Means(PUBLIC.get, lambda agency_id: agency_id.title(), joined_segments)
        return RelayEvidence(lambda action: self.remote(principal, action), means)

    def remote(self, principal: Principal, action: Action) -> Remote:
        return Remote(self.cameras, self.ask, self.identities.mint, principal, action)  # type: ignore[arg-type]

    def ask(self, site_id: str, op: Op, args: dict[str, Any], pass_text: str, _timeout_s: float) -> Reply:
        assert site_id == SITE
        if self.down:
            raise Unavailable(name=site_id, problem="no link")
        try:
            head, pieces = self.gate.answer(op.value, args, pass_text)
        except Exception as problem:
            if hasattr(problem, "key"):
                raise error_from_bytes(error_to_bytes(problem)) from None
            raise
        head = {"value": self.tamper(op.value, head.get("value"))}
        return Reply(head, self._over(op, args, pieces or iter(())))

    def _over(self, op: Op, args: dict[str, Any], pieces: Any) -> Iterator[bytes]:
        crossed = 0
        for whole in pieces:
            for start in range(0, len(whole), 256):
                piece = whole[start : start + 256]
                if op is Op.FOOTAGE_SEGMENT_FILE and self.cut_after is not None and crossed >= self.cut_after:
                    raise Unavailable(name=SITE, problem="the link broke")
                crossed += len(piece)
                if op is Op.FOOTAGE_SEGMENT_FILE:
                    self.sent.append((str(args["segment_id"]), len(piece)))
                yield piece

    # -- what happens

    def agree(self, **changes: Any) -> Grant:
        """A grant that both have signed, known at both ends."""
        now = self.clock.now()
        terms = {"rights": RIGHTS, "starts_at": now - timedelta(days=1), "expires_at": now + timedelta(days=9)}
        one = make_grant(**{**terms, **changes})
        stated = [said(one, agency, at=now - timedelta(minutes=5)) for agency in (OWNER, TAKER)]
        for desk in (self.site, self.hub):
            Agreements(desk.ports).merge([one], stated)
        return one

    def incident(self, who: Principal) -> str:
        new = NewIncident("robbery", IncidentOrigin.PHONE, "Plaza", "Robo")
        return IncidentService(self.hub.ports).open(who, new)

    def lock(
        self, who: Principal, incident: str, camera_id: str = "plaza", start_s: float = 1, end_s: float = 7
    ) -> str:
        span = (START + timedelta(seconds=start_s), START + timedelta(seconds=end_s))
        return self.service(who, Action.EVIDENCE_LOCK).lock(
            who, incident, LockRequest(camera_id, *span, "pedido de la fiscalía"), "es"
        )

    def service(self, who: Principal, action: Action) -> EvidenceService:
        """As a route would have it."""
        ports = self.hub.ports
        assert ports.on_behalf is not None
        return EvidenceService(ports.on_behalf(ports, who, action))

    def worker(self) -> EvidenceWorker:
        """Not started: a test calls `ask_once` and `build_once`. A new one is what a restart is."""
        signer = EvidenceSigner.open(self.folder / "keys" / "evidence.pem")
        made = EvidenceWorker(self.hub.ports, signer, EvidenceConfig(retry_first_s=1.0))
        made.prepare()
        return made

    def audited(self, action: str) -> list[Any]:
        return list(self.site.audit.entries(AuditQuery(action=action, limit=1000)))


def _know(database: Database, clock: SimulatedClock) -> None:
    with database.session() as session:
        for agency_id in (OWNER, TAKER, "hub"):
            accounts.ensure_agency(session, clock, agency_id, agency_id.title())
            known = agencies.agency(session, agency_id)
            agencies.save(session, replace(known, public_key=PUBLIC.get(agency_id)), clock.now())

"""What being a member of a hub adds to a site: composed only where the site has joined."""

from __future__ import annotations

from dataclasses import dataclass, replace

from veedor.compose.config import SiteFile
from veedor.desk.agencies.repository import agency, save
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.context import DeskPorts
from veedor.desk.database import Database
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.outward.outward import Outward
from veedor.kit.clock import Clock
from veedor.kit.errors import Conflict
from veedor.member.files import MemberFiles
from veedor.member.lease import Lease
from veedor.member.member import Member
from veedor.member.signing import OwnSigner
from veedor.member.uplink import AuditSource, EventSource, FactSource
from veedor.member.watch import HubWatch
from veedor.site.run import Site
from veedor.wire.joining import JoinAnswer
from veedor.wire.keys import AgencyKey
from veedor.wire.passcheck import HighWater
from veedor.wire.ports import CameraDirectory


class JoinedAsAnother(Conflict):
    """The site joined for one agency, and its configuration now names another. params: joined, configured"""

    key = "compose-joined-as-another"


@dataclass(frozen=True, slots=True)
class Joined:
    """A member's parts that exist before its desk does."""

    answer: JoinAnswer
    files: MemberFiles
    high_water: HighWater
    lease: Lease
    key: AgencyKey | None
    watch: HubWatch

    @property
    def signer(self) -> OwnSigner | None:
        return OwnSigner(self.answer.agency_id, self.key) if self.key else None

    def grants(self, database: Database, cameras: CameraDirectory, clock: Clock) -> DeskGrantBook:
        """The grants that this desk knows, whose use by others needs the lease."""
        return DeskGrantBook(database, clock, cameras, now=self.high_water.now, lease_holds=self.lease.holds)

    def member(self, config: SiteFile, site: Site, desk: DeskPorts, clock: Clock) -> Member:
        """The member itself, not yet started."""
        if self.key is not None:
            with desk.database.session() as session:
                own = agency(session, config.agency_id)
                # The file on this very machine says which key is its own: there is nothing to compare it with.
                save(session, replace(own, public_key=self.key.public_hex), clock.now(), repin=True)
        site_id = self.answer.site_id
        sources = (
            FactSource(Outward(desk.database), site_id),
            AuditSource(ChainedAuditLog(desk.database, clock, config.agency_id), site_id),
            EventSource(site.parts.outbox, site_id, config.agency_id),
        )
        made = Member(
            self.files,
            self.answer,
            config.data,
            desk,
            sources,
            self.high_water,
            self.lease,
            clock,
            config.link.budget_kbps,
        )
        self.watch.follow(made)
        return made


def is_joined(config: SiteFile) -> bool:
    return MemberFiles.beside(config.secret_key).joined.exists()


def open_joined(config: SiteFile, clock: Clock) -> Joined | None:
    """None for a site that has not joined. Raises JoinedAsAnother, StoreCorrupt, ConfigError."""
    files = MemberFiles.beside(config.secret_key)
    answer = files.read()
    if answer is None:
        return None
    if answer.agency_id != config.agency_id:
        raise JoinedAsAnother(joined=answer.agency_id, configured=config.agency_id)
    folder = config.data / "link"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = AgencyKey.load(files.agency_key) if files.agency_key.exists() else None
    watch = HubWatch(answer.hub_name)
    return Joined(answer, files, HighWater(folder / "time", clock), Lease(folder / "lease"), key, watch)

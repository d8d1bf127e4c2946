"""A hub: this is the list of what runs, in the order in which it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from veedor import __version__
from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal
from veedor.compose.agency_keys import host_own_agency
from veedor.compose.config import DeskFile
from veedor.compose.desk_settings import desk_settings
from veedor.compose.hub_config import HubFile
from veedor.compose.lock import DataLock
from veedor.compose.postgres import desk_database
from veedor.compose.restored import audit_restore
from veedor.compose.server import WebServer
from veedor.desk.accounts.service import FIRST_ADMINISTRATOR, ensure_first_administrator
from veedor.desk.agencies.repository import agency, public_keys
from veedor.desk.app import create_app
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.commands.service import FarCommands
from veedor.desk.commands.worker import CommandWorker
from veedor.desk.context import DeskPorts
from veedor.desk.database import Database
from veedor.desk.evidence.collected import FarEvidence
from veedor.desk.evidence.signing import KEY_FILE_NAME, Signer
from veedor.desk.evidence.worker import EvidenceConfig, EvidenceWorker
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.inward.inward import Inward
from veedor.desk.security import check_exposure
from veedor.hub.attendance import Attendance
from veedor.hub.identities import Identities
from veedor.hub.joining.endpoints import JOIN_PATHS, HubAddress, joining_router
from veedor.hub.keys import HubCertificates, open_certificates, open_signing_key
from veedor.hub.link import HubLink, LinkPlace
from veedor.hub.relay.alerts import RelayAlertPictures
from veedor.hub.relay.commands import RelayCommands
from veedor.hub.relay.directory import HubCameras
from veedor.hub.relay.evidence import Means, RelayEvidence
from veedor.hub.relay.footage import RelayFootage, SegmentCopies
from veedor.hub.relay.live import LiveRelay, RelayLive
from veedor.hub.relay.remote import Remote
from veedor.hub.relay.sites import NoSetup, RelayPtz, RelaySite
from veedor.hub.restored import awaited, doubt_all
from veedor.hub.roster import HubRoster, Sources
from veedor.hub.sealing import HubSeals
from veedor.hub.search.federated import FederatedSearch
from veedor.hub.signing import HostedKeys, HubSigner
from veedor.hub.standing import Standings, take_back
from veedor.hub.watching import tell_sites
from veedor.hub.witness import HubWitness
from veedor.kit.clock import Clock
from veedor.kit.messages import preload
from veedor.kit.secrets import SecretBox
from veedor.link.config import Address, Tls
from veedor.site.record.clip import joined_segments
from veedor.wire.heads import HUB_PLACE
from veedor.wire.ports import SiteStatus


@dataclass(frozen=True, slots=True)
class Hub:
    """What `running_hub` started. `first_password` is set only the first time, and is to be shown once."""

    ports: DeskPorts
    url: str
    address: HubAddress
    link: HubLink
    cameras: HubCameras
    administrator: str
    first_password: str | None
    ca_file: Path


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is there before the ports are."""

    database: Database
    clock: Clock
    cameras: HubCameras
    link: HubLink
    folder: Path
    seals: HubSeals


@contextmanager
def running_hub(config: HubFile, clock: Clock) -> Iterator[Hub]:
    """A hub, serving. Stops all of it at the end. Raises StoreLocked, PortTaken, NotLoopback, and of PostgreSQL."""
    with ExitStack() as stack:
        certificates = _certificates(config, clock)
        desk_file = _desk_file(config, certificates)
        preload()
        check_exposure(desk_file.host, desk_file.tls_certificate, desk_file.tls_key)
        server = WebServer(desk_file)
        stack.callback(server.close)
        stack.callback(DataLock(config.data).close)
        database = stack.enter_context(desk_database(config.database, config.data / "postgres", clock))
        password = ensure_first_administrator(database, clock, config.agency_id, config.agency)
        ports, parts = _ports(config, desk_file, database, clock, stack)
        audit_restore(config.data, ports, HUB_PLACE, doubt_all)
        key = open_signing_key(config.keys)
        standings = Standings(key, clock, config.keys)
        take_back(ports, standings)

        def sites_changed() -> None:
            with database.reading() as session:
                standings.told(session)  # so that it is kept
            parts.link.follow()

        address = _address(config, server.url, certificates, parts, sites_changed)
        witness = HubWitness(ports, key)
        attendance = Attendance(ports)
        position = Inward(database, clock).position
        sources = Sources(position, witness, attendance, standings, parts.seals, parts.link.follow_soon)
        roster = HubRoster(ports, parts.cameras, key, sources)
        stack.callback(parts.link.stop)
        Inward(database, clock).read_kept()
        parts.link.start(roster.answer)
        stack.callback(tell_sites(ports, parts.link))
        evidence = EvidenceWorker(ports, Signer.open(config.keys / KEY_FILE_NAME), EvidenceConfig(builders=4))
        commands = CommandWorker(ports)
        for worker in (evidence, commands, attendance):
            worker.start()
            stack.callback(worker.stop)
        app = create_app(ports, routers=(joining_router(address),), public=JOIN_PATHS)
        server.start(app)
        stack.callback(server.stop)
        yield Hub(
            ports,
            server.url,
            address,
            parts.link,
            parts.cameras,
            FIRST_ADMINISTRATOR,
            password,
            certificates.authority.certificate,
        )


def _certificates(config: HubFile, clock: Clock) -> HubCertificates:
    hosts = dict.fromkeys(
        [config.desk.host, config.link.host, config.link.public_host or config.link.host, *config.desk.public_hosts]
    )
    wild = {"0.0.0.0", "::"}  # noqa: S104 - not an address to bind to, but one that no certificate can name
    names = tuple(host for host in hosts if host not in wild) or ("localhost",)
    return open_certificates(config.keys, config.hub, names, clock.now())


def _desk_file(config: HubFile, certificates: HubCertificates) -> DeskFile:
    """The desk always has TLS: sites join over it, and passwords of several agencies pass it."""
    if config.desk.tls_certificate is not None:
        return config.desk
    return config.desk.model_copy(update={"tls_certificate": certificates.certificate, "tls_key": certificates.key})


def _ports(
    config: HubFile, desk_file: DeskFile, database: Database, clock: Clock, stack: ExitStack
) -> tuple[DeskPorts, _Parts]:
    cameras = HubCameras(database, clock)
    leaves = Address(config.link.host, config.link.port)
    certificates = _certificates(config, clock)
    place = LinkPlace(config.data / "link", config.keys, leaves, Tls(certificates.certificate, certificates.key))
    link = HubLink(config.agency_id, place, database, Inward(database, clock), clock)
    hosted = HostedKeys(config.keys / "agencies")
    host_own_agency(config.agency_id, config.keys / "agencies", database, hosted, clock)
    grants = DeskGrantBook(database, clock, cameras, awaited=awaited)
    stack.callback(grants.close)
    live, copies = LiveRelay(clock), SegmentCopies(config.data / "relay")
    nobody = Principal("", "", config.agency_id, frozenset())
    status = _status(clock)

    def refuse(_principal: Principal, wanted: object) -> str:
        raise RuntimeError(f"a call to a site without a person: {wanted}")

    remote = Remote(cameras, link.ask, refuse, nobody, Action.SELF)
    unbound = DeskPorts(
        footage=RelayFootage(remote, copies),
        live=RelayLive(remote, live),
        cameras=cameras,
        site=RelaySite(remote, status),
        ptz=RelayPtz(remote),
        setup=NoSetup(clock),
        rules=NoSetup(clock),
        clock=clock,
        database=database,
        access=Access(ChainedAuditLog(database, clock, config.agency_id), grants),
        data_directory=config.data / "desk",
        agency_id=config.agency_id,
        secrets=SecretBox.open(config.keys / "hub.key", create=True),
        config=replace(
            desk_settings(config, desk_file, config.hub),
            joint_within_m=config.joint.within_m,
            joint_within_s=config.joint.within_s,
            seal_longest_days=config.sealing.max_days,
            keeps_agencies=True,
            is_hub=True,
            federated=True,
        ),
    )
    identities = Identities(unbound, link.ask, hosted.key)
    parts = _Parts(database, clock, cameras, link, config.data / "relay", identities.seals)

    def on_behalf(ports: DeskPorts, principal: Principal, action: Action) -> DeskPorts:
        mine = Remote(cameras, link.ask, identities.mint, principal, action)
        return replace(
            ports,
            footage=RelayFootage(mine, copies),
            live=RelayLive(mine, live),
            site=RelaySite(mine, status),
            ptz=RelayPtz(mine),
            alert_pictures=RelayAlertPictures(mine),
            signer=HubSigner(hosted, mine, database),
            search=FederatedSearch(mine, database, clock),
        )

    means = _evidence_means(database)

    def far_evidence(principal: Principal) -> FarEvidence:
        return RelayEvidence(lambda action: Remote(cameras, link.ask, identities.mint, principal, action), means)

    def far_commands(principal: Principal) -> FarCommands:
        return RelayCommands(Remote(cameras, link.ask, identities.mint, principal, Action.CAMERA_EDIT))

    ports = replace(unbound, vouching=identities, on_behalf=on_behalf, sealing=identities.seals)
    return replace(ports, far_evidence=far_evidence, far_commands=far_commands), parts


def _evidence_means(database: Database) -> Means:
    def key_of(agency_id: str) -> str | None:
        with database.reading() as session:
            return public_keys(session).get(agency_id)

    def name_of(agency_id: str) -> str:
        with database.reading() as session:
            return agency(session, agency_id).name

    return Means(key_of, name_of, joined_segments)


def _address(
    config: HubFile, url: str, certificates: HubCertificates, parts: _Parts, sites_changed: Callable[[], None]
) -> HubAddress:
    link = config.link
    host = link.public_host or link.host
    shown = f"[{host}]" if ":" in host else host
    return HubAddress(
        hub_id=config.agency_id,
        hub_name=config.hub,
        hub_key=open_signing_key(config.keys).public_hex,
        url=public_url(config, url),
        ca_pem=certificates.authority.pem,
        ca_sha256=certificates.authority.fingerprint,
        leaf_url=f"tls://{shown}:{link.public_port or link.port}",
        sites_changed=sites_changed,
        behind=lambda site_id: parts.link.reading(site_id).behind,
    )


def public_url(config: HubFile, url: str) -> str:
    """What invitations say: the name that sites reach, with the port that the desk has or that is forwarded to it.

    `url`: where the desk listens.
    """
    if not config.desk.public_hosts:
        return url
    host = config.desk.public_hosts[0]
    shown = f"[{host}]" if ":" in host else host
    return f"https://{shown}:{config.desk.public_port or urlsplit(url).port}"


def _status(clock: Clock) -> Callable[[], SiteStatus]:
    started_at = clock.now()

    def status() -> SiteStatus:
        return SiteStatus(__version__, started_at, [], [], [], [], [], [])

    return status

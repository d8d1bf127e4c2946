"""One machine: a site with its desk. This is the list of what runs, in the order in which it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from veedor.access.check import Access
from veedor.compose.backtests import LocalBacktests
from veedor.compose.camera_setup import LocalCameraSetup
from veedor.compose.config import SiteFile
from veedor.compose.desk_settings import desk_settings
from veedor.compose.detectors import LocalDetectors
from veedor.compose.joined import Joined, is_joined, open_joined
from veedor.compose.lock import DataLock
from veedor.compose.ports import LocalCameras, LocalSite
from veedor.compose.remote_workers import remote_config
from veedor.compose.restored import audit_restore
from veedor.compose.rules_book import LocalRulesBook
from veedor.compose.server import WebServer
from veedor.compose.stores import ingest_config, rules_store
from veedor.compose.usual_movement import LocalUsualMovement
from veedor.compose.views import LocalViews, follow_motors
from veedor.desk.accounts.service import FIRST_ADMINISTRATOR, ensure_first_administrator
from veedor.desk.alerts.service import AlertService
from veedor.desk.app import create_app
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.context import DeskPorts
from veedor.desk.database import Database, database_url
from veedor.desk.grants.book import DeskGrantBook
from veedor.desk.ptz.news import tell_who_steers
from veedor.desk.review.bounds import ReviewConfig
from veedor.desk.samples.frame import SampleConfig
from veedor.desk.sealing.keeper import Keeper
from veedor.desk.security import check_exposure
from veedor.desk.views.news import tell_moved_views
from veedor.desk.workers import DeskWorkers, evidence_key_file
from veedor.kit.clock import Clock
from veedor.kit.secrets import SecretBox
from veedor.member.member import Member
from veedor.site.alerting.outbox import Outbox, OutboxConfig
from veedor.site.alerting.policy import AlertPolicy
from veedor.site.analysis.process import WorkerConfig
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.collector import ArchiveConfig
from veedor.site.cameras import CameraStore
from veedor.site.detect.models import model_path
from veedor.site.normality.store import BaselineStore
from veedor.site.ptz.aim import Aims
from veedor.site.ptz.control import PtzControl
from veedor.site.record.config import RecordConfig
from veedor.site.record.footage import FootageStore
from veedor.site.record.recorder import Recorder
from veedor.site.run import Site, SiteConfig, SiteParts
from veedor.wire.ports import AlertSink

WrapAlerts = Callable[[AlertSink], AlertSink]


@dataclass(frozen=True, slots=True)
class Service:
    """What `running` started. `first_password` is set only the first time, and is to be shown once. `member`: None
    where the site has not joined a hub."""

    site: Site
    desk: DeskPorts
    url: str
    administrator: str
    first_password: str | None
    member: Member | None = None

    @property
    def agency_id(self) -> str:
        return self.desk.agency_id


@contextmanager
def open_site(config: SiteFile, clock: Clock) -> Iterator[Site]:
    """All of a site's parts, opened and mended but not started; at the end it is stopped, whatever happened.

    Raises StoreLocked where another process has the data folder, ModelMissing, ConfigError, the StoreError tree.
    """
    with ExitStack() as stack:
        stack.callback(DataLock(config.data).close)
        secrets = SecretBox.open(config.secret_key, create=not (config.data / "site.db").exists())
        cameras = CameraStore(config.data / "site.db", secrets, clock)
        stack.callback(cameras.close)
        cameras.check_key()
        directory = config.recording.directory or config.data / "recordings"
        recorder = Recorder(_recording(config, directory), clock)
        stack.callback(recorder.stop)
        footage = FootageStore(directory, clock)
        stack.callback(footage.close)
        archive = TrackArchive(
            config.data / "archive", clock, ArchiveConfig(keep_days=config.analysis.archive_keep_days)
        )
        parts = SiteParts(
            cameras=cameras,
            recorder=recorder,
            footage=footage,
            archive=archive,
            outbox=Outbox(config.data / "events.db", clock, OutboxConfig(federated=is_joined(config))),
            rules=rules_store(config),
            policy=AlertPolicy(clock),
        )
        site = Site(_site_config(config), parts, clock)
        stack.callback(site.stop)
        yield site


def _recording(config: SiteFile, directory: Path) -> RecordConfig:
    told = config.recording
    return RecordConfig(
        directory,
        keep_days=told.keep_days,
        legal_minimum_days=told.legal_minimum_days,
        reserve_bytes=told.reserve_bytes,
        max_bytes=told.max_bytes,
    )


def _site_config(config: SiteFile) -> SiteConfig:
    analysis = config.analysis
    own = config.data / "models"
    worker = WorkerConfig(model_path(analysis.model), analysis.threads, own=own) if analysis.workers else None
    return SiteConfig(
        name=config.site,
        data=config.data,
        time_zone=config.time_zone,
        language=config.language,
        workers=analysis.workers,
        worker=worker,
        ingest=ingest_config(config),
        remote=remote_config(config),
        models=analysis.models,
        second_look_model=analysis.second_look_model,
    )


def open_desk(config: SiteFile, site: Site, clock: Clock, stack: ExitStack, joined: Joined | None = None) -> DeskPorts:
    """The desk of this machine, on the site's own ports. `joined`: what being a member of a hub adds."""
    database = Database(database_url(config.data))
    stack.callback(database.close)
    database.migrate()
    audit = ChainedAuditLog(database, clock, config.agency_id)
    settings = replace(
        desk_settings(config, config.desk, config.site),
        federated=joined is not None,
        review=ReviewConfig(config.review.days, config.review.below, config.review.least_verdicts),
        samples=SampleConfig(per_day=config.review.samples_per_day),
    )
    cameras = LocalCameras(site)
    ptz = PtzControl(site.parts.cameras, site.config.ingest.networks, clock)
    aims = Aims(ptz, clock, site.views.with_presets, site.views.is_home)
    follow_motors(site.views, ptz, aims)
    ptz.start()
    stack.callback(ptz.stop)
    aims.start()
    stack.callback(aims.stop)
    grants = joined.grants(database, cameras, clock) if joined else DeskGrantBook(database, clock, cameras)
    stack.callback(grants.close)
    rules = LocalRulesBook(site)
    backtests = LocalBacktests(site)
    stack.callback(backtests.close)
    ports = DeskPorts(
        footage=site.parts.footage,
        live=site.live,
        cameras=cameras,
        site=LocalSite(site),
        ptz=ptz,
        setup=LocalCameraSetup(site, config.agency_id),
        rules=rules,
        views=LocalViews(site, rules),
        clock=clock,
        database=database,
        access=Access(audit, grants),
        data_directory=config.data / "desk",
        agency_id=config.agency_id,
        secrets=SecretBox.open(config.secret_key),
        config=settings,
        signer=joined.signer if joined else None,
        hub=joined.watch.state if joined else None,
        backtests=backtests,
        second_looks=site.parts.outbox,
        detectors=LocalDetectors(config),
        usual=LocalUsualMovement(BaselineStore(site.config.data / "normality"), clock, site.config.time_zone),
    )
    if joined is not None and joined.key is not None:
        ports = replace(ports, sealing=Keeper(ports, {config.agency_id: joined.key}.get))
    tell_who_steers(ports)
    tell_moved_views(ports)
    return ports


@contextmanager
def running(config: SiteFile, clock: Clock, *, wrap_alerts: WrapAlerts | None = None) -> Iterator[Service]:
    """A site and its desk, serving. Stops both at the end. Raises what `open_site` raises, PortTaken, NotLoopback."""
    check_exposure(config.desk.host, config.desk.tls_certificate, config.desk.tls_key)
    with ExitStack() as stack:
        server = WebServer(config.desk)
        stack.callback(server.close)
        site = stack.enter_context(open_site(config, clock))
        joined = open_joined(config, clock)
        desk = open_desk(config, site, clock, stack, joined)
        password = ensure_first_administrator(desk.database, clock, config.agency_id, config.agency)
        audit_restore(config.data, desk, joined.answer.site_id if joined else "")
        alerts: AlertSink = AlertService(desk)
        site.start(wrap_alerts(alerts) if wrap_alerts else alerts)
        stack.callback(site.stop)
        workers = DeskWorkers(desk, evidence_key_file(config.secret_key))
        workers.start()
        stack.callback(workers.stop)
        member = joined.member(config, site, desk, clock) if joined else None
        if member is not None:
            member.start()
            stack.callback(member.stop)
        server.start(create_app(desk))
        stack.callback(server.stop)
        yield Service(site, desk, server.url, FIRST_ADMINISTRATOR, password, member)

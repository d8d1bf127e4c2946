"""A hub and sites for tests: real servers, TLS with a CA of their own, nkeys, a proxy in each site's way."""

from __future__ import annotations

import ipaddress
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from proxy import Proxy

from veedor.kit.clock import SystemClock
from veedor.kit.ids import new_id
from veedor.link.config import (
    Address,
    AgencyAccount,
    HubRemote,
    HubServerConfig,
    SiteServerConfig,
    Tls,
    render_hub,
    render_site,
)
from veedor.link.connection import LinkConnection
from veedor.link.intake import Intake, Position
from veedor.link.keys import new_seed, public_of
from veedor.link.pump import Pump
from veedor.link.server import NatsServer, free_port
from veedor.wire.envelope import Envelope
from waiting import wait_until

CLOCK = SystemClock()
HOME = "127.0.0.1"


@dataclass(frozen=True)
class Authority:
    """A CA, and a certificate of it for 127.0.0.1."""

    ca: Path
    tls: Tls


def make_authority(folder: Path, name: str) -> Authority:
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, ca = _certificate(name, None, None, [])
    key, leaf = _certificate("hub", ca_key, ca, [x509.IPAddress(ipaddress.ip_address(HOME))])
    files = {"ca.pem": _pem(ca), "hub.pem": _pem(leaf), "hub.key": _key_pem(key)}
    for file, data in files.items():
        (folder / file).write_bytes(data)
    return Authority(folder / "ca.pem", Tls(folder / "hub.pem", folder / "hub.key"))


def _certificate(name, issuer_key, issuer, names):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return key, builder.sign(issuer_key or key, hashes.SHA256())


def _pem(certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@dataclass
class TestSite:
    """`way`: the proxy between it and the hub."""

    __test__ = False
    id: str
    agency: str
    seed: str
    local_seed: str
    folder: Path
    way: Proxy
    clients: Address
    server: NatsServer | None = None
    connection: LinkConnection | None = None

    def config(self, authority: Authority) -> SiteServerConfig:
        remote = HubRemote((f"tls://{HOME}:{self.way.port}",), authority.ca, self.seed)
        return SiteServerConfig(self.id, self.clients, self.folder / "js", public_of(self.local_seed), remote)


@dataclass
class Federation:
    """`agencies`: id -> sites' ids."""

    folder: Path
    agencies: dict[str, list[str]]
    sites: dict[str, TestSite] = field(default_factory=dict)
    hubs: dict[str, LinkConnection] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.authority = make_authority(self.folder / "ca", "CA of the test")
        self.clients, self.leaves = Address(HOME, free_port()), Address(HOME, free_port())
        self.hub_seeds = {agency: new_seed() for agency in self.agencies}
        for agency, names in self.agencies.items():
            for name in names:
                self.sites[name] = TestSite(
                    name,
                    agency,
                    new_seed(),
                    new_seed(),
                    self.folder / name,
                    Proxy(self.leaves.port),
                    Address(HOME, free_port()),
                )
        self.hub = NatsServer("hub", self.folder / "hub", render_hub(self.hub_config()), self.clients, CLOCK)

    def hub_config(self) -> HubServerConfig:
        accounts = tuple(
            AgencyAccount(
                agency,
                public_of(self.hub_seeds[agency]),
                {site.id: public_of(site.seed) for site in self.sites.values() if site.agency == agency},
            )
            for agency in self.agencies
        )
        return HubServerConfig("hub", self.clients, self.leaves, self.authority.tls, accounts)

    def start(self) -> None:
        self.hub.start()
        for agency, seed in self.hub_seeds.items():
            self.hubs[agency] = connect(self.hub.url, seed, f"hub-{agency}")
        for site in self.sites.values():
            site.server = NatsServer(
                site.id, site.folder, render_site(site.config(self.authority)), site.clients, CLOCK
            )
            site.server.start()
            site.connection = connect(site.server.url, site.local_seed, site.id)
        for site in self.sites.values():
            wait_until(lambda site=site: site.server.leaf_state().connected)

    def stop(self) -> None:
        for connection in [*self.hubs.values(), *(site.connection for site in self.sites.values())]:
            if connection is not None:
                connection.stop()
        for site in self.sites.values():
            if site.server is not None:
                site.server.stop()
            site.way.close()
        self.hub.stop()

    def hub_of(self, site_id: str) -> LinkConnection:
        return self.hubs[self.sites[site_id].agency]


def connect(url: str, seed: str, name: str) -> LinkConnection:
    connection = LinkConnection(url, seed, name, CLOCK)
    connection.start()
    connection.wait_connected(10.0)
    return connection


class Outbox:
    """A source on SQLite, as a desk's is."""

    def __init__(self, site_id: str, file: Path, name: str = "events") -> None:
        self.name = name
        self._site_id = site_id
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS rows (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT)")

    def add(self, count: int) -> None:
        with self._lock:
            self._db.execute("BEGIN")
            now = datetime.now(UTC)
            self._db.executemany("INSERT INTO rows (id) VALUES (?)", [(new_id(now),) for _ in range(count)])
            self._db.execute("COMMIT")

    def after(self, sequence: int, limit: int) -> Sequence[tuple[int, Envelope]]:
        with self._lock:
            rows = self._db.execute(
                "SELECT sequence, id FROM rows WHERE sequence > ? ORDER BY sequence LIMIT ?", (sequence, limit)
            ).fetchall()
        return [
            (number, Envelope(key, "event", self._site_id, "a", datetime.now(UTC), {"n": number, "x": "y" * 600}))
            for number, key in rows
        ]

    def ids(self) -> list[str]:
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT id FROM rows ORDER BY sequence")]


class HubDatabase:
    """Facts and the position, committed together. `seen` counts what came more than once too."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS facts (n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, at)")
        self._db.execute("CREATE TABLE IF NOT EXISTS position (one PRIMARY KEY, incarnation, sequence, message)")
        self.seen = 0
        self.arrived_s: list[float] = []

    def position(self) -> Position | None:
        with self._lock:
            row = self._db.execute("SELECT incarnation, sequence, message FROM position").fetchone()
        return Position(*row) if row else None

    def apply(self, _site: str, incarnation: str, batch: list[tuple[int, Envelope]]) -> None:
        with self._lock:
            self.seen += len(batch)
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO facts (id) VALUES (?) ON CONFLICT DO NOTHING", [(envelope.id,) for _, envelope in batch]
            )
            last, envelope = batch[-1]
            self._db.execute("INSERT OR REPLACE INTO position VALUES (1, ?, ?, ?)", (incarnation, last, envelope.id))
            self._db.execute("COMMIT")
            self.arrived_s.append(CLOCK.monotonic())

    def ids(self) -> list[str]:
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT id FROM facts ORDER BY n")]

    def count(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM facts").fetchone()[0])

    def restore(self, keep: int) -> None:
        """Yesterday's backup: the first `keep` facts, and where the log stood then."""
        with self._lock:
            self._db.execute("DELETE FROM facts WHERE n > ?", (keep,))
            last = self._db.execute("SELECT id FROM facts ORDER BY n DESC LIMIT 1").fetchone()[0]
            self._db.execute("UPDATE position SET sequence = ?, message = ?", (keep, last))


class Way:
    """Outbox, pump, intake and hub's database of one site."""

    def __init__(self, federation: Federation, site_id: str) -> None:
        self.site = federation.sites[site_id]
        self._federation = federation
        self.outbox = Outbox(site_id, self.site.folder / "outbox.db")
        self.database = HubDatabase(self.site.folder / "hub.db")
        self.executor = ThreadPoolExecutor(2)
        self.pump = self.new_pump()
        self.intake = self.new_intake()

    def new_pump(self) -> Pump:
        return Pump(self.site.connection, self.site.id, [self.outbox], self.site.folder, CLOCK)

    def new_intake(self) -> Intake:
        hub = self._federation.hub_of(self.site.id)
        return Intake(hub, self.site.id, self.database.position, self._apply, self.executor)

    def _apply(self, *told: Any) -> Future[None]:
        return self.executor.submit(self.database.apply, *told)

    def start(self) -> None:
        self.pump.start()
        self.intake.start()

    def add(self, count: int) -> None:
        self.outbox.add(count)
        self.pump.wake()

    def wait_all(self, timeout_s: float = 30.0) -> None:
        wanted = len(self.outbox.ids())
        wait_until(lambda: self.database.count() == wanted, timeout_s)

    def stop(self) -> None:
        self.intake.stop()
        self.pump.stop()
        self.executor.shutdown()

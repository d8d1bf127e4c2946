"""The configuration files of the two kinds of server, as text. No secret but a site's leaf seed stands in them.

At the hub: one account per agency. The hub's own user of an account may do all in it; a site's user only what
`wire/subjects.py` says. At a site: JetStream in a domain of its own, one local user, one leaf remote.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from veedor.wire import subjects, work

PING_S = 5  # between two servers that are silent; after two without an answer the link counts as cut
MAX_PAYLOAD_OCTETS = 1 << 20
SITE_ACCOUNT = "SITE"


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of the hub's leaf port."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class AgencyAccount:
    """`hub_nkey`: public key of the hub's user in it; each account needs another one. `sites`: id -> public key."""

    agency_id: str
    hub_nkey: str
    sites: dict[str, str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """This server as one of several: its port for the others, and theirs as `nats-route://host:port`.

    The same `name` and accounts at each; TLS both ways with certificates of `ca`.
    """

    name: str
    listen: Address
    routes: tuple[str, ...]
    tls: Tls
    ca: Path


@dataclass(frozen=True, slots=True)
class HubServerConfig:
    """`clients`: for the hub's own process, on loopback. `leaves`: where sites dial in. `tls` None: only for tests."""

    name: str
    clients: Address
    leaves: Address
    tls: Tls | None
    accounts: tuple[AgencyAccount, ...]
    cluster: Cluster | None = None


@dataclass(frozen=True, slots=True)
class HubRemote:
    """Where the hub is, by URL (`tls://hub.example.pe:7422`); `ca`: its pinned CA; `seed`: the site's leaf key."""

    urls: tuple[str, ...]
    ca: Path | None
    seed: str


@dataclass(frozen=True, slots=True)
class SiteServerConfig:
    """`store`: folder of JetStream. `local_nkey`: public key of the site's own process. `hub` None: not joined.

    `sync_s`: how much a loss of power may take from the log; the pump then sends it again. None: nothing, at the cost
    of an fsync for each message (decision 6).
    """

    site_id: str
    clients: Address
    store: Path
    local_nkey: str
    hub: HubRemote | None
    max_store_octets: int = 20 << 30
    sync_s: int | None = None


@dataclass(frozen=True, slots=True)
class WorkServerConfig:
    """The server where a site's analysis workers connect: no leaf, no JetStream. `workers`, `invited`: id -> nkey."""

    name: str
    listen: Address
    tls: Tls
    site_nkey: str
    workers: dict[str, str]
    invited: dict[str, str]


def render_hub(config: HubServerConfig) -> str:
    blocks = [
        f"server_name: {_text(config.name)}",
        f"listen: {_text(str(config.clients))}",
        *_COMMON,
        "leafnodes {",
        f"  listen: {_text(str(config.leaves))}",
        "  no_advertise: true",  # sites dial what they were told at joining, not the hub's addresses behind its NAT
        *_tls(config.tls),
        "}",
        "accounts {",
        *(line for account in config.accounts for line in _account(account)),
        "}",
        *(_cluster(config.cluster) if config.cluster else ()),
    ]
    return "\n".join(blocks) + "\n"


def render_site(config: SiteServerConfig) -> str:
    blocks = [
        f"server_name: {_text(config.site_id)}",
        f"listen: {_text(str(config.clients))}",
        *_COMMON,
        "jetstream {",
        f"  store_dir: {_text(str(config.store))}",
        f"  domain: {_text(subjects.domain(config.site_id))}",
        f"  sync_interval: {'always' if config.sync_s is None else _text(f'{config.sync_s}s')}",
        "  max_memory_store: 64MB",
        f"  max_file_store: {config.max_store_octets}",
        "}",
        "accounts {",
        f"  {SITE_ACCOUNT} {{",
        "    jetstream: enabled",
        f"    users: [ {{ nkey: {_text(config.local_nkey)} }} ]",
        "  }",
        "}",
        *(_remote(config.hub) if config.hub else ()),
    ]
    return "\n".join(blocks) + "\n"


def render_work(config: WorkServerConfig) -> str:
    users = [f"    {{ nkey: {_text(config.site_nkey)} }}"]
    for worker_id, nkey in sorted(config.workers.items()):
        users += _limited(nkey, work.worker_may_publish(worker_id), work.worker_may_hear(worker_id))
    for invitation_id, nkey in sorted(config.invited.items()):
        users += _limited(nkey, work.invited_may_publish(invitation_id), work.invited_may_hear(invitation_id))
    blocks = [
        f"server_name: {_text(config.name)}",
        f"listen: {_text(str(config.listen))}",
        *_COMMON,
        *_tls(config.tls, handshake_first=True),
        "authorization {",
        "  timeout: 10",
        "  users: [",
        *users,
        "  ]",
        "}",
    ]
    return "\n".join(blocks) + "\n"


def _limited(nkey: str, publish: list[str], hear: list[str]) -> list[str]:
    return [
        f"    {{ nkey: {_text(nkey)}, permissions: {{",
        f"      publish: {{ allow: {_list(publish)} }}",
        f"      subscribe: {{ allow: {_list(hear)} }}",
        "    } }",
    ]


_COMMON = (
    f"max_payload: {MAX_PAYLOAD_OCTETS}",
    f'ping_interval: "{PING_S}s"',
    "ping_max: 2",
    'write_deadline: "60s"',  # a thin link is slow, not dead: silence is what ends it
    "max_pending: 256MB",
    "log_size_limit: 10MB",
    "log_max_num: 3",
)


def _account(account: AgencyAccount) -> list[str]:
    users = [f"      {{ nkey: {_text(account.hub_nkey)} }}"]
    for site_id, nkey in sorted(account.sites.items()):
        users += [
            f"      {{ nkey: {_text(nkey)}, permissions: {{",
            f"        publish: {{ allow: {_list(subjects.site_may_publish(site_id))} }}",
            f"        subscribe: {{ allow: {_list(subjects.site_may_hear(site_id))} }}",
            "      } }",
        ]
    return [f"  {subjects.account(account.agency_id)} {{", "    users: [", *users, "    ]", "  }"]


def _tls(tls: Tls | None, *, handshake_first: bool = False) -> list[str]:
    if tls is None:
        return []
    return [
        "  tls {",
        f"    cert_file: {_text(str(tls.certificate))}",
        f"    key_file: {_text(str(tls.key))}",
        "    timeout: 10",
        *(["    handshake_first: true"] if handshake_first else []),
        "  }",
    ]


def _cluster(cluster: Cluster) -> list[str]:
    return [
        "cluster {",
        f"  name: {_text(cluster.name)}",
        f"  listen: {_text(str(cluster.listen))}",
        f"  routes: {_list(list(cluster.routes))}",
        "  tls {",
        f"    cert_file: {_text(str(cluster.tls.certificate))}",
        f"    key_file: {_text(str(cluster.tls.key))}",
        f"    ca_file: {_text(str(cluster.ca))}",
        "    verify: true",
        "    timeout: 10",
        "  }",
        "}",
    ]


def _remote(hub: HubRemote) -> list[str]:
    return [
        "leafnodes {",
        '  reconnect: "1s"',
        "  remotes: [ {",
        f"    urls: {_list(list(hub.urls))}",
        f"    account: {SITE_ACCOUNT}",
        f"    nkey: {_text(hub.seed)}",
        *(["    tls {", f"      ca_file: {_text(str(hub.ca))}", "      timeout: 10", "    }"] if hub.ca else []),
        "  } ]",
        "}",
    ]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(values: list[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"

"""A hub of three servers is one hub: a site at one is called through another, and survives the loss of its own."""

from __future__ import annotations

from pathlib import Path

from three_sites import CLOCK, HOME, connect, make_authority

from veedor.link.call_server import Answer, CallServer
from veedor.link.calls import Caller
from veedor.link.config import (
    Address,
    AgencyAccount,
    Cluster,
    HubRemote,
    HubServerConfig,
    SiteServerConfig,
    render_hub,
    render_site,
)
from veedor.link.keys import new_seed, public_of
from veedor.link.server import NatsServer, free_port
from veedor.wire import subjects
from veedor.wire.errors import CallBroken, CalleeGone, CallSilent
from waiting import wait_until


def test_three_servers_are_one_hub(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "ca", "CA of the cluster")
    hub_seed, site_seed, local_seed = new_seed(), new_seed(), new_seed()
    accounts = (AgencyAccount("a", public_of(hub_seed), {"a1": public_of(site_seed)}),)
    places = [(Address(HOME, free_port()), Address(HOME, free_port()), Address(HOME, free_port())) for _ in range(3)]
    routes = tuple(f"nats-route://{routing}" for _clients, _leaves, routing in places)
    servers = []
    for number, (clients, leaves, routing) in enumerate(places):
        cluster = Cluster("hub", routing, routes, authority.tls, authority.ca)
        config = HubServerConfig(f"hub-{number}", clients, leaves, authority.tls, accounts, cluster)
        servers.append(NatsServer(f"hub-{number}", tmp_path / str(number), render_hub(config), clients, CLOCK))
        servers[-1].start()
    urls = tuple(f"tls://{leaves}" for _clients, leaves, _routing in places[:2])
    site_clients = Address(HOME, free_port())
    remote = HubRemote(urls, authority.ca, site_seed)
    site_config = SiteServerConfig("a1", site_clients, tmp_path / "js", public_of(local_seed), remote)
    site = NatsServer("a1", tmp_path / "a1", render_site(site_config), site_clients, CLOCK)
    site.start()
    at_site, at_hub = connect(site.url, local_seed, "a1"), connect(servers[2].url, hub_seed, "hub")
    answering = CallServer(at_site, "a1", {"site.status": lambda asked: Answer({"caller": asked.caller})})
    answering.start()
    caller = Caller(at_hub, subjects.HUB)
    caller.start()

    def answers() -> bool:
        try:
            return caller.call("a1", "site.status", {}, timeout_s=2.0).head == {"caller": "hub"}
        except (CalleeGone, CallSilent, CallBroken):
            return False

    try:
        wait_until(answers)
        for server in servers[:2]:  # whichever of the two it is at
            server.stop()
            wait_until(answers)
            server.start()
    finally:
        caller.stop()
        answering.stop()
        at_hub.stop()
        at_site.stop()
        for server in (site, *servers):
            server.stop()

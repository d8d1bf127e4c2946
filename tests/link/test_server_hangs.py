"""A site's server that gave its dead link up and does not dial is started again; one that dials is left alone."""

from __future__ import annotations

from pathlib import Path

from veedor.kit.clock import SystemClock
from veedor.link.config import Address
from veedor.link.server import NatsServer, free_port
from waiting import wait_until

# Lines of nats-server 2.15, as they stood in the log of a site whose link was silent for 38 s.
GIVEN_UP = (
    "[29508] 2026/11/29 04:50:48.227698 [INF] 10.77.0.1:44813 - lid:9 - Leafnode connection closed: Stale Connection"
    " - Remote: region-lima\n"
)
DIALS = (
    "[29508] 2026/11/29 04:50:49.388491 [ERR] Error trying to connect as leafnode to remote server"
    ' "10.77.0.1:44813" (attempt 1): dial tcp 10.77.0.1:44813: i/o timeout\n'
)


def test_only_a_server_that_hangs_on_its_dead_link_is_started_again(tmp_path: Path) -> None:
    clock = SystemClock()
    servers = []
    for number, said in enumerate((GIVEN_UP, GIVEN_UP + DIALS)):
        address = Address("127.0.0.1", free_port())
        server = NatsServer(
            f"site-{number}", tmp_path / str(number), f"listen: {address}\n", address, clock, dials=True
        )
        server.start()
        servers.append(server)
        with server.log_file.open("a", encoding="utf-8") as file:
            file.write(said)
    hangs, dials = servers
    try:
        wait_until(lambda: hangs.restarts == 1 and hangs.pid is not None)
        wait_until(lambda: dials._is_judged)
        assert dials.restarts == 0
    finally:
        for server in servers:
            server.stop()

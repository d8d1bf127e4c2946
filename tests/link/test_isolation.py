"""Who may speak as whom: the servers' permissions, not our manners."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nats.aio.msg import Msg
from three_sites import CLOCK, HOME, Federation, make_authority

from veedor.link.call_server import Answer, CallServer
from veedor.link.calls import Caller
from veedor.link.config import Address, render_hub, render_site
from veedor.link.connection import LinkConnection
from veedor.link.errors import ServerConfigRefused, ServerPortTaken
from veedor.link.jetstream import SiteStream
from veedor.link.keys import new_seed, public_of, seed_file
from veedor.link.server import NatsServer, free_port
from veedor.wire import subjects
from veedor.wire.calls import Frame, FrameKind
from veedor.wire.errors import BadName, CalleeGone, LinkDown
from waiting import wait_until


@pytest.fixture
def heard() -> Iterator[Callable[[LinkConnection, str], list[Msg]]]:
    """Messages on a subject, until the end of the test: who listens to all is somebody who may answer."""
    ends = []

    def listen(connection: LinkConnection, subject: str) -> list[Msg]:
        got = []

        async def keep(message: Msg) -> None:
            got.append(message)

        number = connection.run(connection.subscribe(subject, keep), 5.0)
        ends.append((connection, number))
        return got

    yield listen
    for connection, number in ends:
        connection.run(connection.unsubscribe(number), 5.0)


def publish(connection, subject: str, data: bytes = b"x", reply: str = "") -> None:
    async def both() -> None:
        await connection.publish(subject, data, reply)
        await connection._client.flush()

    connection.run(both(), 5.0)


def test_a_site_speaks_only_as_itself_and_only_to_its_hub(federation: Federation, heard) -> None:
    site, hub, other = federation.sites["a1"], federation.hubs["a"], federation.sites["a2"]
    at_hub, at_other, at_b = heard(hub, ">"), heard(other.connection, "*.*.*.*.*"), heard(federation.hubs["b"], ">")
    forged = [
        "reply.a2.hub.token.1",
        "call.hub.a2.hub.sync",
        "call.a2.hub.footage.clip",
        "call.a2.a1.footage.clip",
        "credit.a2.hub.token.1",
        "up.a2.event",
        "$JS.a2.API.STREAM.INFO.UP",
        "anything",
    ]
    for subject in forged:
        publish(site.connection, subject)
    wait_until(lambda: publish(site.connection, "reply.a1.hub.token.last") or at_hub)
    assert {message.subject for message in at_hub} == {"reply.a1.hub.token.last"}
    wait_until(lambda: publish(hub, "call.a2.hub.site.status") or at_other)
    assert {message.subject for message in at_other} == {"call.a2.hub.site.status"}
    assert at_b == []


def test_a_site_hears_nothing_that_is_another_sites(federation: Federation, heard) -> None:
    """What goes to a2 and what comes from it, though a1 asks its hub's server for every one of these subjects."""
    spy, hub, other = federation.sites["a1"].connection, federation.hubs["a"], federation.sites["a2"].connection
    theirs = ("call.a2.>", "reply.hub.a2.>", "credit.a2.>", "reply.a2.>", "credit.hub.a2.>", "up.a2.>", "$JS.a2.API.>")
    stolen = [heard(spy, subject) for subject in theirs]
    own, at_other, at_hub = heard(spy, "call.a1.>"), heard(other, "*.*.*.>"), heard(hub, "*.*.*.>")
    wait_until(lambda: publish(hub, "call.a1.hub.probe") or own)  # by now the hub's server knows what a1 asks for
    down = ["call.a2.hub.site.status", "reply.hub.a2.token.1", "credit.a2.hub.token.1"]
    wait_until(lambda: [publish(hub, one) for one in down] and set(down) <= {message.subject for message in at_other})
    up = ["reply.a2.hub.token.1", "call.hub.a2.hub.sync", "credit.hub.a2.token.1"]
    wait_until(lambda: [publish(other, one) for one in up] and set(up) <= {message.subject for message in at_hub})
    publish(other, "up.a2.event")
    own.clear()
    wait_until(lambda: publish(hub, "call.a1.hub.probe") or own)  # and whatever else was on its way has arrived
    assert stolen == [[] for _ in theirs]


def test_only_the_hub_reads_the_log_of_a_site_and_nobody_from_afar_changes_it(federation: Federation, heard) -> None:
    """a2's JetStream answers to where the hub hears it, whoever asked: so an answer shows what has reached it."""
    site, hub = federation.sites["a1"].connection, federation.hubs["a"]
    reads = {
        "STREAM.INFO.UP": b"",
        "STREAM.MSG.GET.UP": b'{"seq":1}',
        "CONSUMER.CREATE.UP.spy": b'{"stream_name":"UP","config":{"name":"spy","ack_policy":"none"}}',
    }
    changes = ("STREAM.PURGE.UP", "STREAM.DELETE.UP", "STREAM.MSG.DELETE.UP", "CONSUMER.DELETE.UP.spy", "STREAM.NAMES")
    answers, told = heard(hub, "reply.a2.hub.*.up"), heard(site, "reply.hub.a1.spy.>")
    tokens = {operation: operation.replace(".", "-") for operation in (*reads, *changes, "CONSUMER.MSG.NEXT.UP.spy")}

    def ask(connection: LinkConnection, operation: str, reply: str) -> None:
        publish(connection, subjects.jetstream("a2", operation), reads.get(operation, b"{}"), reply)

    def answered() -> set[str]:
        return {message.subject for message in answers if message.data}  # an empty one: "nobody is there to answer"

    for operation, token in tokens.items():
        ask(site, operation, f"reply.a2.hub.{token}.up")
        ask(site, operation, "reply.hub.a1.spy.1")
    for operation in changes:
        ask(hub, operation, f"reply.a2.hub.{tokens[operation]}.up")
    wait_until(lambda: publish(hub, "reply.hub.a1.spy.last") or [message for message in told if message.data])
    wait_until(lambda: ask(hub, "STREAM.INFO.UP", "reply.a2.hub.last.up") or answered())
    assert answered() == {"reply.a2.hub.last.up"}
    assert {message.subject for message in told if message.data} == {"reply.hub.a1.spy.last"}
    of_hub = {f"reply.a2.hub.{tokens[operation]}.up" for operation in reads}
    wait_until(lambda: [ask(hub, one, f"reply.a2.hub.{tokens[one]}.up") for one in reads] and of_hub <= answered())


def test_an_agency_does_not_reach_another(federation: Federation) -> None:
    with CallServerOf(federation, "a1"):
        caller = Caller(federation.hubs["b"], subjects.HUB)
        caller.start()
        with pytest.raises(CalleeGone):
            caller.call("a1", "site.status", {})
        caller.stop()
    stream = SiteStream(federation.hubs["b"], "a1", subjects.HUB)

    async def look() -> None:
        async with stream.open():
            await stream.info()

    with pytest.raises(CalleeGone):
        federation.hubs["b"].run(look(), 10.0)


class CallServerOf:
    def __init__(self, federation: Federation, site_id: str) -> None:
        self._server = CallServer(
            federation.sites[site_id].connection, site_id, {"site.status": lambda _: Answer({"ok": True})}
        )

    def __enter__(self) -> None:
        self._server.start()

    def __exit__(self, *_: object) -> None:
        self._server.stop()


def test_another_site_does_not_answer_a_call(federation: Federation, heard) -> None:
    """a1 knows everything of a call to a2, and still nothing that it sends counts."""
    hub = federation.hubs["a"]
    caller = Caller(hub, subjects.HUB)
    caller.start()
    asked = heard(federation.sites["a2"].connection, "call.a2.>")
    wait_until(lambda: publish(hub, "call.a2.hub.probe") or asked)  # a new listener is known to the hub a moment later
    future = hub.submit(caller.acall("a2", "site.status", {}, timeout_s=3.0))
    reply = wait_until(lambda: [message for message in asked if message.reply])[0].reply
    whole = Frame(FrameKind.WHOLE, 0, b'{"from":"a1"}').to_bytes()
    publish(federation.sites["a1"].connection, reply, whole)
    publish(federation.sites["a1"].connection, reply.replace(".a2.", ".a1."), whole)
    publish(federation.sites["a2"].connection, reply, whole.replace(b"a1", b"a2"))
    assert future.result(5.0).head == {"from": "a2"}
    caller.stop()


def refused_site(federation: Federation, folder: Path, **changes) -> NatsServer:
    config = federation.sites["a1"].config(federation.authority)
    remote = dataclasses.replace(config.hub, urls=(f"tls://{HOME}:{federation.leaves.port}",), **changes)
    clients = Address(HOME, free_port())
    config = dataclasses.replace(config, clients=clients, store=folder / "js", hub=remote)
    server = NatsServer("stranger", folder, render_site(config), clients, CLOCK)
    server.start()
    return server


def test_wrong_key_and_wrong_authority_are_refused_and_said(federation: Federation, tmp_path: Path) -> None:
    cases = {
        "link-refused-key": {"seed": new_seed()},
        "link-refused-ca": {"ca": make_authority(tmp_path / "other", "CA of somebody else").ca},
    }
    for key, changes in cases.items():
        server = refused_site(federation, tmp_path / key, **changes)
        try:
            state = wait_until(lambda server=server: (now := server.leaf_state()).problem and now)
            assert not state.connected
            assert state.problem.key == key
            assert state.problem.render("es")
        finally:
            server.stop()


def test_a_wrong_local_key_is_refused(federation: Federation) -> None:
    with pytest.raises(LinkDown, match="uthorization"):
        connect_with_short_patience(federation.hub.url)


def connect_with_short_patience(url: str) -> None:
    connection = LinkConnection(url, new_seed(), "stranger", CLOCK)
    connection.start()
    try:
        wait_until(lambda: connection.status.problem)
        connection.wait_connected(0.1)
    finally:
        connection.stop()


def test_a_site_is_taken_out_and_put_in_again(federation: Federation) -> None:
    """Out by a restart, since a reload leaves its connection be; in by a reload, which nobody else notices."""
    site, hub = federation.sites["a2"], federation.hubs["a"]
    config = federation.hub_config()
    without = dataclasses.replace(
        config,
        accounts=tuple(
            dataclasses.replace(account, sites={key: value for key, value in account.sites.items() if key != "a2"})
            for account in config.accounts
        ),
    )
    federation.hub.restart(render_hub(without))
    wait_until(lambda: (problem := site.server.leaf_state().problem) and problem.key == "link-refused-key")
    wait_until(lambda: hub.status.connected and federation.sites["a1"].server.leaf_state().connected)
    lost = []
    hub.on_change(lost.append)
    federation.hub.reload(render_hub(config))
    wait_until(lambda: site.server.leaf_state().connected)
    assert lost == []


def test_server_says_why_it_does_not_start(federation: Federation, tmp_path: Path) -> None:
    config = federation.hub_config()
    taken = NatsServer("second", tmp_path / "a", render_hub(config), config.clients, CLOCK)
    with pytest.raises(ServerPortTaken, match=str(config.clients.port)):
        taken.start()
    free = dataclasses.replace(config, clients=Address(HOME, free_port()))
    with pytest.raises(ServerPortTaken, match=str(config.leaves.port)):
        NatsServer("second", tmp_path / "b", render_hub(free), free.clients, CLOCK).start()
    with pytest.raises(ServerConfigRefused, match="unknown field"):
        NatsServer("third", tmp_path / "c", "nonsense: 1", free.clients, CLOCK).start()
    started = NatsServer("fourth", tmp_path / "d", f"listen: {free.clients}\n", free.clients, CLOCK)
    started.start()
    assert (tmp_path / "d" / "nats.conf").stat().st_mode & 0o777 == 0o600
    started.stop()
    assert started.pid is None


PARENT = """
import sys, threading
from pathlib import Path
from veedor.kit.clock import SystemClock
from veedor.link.config import Address
from veedor.link.server import NatsServer
address = Address("127.0.0.1", int(sys.argv[1]))
server = NatsServer("child", Path(sys.argv[2]), f"listen: {address}\\n", address, SystemClock())
server.start()
print(server.pid, flush=True)
threading.Event().wait()
"""


def test_server_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(free_port()), str(tmp_path)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert Path(f"/proc/{child}/exe").resolve().name == "nats-server"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not Path(f"/proc/{child}/exe").exists())


def test_seed_is_kept_and_names_hold_nothing_odd(tmp_path: Path) -> None:
    seed = seed_file(tmp_path / "keys" / "leaf.seed")
    assert seed_file(tmp_path / "keys" / "leaf.seed") == seed
    assert public_of(seed).startswith("U")
    assert (tmp_path / "keys" / "leaf.seed").stat().st_mode & 0o777 == 0o600
    for bad in ("", "a.b", "*", ">", "a b", "ñ", "x" * 65, "a\n"):
        with pytest.raises(BadName):
            subjects.checked_id(bad)

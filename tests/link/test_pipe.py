"""A pipe through a real server: order, back-pressure, an end that both see; and what the server's permissions hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from three_sites import CLOCK, HOME, make_authority

from veedor.link.config import Address, WorkServerConfig, render_work
from veedor.link.connection import LinkConnection
from veedor.link.keys import new_seed, public_of
from veedor.link.pipe import PIECE_OCTETS, Pipe
from veedor.link.server import NatsServer, free_port
from veedor.wire import work
from veedor.wire.errors import LinkDown
from waiting import wait_until


@dataclass
class Workplace:
    """A server for workers, with two of them. `site`, `one`, `two`: connections."""

    folder: Path
    seeds: dict[str, str] = field(default_factory=lambda: {name: new_seed() for name in ("site", "one", "two", "new")})
    made: list[LinkConnection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.authority = make_authority(self.folder / "ca", "CA of the site")
        self.address = Address(HOME, free_port())
        self.server = NatsServer("workers", self.folder / "nats", self.text("one", "two"), self.address, CLOCK)
        self.server.start()
        self.site, self.one, self.two = (self.connect(name) for name in ("site", "one", "two"))

    def text(self, *workers: str) -> str:
        keys = {name: public_of(seed) for name, seed in self.seeds.items()}
        return render_work(
            WorkServerConfig(
                "workers",
                self.address,
                self.authority.tls,
                keys["site"],
                {name: keys[name] for name in workers},
                {"new": keys["new"]},
            )
        )

    def connect(self, name: str) -> LinkConnection:
        url = f"tls://{self.address}"
        made = LinkConnection(url, self.seeds[name], name, CLOCK, ca=self.authority.ca)
        made.start()
        self.made.append(made)
        made.wait_connected(20.0)
        return made

    def pipes(self, **options: int) -> tuple[Pipe, Pipe]:
        """The site's end and worker one's, of a new session."""
        session = work.new_session()
        there = Pipe(self.one, hears=work.work("one", session), says=work.result("one", session))
        here = Pipe(self.site, hears=work.result("one", session), says=work.work("one", session), **options)
        there.start()
        here.start()
        return here, there

    def stop(self) -> None:
        for connection in self.made:
            connection.stop()
        self.server.stop()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    made = Workplace(tmp_path_factory.mktemp("workplace"))
    try:
        yield made
    finally:
        made.stop()


def heard_by(connection: LinkConnection, subject: str) -> list[bytes]:
    """What comes there under `subject`, from now on."""
    found: list[bytes] = []

    async def on_message(message) -> None:
        found.append(message.data)

    connection.run(connection.subscribe(subject, on_message), 10.0)
    return found


def say(connection: LinkConnection, subject: str, data: bytes) -> None:
    connection.run(connection.publish(subject, data), 10.0)


def test_messages_of_any_length_arrive_whole_and_in_order(workplace: Workplace) -> None:
    here, there = workplace.pipes()
    sent = [bytes([number]) * octets for number, octets in enumerate((0, 1, PIECE_OCTETS, PIECE_OCTETS + 1, 9 << 20))]
    sender = threading.Thread(target=lambda: [here.send(message) for message in sent])
    sender.start()
    assert [there.receive() for _ in sent] == sent
    sender.join(20.0)
    there.send(b"heard")
    assert here.receive() == b"heard"
    here.close()
    there.close()


def test_a_reader_that_takes_nothing_stops_the_sender_and_both_go_on_later(workplace: Workplace) -> None:
    here, there = workplace.pipes(window=1 << 20)
    body = b"x" * (100 << 10)
    sender = threading.Thread(target=lambda: [here.send(body) for _ in range(40)])
    sender.start()
    wait_until(lambda: here.octets[0] > 900 << 10)
    assert here.octets[0] <= 1 << 20
    assert sender.is_alive()
    assert all(there.receive() == body for _ in range(40))
    sender.join(20.0)
    assert here.octets[0] == 40 * len(body)
    here.close()
    there.close()


def test_an_end_is_seen_at_the_other_end_after_all_that_came_before(workplace: Workplace) -> None:
    here, there = workplace.pipes()
    here.send(b"last")
    wait_until(lambda: there.octets[1] == 4)
    here.close()
    assert there.receive() == b"last"
    assert there.receive() is None
    with pytest.raises(LinkDown):
        there.send(b"too late")


def test_a_lost_frame_ends_the_pipe_instead_of_mixing_pictures(workplace: Workplace) -> None:
    here, there = workplace.pipes()
    here.send(b"first")
    assert there.receive() == b"first"
    here._next_out += 1  # as if the server had dropped one
    here.send(b"third")
    assert there.receive() is None
    assert there.reason == "a frame was lost"
    wait_until(lambda: here.closed)


def _say_until_closed(pipe: Pipe) -> None:
    with suppress(LinkDown):
        while True:
            pipe.send(b"x" * (200 << 10))


def test_whoever_sends_more_than_was_asked_for_is_cut_off(workplace: Workplace) -> None:
    here, there = workplace.pipes()
    there._window = 64 << 20  # a worker that does not keep to it
    flood = threading.Thread(target=_say_until_closed, args=(there,))
    flood.start()
    wait_until(lambda: here.closed)
    flood.join(20.0)
    assert not flood.is_alive()
    assert here.reason == "more came than was asked for"


def test_a_silent_end_is_an_end(workplace: Workplace) -> None:
    session = work.new_session()
    alone = Pipe(workplace.site, hears=work.result("one", session), says=work.work("one", session))
    alone.start()
    assert alone.receive() is None
    assert alone.reason.startswith("silent")


def test_a_worker_hears_only_what_is_sent_to_it_and_speaks_only_for_itself(workplace: Workplace) -> None:
    stolen = heard_by(workplace.two, "work.one.>")
    everything = heard_by(workplace.two, ">")
    own = heard_by(workplace.two, work.work("two", "s"))
    at_site = heard_by(workplace.site, ">")
    say(workplace.site, work.work("one", "s"), b"a picture of camera 1")
    say(workplace.site, work.work("two", "s"), b"a picture of camera 2")
    wait_until(lambda: own == [b"a picture of camera 2"])
    for subject in (work.result("one", "s"), work.hello("one", "0"), work.work("one", "s"), work.enrol("new")):
        say(workplace.two, subject, b"forged")
    say(workplace.two, work.result("two", "s"), b"mine")
    wait_until(lambda: b"mine" in at_site)
    assert b"forged" not in at_site
    assert stolen == everything == []


def test_an_invitation_opens_nothing_but_the_door_to_ask(workplace: Workplace) -> None:
    guest = workplace.connect("new")
    seen = heard_by(guest, "work.>")
    at_site = heard_by(workplace.site, ">")
    say(workplace.site, work.work("one", "s"), b"a picture")
    say(guest, work.hello("one", "0"), b"forged")
    say(guest, work.enrol("new"), b"please")
    wait_until(lambda: b"please" in at_site)
    assert b"forged" not in at_site
    assert seen == []


def test_without_its_key_or_the_right_authority_nobody_is_let_in(workplace: Workplace, tmp_path: Path) -> None:
    stranger = LinkConnection(f"tls://{workplace.address}", new_seed(), "stranger", CLOCK, ca=workplace.authority.ca)
    other_ca = make_authority(tmp_path / "ca", "Another CA").ca
    cheated = LinkConnection(f"tls://{workplace.address}", workplace.seeds["one"], "one", CLOCK, ca=other_ca)
    plain = LinkConnection(f"nats://{workplace.address}", workplace.seeds["one"], "one", CLOCK)
    for connection, said in ((stranger, "Authorization"), (cheated, "certificate"), (plain, "")):
        connection.start()
        wait_until(
            lambda connection=connection, said=said: connection.status.problem and said in connection.status.problem
        )
        assert not connection.status.connected
        connection.stop()


def test_a_worker_that_was_taken_out_is_cut_off_at_once(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path)
    try:
        changes: list[bool] = []
        workplace.two.on_change(lambda status: changes.append(status.connected))
        workplace.server.reload(workplace.text("one"))
        wait_until(lambda: False in changes)
        wait_until(lambda: "Authorization" in workplace.two.status.problem)
        assert workplace.one.status.connected
    finally:
        workplace.stop()

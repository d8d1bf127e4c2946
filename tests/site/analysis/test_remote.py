"""Who a site takes as a worker, and who not: invitations, versions, models, revocation. A real server, no video."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from scripted_worker import AT, CLOCK, observation, packet

from veedor import __version__
from veedor.kit.clock import SystemClock
from veedor.kit.errors import VeedorError
from veedor.kit.pki import open_authority
from veedor.link.config import Address
from veedor.link.connection import LinkConnection
from veedor.link.keys import new_seed, public_of
from veedor.link.pipe import Pipe
from veedor.site.analysis.asking import ask
from veedor.site.analysis.crew import Crew
from veedor.site.analysis.enrolment import WorkerHome, enrol
from veedor.site.analysis.errors import (
    WorkerKnown,
    WorkerModelOther,
    WorkerOfAnother,
    WorkerTokenRefused,
    WorkerUnknown,
    WorkerVersionOther,
)
from veedor.site.analysis.protocol import PipeChannel, observation_to_message
from veedor.site.analysis.remote import RemoteConfig, RemoteWorkers
from veedor.site.analysis.roster import WorkerRoster
from veedor.wire import work
from veedor.wire.work import BadWorkerToken, Hello, WorkerToken
from waiting import wait_until

MODEL = "ab" * 32


class Site:
    """A site's listener for workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.roster = WorkerRoster(folder / "keys")
        self.crew = Crew()
        self.seen: list[str] = []
        config = RemoteConfig(
            self.roster, folder / "nats", Address("127.0.0.1", 0), "127.0.0.1", "Prueba", "modelo", frozenset({MODEL})
        )
        self.remote = RemoteWorkers(config, self.crew, CLOCK, lambda told: self.seen.append(told.camera_id))
        self.remote.start()

    def invite(self, name: str) -> WorkerToken:
        seed, worker_id = new_seed(), f"{name}-{os.urandom(3).hex()}"
        self.roster.invite(worker_id, name, public_of(seed), CLOCK.now())
        self.remote.follow_roster()
        ca = open_authority(self.roster.folder, "x", CLOCK.now()).pem
        return WorkerToken(worker_id, self.remote.url, ca, seed)

    def enrolled(self, name: str) -> Remote:
        return Remote(enrol(self.folder / name / "worker.json", self.invite(name), CLOCK))


class Remote:
    """A worker's machine without a detector: it greets, and says what the test says."""

    def __init__(self, home: WorkerHome) -> None:
        self.home = home
        self.connection = LinkConnection(home.url, home.seed(), home.worker_id, CLOCK, ca=home.ca)
        self.connection.start()
        self.connection.wait_connected(20.0)

    def greet(self, **other: object) -> PipeChannel:
        worker_id, session = self.home.worker_id, work.new_session()
        pipe = Pipe(self.connection, hears=work.work(worker_id, session), says=work.result(worker_id, session))
        pipe.start()
        hello = replace(Hello(session, work.PROTOCOL, __version__, "otra", 4, 2, MODEL), **other)
        try:
            ask(self.connection, work.hello(worker_id, "0"), work.answer(worker_id, session), hello.to_bytes())
        except VeedorError:
            pipe.close()
            raise
        channel = PipeChannel(pipe)
        channel.send({"type": "ready"})
        return channel

    def close(self) -> None:
        self.connection.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.remote.stop()


def test_an_invited_machine_becomes_a_worker_and_is_given_cameras(site: Site) -> None:
    site.crew.watch("a", 5.0)
    remote = site.enrolled("uno")
    assert (remote.home.name, remote.home.site, remote.home.model) == ("uno", "Prueba", "modelo")
    assert remote.home.file.with_suffix(".seed").stat().st_mode & 0o077 == 0
    channel = remote.greet()
    wait_until(lambda: site.crew.holder("a") == "uno")
    wait_until(lambda: site.crew.status()[0]["ready"])
    site.crew.packet(packet("a", 0, key=True))
    heard = [channel.receive()[0] for _ in range(3)]
    assert [(one["type"], one["camera"]) for one in heard] == [("camera", "a"), ("media", "a"), ("packet", "a")]
    channel.send(*observation_to_message(observation("b", 1)))
    channel.send(*observation_to_message(observation("a", 1, at=AT)))
    wait_until(lambda: site.seen == ["a"])
    status = site.crew.status()[0]
    assert (status["host"], status["cores"], status["threads"], status["refused"]) == ("otra", 4, 2, 1)
    assert status["sent_octets"] > 0
    remote.close()
    wait_until(lambda: site.crew.unwatched() == 1)
    assert {one.params["worker"] for one in site.remote.problems()} == {"uno"}
    site.crew.forget("a")


def test_another_version_and_another_model_are_refused_in_words(site: Site) -> None:
    remote = site.enrolled("viejo")
    with pytest.raises(WorkerVersionOther) as version:
        remote.greet(version="0.0.9")
    assert version.value.params == {"site": __version__, "worker": "0.0.9"}
    with pytest.raises(WorkerVersionOther):
        remote.greet(protocol=work.PROTOCOL + 1)
    with pytest.raises(WorkerModelOther) as model:
        remote.greet(model_sha256="cd" * 32)
    assert MODEL in model.value.render("es")
    assert "veedor models pull modelo" in (model.value.hint("es") or "")
    assert not [row for row in site.crew.status() if row["name"] == "viejo"]
    remote.close()


def test_an_invitation_works_for_one_machine(site: Site, tmp_path: Path) -> None:
    token = site.invite("dos")
    first = enrol(tmp_path / "one" / "worker.json", token, CLOCK)
    assert enrol(tmp_path / "one" / "worker.json", token, CLOCK) == first  # a unit that still has it in its file
    with pytest.raises(WorkerTokenRefused) as used:
        enrol(tmp_path / "two" / "worker.json", token, CLOCK)
    assert "otra máquina" in used.value.render("es")
    with pytest.raises(WorkerOfAnother):
        enrol(tmp_path / "one" / "worker.json", site.invite("tres"), CLOCK)
    with pytest.raises(WorkerKnown):
        site.invite("dos")
    remote = Remote(first)
    remote.greet()
    site.remote.follow_roster()
    assert first.worker_id not in site.roster.invited(CLOCK.now())  # from here on not even the question is heard
    with pytest.raises(WorkerTokenRefused):
        enrol(tmp_path / "three" / "worker.json", token, CLOCK)
    remote.close()


def test_an_answer_that_was_lost_is_asked_for_again(site: Site, tmp_path: Path) -> None:
    token = site.invite("perdido")
    file = tmp_path / "worker.json"
    enrol(file, token, CLOCK)
    file.unlink()  # as if it had been killed before it heard
    assert enrol(file, token, CLOCK).name == "perdido"


def test_an_invitation_ends_after_three_days(tmp_path: Path) -> None:
    class Later(SystemClock):
        def now(self):
            return super().now() + timedelta(hours=73)

    roster = WorkerRoster(tmp_path)
    roster.invite("w-1", "tarde", public_of(new_seed()), CLOCK.now())
    assert roster.invited(Later().now()) == {}
    with pytest.raises(WorkerTokenRefused):
        roster.enrol("w-1", public_of(new_seed()), "host", Later().now())


def test_a_revoked_worker_is_put_out_and_stays_out(site: Site) -> None:
    remote = site.enrolled("malo")
    channel = remote.greet()
    wait_until(lambda: "malo" in [row["name"] for row in site.crew.status()])
    site.roster.revoke("malo")
    wait_until(lambda: "malo" not in [row["name"] for row in site.crew.status()])
    assert channel.receive() is None
    wait_until(lambda: "Authorization" in remote.connection.status.problem)
    with pytest.raises(WorkerUnknown):
        site.roster.revoke("malo")
    remote.close()


def test_a_worker_that_greets_again_takes_the_place_of_itself(site: Site) -> None:
    remote = site.enrolled("doble")
    site.crew.watch("z", 5.0)
    first = remote.greet()
    wait_until(lambda: site.crew.holder("z") == "doble")
    second = remote.greet()
    assert second.receive()[0] == {"type": "camera", "camera": "z", "fps": 5.0}
    while first.receive() is not None:
        pass
    assert [row["name"] for row in site.crew.status()].count("doble") == 1
    remote.close()
    site.crew.forget("z")


def test_a_token_is_one_word_and_a_part_of_it_is_none() -> None:
    token = WorkerToken("w-1", "tls://10.0.0.2:7423", "-----BEGIN CERTIFICATE-----\nx\n", "SU")
    word = token.encode()
    assert len(word.split()) == 1
    assert WorkerToken.decode(f" {word[:30]}\n{word[30:]} ") == token
    for wrong in (word[:-20], "", "veedor1." + word[9:], word.replace("veedorw1.", "")):
        with pytest.raises(BadWorkerToken):
            WorkerToken.decode(wrong)

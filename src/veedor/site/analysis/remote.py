"""The site's side of workers on other machines: its server for them, who may connect, and a feed for each that does.

The server is apart from the one that links the site with a hub: it is open to a network, keeps nothing, and what it
lets a worker do stands in `wire/work.py`. What comes is checked here once more.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nats.aio.msg import Msg

from veedor import __version__
from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message
from veedor.kit.pki import open_authority, server_certificate
from veedor.link.config import Address, Tls, WorkServerConfig, render_work
from veedor.link.connection import LinkConnection
from veedor.link.keys import public_of, seed_file
from veedor.link.pipe import Pipe
from veedor.link.server import NatsServer, free_port
from veedor.model.observation import Observation
from veedor.site.analysis.crew import Crew
from veedor.site.analysis.errors import WorkerModelOther, WorkerVersionOther
from veedor.site.analysis.feed import Recent, WorkerFeed
from veedor.site.analysis.protocol import PipeChannel
from veedor.site.analysis.roster import KnownWorker, WorkerRoster
from veedor.site.detect.opened import CameraModels
from veedor.wire import work
from veedor.wire.errors import BadMessage
from veedor.wire.work import Enrol, Hello

log = logging.getLogger(__name__)

FOLLOW_EVERY_S = 1.0
MAX_RESULT_OCTETS = 10 << 20  # a picture of an alert, and its header
MAX_WAITING = 256  # greetings that nobody has answered yet

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where one listens, and how one reaches oneself there


@dataclass(frozen=True, slots=True)
class RemoteConfig:
    """`listen`: where workers connect; port 0 takes any. `public_host`: the name or address that they dial.

    `model`: the site's detector by name, `model_hashes`: each SHA-256 that its file may have. `data`: the server's own
    folder.
    """

    roster: WorkerRoster
    data: Path
    listen: Address
    public_host: str
    site_name: str
    model: str
    model_hashes: frozenset[str]


class RemoteFeed(WorkerFeed):
    """A worker on another machine, from its greeting to the end of its pipe."""

    def __init__(
        self,
        worker: KnownWorker,
        seat: str,
        hello: Hello,
        pipe: Pipe,
        clock: Clock,
        on_observation: Callable[[Observation], None],
        recent: Recent | None,
    ) -> None:
        name = worker.name if seat == "0" else f"{worker.name}/{int(seat) + 1}"
        super().__init__(name, clock, on_observation, recent, capacity=hello.threads)
        self.worker_id = worker.id
        self.seat = seat
        self._hello = hello
        self._pipe = pipe

    def can_run(self, models: CameraModels) -> bool:
        return {one.sha256 for one in models.files} <= self._hello.own_sha256

    @property
    def session(self) -> str:
        return self._hello.session

    @property
    def ended(self) -> bool:
        return self._pipe.closed

    def stop(self) -> None:
        self._pipe.close()

    def status(self) -> dict[str, Any]:
        sent, heard = self._pipe.octets
        told = {"host": self._hello.host, "remote": True, "cores": self._hello.cores, "restarts": 0}
        return {**super().status(), **told, "sent_octets": sent, "heard_octets": heard}


class RemoteWorkers:
    """`start` after the crew is there. Feeds come into the crew and leave it by themselves."""

    def __init__(
        self,
        config: RemoteConfig,
        crew: Crew,
        clock: Clock,
        on_observation: Callable[[Observation], None],
        recent: Recent | None = None,
    ) -> None:
        self._config = config
        self._crew = crew
        self._clock = clock
        self._on_observation = on_observation
        self._recent = recent
        self._lock = threading.Lock()
        self._feeds: dict[tuple[str, str], RemoteFeed] = {}  # by worker and seat
        self._known: dict[str, KnownWorker] = {}
        self._waiting: queue.Queue[tuple[str, bytes] | None] = queue.Queue(MAX_WAITING)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow, name="workers-follow", daemon=True),
            threading.Thread(target=self._greet, name="workers-greet", daemon=True),
        ]
        host = config.listen.host
        self._own = Address(_ANYWHERE.get(host, host), config.listen.port or free_port(_ANYWHERE.get(host, host)))
        self._text = ""
        self._server: NatsServer | None = None
        self._connection: LinkConnection | None = None

    @property
    def url(self) -> str:
        """What workers dial."""
        return f"tls://{Address(self._config.public_host, self._own.port)}"

    # -- life

    def start(self) -> None:
        """Raises what NatsServer does, KeyUnusable, the StoreError tree."""
        roster, config = self._config.roster, self._config
        seed = seed_file(roster.site_seed)
        authority = open_authority(roster.folder, f"Veedor {config.site_name}", self._clock.now())
        names = dict.fromkeys([config.public_host, config.listen.host, self._own.host, "localhost"])
        hosts = [name for name in names if name not in _ANYWHERE]
        self._tls = Tls(*server_certificate(authority, hosts, roster.folder / "server", self._clock.now()))
        self._text = self._render(public_of(seed))
        self._server = NatsServer("workers", config.data, self._text, self._own, self._clock)
        self._server.start()
        url = f"tls://{self._own}"
        self._connection = LinkConnection(url, seed, "site", self._clock, ca=authority.certificate)
        self._connection.start()
        self._connection.wait_connected(10.0)
        self._connection.run(self._subscribe(self._connection), 10.0)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        with self._lock:
            feeds = list(self._feeds.values())
        for feed in feeds:
            feed.stop()
        if self._threads[0].is_alive():
            self._waiting.put(None)
            for thread in self._threads:
                thread.join(10.0)
        if self._connection is not None:
            self._connection.stop()
        if self._server is not None:
            self._server.stop()

    def _render(self, site_nkey: str) -> str:
        self._known = self._config.roster.known()
        invited = self._config.roster.invited(self._clock.now())
        return render_work(
            WorkServerConfig(
                name="workers",
                listen=Address(self._config.listen.host, self._own.port),
                tls=self._tls,
                site_nkey=site_nkey,
                workers={one.id: one.nkey for one in self._known.values()},
                invited={one.id: one.nkey for one in invited.values()},
            )
        )

    # -- who may connect

    def _follow(self) -> None:
        while not self._clock.wait(self._stop, FOLLOW_EVERY_S):
            try:
                self.follow_roster()
            except VeedorError as problem:
                log.error("workers: %s", problem)

    def follow_roster(self) -> None:
        """Let in who was invited, and put out who was revoked. Raises StoreCorrupt, ServerConfigRefused."""
        with self._lock:
            assert self._server is not None  # noqa: S101 - started
            text = self._render(public_of(seed_file(self._config.roster.site_seed)))
            if text != self._text:
                self._server.reload(text)
                self._text = text
            gone = [feed for feed in self._feeds.values() if feed.worker_id not in self._known]
        for feed in gone:
            log.warning("worker %s was revoked", feed.name)
            feed.stop()

    # -- greetings

    async def _subscribe(self, connection: LinkConnection) -> None:
        await connection.subscribe(work.ALL_HELLOS, self._on_greeting)
        await connection.subscribe(work.ALL_ENROLS, self._on_greeting)

    async def _on_greeting(self, message: Msg) -> None:
        """Answered in a thread of its own. Whoever is not answered, since too many came, asks again."""
        try:
            self._waiting.put_nowait((message.subject, message.data))
        except queue.Full:
            log.warning("too many workers call at once")

    def _greet(self) -> None:
        while (item := self._waiting.get()) is not None:
            subject, data = item
            parts = subject.split(".")
            try:
                if parts[0] == "hello" and len(parts) == 3:
                    self._on_hello(parts[1], parts[2], data)
                elif parts[0] == "enrol" and len(parts) == 2:
                    self._on_enrol(parts[1], data)
            except VeedorError as problem:
                log.warning("worker %s: %s", parts[1], problem)
            except Exception:  # one worker's greeting must not end the others'
                log.exception("the greeting of worker %s", parts[1])

    def _answer(self, subject: str, value: dict[str, str] | VeedorError) -> None:
        assert self._connection is not None  # noqa: S101 - started
        self._connection.run(self._connection.publish(subject, work.answer_to_bytes(value)), 5.0)

    def _on_enrol(self, worker_id: str, data: bytes) -> None:
        subject = work.enrolled(worker_id)
        try:
            asked = Enrol.from_bytes(data)
            known = self._config.roster.enrol(worker_id, asked.nkey, asked.host, self._clock.now())
            self.follow_roster()
        except VeedorError as problem:
            self._answer(subject, problem)
            return
        self._answer(subject, {"name": known.name, "site": self._config.site_name, "model": self._config.model})
        log.warning("worker %s was enrolled, from %s", known.name, known.host)

    def _on_hello(self, worker_id: str, seat: str, data: bytes) -> None:
        worker = self._known.get(worker_id)
        if worker is None:
            return  # revoked: the server puts it out
        hello = Hello.from_bytes(data)
        subject = work.answer(worker_id, hello.session)
        try:
            self._check(hello, seat)
            feed = self._open(worker, seat, hello)
        except VeedorError as problem:
            log.warning("worker %s is refused: %s", worker.name, problem)
            self._answer(subject, problem)
            return
        self._config.roster.uninvite(worker_id)  # its own key has spoken: it did hear that it was enrolled
        self._answer(subject, {"name": feed.name, "site": self._config.site_name})

    def _check(self, hello: Hello, seat: str) -> None:
        """Raises WorkerVersionOther, WorkerModelOther, BadMessage."""
        if not (seat.isdigit() and int(seat) < work.MAX_SEATS):
            raise BadMessage(problem=f"seat {seat}", detail="wire-unreadable")
        if hello.protocol != work.PROTOCOL or hello.version != __version__:
            raise WorkerVersionOther(site=__version__, worker=hello.version)
        if hello.model_sha256 not in self._config.model_hashes:
            expected = ", ".join(sorted(self._config.model_hashes))
            raise WorkerModelOther(model=self._config.model, expected=expected, found=hello.model_sha256)

    def _open(self, worker: KnownWorker, seat: str, hello: Hello) -> RemoteFeed:
        """A feed for that seat, in place of the one before. Raises LinkDown."""
        assert self._connection is not None  # noqa: S101 - started
        with self._lock:
            before = self._feeds.get((worker.id, seat))
        if before is not None and before.session == hello.session and not before.ended:
            return before  # the answer was lost
        if before is not None:
            before.stop()
            self._crew.remove(before)
        pipe = Pipe(
            self._connection,
            hears=work.result(worker.id, hello.session),
            says=work.work(worker.id, hello.session),
            max_message=MAX_RESULT_OCTETS,
        )
        pipe.start()
        feed = RemoteFeed(worker, seat, hello, pipe, self._clock, self._on_observation, self._recent)
        with self._lock:
            self._feeds[worker.id, seat] = feed
        threading.Thread(target=self._serve, args=(feed, pipe), name=f"analysis-{feed.name}", daemon=True).start()
        self._crew.add(feed)
        return feed

    def _serve(self, feed: RemoteFeed, pipe: Pipe) -> None:
        try:
            feed.serve(PipeChannel(pipe))
        except OSError as problem:
            log.error("worker %s: %s", feed.name, problem)
        finally:
            pipe.close()
            log.warning("worker %s has gone: %s", feed.name, pipe.reason)
            with self._lock:
                if self._feeds.get((feed.worker_id, feed.seat)) is feed:
                    del self._feeds[feed.worker_id, feed.seat]
            if not self._stop.is_set():
                self._crew.remove(feed)

    # -- health

    def problems(self) -> list[Message]:
        """Workers that are known and not connected."""
        with self._lock:
            there = {worker_id for worker_id, _seat in self._feeds}
        absent = sorted(one.name for one in list(self._known.values()) if one.id not in there)
        return [Message("problem-remote-worker", {"worker": name}) for name in absent]

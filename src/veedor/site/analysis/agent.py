"""`veedor worker`: analysis for a site, on another machine.

The analysis itself is the very process that a site starts on its own machine (`worker.py`); this one starts it, keeps
the connection, and passes on what each has to say. So what parses hostile video has no key and no network of its own.
A process serves one session: when the link ends, it is ended with what it knows, and the next session has a fresh one.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from veedor import __version__
from veedor.kit.clock import Clock
from veedor.kit.errors import Unavailable, UserError, VeedorError
from veedor.kit.hashing import sha256_file
from veedor.link.connection import LinkConnection
from veedor.link.pipe import Pipe
from veedor.site.analysis.asking import ANSWER_S, ask
from veedor.site.analysis.enrolment import WorkerHome
from veedor.site.analysis.errors import SiteSilent
from veedor.site.analysis.process import SILENCE_S, WorkerConfig, end_process, start_process
from veedor.site.analysis.protocol import Channel, PipeChannel
from veedor.site.detect.named import hashes_in
from veedor.wire import work
from veedor.wire.errors import LinkDown
from veedor.wire.work import Hello

log = logging.getLogger(__name__)

RETRY_S = (0.2, 5.0)
ROUND_S = 0.5

Tell = Callable[[str, VeedorError | None], None]
"""(name of the seat, None: it works now; else why it does not)"""


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """`worker`: of each analysis process. `processes`: how many, each with its own cameras."""

    worker: WorkerConfig
    processes: int = 1


class Agent:
    """The worker of one site on this machine."""

    def __init__(self, home: WorkerHome, config: AgentConfig, clock: Clock, tell: Tell) -> None:
        self._config = config
        self._connection = LinkConnection(home.url, home.seed(), home.worker_id, clock, ca=home.ca)
        sha256 = sha256_file(config.worker.model)
        self._seats = [
            _Seat(number, home, self._connection, config.worker, sha256, tell) for number in range(config.processes)
        ]

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises what the site refuses this worker for: waiting would not mend that."""
        self._connection.start()
        threads = [threading.Thread(target=seat.run, args=(stop,), name=f"seat-{seat.number}") for seat in self._seats]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():  # in rounds, between which the main thread hears signals that others took
                    thread.join(ROUND_S)
        finally:
            stop.set()
            for seat in self._seats:
                seat.close()
            for thread in threads:
                thread.join()
            self._connection.stop()
        for seat in self._seats:
            if seat.refused is not None:
                raise seat.refused


class _Seat:
    """One analysis process, session after session."""

    def __init__(
        self, number: int, home: WorkerHome, connection: LinkConnection, config: WorkerConfig, sha256: str, tell: Tell
    ) -> None:
        self.number = number
        self.refused: UserError | None = None
        self._home = home
        self._connection = connection
        self._clock = connection.clock
        self._config = config
        self._sha256 = sha256
        self._tell = tell
        self._pipe: Pipe | None = None

    def close(self) -> None:
        pipe = self._pipe
        if pipe is not None:
            pipe.close()

    def run(self, stop: threading.Event) -> None:
        """One session after another, with a pause that grows while there is none."""
        pause_s = RETRY_S[0]
        while not stop.is_set():
            began_s = self._clock.monotonic()
            try:
                self.run_once(stop)
            except UserError as problem:
                self.refused = problem
                stop.set()
                return
            except (Unavailable, OSError) as problem:
                self._tell(str(self.number), self._silent(problem))
            pause_s = RETRY_S[0] if self._clock.monotonic() - began_s > 30 else min(pause_s * 2, RETRY_S[1])
            if self._clock.wait(stop, pause_s):
                return

    def run_once(self, stop: threading.Event) -> None:
        """One session, from its greeting to its end. Raises what the site answers, LinkDown, SiteSilent, OSError."""
        self._connection.wait_connected(ANSWER_S)
        process, channel = start_process(self._config)
        try:
            ready = channel.receive()
            if ready is None or ready[0].get("type") != "ready":
                raise OSError(f"the analysis process ended with code {process.poll()}")
            pipe = self._open()
            try:
                self._pipe = pipe
                if stop.is_set():
                    return
                remote = PipeChannel(pipe)
                remote.send(*ready)
                self._tell(str(self.number), None)
                self._pass_on(remote, channel)
            finally:
                pipe.close()
                self._pipe = None
            raise LinkDown(problem=pipe.reason)
        finally:
            end_process(process, channel)

    def _silent(self, problem: Unavailable | OSError) -> SiteSilent:
        said = problem.params if isinstance(problem, Unavailable) else {"problem": str(problem)}
        if "Authorization" in str(said.get("problem")):  # the server tells it in words alone
            said = {**said, "detail": "analysis-token-not-known"}
        return SiteSilent(**{**said, "url": self._home.url})

    def _open(self) -> Pipe:
        """Greet the site; the pipe of the session that comes of it."""
        worker_id, seat, session = self._home.worker_id, str(self.number), work.new_session()
        pipe = Pipe(self._connection, hears=work.work(worker_id, session), says=work.result(worker_id, session))
        pipe.start()
        hello = Hello(
            session,
            work.PROTOCOL,
            __version__,
            socket.gethostname()[:64] or "?",
            os.cpu_count() or 1,
            self._config.threads,
            self._sha256,
            frozenset(hashes_in(self._config.own).values()) if self._config.own is not None else frozenset(),
        )
        try:
            ask(self._connection, work.hello(worker_id, seat), work.answer(worker_id, session), hello.to_bytes())
        except VeedorError:
            pipe.close()
            raise
        return pipe

    def _pass_on(self, remote: Channel, local: Channel) -> None:
        """What comes from the site to the process in a thread, the other way here, until either ends."""
        heard = threading.Event()
        threads = [
            threading.Thread(target=_copy, args=(remote, local, None), name=f"work-{self.number}"),
            threading.Thread(target=self._watch, args=(heard, local), name=f"watch-{self.number}"),
        ]
        for thread in threads:
            thread.start()
        _copy(local, remote, heard)
        for thread in threads:
            thread.join()

    def _watch(self, heard: threading.Event, local: Channel) -> None:
        """A process that says nothing for long is stuck: it beats every second."""
        ended = self._pipe
        while ended is not None and not ended.closed:
            if not self._clock.wait(heard, SILENCE_S):
                log.error("the analysis process has been silent for %.0f s", SILENCE_S)
                local.close()
                return
            heard.clear()
            self._clock.wait(threading.Event(), 0.5)


def _copy(source: Channel, target: Channel, heard: threading.Event | None) -> None:
    """Until one of them ends; then both are closed."""
    try:
        while (message := source.receive()) is not None:
            if heard is not None:
                heard.set()
            target.send(*message)
    except (OSError, ValueError) as problem:
        log.info("a session ends: %s", problem)
    finally:
        source.close()
        target.close()
        if heard is not None:
            heard.set()

"""nats-server as a child: configured, started, watched, started again when it dies, ended with its parent."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.files import replaced_file
from veedor.kit.messages import Message
from veedor.kit.sqlite import store_errors
from veedor.link.config import Address
from veedor.link.errors import ServerConfigRefused, ServerDied, ServerMissing, ServerPortTaken

log = logging.getLogger(__name__)

READY_S = 20.0
STOP_S = 5.0
LINGER_S = 2.0
HANG_S = 4.0  # after a dead link was given up, the next attempt comes within two seconds and leaves a line
RESTART_S = (0.2, 10.0)  # first and longest pause before a restart
TAIL_OCTETS = 64 << 10

# Asks the kernel to end it with the thread that started it, and becomes nats-server. A program of its own instead of a
# hook between fork and exec, which may not be used in a process with threads.
_LAUNCH = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); "
    "os.getppid() == int(sys.argv[1]) or sys.exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody has now: peers must find a server at the same port after it was started again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class LeafState:
    """What a site's server last said of its link. `problem`: why there is none, where it said so."""

    connected: bool
    problem: Message | None = None


class NatsServer:
    """`config`: the text of its file; `clients`: the address in it at which it is ready when it answers there. `dials`:
    it has a link to a hub, and is started again where it hangs on the dead one instead of dialling."""

    def __init__(
        self, name: str, folder: Path, config: str, clients: Address, clock: Clock, *, dials: bool = False
    ) -> None:
        self.name = name
        self.address = clients
        self._folder = folder
        self._text = config
        self._clock = clock
        self._file = folder / "nats.conf"
        self.log_file = folder / "nats.log"
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self.restarts = -1
        self._dials = dials
        self._log_octets = 0
        self._quiet_from_s = 0.0
        self._is_judged = False

    @property
    def url(self) -> str:
        return f"nats://{self.address}"

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    # -- life

    def start(self) -> None:
        """Returns when it answers. Raises ServerMissing, ServerConfigRefused, ServerPortTaken, ServerDied."""
        self._write(self._text)
        self._refuse_taken_port()
        self._stop.clear()
        self._thread = threading.Thread(target=self.run, name=f"nats-{self.name}", daemon=True)
        self._thread.start()
        if not self._ready.wait(READY_S) or self._stop.is_set():
            self.stop()
            raise self._death()

    def stop(self) -> None:
        """Returns when it has gone."""
        self._stop.set()
        self._end()
        if self._thread is not None:
            self._thread.join(STOP_S * 2)
            self._thread = None
        self._ready.clear()

    def reload(self, config: str) -> None:
        """Take new accounts, sites and certificates; everybody stays connected, sites that were taken out too:
        those need `restart`. Raises ServerConfigRefused."""
        self._write(config)
        self._text = config
        process = self._process
        if process is not None:
            process.send_signal(signal.SIGHUP)

    def restart(self, config: str) -> None:
        """End it and start it with another configuration: all are back in a second or two, but who was taken out."""
        self.stop()
        self._text = config
        self.start()

    def renew(self) -> None:
        """End it; it is started again in less than a second, with the same configuration. From any thread."""
        self._end()

    def run(self) -> None:
        """Keeps it running, with a pause that grows while it keeps dying. Gives up where the first was never ready."""
        pause_s = RESTART_S[0]
        while not self._stop.is_set():
            started_s = self._clock.monotonic()
            try:
                was_ready = self.run_once()
            except OSError as problem:
                log.error("server %s: %s", self.name, problem)
                was_ready = False
            if self._stop.is_set():
                return
            if not was_ready and self.restarts == 0:
                self._stop.set()
                self._ready.set()
                return
            log.error("server %s ended: starting it again (its log: %s)", self.name, self.log_file)
            pause_s = RESTART_S[0] if self._clock.monotonic() - started_s > 60 else min(pause_s * 2, RESTART_S[1])
            if self._clock.wait(self._stop, pause_s):
                return

    def run_once(self) -> bool:
        """Starts it and returns when it has ended: whether it was ready before."""
        binary = _binary()
        arguments = [str(os.getpid()), binary, "-c", str(self._file), "-l", str(self.log_file)]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCH, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,  # Ctrl+C in a terminal is for the parent, which ends it itself
        )
        self.restarts += 1
        process = self._process
        if self._stop.is_set():  # told to stop while it was being started
            self._end()
        was_ready = False
        while process.poll() is None:
            if not was_ready and _answers(self.address):
                was_ready = True
                self._ready.set()
            if was_ready and self._dials and self._hangs():
                log.warning("server %s hangs on a dead link: it is started again", self.name)
                self._end()
            try:
                process.wait(1.0 if was_ready else 0.02)
            except subprocess.TimeoutExpired:
                continue
        return was_ready

    def _end(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    # -- its files

    def _write(self, config: str) -> None:
        with store_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replaced_file(self._file) as partial, store_errors(self._file):
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(config)
            checked = subprocess.run(
                [_binary(), "-t", "-c", str(partial)], capture_output=True, text=True, check=False, timeout=READY_S
            )
            if checked.returncode != 0:
                said = (checked.stderr + checked.stdout).strip().replace(f"{partial}:", "line ")
                raise ServerConfigRefused(file=str(self._file), problem=said.removeprefix("nats-server: "))

    def _refuse_taken_port(self) -> None:
        """The server of a parent that was killed a moment ago may still be ending."""
        deadline_s = self._clock.monotonic() + LINGER_S
        while _answers(self.address):
            if self._clock.monotonic() > deadline_s:
                raise ServerPortTaken(address=str(self.address))
            self._clock.wait(threading.Event(), 0.05)

    def _death(self) -> ServerPortTaken | ServerDied:
        tail = self._tail()
        taken = re.findall(r"listen tcp \S*?([\d.\[\]:a-f]+:\d+): bind: address already in use", tail)
        if taken:
            return ServerPortTaken(address=taken[-1])
        fatal = re.findall(r"\[(?:FTL|ERR)\] (.*)", tail)
        return ServerDied(name=self.name, file=str(self.log_file), problem=fatal[-1] if fatal else "")

    def _tail(self) -> str:
        try:
            with self.log_file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_OCTETS))
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def _hangs(self) -> bool:
        """Whether it gave a dead link up and does not dial. It closes one only once what it was writing there has
        failed: up to `write_deadline`, or until TCP tries again, also where the link has long returned. Looked at
        once each time that its log has become quiet."""
        now_s = self._clock.monotonic()
        try:
            octets = self.log_file.stat().st_size
        except OSError:
            return False
        if octets != self._log_octets:
            self._log_octets, self._quiet_from_s, self._is_judged = octets, now_s, False
        if self._is_judged or now_s - self._quiet_from_s < HANG_S:
            return False
        self._is_judged = True
        of_leaf = [line for line in self._tail().splitlines() if "lid:" in line or "leafnode" in line]
        return bool(of_leaf) and "Leafnode connection closed: Stale Connection" in of_leaf[-1]

    def leaf_state(self) -> LeafState:
        """How a site's link to its hub is, from the server's own log: nothing else tells why it is refused."""
        state = LeafState(False)
        for line in self._tail().splitlines():
            if "JetStream using domains" in line:  # it is said once both have agreed; "created" only means a socket
                state = LeafState(True)
            elif "Leafnode connection closed" in line:
                state = LeafState(False, state.problem if not state.connected else None)
            for words, key in _REFUSALS:
                if words in line:
                    said = _STAMP.sub("", line)  # the same words at each attempt
                    state = LeafState(False, Message(key, {"said": said}))
                    break
        return state


_STAMP = re.compile(r"^.*?\[[A-Z]{3}\] (?:\S+ - lid:\d+ - )?")
_REFUSALS = (  # the server tells them in words alone
    ("Authorization Violation", "link-refused-key"),
    ("x509: certificate signed by unknown authority", "link-refused-ca"),
    ("x509: certificate is valid for", "link-refused-name"),
    ("x509: certificate is not valid for", "link-refused-name"),
    ("x509: cannot validate certificate", "link-refused-name"),
    ("certificate has expired or is not yet valid", "link-refused-time"),
    ("tls: ", "link-refused-tls"),
    ("Error trying to connect as leafnode to remote server", "link-unreachable"),
    ("Loop detected", "link-refused-twice"),
    ("Duplicate Remote", "link-refused-twice"),
)


def _binary() -> str:
    """Beside this Python, where pip puts it, or on the path."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerMissing
    return found


def _answers(address: Address) -> bool:
    try:
        with socket.create_connection((address.host, address.port), timeout=1.0):
            return True
    except OSError:
        return False

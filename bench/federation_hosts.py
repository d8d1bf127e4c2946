"""Processes of a measurement, and what each of them takes: a `Host` holds something, and does there what it is told."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from veedor.kit.garbage import settle

ANSWER_S = 300.0  # the longest thing that a host does


class Late(Exception):
    """Something did not come about in time."""


def patience() -> float:
    """By how much all limits of waiting are longer: for a machine that has other things to do."""
    return float(os.environ.get("PATIENCE", "1"))


def until(is_so: Callable[[], Any], what: str, limit_s: float, every_s: float = 0.1) -> float:
    """Seconds until it was so. Raises Late."""
    began_s, limit_s = time.monotonic(), limit_s * patience()
    while not is_so():
        if time.monotonic() - began_s > limit_s:
            raise Late(f"{what}: not within {limit_s:g} s")
        time.sleep(every_s)
    return time.monotonic() - began_s


def say(text: str) -> None:
    print(f"   {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Host:
    """A process that holds what `make` makes; `do` runs a function there, on it first, and gives its answer."""

    def __init__(self, name: str, make: Callable[..., Any], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, make, arguments), name=name)
        self._process.start()
        far.close()
        self.name = name
        self._asked = 0
        self._answer()

    @property
    def pid(self) -> int:
        return int(self._process.pid or 0)

    def do(self, what: Callable[..., Any], *arguments: Any) -> Any:
        self.tell(what, *arguments)
        return self._answer()

    def tell(self, what: Callable[..., Any], *arguments: Any) -> None:
        """`do` without waiting: `answer` follows."""
        self._asked += 1
        self._pipe.send((self._asked, what, arguments))

    def answer(self) -> Any:
        return self._answer()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._pipe.close()
        self._process.join(60)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _answer(self) -> Any:
        number = -1
        while number != self._asked:  # an answer that came too late for whoever asked is nobody's
            if not self._pipe.poll(ANSWER_S * patience()):
                raise Late(f"{self.name} has not answered in {ANSWER_S * patience():g} s")
            try:
                number, well, answer = self._pipe.recv()
            except EOFError as problem:
                raise RuntimeError(f"{self.name} has ended; what it said stands above") from problem
        if not well:
            raise RuntimeError(f"in {self.name}: {answer}")
        return answer


def _serve(pipe: Connection, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to all: who started us ends us, in order
    with ExitStack() as stack:
        try:
            made = stack.enter_context(make(*arguments))
        except Exception as problem:
            pipe.send((0, False, repr(problem)))
            raise
        settle()
        pipe.send((0, True, None))
        while True:
            try:
                number, what, told = pipe.recv()
            except (EOFError, OSError):
                return
            try:
                pipe.send((number, True, what(made, *told)))
            except (EOFError, OSError):
                return
            except Exception as problem:
                pipe.send((number, False, repr(problem)))


# -- what processes take


@dataclass(frozen=True, slots=True)
class Use:
    """`rss` in bytes (of PostgreSQL: its share of what it shares), `cpu_s` so far."""

    rss: int
    cpu_s: float
    processes: int


def children(pid: int) -> dict[str, list[int]]:
    """All below a process, by the name of their program."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                parents.setdefault(int(fields[1]), []).append(int(entry))
    found: dict[str, list[int]] = {}
    ask = [pid]
    while ask:
        for child in parents.get(ask.pop(), []):
            with contextlib.suppress(OSError):
                found.setdefault(Path(f"/proc/{child}/comm").read_text().strip(), []).append(child)
            ask.append(child)
    return found


def use_of(pids: list[int]) -> Use:
    rss, cpu = 0, 0.0
    for pid in pids:
        with contextlib.suppress(OSError, IndexError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            # With that of children which have ended: PostgreSQL has one for each connection.
            cpu += sum(int(one) for one in fields[11:15]) / os.sysconf("SC_CLK_TCK")
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    rss += int(line.split()[1]) * 1024
    return Use(rss, cpu, len(pids))

"""Running until somebody says stop: SIGTERM (a service manager) or SIGINT (Ctrl+C)."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from veedor.compose.config import SiteFile
from veedor.compose.ports import problems
from veedor.compose.single import running
from veedor.kit.clock import Clock, SystemClock
from veedor.kit.garbage import settle
from veedor.kit.messages import Message

Started = Callable[[str, str, str | None], None]
TellProblem = Callable[[Message, bool], None]
"""(the problem, whether it is over)"""

LASTING_S = 5.0
ROUND_S = 0.5
_CHANGING = frozenset({"problem", "days", "seconds", "said"})  # figures and reasons that change while a problem lasts


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set. Call it from the main thread."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        # The interpreter calls this wherever the main thread is, so also where that holds the event's own lock,
        # about to wait for it: to set it from here would wait for that lock for ever.
        _thread.start_new_thread(stop.set, ())

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


def wait_for_stop(stop: threading.Event, clock: Clock, seconds: float | None = None) -> bool:
    """Wait in the main thread until `stop` is set, or so many seconds; return whether it is set.

    In short rounds: a signal that comes between the interpreter's last look for one and the wait itself, or that the
    system gave to another thread, does not end the wait; its handler is called after it.
    """
    until_s = None if seconds is None else clock.monotonic() + seconds
    while not stop.is_set():
        left_s = ROUND_S if until_s is None else min(ROUND_S, until_s - clock.monotonic())
        if left_s <= 0:
            return False
        clock.wait(stop, left_s)
    return True


@contextmanager
def interruptible() -> Iterator[None]:
    """While something is prepared: SIGTERM and SIGINT raise KeyboardInterrupt, and what was opened is closed again.

    The interpreter raises it wherever the main thread is, and some libraries, and its own collector, swallow what is
    raised inside their callbacks. A signal is not lost for that: it is raised again at the end of the preparation.
    """
    asked: list[int] = []  # not an event: it has a lock, which an interrupt may find taken

    def interrupt(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    def unraisable(told: sys.UnraisableHookArgs, /) -> None:
        if not asked or told.exc_type is not KeyboardInterrupt:  # of ours, the end below tells
            tell(told)

    tell, sys.unraisablehook = sys.unraisablehook, unraisable
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        try:
            yield
        except Exception:  # it may be what a library made of it
            if asked:
                raise KeyboardInterrupt from None
            raise
        if asked:
            raise KeyboardInterrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = tell


class ProblemWatch:
    """Tells each problem of a site once it has lasted a while, and once more when it is over."""

    def __init__(self, clock: Clock, tell: TellProblem) -> None:
        self._clock = clock
        self._tell = tell
        self._since: dict[Hashable, tuple[float, Message]] = {}
        self._told: set[Hashable] = set()

    def see(self, found: Iterable[Message]) -> None:
        """`found`: all there are now."""
        now_s = self._clock.monotonic()
        there = {_same(one): one for one in found}
        for key in [key for key in self._since if key not in there]:
            _, problem = self._since.pop(key)
            if key in self._told:
                self._told.remove(key)
                self._tell(problem, True)
        for key, problem in there.items():
            since_s, _ = self._since.get(key, (now_s, problem))
            self._since[key] = since_s, problem
            if key not in self._told and now_s - since_s >= LASTING_S:
                self._told.add(key)
                self._tell(problem, False)


def _same(problem: Message) -> Hashable:
    """What makes two messages the same problem: not the figures and reasons that change while it lasts."""
    fixed = {name: value for name, value in problem.params.items() if name not in _CHANGING}
    return problem.key, tuple(sorted((name, str(value)) for name, value in fixed.items()))


def run_until_stopped(config: SiteFile, lang: str, started: Started, tell: TellProblem) -> None:
    """Serve the site of `config`. `started` is told the address and, the first time, the login; `tell` each problem."""
    stop = stop_on_signals()
    clock = SystemClock()
    with running(config, clock) as service:
        started(service.url, service.administrator, service.first_password)
        settle()
        watch = ProblemWatch(clock, tell)
        while not stop.wait(ROUND_S):
            found = problems(service.site, lang)
            if service.member is not None and (away := service.member.problem()) is not None:
                found.append(away)
            if service.member is not None and (doubled := service.member.doubled()) is not None:
                found.append(doubled)
            watch.see(found)

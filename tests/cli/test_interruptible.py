"""Signals: never lost, whoever swallows what they raise, and whatever the main thread holds."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable

import pytest

from veedor.compose.service import interruptible, stop_on_signals, wait_for_stop
from veedor.kit.clock import SystemClock


def send(number: int) -> None:
    os.kill(os.getpid(), number)


def prepare(*steps: Callable[[], object]) -> int:
    """How many steps were reached when the interrupt came. Fails where none came."""
    done = 0
    try:
        with interruptible():
            for step in steps:
                done += 1
                step()
    except KeyboardInterrupt:
        return done
    pytest.fail("no interrupt")


def swallowed(number: int) -> None:
    with contextlib.suppress(BaseException):
        send(number)


def in_a_callback() -> None:
    with sqlite3.connect(":memory:") as database:
        database.create_function("stop", 0, lambda: send(signal.SIGINT))
        database.execute("SELECT stop()").fetchall()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_interrupts_at_once(number: int) -> None:
    assert prepare(lambda: send(number), object) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_swallowed_is_raised_at_the_end(number: int) -> None:
    assert prepare(lambda: swallowed(number), object) == 2


def test_what_a_library_makes_of_it_is_an_interrupt() -> None:
    assert prepare(in_a_callback, object) == 1


def test_other_errors_stay_what_they_are_and_the_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ValueError, match="own"), interruptible():
        raise ValueError("own")
    with interruptible():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def collected(number: int) -> None:
    """As a library's weak reference does whose end the signal meets: what is raised there is only told."""

    class Held:
        pass

    held = Held()
    reference = weakref.ref(held, lambda _: send(number))
    del held
    assert reference() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_the_collector_swallows_is_raised_at_the_end_without_a_word(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = sys.unraisablehook
    assert prepare(lambda: collected(number), object) == 2
    assert capsys.readouterr().err == ""
    assert sys.unraisablehook is hook


WAITING = """
import os, signal, sys, threading
from veedor.compose.service import stop_on_signals

stop = stop_on_signals()

def about_to_wait(frame, what, _argument):
    if what == "call" and frame.f_code is threading.Condition.wait.__code__:  # the event's lock is held here
        sys.settrace(None)
        os.kill(os.getpid(), signal.{name})

sys.settrace(about_to_wait)
print(stop.wait(20))
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_one_that_comes_as_the_wait_begins_ends_it(name: str) -> None:
    command = [sys.executable, "-c", WAITING.format(name=name)]
    assert subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout == "True\n"


class Waits(SystemClock):
    def __init__(self) -> None:
        self.began = threading.Event()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        self.began.set()
        return super().wait(event, timeout_s)


def test_one_that_another_thread_takes_ends_the_wait() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    clock = Waits()

    def take() -> None:
        clock.began.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    other = threading.Thread(target=take)
    try:
        stop = stop_on_signals()
        other.start()
        assert wait_for_stop(stop, clock)
        assert not wait_for_stop(threading.Event(), clock, 0.1)
    finally:
        other.join()
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)

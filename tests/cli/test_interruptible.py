"""Signals: never lost, whoever swallows what they raise, and whatever the main thread holds."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable

import pytest

from veedor.compose.service import interruptible


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

"""A signal while something is prepared: never lost, whoever swallows what it raises."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3

import pytest

from veedor.compose.service import interruptible


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_interrupts_at_once(number: int) -> None:
    went_on = False
    with pytest.raises(KeyboardInterrupt), interruptible():
        send(number)
        went_on = True
    assert not went_on


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_swallowed_is_raised_at_the_end(number: int) -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), interruptible():
        with contextlib.suppress(BaseException):
            send(number)
        reached.append(True)
    assert reached


def test_what_a_library_makes_of_it_is_an_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible(), sqlite3.connect(":memory:") as database:
        database.create_function("stop", 0, lambda: send(signal.SIGINT))
        database.execute("SELECT stop()").fetchall()


def test_other_errors_stay_what_they_are_and_the_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ValueError, match="own"), interruptible():
        raise ValueError("own")
    with interruptible():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before

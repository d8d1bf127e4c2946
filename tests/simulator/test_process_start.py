"""Ctrl+C while a process is started: it comes afterwards, not between the process and what it is to be told."""

from __future__ import annotations

import signal
import threading

import pytest

from veedor.simulator.process import RtspServerProcess, undisturbed


def test_an_interrupt_that_another_thread_takes_comes_when_all_is_done() -> None:
    begun, taken, steps = threading.Event(), threading.Event(), list[str]()

    def take() -> None:
        begun.wait(30.0)
        signal.raise_signal(signal.SIGINT)  # to this thread, which has it not blocked
        taken.set()

    other = threading.Thread(target=take)
    other.start()  # before anything is blocked, which it would inherit

    def start() -> None:
        with undisturbed():
            begun.set()
            assert taken.wait(30.0)
            steps.append("told")

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        start()
    assert steps == ["told"]
    assert signal.getsignal(signal.SIGINT) is handler
    other.join()


def test_an_owner_that_goes_before_it_is_answered_leaves_an_orderly_end() -> None:
    server = RtspServerProcess([])
    server._pipe.send(("start_for_url", ()))
    server._let_go()
    assert server._process.exitcode == 0

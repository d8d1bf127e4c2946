"""What `veedor site run` tells while it runs."""

from __future__ import annotations

import logging

from veedor.cli import logs
from veedor.compose.service import LASTING_S, ProblemWatch
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import StoreFull
from veedor.kit.messages import Message

from rendered import START  # isort: skip


def camera(problem: str, name: str = "Plaza") -> Message:
    return Message("problem-camera", {"camera": name, "problem": problem})


def test_a_problem_is_told_once_when_it_lasts_and_once_when_it_is_over() -> None:
    clock, told = SimulatedClock(START), []
    watch = ProblemWatch(clock, lambda problem, ended: told.append((problem.render("en"), ended)))
    watch.see([camera("no picture for 1 s"), camera("refused", "Park")])
    watch.see([camera("no picture for 2 s")])  # the park was only a moment away
    assert told == []
    clock.advance(LASTING_S)
    watch.see([camera("no picture for 7 s")])
    watch.see([camera("no picture for 8 s")])
    assert told == [("Plaza: no picture for 7 s", False)]
    watch.see([])
    watch.see([])
    assert told[1:] == [("Plaza: no picture for 8 s", True)]


def test_errors_in_the_log_are_in_the_users_words_and_faults_stay_whole() -> None:
    words = logs._Words()

    def told(*arguments: object, fault: BaseException | None = None) -> str:
        caught = (type(fault), fault, None) if fault else None
        return words.format(logging.LogRecord("veedor.site", 40, "f", 1, "index: %s", arguments, caught))

    full = StoreFull(path="/disk")
    assert full.render(logs.lang) in told(full)
    assert "index:" not in told(full)
    assert full.render(logs.lang) in told("x", fault=full)
    text = told("x", fault=ValueError("oops"))
    assert "veedor.site" in text
    assert "ValueError: oops" in text

"""A problem of the site is one event from its beginning to its end."""

from __future__ import annotations

from veedor.kit.clock import SimulatedClock
from veedor.kit.messages import Message
from veedor.model.event import Severity
from veedor.site.watchdog import Watchdog

FULL = Message("problem-record-disk-full", {"path": "/video"})


def test_one_event_while_it_lasts_and_a_new_one_when_it_comes_back() -> None:
    clock = SimulatedClock()
    watchdog = Watchdog("La Victoria", clock)
    assert watchdog.step([]) == []
    (began,) = watchdog.step([FULL])
    assert (began.camera_id, began.severity, began.ended_at) == ("La Victoria", Severity.CRITICAL, None)
    assert "/video" in began.explanation.render("es")
    clock.advance(60)
    assert watchdog.step([FULL, FULL]) == []
    (ended,) = watchdog.step([])
    assert (ended.id, ended.ended_at) == (began.id, clock.now())
    (again,) = watchdog.step([FULL])
    assert again.id != began.id

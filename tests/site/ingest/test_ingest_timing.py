"""Capture times on simulated clocks: hours and steps in no time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from veedor.kit.clock import SimulatedClock
from veedor.model.packet import ClockSource
from veedor.site.ingest.timing import Arrival, CaptureClock, TimingConfig

FRAME_S = 0.04


class Camera:
    """Sends a picture each 40 ms; its clock may be off and drift, the network may delay."""

    def __init__(self, *, offset_s: float = 0.0, drift: float = 0.0, reports: bool = True) -> None:
        self.clock = SimulatedClock()
        self.capture = CaptureClock(self.clock, TimingConfig())
        self.offset_s, self.drift, self.reports = offset_s, drift, reports
        self.number = 0
        self.stamps: list[tuple[float, float, ClockSource]] = []  # when taken, error, source

    def send(self, delay_s: float = 0.01) -> None:
        self.clock.advance(FRAME_S)
        self.number += 1
        taken_s = self.clock.monotonic()
        taken_at = self.clock.now()
        media_s = 100.0 + taken_s * (1 + self.drift)
        camera_s = taken_at.timestamp() + self.offset_s + taken_s * self.drift if self.reports else None
        arrival = Arrival(media_s, media_s, taken_s + delay_s, camera_s)
        self.capture.observe(arrival)
        at, source = self.capture.stamp(arrival)
        self.stamps.append((taken_s, (at - taken_at).total_seconds(), source))


def test_sender_reports_are_exact_whatever_the_network_does() -> None:
    camera = Camera(offset_s=0.3)
    for i in range(500):
        camera.send(delay_s=0.5 if i % 7 == 0 else 0.02)
    assert {source for _, _, source in camera.stamps} == {ClockSource.SENDER_REPORT}
    assert all(error_s == pytest.approx(0.3, abs=1e-4) for _, error_s, _ in camera.stamps)
    assert camera.capture.camera_offset_s == pytest.approx(0.28, abs=0.01)


def test_arrival_is_smoothed_along_pts() -> None:
    camera = Camera(reports=False)
    for i in range(500):
        camera.send(delay_s=0.02 + (0.4 if i % 5 == 0 else 0.0) * (i > 0))
    errors_s = [error_s for _, error_s, _ in camera.stamps[10:]]
    assert max(errors_s) - min(errors_s) < 0.02
    assert {source for _, _, source in camera.stamps} == {ClockSource.ARRIVAL}


@pytest.mark.parametrize("drift", [100e-6, -100e-6])
def test_a_drifting_camera_is_followed_for_a_day_by_arrival(drift: float) -> None:
    camera = Camera(reports=False, drift=drift)
    for _ in range(24 * 60):
        camera.clock.advance(60 - FRAME_S)
        camera.send()
    assert max(abs(error_s) for _, error_s, _ in camera.stamps) < 0.1


def test_a_camera_clock_that_drifts_away_is_given_up() -> None:
    camera = Camera(drift=100e-6)  # 8.6 s a day
    for _ in range(24 * 60):
        camera.clock.advance(60 - FRAME_S)
        camera.send()
    assert camera.stamps[0][2] is ClockSource.SENDER_REPORT
    assert camera.stamps[-1][2] is ClockSource.ARRIVAL
    assert camera.capture.camera_offset_s == pytest.approx(8.64, abs=0.2)
    assert abs(camera.stamps[-1][1]) < 0.2


def test_a_camera_clock_that_is_set_right_or_wrong_never_turns_time_back() -> None:
    camera = Camera(offset_s=0.0)
    for step_s in (-3600.0, 3600.0, -1.5, 1.5):
        for _ in range(50):
            camera.send()
        camera.offset_s += step_s
    for _ in range(100):
        camera.send()
    times = [taken_s + error_s for taken_s, error_s, _ in camera.stamps]
    assert times == sorted(times)
    assert all(abs(error_s) < 2.5 for _, error_s, _ in camera.stamps)


def test_our_own_step_is_seen_and_does_not_touch_the_session() -> None:
    camera = Camera(reports=False)
    for _ in range(50):
        camera.send()
    before = camera.capture.stamp(Arrival(102.1, 102.1, camera.clock.monotonic()))[0]
    camera.clock.step_wall(-3600)
    assert camera.capture.wall_step_s == pytest.approx(-3600)
    camera.clock.advance(FRAME_S)
    arrival = Arrival(102.14, 102.14, camera.clock.monotonic() + 0.01)
    camera.capture.observe(arrival)
    after = camera.capture.stamp(arrival)[0]
    assert timedelta() <= after - before < timedelta(seconds=0.2)

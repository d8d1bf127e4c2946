"""When a picture was taken: see docs/design/time.md.

All seconds here are floats; "unix" ones are counted since 1970. Arrival is measured on the monotonic clock and put on
the wall clock once per session, so a step of our wall clock cannot turn time back inside a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from veedor.kit.clock import Clock
from veedor.model.packet import ClockSource


@dataclass(frozen=True, slots=True)
class TimingConfig:
    """`trusted_offset_s`: a camera whose clock is further from ours is not believed; its pictures get our time.
    `leak_s_per_s`: how fast the smallest delay seen is forgotten; well above any quartz's drift (100 ppm).
    `step_s`: what counts as a step of a clock. `hold_s`: how long the first packets of a session wait, so that what a
    camera sends from its store at the start is known from what it sends live."""

    trusted_offset_s: float = 2.0
    leak_s_per_s: float = 0.0005
    step_s: float = 1.0
    hold_s: float = 0.4


class Arrival(NamedTuple):
    """What is known of a packet's time: stream clock, our monotonic clock, the camera's wall clock (sender reports)."""

    pts_s: float
    dts_s: float
    monotonic_s: float
    camera_unix_s: float | None = None


class CaptureClock:
    """Stamps the video packets of one session. `observe` each arrival, then `stamp` it (later, if held)."""

    def __init__(self, clock: Clock, config: TimingConfig) -> None:
        self._clock = clock
        self._config = config
        self._wall_zero_s = clock.now().timestamp() - clock.monotonic()
        self._delay_s: float | None = None  # arrival less dts: its lower envelope
        self._reorder_s = 0.0
        self._camera_offset_s: float | None = None  # camera clock less ours: the upper envelope
        self._camera_map_s: float | None = None  # camera clock less pts
        self._trusted: bool | None = None
        self._last_observed_s: float | None = None
        self._last_base_s: float | None = None

    @property
    def camera_offset_s(self) -> float | None:
        """The camera's clock less ours, where sender reports tell it. Network delay makes it a little too small."""
        return self._camera_offset_s

    @property
    def wall_step_s(self) -> float:
        """By how much our wall clock has been stepped since this session began."""
        return self._clock.now().timestamp() - self._clock.monotonic() - self._wall_zero_s

    def unix(self, monotonic_s: float) -> float:
        """A moment of the monotonic clock on this session's wall clock."""
        return monotonic_s + self._wall_zero_s

    def observe(self, arrival: Arrival) -> None:
        """Learn from a packet. Must be called once per packet, in order."""
        at_s = self.unix(arrival.monotonic_s)
        leak_s = self._config.leak_s_per_s * max(0.0, at_s - (self._last_observed_s or at_s))
        self._last_observed_s = at_s
        delay_s = at_s - arrival.dts_s
        self._delay_s = delay_s if self._delay_s is None else min(self._delay_s + leak_s, delay_s)
        self._reorder_s = max(self._reorder_s, min(1.0, arrival.pts_s - arrival.dts_s))
        if arrival.camera_unix_s is None:
            return
        offset_s = arrival.camera_unix_s - at_s
        mapped_s = arrival.camera_unix_s - arrival.pts_s
        if self._camera_map_s is not None and abs(mapped_s - self._camera_map_s) > self._config.step_s:
            self._camera_offset_s, self._trusted = None, None  # the camera's clock was set
        self._camera_map_s = mapped_s
        before_s = self._camera_offset_s
        self._camera_offset_s = offset_s if before_s is None else max(before_s - leak_s, offset_s)

    def stamp(self, arrival: Arrival) -> tuple[datetime, ClockSource]:
        """captured_at and where it comes from. Along dts it never goes back."""
        reorder_s = arrival.pts_s - arrival.dts_s
        if arrival.camera_unix_s is not None and self._believed():
            unix_s, source = arrival.camera_unix_s, ClockSource.SENDER_REPORT
        else:
            unix_s, source = arrival.pts_s + (self._delay_s or 0.0) - self._reorder_s, ClockSource.ARRIVAL
        base_s = unix_s - reorder_s
        if self._last_base_s is not None:
            base_s = max(base_s, self._last_base_s)
        self._last_base_s = base_s
        return datetime.fromtimestamp(base_s + reorder_s, UTC), source

    def _believed(self) -> bool:
        """Once a camera is found to be wrong it stays so for the session: time must not hop between two clocks."""
        if self._camera_offset_s is None:
            return False
        if self._trusted is not False:
            self._trusted = abs(self._camera_offset_s) <= self._config.trusted_offset_s
        return self._trusted


class FileCaptureClock(CaptureClock):
    """For a file played at real-time speed: our clock at its start plus PTS."""

    _start_s: float | None = None

    def observe(self, arrival: Arrival) -> None:
        if self._start_s is None:
            self._start_s = self.unix(arrival.monotonic_s) - arrival.dts_s

    def stamp(self, arrival: Arrival) -> tuple[datetime, ClockSource]:
        return datetime.fromtimestamp((self._start_s or 0.0) + arrival.pts_s, UTC), ClockSource.FILE

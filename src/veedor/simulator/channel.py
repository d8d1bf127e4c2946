"""One path of the test camera server: its place on the clip's timeline, its clients, and the pump that feeds them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.simulator.login import LoginCheck
from veedor.simulator.media import AUDIO_CHUNK_S, VIDEO_CLOCK_HZ, Clip, Timeline, load, sound
from veedor.simulator.stream import ConnectionLog, Faults, ServedStream
from veedor.simulator.viewer import Viewer

_REPORT_EVERY_S = 2.0
_MAX_CATCH_UP_S = 5.0  # a pump that was held up longer than this leaves pictures out, as a camera would


class ServedChannel:
    """A camera stream. All methods but the constructor run in the server's loop. Times are seconds since `zero`."""

    def __init__(self, served: ServedStream, file: Path, clock: Clock, zero: tuple[float, float]) -> None:
        self.served = served
        self.faults = served.faults
        self.login = (
            LoginCheck(served.username, served.password or "", served.login) if served.username is not None else None
        )
        self.viewers: list[Viewer] = []
        self.logs: list[ConnectionLog] = []
        self._clock = clock
        self._zero_s, self._wall_zero_s = zero
        self._timeline = Timeline(load(file, served.fps), served.start_offset_s)
        self._shift_s = 0.0  # where the timeline of a replaced clip begins
        self._sound = sound(served.file) if served.audio else ()
        self._next = 0
        self._next_sound = 0
        self._next_report_s = 0.0
        self._wake = asyncio.Event()

    @property
    def clip(self) -> Clip:
        return self._timeline.clip

    def now_s(self) -> float:
        return self._clock.monotonic() - self._zero_s

    def viewer(self, transport: asyncio.Transport) -> Viewer:
        """A client that has set up a media track; it plays once it joins."""
        log = ConnectionLog(self._timeline, self._clock.now())
        return Viewer(transport, log, self._wall_zero_s, self.clip.reorder_90k / VIDEO_CLOCK_HZ)

    def join(self, viewer: Viewer) -> None:
        """Play: a sender report and everything from the newest keyframe at once, then the rest as it is due."""
        if viewer in self.viewers:
            return
        if not self.viewers:
            self._resume()
        self.logs.append(viewer.log)
        viewer.send_reports(self.now_s(), self.faults)
        for number in range(self._timeline.keyframe_before(self._next), self._next):
            self._send(viewer, number)
        self.viewers.append(viewer)
        self._wake.set()

    def leave(self, viewer: Viewer) -> None:
        if viewer in self.viewers:
            self.viewers.remove(viewer)

    def set_faults(self, faults: Faults) -> None:
        self.faults = faults

    def disconnect(self) -> None:
        for viewer in self.viewers:
            viewer.close(abort=True)
        self.viewers.clear()

    def end(self) -> None:
        for viewer in self.viewers:
            viewer.say_goodbye()
            viewer.close()
        self.viewers.clear()

    def jump(self, seconds: float) -> None:
        for viewer in self.viewers:
            viewer.jump_s += seconds

    def replace(self, file: Path, *, disconnect: bool) -> None:
        if disconnect:
            self.disconnect()
        self._timeline = Timeline(load(file, self.served.fps))
        # The new clip begins now, but not before the last picture of the old one.
        self._shift_s = self.now_s() + 0.05
        self._next = 0
        for viewer in self.viewers:
            viewer.log = ConnectionLog(self._timeline, self._clock.now())
            self.logs.append(viewer.log)
        self._wake.set()

    async def pump(self) -> None:
        """Send each unit when it is due, for as long as the server runs; sleeps while nobody plays."""
        self._wake = asyncio.Event()
        self._resume()
        while True:
            if not self.viewers:
                self._wake.clear()
                await self._wake.wait()
            wait_s = self._timeline.due_s(self._next) + self._shift_s - self.now_s()
            if wait_s < -_MAX_CATCH_UP_S:
                self._resume()
                continue
            await asyncio.sleep(max(0.0, wait_s))
            if self._timeline.due_s(self._next) + self._shift_s <= self.now_s():
                self._step()

    def _resume(self) -> None:
        """Take up the timeline where it is now."""
        now_s = self.now_s()
        self._next = max(1, self._timeline.number_after(now_s - self._shift_s))
        self._next_sound = int(now_s / AUDIO_CHUNK_S)
        self._next_report_s = now_s + _REPORT_EVERY_S

    def _step(self) -> None:
        now_s = self.now_s()
        if now_s >= self._next_report_s:
            self._next_report_s = now_s + _REPORT_EVERY_S
            for viewer in self.viewers:
                viewer.send_reports(now_s, self.faults)
        for viewer in list(self.viewers):
            self._send(viewer, self._next)
        self._next += 1
        while self._sound and (self._next_sound + 1) * AUDIO_CHUNK_S <= now_s:
            chunk = self._sound[self._next_sound % len(self._sound)]
            for viewer in self.viewers:
                viewer.send_sound(self._next_sound, chunk, self.faults)
            self._next_sound += 1

    def _send(self, viewer: Viewer, number: int) -> None:
        unit = self._timeline.unit(number)
        pts_s = self._timeline.pts_90k(number) / VIDEO_CLOCK_HZ + self._shift_s
        viewer.send_unit(number, unit.template, pts_s, self.now_s(), self.faults)

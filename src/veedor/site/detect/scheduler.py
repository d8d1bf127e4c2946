"""Which frames are analysed when there are more than time allows: the newest of each camera, cameras taking turns."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from veedor.model.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Offered:
    """A frame that waits. `at_s`: its moment on a clock that never goes back."""

    frame: Frame
    at_s: float


@dataclass(frozen=True, slots=True)
class MailboxCounters:
    """Frames of one camera since it first offered one: offered = taken + shed + (0 or 1 that waits)."""

    offered: int = 0
    taken: int = 0
    shed: int = 0


class Mailbox:
    """At most one frame waits per camera, so latency cannot grow: a newer frame takes the place of an older one.

    The new frame inherits the old one's place in the queue, and a camera that was served goes to its end: under
    overload each camera is analysed equally often, whatever rate it offers at. Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Condition(self._lock)
        self._waiting: OrderedDict[str, Offered] = OrderedDict()
        self._counters: dict[str, list[int]] = {}

    def offer(self, frame: Frame, at_s: float | None = None) -> bool:
        """Leave a frame; True where that shed the one before it. `at_s` None: the frame's media time."""
        with self._ready:
            counters = self._counters.setdefault(frame.camera_id, [0, 0, 0])
            counters[0] += 1
            sheds = frame.camera_id in self._waiting
            counters[2] += sheds
            self._waiting[frame.camera_id] = Offered(frame, frame.media_s if at_s is None else at_s)
            self._ready.notify()
            return sheds

    def take_batch(self, max_looks: int, timeout_s: float = 0.0) -> list[Offered]:
        """Up to `max_looks` frames of different cameras, those that waited longest first.

        Where none waits, it waits up to `timeout_s` for one, then gives an empty list.
        """
        with self._ready:
            if not self._waiting and timeout_s > 0:
                self._ready.wait(timeout_s)
            count = min(max_looks, len(self._waiting))
            batch = [self._waiting.popitem(last=False)[1] for _ in range(count)]
            for offered in batch:
                self._counters[offered.frame.camera_id][1] += 1
            return batch

    def waiting(self) -> int:
        """How many cameras have a frame that waits."""
        with self._lock:
            return len(self._waiting)

    def counters(self, camera_id: str) -> MailboxCounters:
        with self._lock:
            return MailboxCounters(*self._counters.get(camera_id, (0, 0, 0)))

    def forget(self, camera_id: str) -> None:
        """A camera has gone: its frame and its counters go too."""
        with self._lock:
            self._waiting.pop(camera_id, None)
            self._counters.pop(camera_id, None)

"""A wire of our own into a network namespace, for a kernel without netem: packets are lost and late as told.

Each end is a TUN device; a thread carries the packets between them. TCP on both sides is the kernel's own, and it feels
the loss and the time as on a radio link. Needs root and /dev/net/tun.
"""

from __future__ import annotations

import fcntl
import os
import random
import select
import struct
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

_TUNSETIFF = 0x400454CA
_TUN_PLAIN = 0x1001  # IFF_TUN | IFF_NO_PI: IP packets, without a header before them
_MOST_BYTES = 1 << 16
_MOST_WAITING = 2000  # packets under way in one direction; a queue that is full loses what comes


@dataclass(frozen=True, slots=True)
class Weather:
    """`loss`: share of packets, 0..1. `delay_s`: each way."""

    loss: float = 0.0
    delay_s: float = 0.0


class Tunnel:
    """Makes the devices `here` and `there`; whoever made it moves `there` away, gives addresses and sets them up."""

    def __init__(self, here: str, there: str) -> None:
        self.weather = Weather()
        self._chance = random.Random()  # each packet for itself: a seed would not make a run the same
        self._ends = [_device(here), _device(there)]
        self._waiting: list[deque[tuple[float, bytes]]] = [deque(), deque()]  # to the other end, with their times
        self._stop = threading.Event()
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name=f"tunnel {here}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5.0)
        for end in self._ends:
            os.close(end)

    def _run(self) -> None:
        while not self._stop.is_set():
            first_s = min((queue[0][0] for queue in self._waiting if queue), default=None)
            wait_s = 0.2 if first_s is None else min(0.2, max(0.0, first_s - time.monotonic()))
            for end in select.select(self._ends, [], [], wait_s)[0]:
                self._take(self._ends.index(end))
            for side, queue in enumerate(self._waiting):
                while queue and queue[0][0] <= time.monotonic():
                    self._give(1 - side, queue.popleft()[1])

    def _take(self, side: int) -> None:
        weather, queue = self.weather, self._waiting[side]
        with suppress(OSError):  # nothing there after all, or the device is down
            while True:
                packet = os.read(self._ends[side], _MOST_BYTES)
                if self._chance.random() < weather.loss or len(queue) >= _MOST_WAITING:
                    self.lost += 1
                elif weather.delay_s or queue:  # behind what waits, also after the delay has gone
                    queue.append((time.monotonic() + weather.delay_s, packet))
                else:
                    self._give(1 - side, packet)

    def _give(self, side: int, packet: bytes) -> None:
        with suppress(OSError):  # the device is down, or its namespace is gone: lost
            os.write(self._ends[side], packet)


def _device(name: str) -> int:
    """A TUN device of that name; it goes when what is returned is closed. Raises OSError."""
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(handle, _TUNSETIFF, struct.pack("16sH14x", name.encode(), _TUN_PLAIN))
    except OSError:
        os.close(handle)
        raise
    return handle

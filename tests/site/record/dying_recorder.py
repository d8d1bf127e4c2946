"""A recorder that SIGKILLs itself at a named step.

Run as: dying_recorder.py FOLDER STEP NTH SECONDS START_S MAX_BYTES
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from recording_parts import camera, recorder

from rendered import START, packets
from veedor.kit.clock import SystemClock
from veedor.model.camera import StreamRole
from waiting import wait_until


def main() -> None:
    root, step, nth, seconds, start_s, max_bytes = (*sys.argv[1:],)
    left = {"count": int(nth)}

    def die(name: str) -> None:
        if name == step:
            left["count"] -= 1
            if left["count"] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    one = recorder(Path(root), SystemClock(), step=die)
    one.start()
    limit = int(max_bytes) or None
    for name in ("a", "b"):
        one.watch(camera(name, max_bytes=limit))
    start = START + timedelta(seconds=float(start_s))
    streams = [list(packets(name, StreamRole.MAIN, seconds=float(seconds), start=start)) for name in ("a", "b")]
    for number, pair in enumerate(zip(*streams, strict=True)):
        for packet in pair:
            one.packet(packet)
        if number % 125 == 0:  # several batches, as in life
            wait_until(lambda: one.status()[0]["queue_octets"] == 0)
    wait_until(lambda: False, timeout_s=20)  # the disk thread dies on the way


if __name__ == "__main__":
    main()

"""Keeps one PostgreSQL running, and ends it when its parent is gone, however that came about.

`python postgres_keeper.py USER_ID GROUP_ID postgres ARGUMENT...`: standard input is the parent's hand. It closes when
the parent ends, even by kill -9; then the server is told to stop at once and cleanly. A server that dies of itself is
started again: it recovers from its log. Imports nothing of Veedor, so that it starts quickly.
"""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import sys
import threading

_REST_S = 1.0


def main(user: int, group: int, command: list[str]) -> int:
    gone = threading.Event()
    running: list[subprocess.Popen[bytes]] = []
    # Interrupts of the terminal are the parent's business; it closes our input when it has finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # By another thread: the main one may hold the event's lock when this comes.
    signal.signal(signal.SIGTERM, lambda *_: _thread.start_new_thread(gone.set, ()) and None)

    def listen() -> None:
        while os.read(0, 4096):
            pass
        gone.set()
        for server in running:
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown

    threading.Thread(target=listen, daemon=True).start()
    drop = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
    while not gone.is_set():
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **drop)  # type: ignore[call-overload]
        running[:] = [server]
        if gone.is_set():
            server.send_signal(signal.SIGINT)
        while server.poll() is None:
            if gone.wait(0.2):
                server.send_signal(signal.SIGINT)
                server.wait()
        gone.wait(_REST_S)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))

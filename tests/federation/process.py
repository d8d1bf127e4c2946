"""A `veedor` process of a stand: of another make where that is wished, run inside something, and looked into."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from veedor.compose import demo_sites

# A site of another make: what stands here runs before any of Veedor is imported.
Prelude = str

# The load is written by another process, which cannot wake the site's worker: it looks every second by itself.
LOOKS = """
from veedor.site.alerting.outbox import Outbox
_deliver = Outbox.deliver
Outbox.deliver = lambda self, sink: min(_deliver(self, sink), 1.0)
"""


class Process(demo_sites.Process):
    """A process of the demo that may be of another make, run inside something, and be looked into."""

    def __init__(self, words: Sequence[str], log: Path, prelude: Prelude = "", inside: Sequence[str] = ()) -> None:
        super().__init__(list(words), log)
        self._inside = list(inside)
        self.prelude = prelude
        self.starts = 0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def command(self) -> list[str]:
        start = "import sys\nfrom veedor.cli import main\nsys.argv = ['veedor', *sys.argv[1:]]\nmain()\n"
        return [*self._inside, sys.executable, "-c", f"{self.prelude}\n{LOOKS}\n{start}", *self._words]

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        super().start({"LANG": "en_US.UTF-8", **(environment or {})})
        self.starts += 1

    def child(self, name: str) -> int | None:
        """The process of that program somewhere below this one."""
        assert self._process is not None
        return next((pid for pid in _below(self._process.pid) if _program(pid) == name), None)


def _below(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += [int(child), *_below(int(child))]
    return found


def _program(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/exe").resolve().name
    return ""


def kill_pid(pid: int | None) -> bool:
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False

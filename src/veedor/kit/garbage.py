"""The garbage collector of a process that runs for months."""

from __future__ import annotations

import gc


def settle() -> None:
    """Call once, when a process has started: what is there then stays there, and need not be looked through again and
    again while others wait. Not for a process that starts and stops such things many times."""
    gc.collect()
    gc.freeze()

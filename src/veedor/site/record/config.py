"""What the recorder needs to know."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def disk_free_bytes(path: Path) -> int:
    """Bytes that this process may still write on the disk of `path`."""
    stat = os.statvfs(path)
    return stat.f_bavail * stat.f_frsize


def no_step(name: str) -> None:
    """The hook of normal operation. Tests pass one that kills the process at the step `name`."""


@dataclass(frozen=True, slots=True)
class RecordConfig:
    """One recordings folder.

    `keep_days` holds for cameras that do not bring their own, and for those that are no longer configured.
    `legal_minimum_days`: going below it because the disk is full is alerted. `reserve_bytes`: recording leaves this
    much of the disk free, so that index, audit and the rest of the machine keep working.
    `max_bytes`: of all footage together. `queue_bytes`: fragments waiting for a slow disk before packets are lost.
    `clock_tolerance_s`: how far wall time may differ from media time within a segment before it counts as a step.
    `settle_s`: how long finished segments wait for company before they are synced and get their rows.
    """

    directory: Path
    keep_days: float = 30.0
    legal_minimum_days: float = 30.0
    reserve_bytes: int = 2_000_000_000
    max_bytes: int | None = None
    segment_s: float = 10.0
    fragment_s: float = 1.0
    queue_bytes: int = 256 << 20
    index_reserve_bytes: int = 16 << 20
    clock_tolerance_s: float = 2.0
    settle_s: float = 1.0
    free_bytes: Callable[[Path], int] = disk_free_bytes
    step: Callable[[str], None] = no_step

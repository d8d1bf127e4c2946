"""Talking to a scripted camera: what it sends, and what ends a try."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scripted_camera import (
    ScriptedCamera,
    picture,
)

from streams import CONFIG as WAITING
from streams import Collected, camera, reader_of, reading
from veedor.kit.errors import VeedorError
from veedor.site.ingest.assembler import AssemblerConfig
from veedor.site.ingest.timing import TimingConfig
from waiting import wait_until

CODE = b"\x00\x00\x00\x01"
# Scripted pictures come all at once: they are not held back to find out how old they are.
CONFIG = replace(WAITING, assembler=AssemblerConfig(timing=TimingConfig(hold_s=0.0)))


def why(
    scripted: ScriptedCamera, *, password: str | None = None, user: str | None = None, config=CONFIG
) -> VeedorError:
    """What ends one try."""
    with pytest.raises(VeedorError) as caught:
        reader_of(camera(scripted.url, user=user), Collected(), password=password, config=config).run_once()
    return caught.value


def received(scripted: ScriptedCamera, count: int, **how) -> list[bytes]:
    how.setdefault("config", CONFIG)
    with reading(camera(scripted.url, user=how.pop("user", None)), **how) as (_, sink):
        wait_until(lambda: len(sink.video) >= count)
    return [packet.data for packet in sink.video]


def pictures(*numbers: int) -> list[bytes]:
    return [CODE + picture(number) for number in numbers]

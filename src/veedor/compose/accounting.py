"""Counting what was really stored: packets re-read from the segment files, against what the test server sent.

Two separate witnesses: the server's own log of what left it, and the bytes on disk. Payloads are compared by hash, as
multisets, since a looped clip sends the same picture again and again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import av

from veedor.simulator.hashing import payload_hash


@dataclass(frozen=True, slots=True)
class Account:
    """Access units of one stream. `lost`: sent intact and not on disk. `strange`: on disk and never sent."""

    sent: int
    recorded: int
    lost: int
    strange: int


def stored_payloads(files: Iterable[Path]) -> Counter[str]:
    """How often each video payload stands in `files` (segments, in any order)."""
    found: Counter[str] = Counter()
    for file in files:
        with av.open(str(file)) as container:
            stream = container.streams.video[0]
            codec = stream.codec_context.name
            for packet in container.demux(stream):
                if packet.size:
                    found[payload_hash(bytes(packet), codec)] += 1
    return found


def account(sent: Iterable[str], files: Iterable[Path]) -> Account:
    """Compare the payload hashes that were sent with the packets in `files`."""
    wanted = Counter(sent)
    stored = stored_payloads(files)
    return Account(
        sent=wanted.total(),
        recorded=stored.total(),
        lost=(wanted - stored).total(),
        strange=(stored - wanted).total(),
    )

"""What a site's streams cost: measured where they come in, whether somebody looks or not."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from veedor.kit.clock import Clock
from veedor.model.camera import StreamHealth, StreamRole

UNKNOWN_KBPS = {StreamRole.MAIN: 4000, StreamRole.SUB: 500}  # until a stream has been seen for a few seconds
UNKNOWN_KEYFRAMES = 0.5  # of the full rate: more than cameras are mostly set to
HORIZON_S = 15.0  # what was sent so long ago counts a third: in a few seconds there may be one keyframe or two


@dataclass(frozen=True, slots=True)
class Cost:
    """Kilobits (1000) a second of one stream: all of it, and its keyframes alone."""

    full_kbps: float
    keyframes_kbps: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """The counters of a stream when it was looked at last, and its rates by then; None: not known yet."""

    at_s: float
    octets: int
    keyframe_octets: int
    full_kbps: float | None = None
    keyframes_kbps: float | None = None


class Rates:
    """Of the streams of one site. Its owner sees to it that one thread at a time is in it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, StreamRole], _Seen] = {}

    def see(self, streams: Iterable[StreamHealth]) -> None:
        """Count what the cameras send: called every few seconds, with all streams that there are."""
        now_s = self._clock.monotonic()
        before, self._seen = self._seen, {}
        for one in streams:
            key = (one.camera_id, one.role)
            self._seen[key] = _after(before.get(key), one, now_s)

    def cost(self, camera_id: str, role: StreamRole) -> Cost:
        """An estimate where nothing is known."""
        seen = self._seen.get((camera_id, role))
        full = seen.full_kbps if seen is not None and seen.full_kbps else UNKNOWN_KBPS[role]
        keyframes = seen.keyframes_kbps if seen is not None else None
        return Cost(full, min(full, keyframes or full * UNKNOWN_KEYFRAMES))


def _after(before: _Seen | None, told: StreamHealth, now_s: float) -> _Seen:
    octets, keyframes = told.octets, told.keyframe_octets
    if before is None:
        return _Seen(now_s, octets, keyframes)
    passed_s = now_s - before.at_s
    if passed_s < 1.0:
        return before  # too soon to tell
    if octets <= before.octets or keyframes < before.keyframe_octets:  # away, or begun anew: it will cost what it did
        return replace(before, at_s=now_s, octets=octets, keyframe_octets=keyframes)
    weight = 1 - math.exp(-passed_s / HORIZON_S)
    return _Seen(
        now_s,
        octets,
        keyframes,
        _mixed(before.full_kbps, (octets - before.octets) / passed_s / 125, weight),
        _mixed(before.keyframes_kbps, (keyframes - before.keyframe_octets) / passed_s / 125, weight),
    )


def _mixed(before: float | None, now: float, weight: float) -> float:
    return now if before is None else before + (now - before) * weight

"""What a worker says, as far as it can be true. A worker parses hostile video, and may be on another machine: nothing
that it says may stop the site, hold up another worker's cameras, or reach people unchecked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veedor.kit.clock import Clock
from veedor.model.observation import Observation
from veedor.model.second_look import Target
from veedor.model.track import Tracks
from veedor.site.analysis.protocol import Header, message_to_observation
from veedor.site.pipeline import OBJECT_ID_BASE

MAX_TRACKS = 2000  # in one picture
AHEAD_S = 10.0  # media clocks may run 5 s apart from arrival before they are set anew
MAX_PICTURE_OCTETS = 8 << 20
_MAX_ID = 1 << 32  # tracks of one life of a worker
_JPEG = b"\xff\xd8\xff"


def checked_observation(header: Header, payload: bytes, clock: Clock) -> Observation | None:
    """The observation, or None where it cannot be one. Raises ValueError, KeyError, TypeError where it has no form."""
    found = message_to_observation(header, payload)
    numbers: Sequence[float] = (found.at_s, *(() if found.scene is None else _facts(found)))
    if not all(math.isfinite(number) for number in numbers) or not np.isfinite(found.tracks.xyxy).all():
        return None
    # From the future it would silence the camera until then: observations never go back.
    if found.at_s > clock.monotonic() + AHEAD_S:
        return None
    ids = found.tracks.track_id % OBJECT_ID_BASE
    if len(found.tracks) > MAX_TRACKS or (ids < 0).any() or (ids >= _MAX_ID).any():
        return None
    if (found.tracks.track_id < 0).any() or (found.tracks.track_id >= 2 * OBJECT_ID_BASE).any():
        return None
    if not (0 < found.width <= 16384 and 0 < found.height <= 16384):
        return None
    return found


def _facts(found: Observation) -> tuple[float, ...]:
    scene = found.scene
    assert scene is not None  # noqa: S101 - asked by the caller
    return scene.view_shift, scene.sharpness, scene.covered, scene.frozen_s


def checked_picture(payload: bytes) -> bytes:
    """The JPEG, or nothing where it is none: a browser will show it."""
    return payload if payload[:3] == _JPEG and len(payload) <= MAX_PICTURE_OCTETS else b""


def checked_look(header: Header, targets: Sequence[Target]) -> list[list[bool | None]] | None:
    """What a second look saw, or None where it saw nothing or does not answer what was asked."""
    told = header.get("seen")
    if not isinstance(told, list) or len(told) != len(targets):
        return None
    for one, target in zip(told, targets, strict=True):
        if not isinstance(one, list) or len(one) != len(target.sights):
            return None
        if any(answer is not None and not isinstance(answer, bool) for answer in one):
            return None
    return told


class TrackIds:
    """The track numbers of one camera, going on over workers.

    Each worker counts from 1. Were that handed on, somebody who has just come would continue the stay of somebody whom
    the worker before had seen.
    """

    def __init__(self) -> None:
        self._base = 0
        self._highest = 0

    def begin_life(self) -> None:
        """From here on another worker, or the same one anew, counts."""
        self._base = self._highest

    def go_on(self, observation: Observation) -> Observation:
        """The observation with numbers that no earlier worker has given."""
        tracks, base = observation.tracks, self._base
        if len(tracks):
            self._highest = max(self._highest, base + int((tracks.track_id % OBJECT_ID_BASE).max()))
        if not base or not len(tracks):
            return observation
        shifted = Tracks(tracks.track_id + base, tracks.xyxy, tracks.confidence, tracks.class_id, tracks.observed)
        colours = {track_id + base: colour for track_id, colour in observation.colours.items()}
        return replace(observation, tracks=shifted, colours=colours)

"""Open tracks of one camera, turned into parts of paths."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track_query import COLOURED
from veedor.site.archive.path import MAX_PART_S, Simplifier, pack

WATCH_GAP_S = 5.0  # a longer step between two pictures is a pause of the analysis


@dataclass(frozen=True, slots=True)
class ArchiveConfig:
    """`tolerance`: largest error of a stored path, share of the picture. `part_s`: an open track is written in parts
    of about this length, which bounds what a crash loses. A track unseen for `gap_s` starts another part, unseen for
    `end_s` another track."""

    keep_days: float = 90.0
    tolerance: float = 0.002
    part_s: float = 6.0
    gap_s: float = 2.0
    end_s: float = 20.0
    write_every_s: float = 2.0
    seal_every_s: float = 300.0
    search_s: float = 0.8  # what one page of a search may take
    watched_s: float = 120.0  # stretches of analysis are written in rows of this length
    most_waiting: int = 50_000  # parts kept in memory while the disk takes none


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of one track's path. `first_us` says when the track began: ids are reused after a restart."""

    camera_id: str
    track_id: int
    first_us: int
    started_us: int
    ended_us: int
    object_class: int
    points: bytes
    colour: int = 0  # number of a VehicleColour, of vehicles alone; 0: none
    aspect: float = 16 / 9  # width by height of the picture


@dataclass(frozen=True, slots=True)
class SceneChange:
    """The scene's facts, when they changed."""

    camera_id: str
    at_us: int
    facts: SceneFacts


@dataclass(frozen=True, slots=True)
class Watched:
    """A stretch in which pictures of the camera were analysed, without a pause, all of one size."""

    camera_id: str
    from_us: int
    until_us: int
    ticks: int  # pictures
    width: int
    height: int


@dataclass(slots=True)
class _Open:
    first_us: int
    started_us: int  # wall time of the part's first sample
    started_s: float
    last_s: float
    object_class: int
    path: Simplifier
    aspect: float
    votes: dict[int, int] = field(default_factory=dict)  # of each colour, how often it was seen
    is_new: bool = True  # it has samples that no part holds


class Collector:
    """Observations of one camera in, finished parts out. Times within a part are of the observation clock: a wall
    clock that steps bends no path."""

    def __init__(self, camera_id: str, config: ArchiveConfig) -> None:
        self._camera_id = camera_id
        self._config = config
        self._open: dict[int, _Open] = {}
        self._last_s = float("-inf")
        self._scene: SceneFacts | None = None
        self._watched: Watched | None = None

    def append(self, obs: Observation) -> list[Part]:
        """Take one observation; the parts that are complete by it."""
        parts: list[Part] = []
        if obs.at_s < self._last_s:  # another source, or another life of the tracker
            parts += self.finish()
        self._last_s = obs.at_s
        if len(obs.tracks) and obs.connected and obs.width > 0 and obs.height > 0:
            self._take(obs, parts)
        for track_id, track in list(self._open.items()):
            unseen_s = obs.at_s - track.last_s
            if track.is_new and (unseen_s > self._config.gap_s or obs.at_s - track.started_s >= self._config.part_s):
                parts.append(self._cut(track_id, track))
            if unseen_s > self._config.end_s:
                del self._open[track_id]
        return parts

    def scene_change(self, obs: Observation) -> SceneChange | None:
        """The scene's facts, where they differ from the last that were kept."""
        if obs.scene is None or (self._scene is not None and _alike(self._scene, obs.scene)):
            return None
        self._scene = obs.scene
        return SceneChange(self._camera_id, micros(obs.captured_at), obs.scene)

    def watched(self, obs: Observation) -> Watched | None:
        """The stretch of analysis that ends with, or before, `obs`."""
        at_us, now = micros(obs.captured_at), self._watched
        shape = (obs.width, obs.height)
        seen = obs.connected and obs.width > 0 and obs.height > 0
        if now is None:
            self._watched = Watched(self._camera_id, at_us, at_us, 1, *shape) if seen else None
            return None
        step_s = (at_us - now.until_us) / 1e6
        if not seen or not 0 <= step_s <= WATCH_GAP_S or shape != (now.width, now.height):
            self._watched = Watched(self._camera_id, at_us, at_us, 1, *shape) if seen else None
            return now if now.until_us > now.from_us else None
        longer = replace(now, until_us=at_us, ticks=now.ticks + 1)
        is_long = at_us - now.from_us >= self._config.watched_s * 1e6
        self._watched = Watched(self._camera_id, at_us, at_us, 0, *shape) if is_long else longer
        return longer if is_long else None

    def last_watched(self) -> Watched | None:
        """The stretch that is open; it ends."""
        now, self._watched = self._watched, None
        return now if now is not None and now.until_us > now.from_us else None

    def finish(self) -> list[Part]:
        """Every open track ends."""
        parts = [self._cut(track_id, track) for track_id, track in self._open.items() if track.is_new]
        self._open.clear()
        return parts

    def _take(self, obs: Observation, parts: list[Part]) -> None:
        scale = np.asarray((obs.width, obs.height, obs.width, obs.height), np.float64)
        boxes = np.clip(np.nan_to_num(obs.tracks.xyxy / scale), 0.0, 1.0).tolist()
        at_us = micros(obs.captured_at)
        rows = zip(
            obs.tracks.track_id.tolist(), boxes, obs.tracks.class_id.tolist(), obs.tracks.observed.tolist(), strict=True
        )
        for track_id, box, object_class, observed in rows:
            if not observed:
                continue
            track = self._open.get(track_id)
            broken = track is not None and self._broken(track, obs.at_s, at_us)
            if track is not None and broken and track.is_new:
                parts.append(self._cut(track_id, track))
            if track is None or broken:
                goes_on = track is not None and obs.at_s - track.last_s <= self._config.end_s
                first_us = track.first_us if track is not None and goes_on else at_us
                path = Simplifier(self._config.tolerance, self._config.gap_s)
                track = self._open[track_id] = _Open(
                    first_us, at_us, obs.at_s, obs.at_s, object_class, path, obs.width / obs.height
                )
            track.path.add((obs.at_s, box[0], box[1], box[2], box[3]))
            track.last_s, track.object_class, track.is_new = obs.at_s, object_class, True
            if track_id in obs.colours:
                colour = int(obs.colours[track_id])
                track.votes[colour] = track.votes.get(colour, 0) + 1

    def _broken(self, track: _Open, at_s: float, at_us: int) -> bool:
        """Whether the track was unseen for long, or the wall clock has been set since its part began."""
        stepped_us = at_us - track.started_us - (at_s - track.started_s) * 1e6
        return at_s - track.last_s > self._config.gap_s or abs(stepped_us) > self._config.gap_s * 1e6

    def _cut(self, track_id: int, track: _Open) -> Part:
        """The track's samples since the last cut, as a part; the next part begins with this one's last sample."""
        samples = track.path.finish()
        length_us = round((min(samples[-1][0] - samples[0][0], MAX_PART_S)) * 1e6)
        part = Part(
            self._camera_id,
            track_id,
            track.first_us,
            track.started_us,
            track.started_us + length_us,
            track.object_class,
            pack(samples),
            colour=_colour(track),
            aspect=track.aspect,
        )
        track.started_us, track.started_s, track.is_new = part.ended_us, samples[-1][0], False
        return part


def _colour(track: _Open) -> int:
    """The colour seen most often, where it is (still) a vehicle; 0: none."""
    if track.object_class not in COLOURED or not track.votes:
        return 0
    return max(track.votes, key=lambda one: track.votes[one])


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - datetime.fromtimestamp(0, at.tzinfo)) // timedelta(microseconds=1)


def _alike(a: SceneFacts, b: SceneFacts) -> bool:
    """Whether two readings say the same: shares within a tenth, freezing by whether and by each minute."""
    return (
        a.learned == b.learned
        and abs(a.view_shift - b.view_shift) < 0.1
        and abs(a.sharpness - b.sharpness) < 0.2
        and abs(a.covered - b.covered) < 0.1
        and (a.frozen_s > 1.0) == (b.frozen_s > 1.0)
        and a.frozen_s // 60 == b.frozen_s // 60
    )

"""The pipeline: frames of many cameras in, observations out. Only this file joins the stages of analysis.

The same pipeline serves a worker process, which gives it one frame each of several cameras at a time so that they
share the detector's passes, and `veedor analyze`, which gives it the frames of one file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.model.frame import Frame
from veedor.model.observation import Observation
from veedor.model.scene import SceneFacts
from veedor.model.track import Tracks
from veedor.model.track_query import VehicleColour
from veedor.site.detect.atlas import Watcher, WatcherConfig
from veedor.site.detect.team import LookDetector
from veedor.site.scene.colour import vehicle_colours
from veedor.site.scene.registration import small_picture
from veedor.site.scene.watcher import SceneWatcher, SceneWatcherConfig
from veedor.site.track.config import TrackerConfig
from veedor.site.track.tracker import Tracker

# Static objects are tracked by a tracker of their own: a bag on the floor must not steal the id of the person who
# stands beside it. Their ids start here, so that a track id stays unique per camera.
OBJECT_ID_BASE = 1 << 40
MAX_OBJECT_AGE_S = 3.0
COLOURS_EVERY_S = 1.0
BACKGROUND_EVERY_S = 5.0  # so far apart that whoever walks by is in one of three pictures


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    watcher: WatcherConfig = field(default_factory=WatcherConfig)
    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    scene: SceneWatcherConfig = field(default_factory=SceneWatcherConfig)
    scene_every_s: float = 1.0


@dataclass(slots=True)
class CameraCounters:
    """Since the pipeline first saw the camera."""

    frames: int = 0
    detections: int = 0
    tracks: int = 0


class _CameraState:
    """All that the pipeline remembers of one camera between frames."""

    def __init__(self, config: PipelineConfig) -> None:
        self.watcher = Watcher(config.watcher)
        self.tracker = Tracker(config.tracker)
        self.object_tracker = Tracker(config.tracker)
        self.scene = SceneWatcher(config.scene)
        self.tracks = Tracks.empty()
        self.objects = Tracks.empty()
        self.facts: SceneFacts | None = None
        self.scene_at_s = float("-inf")
        self.last_track_id = 0
        self.colours_at_s = float("-inf")
        self.background_at_s = float("-inf")
        self.counters = CameraCounters()


class Pipeline:
    """Detection, scene and tracking for any number of cameras. Not thread-safe: one thread runs it."""

    def __init__(self, detector: LookDetector, config: Callable[[str], PipelineConfig] | None = None) -> None:
        self._detector = detector
        self._config = config or (lambda _camera_id: PipelineConfig())
        self._cameras: dict[str, _CameraState] = {}

    def forget(self, camera_id: str) -> None:
        """Drop all state of a camera that has gone."""
        self._cameras.pop(camera_id, None)

    def counters(self, camera_id: str) -> CameraCounters:
        state = self._cameras.get(camera_id)
        return state.counters if state else CameraCounters()

    def process(self, frames: Sequence[Frame], at_s: Sequence[float]) -> list[Observation]:
        """Observations of `frames`, at most one frame per camera, each at `at_s` on a clock that never goes back."""
        states = [self._state(frame.camera_id) for frame in frames]
        looks = [state.watcher.look(frame, state.tracks) for state, frame in zip(states, frames, strict=True)]
        found = self._detector.detect(looks)
        return [
            self._observe(state, frame, detections, at)
            for state, frame, detections, at in zip(states, frames, found, at_s, strict=True)
        ]

    def _state(self, camera_id: str) -> _CameraState:
        if camera_id not in self._cameras:
            self._cameras[camera_id] = _CameraState(self._config(camera_id))
        return self._cameras[camera_id]

    def _observe(self, state: _CameraState, frame: Frame, detections: Detections, at_s: float) -> Observation:
        state.watcher.told(detections)
        state.tracks = state.tracker.update(detections, at_s)
        self._watch_scene(state, frame, at_s)
        _count(state, detections)
        return Observation(
            frame.camera_id,
            at_s,
            frame.captured_at,
            frame.index,
            frame.width,
            frame.height,
            join_tracks(state.tracks, state.objects),
            state.facts,
            colours=self._colours(state, frame, at_s),
            background=self._background(state, frame, at_s),
        )

    def _background(self, state: _CameraState, frame: Frame, at_s: float) -> NDArray[np.uint8] | None:
        if at_s - state.background_at_s < BACKGROUND_EVERY_S - 0.01:
            return None
        state.background_at_s = at_s
        return small_picture(frame.luma)

    def _colours(self, state: _CameraState, frame: Frame, at_s: float) -> dict[int, VehicleColour]:
        """Of vehicles, every second: a colour is a vote, not a measurement of each frame."""
        if at_s - state.colours_at_s < COLOURS_EVERY_S:
            return {}
        state.colours_at_s = at_s
        return vehicle_colours(frame, state.tracks)

    def _watch_scene(self, state: _CameraState, frame: Frame, at_s: float) -> None:
        config = self._config(frame.camera_id)
        if at_s - state.scene_at_s < config.scene_every_s - 0.01:
            if at_s - state.scene_at_s > MAX_OBJECT_AGE_S:
                state.objects = Tracks.empty()
            return
        state.scene_at_s = at_s
        state.facts, static = state.scene.update(frame, state.tracks.xyxy)
        objects = state.object_tracker.update(static, at_s)
        state.objects = Tracks(
            objects.track_id + OBJECT_ID_BASE, objects.xyxy, objects.confidence, objects.class_id, objects.observed
        )


def _count(state: _CameraState, detections: Detections) -> None:
    state.counters.frames += 1
    state.counters.detections += len(detections)
    if len(state.tracks):
        newest = int(state.tracks.track_id.max())
        fresh = int(np.count_nonzero(state.tracks.track_id > state.last_track_id))
        state.counters.tracks += fresh
        state.last_track_id = max(state.last_track_id, newest)


def join_tracks(first: Tracks, second: Tracks) -> Tracks:
    """Both sets of rows in one."""
    if not len(second):
        return first
    return Tracks(
        np.concatenate([first.track_id, second.track_id]),
        np.concatenate([first.xyxy, second.xyxy]),
        np.concatenate([first.confidence, second.confidence]),
        np.concatenate([first.class_id, second.class_id]),
        np.concatenate([first.observed, second.observed]),
    )

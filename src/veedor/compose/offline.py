"""Analysis of a file: the same decoder, pipeline and rules as a live site, driven as fast as they go."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from veedor.compose.annotate import AnnotatedVideo
from veedor.compose.config import SiteFile
from veedor.compose.offline_looks import FileLooks
from veedor.kit.clock import Clock, SystemClock
from veedor.kit.errors import VeedorError
from veedor.kit.files import write_file
from veedor.model.camera import DEFAULT_MODEL_WORD
from veedor.model.event import Event
from veedor.model.frame import Frame
from veedor.model.observation import Observation
from veedor.model.second_look import Outcome
from veedor.model.track import Tracks
from veedor.site.detect.atlas import AtlasDetector
from veedor.site.detect.cards import OwnModels
from veedor.site.detect.closer import crop_detector
from veedor.site.detect.closers import Closers
from veedor.site.detect.detector import Detector
from veedor.site.detect.models import default_model_path
from veedor.site.detect.named import load_from
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.opened import CameraModels, Load
from veedor.site.detect.own import ModelOrder
from veedor.site.detect.team import TeamDetector
from veedor.site.ingest.decode import Decoder, VideoFile, open_file
from veedor.site.normality.baseline import Normality
from veedor.site.pipeline import Pipeline
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.export import event_row, last_states
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet
from veedor.site.track.motchallenge import write_tracks

Tell = Callable[[int, int | None, float], None]
"""(source frames done, source frames in all where known, times real time)"""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write; None: not wanted."""

    tracks: Path | None = None
    events: Path | None = None
    annotated: Path | None = None


@dataclass(frozen=True, slots=True)
class Models:
    """With what to look: `names` as a camera has them, of `site`; None: the default model alone."""

    site: SiteFile | None = None
    names: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a site has for a camera and a file alone has not. `detector`: in place of the default one, on `threads`;
    `ground`: metres on the ground; `normality`: what is usual there."""

    detector: Detector | None = None
    ground: Ground | None = None
    normality: Normality | None = None
    models: Models = Models()
    threads: int = 2


@dataclass(slots=True)
class _Progress:
    frames_seen: int = 0
    frames_analysed: int = 0
    media_s: float = 0.0
    undecodable: int = 0


def analyze_file(
    video: Path,
    rules_file: Path | None,
    fps: float,
    outputs: Outputs,
    lang: str,
    tell: Tell,
    *,
    given: Given = Given(),
) -> dict[str, Any]:
    """Analyse `video` at up to `fps` frames a second; write what `outputs` names.

    Frame numbers in tracks and events are those of the source, from 1. Raises ConfigError for the rules, ModelMissing,
    NotVideo and the other errors of reading files. A file that breaks off is analysed as far as it goes, and the
    report's `problem` says so.
    """
    clock = SystemClock()
    rules = (RuleSet.load(rules_file) if rules_file else RuleSet()).without_schedules()
    network = given.detector or OnnxDetector(default_model_path(fetch=True), threads=given.threads)
    store, models = _models(given.models)
    load = load_from(store.folder, given.threads)
    detector = _detector(video.name, network, load, models)
    closers = Closers(lambda: crop_detector(network), load, _lacking)
    closers.assign(video.name, models)
    looks = FileLooks(rules, partial(closers.of, video.name))
    engine = RuleEngine(rules, video.name, ground=given.ground, normality=given.normality)
    progress = _Progress()
    began_s = clock.monotonic()
    events: list[Event] = []
    with ExitStack() as stack:
        file = stack.enter_context(open_file(video, camera_id=video.name))
        tracks: list[tuple[int, Tracks]] = []
        drawn = (
            stack.enter_context(AnnotatedVideo.writing(outputs.annotated, fps, rules)) if outputs.annotated else None
        )
        pipeline = Pipeline(detector)
        for frame in _frames(file, fps, progress):
            (observation,) = pipeline.process([frame], [frame.media_s])
            observation = _numbered(observation)
            events += looks.take(frame, observation, engine.step(observation))
            tracks.append((observation.frame, observation.tracks))
            if drawn is not None:
                drawn.add(frame, observation, [one for one in last_states(events) if one.end_s is None], lang)
            tell(progress.frames_seen, file.frames, _speed(progress, began_s, clock))
        events += [looks.told(one) for one in engine.close()]
    told = [{**event_row(one, lang), "second_look": looks.row(one.id)} for one in last_states(events)]
    if outputs.tracks:
        write_tracks(outputs.tracks, tracks)
    if outputs.events:
        write_file(outputs.events, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
    return {
        "video": str(video),
        "frames": progress.frames_seen,
        "frames_analysed": progress.frames_analysed,
        "detections": pipeline.counters(video.name).detections,
        "tracks": pipeline.counters(video.name).tracks,
        "events": told,
        "second_looks": {one.value: looks.count(one) for one in Outcome},
        "speed": round(_speed(progress, began_s, clock), 2),
        "undecodable": progress.undecodable,
        "problem": file.problem.render(lang) if file.problem else None,
        "detector": detector.stats(),
    }


def _models(models: Models) -> tuple[OwnModels, CameraModels]:
    """Where they are, and which. Raises ModelUnknown."""
    store = OwnModels(models.site.data / "models") if models.site is not None else OwnModels(Path())
    wanted = models.names or (DEFAULT_MODEL_WORD,)
    orders = tuple(store.order(name) for name in wanted if name != DEFAULT_MODEL_WORD)
    return store, CameraModels(DEFAULT_MODEL_WORD in wanted, orders)


def _detector(camera_id: str, network: Detector, load: Load, models: CameraModels) -> TeamDetector:
    team = TeamDetector(AtlasDetector(network), load, _lacking)
    team.assign(camera_id, models)
    return team


def _lacking(_order: ModelOrder, problem: VeedorError) -> None:
    """A file is not analysed with less than was wanted: raises OwnModelGone, OwnModelChanged."""
    raise problem


def _frames(file: VideoFile, fps: float, progress: _Progress) -> Iterator[Frame]:
    """The frames to analyse: at `fps`, spaced evenly on the video's own clock."""
    decoder = Decoder(file.info, threads=2)
    due_s: float | None = None

    def wanted(media_s: float) -> bool:
        nonlocal due_s
        progress.frames_seen += 1
        progress.media_s = max(progress.media_s, media_s)
        if due_s is not None and media_s < due_s - 0.25 / fps and due_s - media_s < 2.0 / fps:
            return False
        due_s = media_s + 1.0 / fps if due_s is None else max(due_s + 1.0 / fps, media_s + 0.5 / fps)
        return True

    for packet in file:
        try:
            frames = decoder.decode(packet, wanted)
        except VeedorError:
            progress.undecodable += 1
            continue
        for frame in frames:
            progress.frames_analysed += 1
            yield frame
    for frame in decoder.flush(wanted):
        progress.frames_analysed += 1
        yield frame


def _numbered(observation: Observation) -> Observation:
    """Frames counted from 1, as in the MOTChallenge format."""
    return Observation(
        observation.camera_id,
        observation.at_s,
        observation.captured_at,
        observation.frame + 1,
        observation.width,
        observation.height,
        observation.tracks,
        observation.scene,
    )


def _speed(progress: _Progress, began_s: float, clock: Clock) -> float:
    return progress.media_s / max(clock.monotonic() - began_s, 1e-6)

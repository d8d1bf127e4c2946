"""The real network on real pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from footage import Picture, clip_frames, street
from veedor.kit.geometry import box_iou
from veedor.model.detection import Detections, ObjectClass
from veedor.model.frame import Frame
from veedor.model.track import Tracks
from veedor.site.detect.atlas import AtlasDetector, Look, Reason, Watcher
from veedor.site.detect.detector import CANVAS_SIDE
from veedor.site.detect.errors import ModelUnusable
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.regions import whole_frame
from veedor.site.track.tracker import Tracker


@pytest.fixture(scope="module")
def detector(model_file: Path) -> OnnxDetector:
    return OnnxDetector(model_file)


def blank() -> Picture:
    return np.full((CANVAS_SIDE, CANVAS_SIDE, 3), 114, np.uint8)


def test_an_empty_canvas_holds_nothing(detector: OnnxDetector) -> None:
    (found,) = detector.detect(blank()[None])
    assert not (found.confidence > 0.3).any()


def test_a_street_shows_its_cars_and_its_cyclist(detector: OnnxDetector, bikes_clip: Path) -> None:
    """What a person sees in the clip: a car from above, later a cyclist with a standing bicycle and a motorcycle."""
    engine = AtlasDetector(detector)
    seen: set[int] = set()
    for frame in clip_frames(bikes_clip, every=25, step_s=1.0):
        look = Look(frame, (whole_frame(frame.width, frame.height),), Detections.empty(), Reason.REFRESH)
        (found,) = engine.detect([look])
        assert (found.xyxy >= 0).all()
        assert (found.xyxy[:, [0, 2]] <= frame.width).all()
        assert (found.xyxy[:, [1, 3]] <= frame.height).all()
        assert (np.diff(found.confidence) <= 0).all()
        seen |= set(found.class_id[found.confidence > 0.5].tolist())
    assert {ObjectClass.PERSON, ObjectClass.BICYCLE, ObjectClass.CAR} <= seen


def test_canvases_do_not_influence_one_another(detector: OnnxDetector, bikes_clip: Path) -> None:
    frame = list(clip_frames(bikes_clip, every=25, step_s=1.0))[6]
    canvas = blank()
    picture = cv2.resize(cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420), (416, 176))
    canvas[:176] = picture
    alone = detector.detect(canvas[None])[0]
    among = detector.detect(np.stack([blank(), canvas, blank()]))[1]
    assert len(alone) > 0
    assert np.array_equal(alone.xyxy, among.xyxy)


@pytest.mark.parametrize("content", [b"", b"not a network", b"\x08\x07" * 500])
def test_a_file_that_is_no_network_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelUnusable) as caught:
        OnnxDetector(path)
    assert "wrong.onnx" in caught.value.render("es")
    assert caught.value.hint("es")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"gone\.onnx"):
        OnnxDetector(tmp_path / "gone.onnx")


def test_a_painted_street_is_empty(detector: OnnxDetector) -> None:
    canvas = blank()
    canvas[:234] = cv2.resize(street(), (416, 234))
    (found,) = detector.detect(canvas[None])
    assert not (found.confidence > 0.6).any()


# -- the atlas against whole frames, on ground truth


def people_of(path: Path) -> dict[int, np.ndarray]:
    truth: dict[int, list[np.ndarray]] = {}
    for row in np.loadtxt(path, delimiter=","):
        truth.setdefault(int(row[0]) - 1, []).append(np.concatenate([row[2:4], row[2:4] + row[4:6]]))
    return {frame: np.array(boxes) for frame, boxes in truth.items()}


def recall_and_precision(found: dict[int, Detections], truth: dict[int, np.ndarray]) -> tuple[float, float]:
    """Of people at confidence 0.5 and overlap 0.5."""
    hits = wanted = given = 0
    for frame, detections in found.items():
        sure = detections.where((detections.confidence >= 0.5) & (detections.class_id == ObjectClass.PERSON))
        iou = box_iou(sure.xyxy, truth[frame])
        hits += int((iou.max(axis=0, initial=0) >= 0.5).sum())
        wanted, given = wanted + len(truth[frame]), given + len(sure)
    return hits / wanted, hits / given


def test_the_atlas_finds_what_whole_frames_find_for_a_third_of_the_passes(detector: OnnxDetector, shared: Path) -> None:
    """vtest.avi, 5 fps, four spans of 8 s as four cameras: a scene busy in every frame, so this is packing alone."""
    frames = list(clip_frames(shared / "data/video/vtest.avi", every=2, step_s=0.2))[:160]
    truth = people_of(shared / "data/groundtruth/PETS09-S2L1_gt.txt")
    spans = [frames[start : start + 40] for start in range(0, 160, 40)]
    results = []
    for whole in (False, True):
        engine = AtlasDetector(detector)
        watchers = [Watcher() for _ in spans]
        trackers = [Tracker() for _ in spans]
        tracks = [Tracks.empty() for _ in spans]
        found: dict[int, Detections] = {}
        for tick in zip(*spans, strict=True):
            looks = [_look(watchers[n], frame, tracks[n], whole) for n, frame in enumerate(tick)]
            for number, (frame, one) in enumerate(zip(tick, engine.detect(looks), strict=True)):
                found[frame.index] = one
                tracks[number] = trackers[number].update(one, frame.media_s)
        results.append((*recall_and_precision(found, truth), engine.stats().passes))
    (recall, precision, passes), (whole_recall, whole_precision, whole_passes) = results
    assert whole_passes == 160
    assert passes <= 160 / 2.2
    assert recall >= whole_recall - 0.02
    assert precision >= whole_precision


def _look(watcher: Watcher, frame: Frame, tracks: Tracks, whole: bool) -> Look:
    if whole:
        return Look(frame, (whole_frame(frame.width, frame.height),), Detections.empty(), Reason.REFRESH)
    return watcher.look(frame, tracks)

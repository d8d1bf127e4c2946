"""The atlas with a detector that sees red squares: where things are found, what is looked at, what is carried."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from footage import Picture, frame_of, noisy, street
from veedor.model.detection import Detections, ObjectClass
from veedor.model.track import Tracks
from veedor.site.detect.atlas import AtlasDetector, Reason, Watcher, WatcherConfig
from veedor.site.detect.detector import Canvases
from veedor.site.detect.scripted import ScriptedDetector

Box = tuple[int, int, int, int]


def see_red(canvas: Canvases) -> Detections:
    """Each red patch of the canvas is a person."""
    red = (canvas[..., 2] > 150) & (canvas[..., :2] < 90).all(axis=2)
    count, _, stats, _ = cv2.connectedComponentsWithStats(red.astype(np.uint8))
    boxes = [[x, y, x + w, y + h] for x, y, w, h, _ in stats[1:count].tolist() if min(w, h) >= 4]
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(xyxy, np.full(len(xyxy), 0.9, np.float32), np.full(len(xyxy), ObjectClass.PERSON, np.int32))


def with_people(view: Picture, boxes: list[Box]) -> Picture:
    picture = view.copy()
    for x1, y1, x2, y2 in boxes:
        picture[y1:y2, x1:x2] = (20, 20, 230)
    return picture


def as_tracks(found: Detections) -> Tracks:
    """Tracks with ids from left to right: enough of a tracker for people who do not pass one another."""
    order = np.argsort(found.xyxy[:, 0])
    ids = np.arange(len(found), dtype=np.int64)
    return Tracks(ids, found.xyxy[order], found.confidence[order], found.class_id[order], np.ones(len(found), np.bool_))


def close(found: Detections, wanted: list[Box], tolerance_px: float) -> bool:
    boxes = found.xyxy[np.argsort(found.xyxy[:, 0])]
    return len(boxes) == len(wanted) and np.allclose(boxes, np.array(sorted(wanted)), atol=tolerance_px)


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (352, 288), (704, 576), (360, 640)])
def test_boxes_come_back_in_the_pixels_of_their_own_frame(size: tuple[int, int]) -> None:
    """Six cameras with one walker each, in different places; no box may end up at another camera."""
    width, height = size
    tall, wide = height // 6, height // 14
    engine = AtlasDetector(ScriptedDetector(see_red))
    views = [street(width, height, seed) for seed in range(6)]
    watchers = [Watcher() for _ in views]
    tracks = [Tracks.empty() for _ in views]
    for step in range(8):
        looks, wanted = [], []
        for number, view in enumerate(views):
            x = width // 8 * (number + 1) + step * max(3, width // 160)
            y = height // 2 + number * height // 40
            wanted.append([(x, y, x + wide, y + tall)])
            frame = frame_of(with_people(view, wanted[-1]), step / 5, camera=str(number))
            looks.append(watchers[number].look(frame, tracks[number]))
        found = engine.detect(looks)
        for one, people in zip(found, wanted, strict=True):
            assert close(one, people, 0.012 * max(size)), (step, one.xyxy, people)
        tracks = [as_tracks(one) for one in found]
    stats = engine.stats()
    assert stats.busy_frames == 6 * 7
    assert stats.refresh_frames == 6
    assert stats.passes <= 6 + 7  # once the scenes are known, one canvas holds all six


def test_a_still_scene_costs_no_pass_until_the_refresh() -> None:
    engine = AtlasDetector(ScriptedDetector(see_red))
    watcher = Watcher(WatcherConfig(refresh_s=10.0))
    view = street()
    for number in range(101):
        look = watcher.look(frame_of(noisy(view, number), number / 5), Tracks.empty())
        engine.detect([look])
    stats = engine.stats()
    assert stats.refresh_frames == 3  # at 0, 10 and 20 s
    assert stats.passes == 3
    assert stats.idle_frames == 98
    assert stats.saved_by_idleness == 98
    assert stats.frames == stats.idle_frames + stats.busy_frames + stats.refresh_frames


def test_someone_who_stands_still_is_carried_and_looked_at_now_and_then() -> None:
    engine = AtlasDetector(ScriptedDetector(see_red))
    watcher = Watcher(WatcherConfig(still_refresh_s=2.0))
    person: list[Box] = [(300, 180, 330, 260)]
    picture = with_people(street(), person)
    tracks, reasons = Tracks.empty(), []
    for number in range(50):
        look = watcher.look(frame_of(noisy(picture, number), number / 5), tracks)
        (found,) = engine.detect([look])
        assert close(found, person, 4), number
        tracks = as_tracks(found)
        reasons.append(look.reason)
    assert 4 <= reasons.count(Reason.BUSY) <= 8
    assert reasons.count(Reason.IDLE) >= 40
    assert engine.stats().carried == reasons.count(Reason.IDLE)


def test_someone_who_leaves_is_not_carried_on() -> None:
    engine = AtlasDetector(ScriptedDetector(see_red))
    watcher = Watcher()
    view = street()
    tracks = Tracks.empty()
    for number in range(20):
        picture = with_people(view, [(300, 180, 330, 260)]) if number < 10 else view
        (found,) = engine.detect([watcher.look(frame_of(noisy(picture, number), number / 5), tracks)])
        assert len(found) == (1 if number < 10 else 0), number
        tracks = as_tracks(found)


def test_someone_who_appears_is_found_in_the_same_frame() -> None:
    engine = AtlasDetector(ScriptedDetector(see_red))
    watcher = Watcher()
    view = street()
    person: list[Box] = [(300, 200, 312, 230)]
    for number in range(5):
        engine.detect([watcher.look(frame_of(noisy(view, number), number / 5), Tracks.empty())])
    look = watcher.look(frame_of(noisy(with_people(view, person), 9), 1.0), Tracks.empty())
    assert look.reason is Reason.BUSY
    (found,) = engine.detect([look])
    assert close(found, person, 4)


def test_a_lost_track_is_looked_for() -> None:
    """The tracker says that it did not see its object: no box may be carried, the place is looked at."""
    watcher = Watcher()
    view = street()
    watcher.look(frame_of(view, 0.0), Tracks.empty())
    box = np.array([[300, 180, 330, 260]], np.float32)
    one = np.ones(1)
    lost = Tracks(
        np.array([7]), box, one.astype(np.float32), np.array([ObjectClass.PERSON], np.int32), np.zeros(1, np.bool_)
    )
    look = watcher.look(frame_of(view, 0.2), lost)
    assert look.reason is Reason.BUSY
    assert not len(look.carried)
    x1, y1, x2, y2 = look.regions[0].xyxy
    assert x1 <= 300
    assert y1 <= 180
    assert x2 >= 330
    assert y2 >= 260


def test_leaves_that_move_for_ever_are_looked_at_less_and_a_person_there_is_still_found() -> None:
    engine = AtlasDetector(ScriptedDetector(see_red))
    watcher = Watcher(WatcherConfig(refresh_s=1000.0))
    view = street()
    rng = np.random.default_rng(0)
    regions = []

    def windy() -> Picture:
        picture = view.copy()
        picture[20:90, 500:600] = rng.integers(0, 2, (7, 10, 1)).repeat(10, 0).repeat(10, 1) * 120 + 40
        return picture

    for number in range(60):
        look = watcher.look(frame_of(windy(), number / 5), Tracks.empty())
        engine.detect([look])
        regions.append(bool(look.regions))
    assert sum(regions[20:]) <= 12  # about once a second, not five times
    tracks = Tracks.empty()
    seen = 0
    for number in range(60, 75):
        picture = with_people(windy(), [(520, 30, 540, 80)])
        (found,) = engine.detect([watcher.look(frame_of(picture, number / 5), tracks)])
        seen += len(found) > 0
        tracks = as_tracks(found)
    assert seen >= 10  # found within a second, then followed


def test_a_view_that_changed_altogether_is_looked_at_as_a_whole() -> None:
    watcher = Watcher()
    watcher.look(frame_of(street(seed=1), 0.0), Tracks.empty())
    assert watcher.look(frame_of(street(seed=1), 0.2), Tracks.empty()).reason is Reason.IDLE
    assert watcher.look(frame_of(255 - street(seed=5), 0.4), Tracks.empty()).reason is Reason.REFRESH


def test_a_new_session_a_new_size_and_time_going_back_start_afresh() -> None:
    watcher = Watcher()
    watcher.look(frame_of(street(), 10.0), Tracks.empty())
    assert watcher.look(frame_of(street(), 10.2, session=1), Tracks.empty()).reason is Reason.REFRESH
    assert watcher.look(frame_of(street(), 3.0, session=1), Tracks.empty()).reason is Reason.REFRESH
    assert watcher.look(frame_of(street(320, 180), 3.2, session=1), Tracks.empty()).reason is Reason.REFRESH


def test_one_person_in_two_regions_is_one_box() -> None:
    """Two walkers cross: their regions overlap, each shows the other in part."""
    engine = AtlasDetector(ScriptedDetector(see_red))
    watcher = Watcher()
    view = street()
    tracks = Tracks.empty()
    for step in range(12):
        people: list[Box] = [(200 + 6 * step, 170, 224 + 6 * step, 240), (330 - 2 * step, 200, 354 - 2 * step, 270)]
        (found,) = engine.detect([watcher.look(frame_of(with_people(view, people), step / 5), tracks)])
        assert close(found, people, 5), (step, found.xyxy)
        tracks = as_tracks(found)


def test_nothing_to_look_at_costs_nothing() -> None:
    detector = ScriptedDetector([])
    assert AtlasDetector(detector).detect([]) == []
    assert detector.canvases == 0


def test_a_crowd_is_looked_at_as_a_whole_rather_than_piece_by_piece() -> None:
    engine = AtlasDetector(ScriptedDetector(see_red))
    watcher = Watcher()
    view = street()
    tracks = Tracks.empty()
    for step in range(4):
        people: list[Box] = [
            (x + 3 * step, y, x + 3 * step + 24, y + 70) for x in range(10, 600, 60) for y in range(10, 280, 85)
        ]
        look = watcher.look(frame_of(with_people(view, people), step / 5), tracks)
        (found,) = engine.detect([look])
        assert len(found) == len(people)
        tracks = as_tracks(found)
    assert engine.stats().passes == 4

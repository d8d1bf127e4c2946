"""Who is who: identities through crossings, occlusion, thin frame rates, shaking cameras and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veedor.model.detection import Detections, ObjectClass
from veedor.model.track import Tracks
from veedor.site.track import Tracker
from veedor.site.track.errors import BadDetections, BadTime, TimeWentBack

WIDTH, HEIGHT = 40.0, 100.0


def at(*centres: tuple[float, float], confidence: float = 0.9, kind: int = ObjectClass.PERSON) -> Detections:
    """People of one size standing at `centres`."""
    boxes = [(x - WIDTH / 2, y - HEIGHT / 2, x + WIDTH / 2, y + HEIGHT / 2) for x, y in centres]
    count = len(centres)
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, confidence, np.float32),
        np.full(count, kind, np.int32),
    )


def seen(tracks: Tracks) -> dict[int, float]:
    """Centre x of each observed track."""
    middle = (tracks.xyxy[:, 0] + tracks.xyxy[:, 2]) / 2
    return {int(tracks.track_id[row]): float(middle[row]) for row in np.flatnonzero(tracks.observed)}


def holder(tracks: Tracks, x: float) -> int:
    """The identity of whoever is seen at `x`."""
    found = seen(tracks)
    nearest = min(found, key=lambda track_id: abs(found[track_id] - x))
    assert abs(found[nearest] - x) < WIDTH / 2
    return nearest


@pytest.mark.parametrize("fps", [30.0, 10.0, 5.0])
def test_people_who_cross_keep_their_identities(fps: float) -> None:
    tracker, speed = Tracker(), 120.0
    first: tuple[int, int] | None = None
    for frame in range(int(4 * fps)):
        t = frame / fps
        right, left = 100 + speed * t, 580 - speed * t
        tracks = tracker.update(at((right, 200), (left, 230)), t)
        if frame == 2:
            first = holder(tracks, right), holder(tracks, left)
    assert first == (holder(tracks, right), holder(tracks, left))
    assert len(tracks) == 2


@pytest.mark.parametrize("fps", [25.0, 5.0])
def test_an_occluded_walker_comes_back_as_the_same_and_is_predicted_meanwhile(fps: float) -> None:
    tracker, speed = Tracker(), 80.0
    identity, predicted = None, []
    for frame in range(int(5 * fps)):
        t = frame / fps
        x = 100 + speed * t
        hidden = 2.0 <= t < 3.0
        tracks = tracker.update(at() if hidden else at((x, 200)), t)
        if t < 2.0:
            identity = holder(tracks, x)
        elif hidden and len(tracks):
            assert not tracks.observed.any()
            predicted.append(abs(float(tracks.xyxy[0, [0, 2]].mean()) - x))
    assert predicted
    assert max(predicted) < WIDTH / 2
    assert seen(tracks).keys() == {identity}


def test_intervals_may_be_irregular() -> None:
    tracker, rng, t = Tracker(), np.random.default_rng(4), 0.0
    identities = set()
    for _ in range(200):
        t += float(rng.choice([0.03, 0.05, 0.2, 0.4]))
        identities |= seen(tracker.update(at((100 + 60 * t, 200), (100 + 60 * t, 500)), t)).keys()
    assert identities == {1, 2}


def test_a_shaking_camera_changes_nobodys_identity() -> None:
    tracker, rng = Tracker(), np.random.default_rng(7)
    people = np.array([(100 + 45.0 * i, 150 + 120 * (i % 3)) for i in range(9)])
    identities = set()
    for frame in range(50):
        shift = rng.uniform(-20, 20, 2)  # up to a body's width between frames
        identities |= seen(tracker.update(at(*map(tuple, people + shift)), frame / 5)).keys()
    assert identities == set(range(1, 10))


def test_one_unsure_detection_is_no_track_but_two_are() -> None:
    tracker = Tracker()
    assert len(tracker.update(at((100, 200), confidence=0.6), 0.0)) == 0
    assert len(tracker.update(at((102, 200), confidence=0.6), 0.2)) == 1
    assert len(tracker.update(at((500, 200), confidence=0.3), 0.4).where(np.array([False]))) == 0
    assert 500 not in [round(x) for x in seen(tracker.update(at((500, 200), confidence=0.3), 0.6)).values()]


def test_an_unsure_detection_extends_a_track() -> None:
    tracker = Tracker()
    for frame in range(5):
        tracker.update(at((100 + 4 * frame, 200)), frame / 5)
    assert seen(tracker.update(at((120, 200), confidence=0.15), 1.0)).keys() == {1}


def test_the_class_is_that_of_the_majority() -> None:
    tracker = Tracker()
    for frame in range(6):
        kind = ObjectClass.TRUCK if frame == 3 else ObjectClass.BUS
        tracks = tracker.update(at((100, 200), kind=kind), frame / 5)
        assert tracks.class_id.tolist() == [ObjectClass.BUS]


def test_after_a_long_gap_nothing_is_carried_over_and_no_identity_returns() -> None:
    tracker = Tracker()
    tracker.update(at((100, 200)), 0.0)
    assert seen(tracker.update(at((100, 200)), 60.0)).keys() == {2}
    tracker.reset()
    assert seen(tracker.update(at((100, 200)), 0.0)).keys() == {3}


def test_time_may_stand_still_but_not_go_back() -> None:
    tracker = Tracker()
    tracker.update(at((100, 200)), 5.0)
    with pytest.raises(TimeWentBack):
        tracker.update(at((100, 200)), 4.9)
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(BadTime):
            tracker.update(at((100, 200)), wrong)
    assert seen(tracker.update(at((100, 200)), 5.0)).keys() == {1}


def test_what_cannot_be_a_box_is_ignored() -> None:
    nan, inf = float("nan"), float("inf")
    boxes = [(10, 10, 50, 110), (nan, 0, 9, 9), (0, 0, inf, 9), (50, 50, 40, 60), (5, 5, 5, 9), (-1e9, 0, 1e9, 9)]
    boxes += [(10, 10, 50, 110), (200, 10, 240, 110)]
    confidence = [0.9] * 6 + [0.95, nan]
    given_ = Detections(np.array(boxes, np.float32), np.array(confidence, np.float32), np.full(8, 999, np.int32))
    tracks = Tracker().update(given_, 0.0)
    assert tracks.xyxy.tolist() == [[10, 10, 50, 110]]
    assert tracks.confidence.tolist() == [pytest.approx(0.95)]
    assert tracks.class_id.tolist() == [ObjectClass.UNKNOWN]


def test_of_a_flood_of_boxes_the_surest_are_taken() -> None:
    rng, count = np.random.default_rng(0), 20_000
    corner = rng.uniform(0, 1e5, (count, 2))
    boxes = np.hstack((corner, corner + 50)).astype(np.float32)
    flood = Detections(boxes, rng.uniform(0.5, 1, count).astype(np.float32), np.ones(count, np.int32))
    tracker = Tracker()
    for frame in range(3):
        tracks = tracker.update(flood, frame / 5)
        assert 0 < len(tracks) <= 1000
    assert tracks.confidence.min() > 0.95


@pytest.mark.parametrize(
    ("boxes", "confidence", "classes"), [((2, 4), 1, 2), ((2, 4), 2, 1), ((2, 3), 2, 2), ((4,), 1, 1)]
)
def test_columns_that_do_not_fit_are_refused(boxes: tuple[int, ...], confidence: int, classes: int) -> None:
    with pytest.raises(BadDetections):
        Tracker().update(Detections(np.ones(boxes, np.float32), np.ones(confidence), np.ones(classes, np.int32)), 0.0)


def test_memory_is_the_same_after_days() -> None:
    """Every 20 minutes for 10 days a burst of passers-by; nothing of them stays."""
    tracker, rng, sizes = Tracker(), np.random.default_rng(1), []
    for burst in range(720):
        for frame in range(5):
            people = [(float(x), 200 + 3.0 * frame) for x in rng.uniform(50, 1800, 6)]
            tracks = tracker.update(at(*people), 1200.0 * burst + frame / 5)
        tracker.update(at(), 1200.0 * burst + 600)
        sizes.append(len(tracker._tracks) + tracker._motion._state.size)
    assert set(sizes) == {0}
    assert tracks.track_id.min() > 720


def test_what_was_reported_stays_as_it_was() -> None:
    """No column of a frame's tracks is one that the tracker goes on working with."""
    tracker = Tracker()
    first = tracker.update(at((100, 200), (300, 200)), 0.0)
    before = [column.copy() for column in (first.track_id, first.xyxy, first.confidence, first.class_id)]
    given_ = at((110, 200), (290, 200))
    for frame in range(1, 4):
        tracker.update(given_, frame / 5)
        tracker.update(at(), frame / 5 + 0.1)
    after = (first.track_id, first.xyxy, first.confidence, first.class_id)
    assert all((old == new).all() for old, new in zip(before, after, strict=True))
    assert first.observed.all()
    assert (given_.xyxy == at((110, 200), (290, 200)).xyxy).all()


def test_an_empty_street_costs_next_to_nothing() -> None:
    """Nobody there, no work: every such frame gets the same answer, and the tracker holds nothing for it."""
    tracker = Tracker()
    answers = [tracker.update(at(), frame / 5) for frame in range(3)]
    assert answers[0] is answers[1] is answers[2]
    assert len(answers[0]) == len(tracker._tracks) == 0
    with pytest.raises(TimeWentBack):
        tracker.update(at(), 0.1)


boxes_anywhere = st.lists(
    st.tuples(st.floats(-500, 2500, width=32), st.floats(-500, 2500, width=32), st.floats(1, 800), st.floats(1, 800)),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(boxes_anywhere, st.floats(0, 2)), max_size=12), st.integers(0, 2**32 - 1))
def test_whatever_comes_the_output_is_sound(frames: list[tuple[list[tuple[float, ...]], float]], seed: int) -> None:
    tracker, rng, t, highest = Tracker(), np.random.default_rng(seed), 0.0, 0
    for boxes, dt in frames:
        t += dt
        xywh = np.array(boxes, np.float32).reshape(-1, 4)
        xyxy = np.hstack((xywh[:, :2], xywh[:, :2] + xywh[:, 2:]))
        confidence = rng.uniform(0, 1, len(xyxy)).astype(np.float32)
        tracks = tracker.update(Detections(xyxy, confidence, rng.integers(-2, 20, len(xyxy)).astype(np.int32)), t)
        assert len(set(tracks.track_id.tolist())) == len(tracks)
        assert np.isfinite(tracks.xyxy).all()
        assert (tracks.xyxy[:, 2:] > tracks.xyxy[:, :2]).all()
        assert int(tracks.observed.sum()) <= len(xyxy)
        new = [track_id for track_id in tracks.track_id.tolist() if track_id > highest]
        highest = max([highest, *new])
    again = Tracker()
    assert len(again.update(Detections.empty(), 0.0)) == 0


@settings(max_examples=20, deadline=None)
@given(st.floats(0.25, 4), st.floats(-300, 300), st.floats(-300, 300))
def test_scale_and_place_of_the_picture_do_not_matter(scale: float, dx: float, dy: float) -> None:
    def identities(scale: float, dx: float, dy: float) -> list[list[int]]:
        tracker, rng, found = Tracker(), np.random.default_rng(3), []
        paths = rng.uniform(0, 800, (5, 2)), rng.uniform(-80, 80, (5, 2))
        for frame in range(15):
            boxes = at(*map(tuple, paths[0] + paths[1] * frame / 5)).xyxy * scale + np.array((dx, dy, dx, dy))
            given_ = Detections(boxes.astype(np.float32), np.full(5, 0.9, np.float32), np.ones(5, np.int32))
            found.append(sorted(tracker.update(given_, frame / 5).track_id.tolist()))
        return found

    assert identities(scale, dx, dy) == identities(1.0, 0.0, 0.0)

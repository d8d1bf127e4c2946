"""The tracker's parts: the filter, the learned noise and confidence, the camera's motion, the assignment."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from veedor.site.track import association
from veedor.site.track.association import iou, match, mutual_best, nearness, overlap
from veedor.site.track.camera_motion import STILL, estimate_shift
from veedor.site.track.confidence import ConfidenceScale
from veedor.site.track.config import CameraMotionConfig, ConfidenceConfig, MotionConfig
from veedor.site.track.motion import Motion, to_centre, to_corners

Floats = NDArray[np.float64]


def columns(*boxes: tuple[float, float, float, float]) -> Floats:
    """`boxes` as the tracker has them: (4, n)."""
    return np.array(boxes).T


def started(count: int = 1) -> Motion:
    motion = Motion(MotionConfig())
    motion.start(columns(*[(100.0, 100.0, 40.0, 90.0)] * count), (0.0, 0.0))
    return motion


def test_corners_and_centres_are_the_same_boxes() -> None:
    boxes = np.random.default_rng(0).uniform(0, 100, (4, 20))
    boxes[2:] += boxes[:2]
    assert to_centre(columns((10, 20, 50, 120))).T.tolist() == [[30, 70, 40, 100]]
    assert np.allclose(to_corners(to_centre(boxes)), boxes)


def test_many_short_predictions_are_as_one_long() -> None:
    """The model is in continuous time: how often a track is looked at without a detection changes nothing."""
    one, many = started(), started()
    for motion in (one, many):
        motion.correct(columns((104.0, 101.0, 40.0, 90.0)), np.ones(1))
    one.predict(0.8)
    for _ in range(16):
        many.predict(0.05)
    assert np.allclose(one.position, many.position, rtol=1e-9)
    assert one.place_std[0] == pytest.approx(many.place_std[0], rel=0.02)


def test_the_velocity_is_learned_from_two_sights() -> None:
    motion = started()
    motion.predict(0.2)
    motion.correct(columns((120.0, 100.0, 40.0, 90.0)), np.ones(1))
    assert motion.velocity[0, 0] == pytest.approx(100, rel=0.15)
    assert abs(motion.velocity[1, 0]) < 1


def test_a_track_that_was_not_seen_stays_as_predicted_among_others_that_were() -> None:
    alone, among = started(), started(3)
    for motion in (alone, among):
        motion.predict(0.2)
    alone.miss()
    among.correct(columns((120.0, 100, 40, 90), (7.0, 8, 9, 10), (90.0, 110, 30, 95)), np.array((1.0, np.inf, 4.0)))
    for motion in (alone, among):
        motion.predict(0.3)
    assert among.position[:, 1].tolist() == alone.position[:, 0].tolist()
    assert among.velocity[:, 1].tolist() == alone.velocity[:, 0].tolist()
    assert among.place_std[1] == alone.place_std[0] > among.place_std[2] > among.place_std[0]


@pytest.mark.parametrize(("noise", "swing_px", "expected"), [(0.003, 60.0, (0.0, 0.04)), (0.12, 0.0, (0.07, 0.15))])
def test_it_learns_whether_to_follow_the_detector(noise: float, swing_px: float, expected: tuple[float, float]) -> None:
    """Exact boxes of things that swing to and fro are followed closely; trembling boxes of steady walkers are not."""
    rng, motion, count = np.random.default_rng(2), started(8), 8
    size = np.sqrt(40.0 * 90.0)
    for step in range(1, 200):
        motion.predict(0.2)
        boxes = columns(*[(100.0 + 4.0 * step + swing_px * np.sin(step / 3), 100.0, 40.0, 90.0)] * count)
        boxes[:2] += rng.normal(0, noise * size, (count, 2)).T
        boxes[2:] += rng.normal(0, 2 * noise * size, (count, 2)).T
        motion.correct(np.maximum(boxes, 5.0), np.ones(count))
    assert expected[0] < motion.position_noise < expected[1]


def test_thresholds_follow_the_detectors_habits() -> None:
    proud, modest = ConfidenceScale(ConfidenceConfig()), ConfidenceScale(ConfidenceConfig())
    for _ in range(100):
        proud.learn([0.99] * 10)
        modest.learn([0.6] * 10)
    assert 0.5 < modest.high < modest.birth < 0.6
    assert 0.65 < proud.high < 0.8 < proud.birth < 0.99


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30))
def test_thresholds_stay_probabilities(confidence: list[float]) -> None:
    scale = ConfidenceScale(ConfidenceConfig())
    for _ in range(20):
        scale.learn(confidence)
    assert 0 < scale.high < 1
    assert 0 < scale.birth < 1


def test_a_common_shift_is_found_and_a_lone_walker_is_not_one() -> None:
    rng = np.random.default_rng(5)
    tracks = np.hstack((rng.uniform(0, 1000, (10, 2)), np.tile((40.0, 100.0), (10, 1)))).T
    moved = tracks.copy()
    moved[:2] += ((25,), (-12,))
    moved[:2, 0] += (20, 20)  # one also walks
    std = np.full(10, 5.0)
    assert estimate_shift(tracks, std, moved, CameraMotionConfig()) == pytest.approx((25, -12), abs=2)
    lone = tracks.copy()
    lone[0, 0] += 30
    assert np.abs(estimate_shift(tracks, std, lone, CameraMotionConfig())).max() < 1


def test_scattered_movements_are_no_camera_motion() -> None:
    rng = np.random.default_rng(6)
    tracks = np.hstack((rng.uniform(0, 2000, (8, 2)), np.tile((60.0, 150.0), (8, 1)))).T
    shifts = []
    for _ in range(50):
        moved = tracks.copy()
        moved[:2] += rng.normal(0, 25, (8, 2)).T
        shifts.append(np.hypot(*estimate_shift(tracks, np.full(8, 20.0), moved, CameraMotionConfig())))
    assert np.median(shifts) < 2


def test_too_few_boxes_say_nothing_of_the_camera() -> None:
    tracks = columns((10.0, 10, 5, 5), (50, 50, 5, 5))
    assert estimate_shift(tracks, np.ones(2), tracks + 2.0, CameraMotionConfig()) == STILL


def test_overlap_prefers_the_box_of_equal_height() -> None:
    track = columns((0.0, 0, 40, 100))
    both = columns((10.0, 0, 50, 100), (0.0, 0, 40, 60))
    assert iou(track, both)[0].tolist() == pytest.approx([0.6, 0.6])
    likeness = overlap(track, both)[0]
    assert likeness[0] > likeness[1]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_few_boxes_overlap_as_many_do(rows: int, others: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(0, 100, (4, rows)), rng.uniform(0, 100, (4, others))
    for boxes in (a, b):
        boxes[2:] = boxes[:2] + rng.uniform(1, 100, boxes[2:].shape)
    many = overlap(np.tile(a, association._FEW_PAIRS + 1), b)[:rows]
    one_by_one = [[overlap(a[:, [row]], b[:, [column]])[0, 0] for column in range(others)] for row in range(rows)]
    assert np.allclose(many, one_by_one, rtol=1e-12, atol=0)
    assert np.allclose(many, overlap(a, b), rtol=1e-12, atol=0)


def test_nearness_ends_at_the_reach() -> None:
    track, reach = columns((100.0, 100, 40, 90)), np.array([50.0])
    there = columns((100.0, 100, 40, 90), (125, 100, 40, 90), (151, 100, 40, 90), (100, 100, 80, 90))
    values = nearness(track, reach, there)[0]
    assert values[0] == pytest.approx(1)
    assert values[1] == pytest.approx(0.5)
    assert values[2] < 0
    assert values[3] < 0


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_assignment_is_the_best_there_is(rows: int, columns: int, seed: int) -> None:
    gain = np.random.default_rng(seed).uniform(0, 1, (rows, columns))
    pairs = match(gain, 0.3)
    assert len({row for row, _ in pairs}) == len(pairs) == len({column for _, column in pairs})
    assert all(gain[pair] > 0.3 for pair in pairs)
    wide = np.maximum(gain - 0.3, 0) if rows <= columns else np.maximum(gain - 0.3, 0).T
    best = max(
        sum(wide[i, j] for i, j in enumerate(order))
        for order in itertools.permutations(range(wide.shape[1]), wide.shape[0])
    )
    assert sum(gain[pair] - 0.3 for pair in pairs) == pytest.approx(best)


def test_mutual_best_pairs_only_those_who_choose_each_other() -> None:
    assert mutual_best(np.array([[0.9, 0.8], [0.95, 0.1], [-1, -1]])) == [(1, 0)]

"""Calibrations of a lens that bends straight lines, of one that does not, and of people who click a little beside."""

from __future__ import annotations

import numpy as np
import pytest

from veedor.desk.map.calibration import calibrate
from veedor.kit.geometry import PointsUnfit, metres_per_degree, project, undistorted
from veedor.model.camera import GroundPair
from veedor.site.rules.ground import Ground

ASPECT = 4 / 3
# A camera on a mast, looking down a street: metres east and north of a point of the picture.
MATRIX = np.array([(12.0, 0.0, -6.0), (0.0, -30.0, 36.0), (0.0, 0.9, 0.2)])
SPOTS = np.array([(x, y) for x in (0.05, 0.35, 0.65, 0.95) for y in (0.25, 0.6, 0.95)])


def pairs(k1: float, clicked_beside: float = 0.0, spots: np.ndarray = SPOTS) -> tuple[GroundPair, ...]:
    east, north = metres_per_degree(-12.0)
    ground = project(MATRIX, undistorted(spots, k1, ASPECT))
    beside = np.random.default_rng(2).normal(0, clicked_beside, spots.shape)
    return tuple(
        GroundPair(float(x), float(y), -12.0 + float(n) / north, -77.0 + float(e) / east)
        for (x, y), (e, n) in zip(np.clip(spots + beside, 0, 1), ground, strict=True)
    )


def test_a_wide_angle_lens_is_found_and_taken_out() -> None:
    told = pairs(-0.22)
    flat, bent = calibrate(told)[0], calibrate(told, lens=True, aspect=ASPECT)[0]
    assert flat.rms_m > 0.3
    assert bent.rms_m < 0.02
    assert bent.k1 == pytest.approx(-0.22, abs=0.005)
    there = Ground.of(bent)
    assert there is not None
    seen = np.array([(0.1, 0.4), (0.9, 0.8)])
    true = project(MATRIX, undistorted(seen, -0.22, ASPECT))
    apart = there.metres(seen)
    assert np.linalg.norm(apart[1] - apart[0]) == pytest.approx(np.linalg.norm(true[1] - true[0]), abs=0.05)


def test_a_straight_lens_stays_straight_whoever_clicks_a_little_beside() -> None:
    assert calibrate(pairs(0.0), lens=True, aspect=ASPECT)[0].k1 == 0.0
    assert calibrate(pairs(0.0, clicked_beside=0.004), lens=True, aspect=ASPECT)[0].k1 == 0.0


def test_a_lens_is_found_through_clicks_beside_and_needs_enough_pairs() -> None:
    found = calibrate(pairs(-0.22, clicked_beside=0.002), lens=True, aspect=ASPECT)[0]
    assert found.k1 == pytest.approx(-0.22, abs=0.06)
    with pytest.raises(PointsUnfit) as told:
        calibrate(pairs(-0.22)[:7], lens=True, aspect=ASPECT)
    assert "8 pares" in told.value.render("es")


def test_without_distortion_nothing_moves_and_with_it_only_what_is_off_the_middle() -> None:
    np.testing.assert_array_equal(undistorted(SPOTS, 0.0, ASPECT), SPOTS)
    np.testing.assert_allclose(undistorted(np.array([[0.5, 0.5]]), -0.3, ASPECT), [[0.5, 0.5]])
    corner = undistorted(np.array([[1.0, 1.0]]), -0.3, ASPECT)
    np.testing.assert_allclose(corner, 0.5 + 0.5 / 0.7)

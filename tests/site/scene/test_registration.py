"""How views lie over each other: real footage that is turned, zoomed and lit, and real footage that is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from footage import clip_frames
from veedor.site.scene.registration import COLUMNS, ROWS, moved_back, register, small_picture

ASPECT = 4 / 3
Grey = np.ndarray  # (height, width) uint8


@pytest.fixture(scope="module")
def plaza(shared: Path) -> list[Grey]:
    """A real plaza with people, one picture each five seconds of sixteen at most."""
    frames = clip_frames(shared / "data/video/vtest.avi", every=50, step_s=5.0)
    return [cv2.resize(frame.luma, (384, 288), interpolation=cv2.INTER_AREA) for frame in frames]


def seen(picture: Grey, right: float = 0, down: float = 0, clockwise: float = 0, zoom: float = 1) -> Grey:
    """The middle 70 % of a picture, as a camera sees it that was moved so (shares of what it sees, degrees)."""
    high, wide = picture.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), clockwise, zoom)  # the picture turns against the camera
    turned = cv2.warpAffine(picture, turn, (wide, high))
    left, top = int(wide * 0.7 * right + wide * 0.15), int(high * 0.7 * down + high * 0.15)
    return np.ascontiguousarray(turned[top : top + int(high * 0.7), left : left + int(wide * 0.7)])


def background(pictures: list[Grey], **moved: float) -> np.ndarray:
    return np.median([small_picture(seen(one, **moved)) for one in pictures], axis=0).astype(np.float32)


def night(picture: Grey) -> Grey:
    rng = np.random.default_rng(3)
    return np.clip(100 * (picture / 255.0) ** 2 + rng.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)


def headlights(picture: Grey) -> Grey:
    rng = np.random.default_rng(int(picture.sum()) % 1000)
    lit = night(picture).astype(np.float32)
    for _ in range(3):
        beam = np.zeros(picture.shape, np.float32)
        place = int(rng.integers(picture.shape[1])), int(rng.integers(picture.shape[0] // 2, picture.shape[0]))
        cv2.circle(beam, place, picture.shape[1] // 8, 200.0, -1)
        lit += cv2.GaussianBlur(beam, (0, 0), picture.shape[1] / 20)
    return np.clip(lit, 0, 255).astype(np.uint8)


def rain(picture: Grey) -> Grey:
    rng, wet = np.random.default_rng(5), picture.copy()
    for _ in range(400):
        x, y = int(rng.integers(picture.shape[1])), int(rng.integers(picture.shape[0]))
        cv2.line(wet, (x, y), (x + 2, y + picture.shape[0] // 20), 200, 1)
    return wet


def crowd(picture: Grey) -> Grey:
    """Two thirds of the ground are full of people, others in each picture."""
    rng, full = np.random.default_rng(int(picture.sum()) % 1000), picture.copy()
    for _ in range(260):
        x, y = int(rng.integers(picture.shape[1])), int(rng.integers(picture.shape[0] // 3, picture.shape[0]))
        cv2.ellipse(full, (x, y), (6, 15), 0, 0, 360, int(rng.integers(20, 235)), -1)
    return full


MOVES = [
    {"right": 0.03},
    {"right": -0.05},
    {"right": 0.08, "down": -0.03},
    {"down": 0.05},
    {"right": 0.14},
    {"clockwise": 4.0},
    {"clockwise": -12.0},
    {"zoom": 1.08},
    {"zoom": 1.35},
    {"right": 0.06, "down": -0.04, "clockwise": 2.0, "zoom": 1.05},
]


@pytest.mark.parametrize("move", MOVES, ids=str)
def test_a_move_is_found_and_measured(plaza: list[Grey], move: dict[str, float]) -> None:
    found = register(background(plaza[:3]), background(plaza[8:11], **move), aspect=ASPECT).movement
    assert found is not None
    assert found.right == pytest.approx(move.get("right", 0) * move.get("zoom", 1), abs=0.01)
    assert found.down == pytest.approx(move.get("down", 0) * move.get("zoom", 1), abs=0.01)
    assert found.turned_deg == pytest.approx(move.get("clockwise", 0), abs=0.5)
    assert found.zoomed == pytest.approx(move.get("zoom", 1), abs=0.02)
    assert found.extent >= 0.025


@pytest.mark.parametrize("light", [night, headlights, rain, crowd])
def test_no_light_rain_or_crowd_is_a_move_and_none_hides_one(plaza: list[Grey], light: Callable[[Grey], Grey]) -> None:
    first, later = background(plaza[:3]), [light(one) for one in plaza[8:11]]
    still = register(first, background(later), aspect=ASPECT)
    assert still.movement is None or still.movement.extent < 0.01
    if light is not crowd:  # nobody sees a move behind a crowd
        moved = register(first, background(later, right=0.05), aspect=ASPECT).movement
        assert moved is not None
        assert moved.right == pytest.approx(0.05, abs=0.01)


def test_a_plaza_that_nobody_touches_lies_as_it_lay(plaza: list[Grey]) -> None:
    first = background(plaza[:3])
    assert all(register(first, background(plaza[at : at + 3])).is_still for at in range(len(plaza) - 3))


def test_another_place_is_neither_still_nor_moved(plaza: list[Grey], shared: Path) -> None:
    road = next(clip_frames(shared / "data/video/car-detection.mp4", every=300, step_s=1))
    other = register(background(plaza[:3]), small_picture(road.luma).astype(np.float32))
    assert not other.is_still
    assert other.movement is None


def test_darkness_says_nothing(plaza: list[Grey]) -> None:
    dark = np.full((ROWS, COLUMNS), 3, np.float32)
    assert register(background(plaza[:3]), dark).at_rest is None


def test_a_picture_is_moved_back_over_the_first(plaza: list[Grey]) -> None:
    first, now = background(plaza[:3]), background(plaza[8:11], right=0.06, clockwise=3.0)
    movement = register(first, now, aspect=ASPECT).movement
    assert movement is not None
    assert register(first, moved_back(now, movement), aspect=ASPECT).is_still

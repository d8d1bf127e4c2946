"""Bad weather and bad light over a real place, rendered: the same pictures in every run.

The place is the plaza of `vtest.avi` without its people (the median of many pictures); who walks through it is one of
those people, cut out of the clip. `Plaza.picture` is a clean picture; each of `WEATHERS` changes one as a camera would
see it at `at_s`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from footage import Picture

WIDTH, HEIGHT = 480, 360
PERSON = 9  # of PETS09-S2L1: walks upright and alone for the clip's first seconds
WALK_PX_S = 60.0
Weather = Callable[[Picture, float], Picture]


@dataclass(frozen=True)
class Plaza:
    """`ground`: the empty place. `steps`: one person's pictures, 10 a second, each with its alpha (0..1)."""

    ground: Picture
    steps: tuple[tuple[Picture, np.ndarray], ...]

    def picture(self, at_s: float | None = None) -> Picture:
        """The place; with `at_s`, somebody walks through it from the left, and has done so for that long."""
        if at_s is None:
            return self.ground.copy()
        person, alpha = self.steps[int(at_s * 10) % len(self.steps)]
        tall, wide = person.shape[:2]
        left, foot = round(20 + WALK_PX_S * at_s), 280
        if left + wide > WIDTH:
            return self.ground.copy()
        picture = self.ground.copy()
        place = picture[foot - tall : foot, left : left + wide]
        place[:] = np.rint(place * (1 - alpha) + person * alpha).astype(np.uint8)
        return picture


def plaza(shared: Path) -> Plaza:
    """From the first seconds of the clip, and its ground truth."""
    boxes = {}
    for row in np.loadtxt(shared / "data/groundtruth/PETS09-S2L1_gt.txt", delimiter=","):
        if int(row[1]) == PERSON:
            boxes[int(row[0]) - 1] = row[2:6]
    first, spread = [], []
    with av.open(str(shared / "data/video/vtest.avi")) as container:
        for number, frame in zip(range(500), container.decode(video=0), strict=False):
            if number < 8:
                first.append(frame.to_ndarray(format="bgr24"))
            if number % 20 == 0:
                spread.append(frame.to_ndarray(format="bgr24"))
    ground = np.median(np.stack(spread), axis=0).astype(np.uint8)
    steps = []
    for number, picture in enumerate(first):
        left, top, wide, tall = boxes[number]
        steps.append(_cut(picture, ground, (left - 6, top - 4, wide + 12, tall + 8)))
    return Plaza(cv2.resize(ground, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), tuple(steps))


def _cut(picture: Picture, ground: Picture, box: tuple[float, float, float, float]) -> tuple[Picture, np.ndarray]:
    """Who is in the box, at the scale of our picture, with an alpha that leaves the old ground out."""
    left, top, wide, tall = (round(value) for value in box)
    part, behind = (one[top : top + tall, left : left + wide].astype(np.float32) for one in (picture, ground))
    differs = (np.abs(part - behind).max(axis=2) > 30).astype(np.uint8)
    solid = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    whole = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    alpha = cv2.GaussianBlur(whole.astype(np.float32), (3, 3), 0)
    size = (
        max(1, round(wide * WIDTH / picture.shape[1] * 1.25)),
        max(1, round(tall * WIDTH / picture.shape[1] * 1.25)),
    )
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return small, cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)[..., None]


def _at(at_s: float, salt: int) -> np.random.Generator:
    return np.random.default_rng([salt, round(at_s * 1000)])


_NOISE = np.random.default_rng(5).normal(0, 1, (HEIGHT * 2, WIDTH * 2, 1)).astype(np.float32)


def noise(at_s: float, level: float) -> np.ndarray:
    """Of a sensor, other at each moment: a window somewhere in one large field, turned now and then."""
    rng = _at(at_s, 1)
    top, left = int(rng.integers(HEIGHT)), int(rng.integers(WIDTH))
    part = _NOISE[top : top + HEIGHT, left : left + WIDTH]
    return level * (part[::-1] if rng.random() < 0.5 else part)


def _shown(light: np.ndarray) -> Picture:
    return np.clip(light, 0, 255).astype(np.uint8)


def night(picture: Picture, at_s: float) -> Picture:
    """Less than half of the light, hardly any colour, and a sensor at its highest gain."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None]
    dim = 0.45 * (0.25 * picture + 0.75 * grey)
    return _shown(dim + 8 + noise(at_s, 9.0))


def rain(picture: Picture, at_s: float) -> Picture:
    """Streaks that are elsewhere in each picture, and drops near the lens: long, wide and bright."""
    rng = _at(at_s, 2)
    water = np.zeros((HEIGHT, WIDTH), np.uint8)
    for length, thick, count in ((14, 1, 220), (45, 2, 12)):
        for x, y in rng.integers(0, (WIDTH, HEIGHT), (count, 2)).tolist():
            slant = int(length * 0.15)
            cv2.line(water, (x, y), (x + slant, y + length), int(rng.integers(90, 200)), thick, cv2.LINE_AA)
    veil = cv2.GaussianBlur(water, (3, 3), 0)[..., None].astype(np.float32)
    return _shown(picture * 0.72 + 22 + veil * 0.55 + noise(at_s, 2.5))


def headlights(picture: Picture, at_s: float) -> Picture:
    """At night: a pool of light sweeps over the ground every four seconds, and blinds the sensor at its heart."""
    x = (at_s % 4.0) / 4.0 * (WIDTH + 240) - 120
    across = (np.arange(WIDTH) - x) / 75.0
    down = (np.arange(HEIGHT) - HEIGHT * 0.68) / 38.0
    pool = np.exp(-(across[None, :] ** 2 + down[:, None] ** 2) / 2)[..., None].astype(np.float32)
    lit = picture.astype(np.float32) * (0.22 + 1.1 * pool) + 190 * pool**3
    return _shown(lit + 5 + noise(at_s, 6.0))


def insect(picture: Picture, at_s: float) -> Picture:
    """It crawls over the lens: large, dark, out of focus, and stands still now and then."""
    walked = at_s - 0.6 * np.sin(at_s * 1.3)
    x, y = WIDTH * (0.5 + 0.36 * np.sin(walked * 0.55)), HEIGHT * (0.5 + 0.3 * np.cos(walked * 0.8))
    body = np.zeros((HEIGHT, WIDTH), np.uint8)
    turned = float(np.degrees(walked * 1.1))
    cv2.ellipse(body, (round(x), round(y)), (30, 15), turned, 0, 360, 255, -1)
    for leg in range(6):
        angle = np.radians(turned + 60 * leg + 12 * np.sin(at_s * 9 + leg))
        end = (round(x + 46 * np.cos(angle)), round(y + 46 * np.sin(angle)))
        cv2.line(body, (round(x), round(y)), end, 255, 4)
    shade = cv2.GaussianBlur(body, (0, 0), 6)[..., None].astype(np.float32) / 255
    return _shown(picture * (1 - 0.9 * shade) + 25 * shade + noise(at_s, 2.5))


def clouds(picture: Picture, at_s: float) -> Picture:
    """Shadows with soft edges pass over the plaza, one after the other, and take half of the light."""
    across = np.arange(WIDTH)[None, :] + 0.5 * np.arange(HEIGHT)[:, None]
    wave = np.sin((across - 70.0 * at_s) / 95.0) + 0.5 * np.sin((across + 40.0 * at_s) / 41.0)
    light = 0.72 + 0.28 * np.tanh(3 * wave)
    return _shown(picture * light[..., None] + noise(at_s, 2.5))


def trees(picture: Picture, at_s: float) -> Picture:
    """Branches across the upper half, which the wind swings by some pixels, leaf by leaf."""
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    swing = 5.0 * np.sin(at_s * 3.1 + x / 60) + 3.0 * np.sin(at_s * 7.7 + y / 25)
    leaves = cv2.remap(_LEAVES, x + swing, y + 0.5 * swing, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    alpha = leaves[..., 3:].astype(np.float32) / 255
    return _shown(picture * (1 - alpha) + leaves[..., :3] * alpha + noise(at_s, 2.5))


def _leaves() -> np.ndarray:
    rng = np.random.default_rng(11)
    crown = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    for _ in range(900):
        x, y = rng.normal((WIDTH * 0.25, HEIGHT * 0.15), (WIDTH * 0.12, HEIGHT * 0.12)).astype(int).tolist()
        green = (int(rng.integers(20, 60)), int(rng.integers(60, 130)), int(rng.integers(30, 80)), 255)
        cv2.ellipse(crown, (x, y), (int(rng.integers(3, 9)), 3), float(rng.integers(180)), 0, 360, green, -1)
    return crown


_LEAVES = _leaves()

WEATHERS: dict[str, Weather] = {one.__name__: one for one in (night, rain, headlights, insect, clouds, trees)}

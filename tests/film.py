"""Films of scripted acts: real figures, cut out of a real clip, on its own empty ground.

Nothing of the clip is kept here: only in which of its frames the default detector found whom, as boxes. A figure is
what differs from the empty ground (the median of the clip) in its box; it is moved along a path, with a shadow, sensor
noise of a fixed seed, and H.264. The figures are stiff: a film shows where things go and how fast, not how they move.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

Picture = np.ndarray  # (height, width, 3) uint8 BGR
Spot = tuple[float, float, float]  # seconds, x, y of the foot point in pixels of the film
WIDTH, HEIGHT, FPS = 480, 320, 5
_GROUND = (288, 104)  # the film's corner in vtest.avi: the road and the lawn, without the parked vehicles
_CLIP = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "video" / "vtest.avi"


@dataclass(frozen=True)
class Cut:
    """Whom to cut out: the clip's frame (0: the empty ground itself) and the box (x1, y1, x2, y2), in its pixels."""

    frame: int
    box: tuple[int, int, int, int]
    scale: float = 1.0
    whole: bool = False  # with the ground in its box: what is as white as the wall behind it has no outline


# Boxes and classes are what YOLOX-nano found in these frames, but for the vest, which lies on the lawn.
CUTS = {
    "ana": Cut(240, (660, 270, 704, 380), 0.62),
    "beto": Cut(240, (448, 246, 482, 352), 0.64),
    "carla": Cut(480, (577, 247, 614, 342), 0.7),
    "dora": Cut(540, (638, 285, 681, 384), 0.68),
    "elsa": Cut(60, (613, 232, 654, 342), 0.62),
    "van": Cut(0, (647, 37, 729, 103), 1.1, whole=True),
    "vest": Cut(0, (68, 494, 160, 530), 0.45),
}


@dataclass(frozen=True)
class Figure:
    """`way`: where its foot is when, straight in between; it is there from the first spot to the last. `leans`:
    seconds and degrees, to the right, about the foot."""

    cut: str
    way: Sequence[Spot]
    flip: bool = False
    size: float = 1.0
    leans: Sequence[tuple[float, float]] = ()

    def at(self, t: float) -> tuple[float, float] | None:
        if not self.way[0][0] - 1e-9 <= t <= self.way[-1][0] + 1e-9:
            return None
        times, xs, ys = zip(*self.way, strict=True)
        return float(np.interp(t, times, xs)), float(np.interp(t, times, ys))

    def lean(self, t: float) -> float:
        return float(np.interp(t, *zip(*self.leans, strict=True))) if self.leans else 0.0


@dataclass(frozen=True)
class Film:
    seconds: float
    figures: Sequence[Figure] = ()
    changed: Callable[[Picture, float], Picture] = field(default=lambda picture, _t: picture)  # the whole picture

    def pictures(self) -> list[Picture]:
        rng = np.random.default_rng(7)
        return [self._picture(number / FPS, rng) for number in range(round(self.seconds * FPS))]

    def _picture(self, t: float, rng: np.random.Generator) -> Picture:
        x, y = _GROUND
        picture = ground()[y : y + HEIGHT, x : x + WIDTH].astype(np.float32)
        there = [(spot, one) for one in self.figures if (spot := one.at(t)) is not None]
        for spot, figure in sorted(there, key=lambda one: one[0][1]):  # who is nearer hides who is behind
            _paste(picture, _drawn(figure.cut, figure.flip, figure.size, round(figure.lean(t))), spot)
        picture += rng.normal(0.0, 2.0, picture.shape[:2])[..., None]
        return self.changed(np.clip(picture, 0, 255).astype(np.uint8), t)

    def write(self, path: Path) -> Path:
        """As H.264, as a camera would."""
        with av.open(str(path), "w") as sink:
            video = sink.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "24", "threads": "1"})
            video.width, video.height, video.pix_fmt, video.gop_size = WIDTH, HEIGHT, "yuv420p", 2 * FPS
            for number, picture in enumerate(self.pictures()):
                frame = av.VideoFrame.from_ndarray(picture, "bgr24")
                frame.pts, frame.time_base = number, Fraction(1, FPS)
                sink.mux(video.encode(frame))
            sink.mux(video.encode(None))
        return path


def stills(path: Path) -> list[Picture]:
    """Every picture of a video."""
    with av.open(str(path)) as source:
        return [frame.to_ndarray(format="bgr24") for frame in source.decode(video=0)]


@cache
def ground() -> Picture:
    """The clip without whoever moves in it: the median of frames far apart."""
    frames = _frames()
    return np.median(np.stack([frames[number] for number in sorted(frames)]), axis=0).astype(np.uint8)


@cache
def _frames() -> dict[int, Picture]:
    """The clip's frames that are needed, by number: those of the cuts, and some more for the median."""
    if not _CLIP.is_file():
        pytest.skip("no vtest.avi: set VEEDOR_SHARED")
    wanted = {one.frame for one in CUTS.values()} | set(range(0, 541, 60))
    found = {}
    with av.open(str(_CLIP)) as source:
        for number, frame in enumerate(source.decode(video=0)):
            if number in wanted:
                found[number] = frame.to_ndarray(format="bgr24")
            if number >= max(wanted):
                break
    return found


@cache
def _sprite(name: str) -> Picture:
    """(height, width, 4) float32: colours, and how much of each pixel is the figure's, 0..1."""
    cut = CUTS[name]
    x1, y1, x2, y2 = cut.box
    empty = ground()
    if cut.frame:  # somebody who moved: what differs from the ground
        pad = 3
        x1, y1, x2, y2 = max(x1 - pad, 0), max(y1 - pad, 0), min(x2 + pad, empty.shape[1]), min(y2 + 2, empty.shape[0])
        colours = _frames()[cut.frame][y1:y2, x1:x2]
        away = np.abs(colours.astype(np.float32) - empty[y1:y2, x1:x2]).max(axis=2)
        mask = cv2.morphologyEx((away > 26).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        count, parts, sizes, _ = cv2.connectedComponentsWithStats(mask)
        mask = (parts == 1 + int(np.argmax(sizes[1:, cv2.CC_STAT_AREA]))).astype(np.uint8) if count > 1 else mask
    elif cut.whole:
        colours = empty[y1:y2, x1:x2]
        mask = np.zeros(colours.shape[:2], np.uint8)
        mask[2:-1, 2:-2] = 1
    else:  # something that stands: found by colour (Rother et al., GrabCut, 2004)
        pad = 14
        top, left = max(y1 - pad, 0), max(x1 - pad, 0)
        around = np.ascontiguousarray(empty[top : y2 + pad, left : min(x2 + pad, empty.shape[1])])
        mask = np.zeros(around.shape[:2], np.uint8)
        cv2.setRNGSeed(7)
        inner = (x1 - left, y1 - top, x2 - x1, y2 - y1)
        cv2.grabCut(around, mask, inner, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_RECT)
        rows, columns = slice(y1 - top, y2 - top), slice(x1 - left, x2 - left)
        colours, mask = around[rows, columns], (mask[rows, columns] & 1).astype(np.uint8)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
    sprite = np.dstack((colours.astype(np.float32), soft))
    size = (max(4, round(sprite.shape[1] * cut.scale)), max(4, round(sprite.shape[0] * cut.scale)))
    return np.asarray(cv2.resize(sprite, size, interpolation=cv2.INTER_AREA))


@cache
def _drawn(name: str, flip: bool, times: float, degrees: int) -> Picture:
    sprite = _sprite(name)
    if times != 1.0:
        size = (max(4, round(sprite.shape[1] * times)), max(4, round(sprite.shape[0] * times)))
        sprite = np.asarray(cv2.resize(sprite, size, interpolation=cv2.INTER_AREA))
    if flip:
        sprite = np.ascontiguousarray(sprite[:, ::-1])
    if not degrees:
        return sprite
    height, width = sprite.shape[:2]
    side = 2 * max(height, width)
    turn = cv2.getRotationMatrix2D((width / 2, height), -degrees, 1.0)
    turn[:, 2] += (side / 2 - width / 2, side / 2 - height)
    turned = cv2.warpAffine(sprite, turn, (side, side), flags=cv2.INTER_LINEAR)
    rows, columns = np.flatnonzero(turned[..., 3].max(axis=1) > 0.1), np.flatnonzero(turned[..., 3].max(axis=0) > 0.1)
    return turned[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _paste(picture: Picture, sprite: Picture, foot: tuple[float, float]) -> None:
    """Put `sprite` on `picture` (float32), its lower middle at `foot`, over a soft shadow."""
    height, width = sprite.shape[:2]
    left, top = round(foot[0] - width / 2), round(foot[1] - height)
    reach = max(3, width // 2)
    shade = np.zeros(picture.shape[:2], np.float32)
    cv2.ellipse(shade, (left + width // 2, top + height), (reach, max(2, reach // 4)), 0, 0, 360, 0.35, -1)
    picture *= (1.0 - cv2.GaussianBlur(shade, (0, 0), 2.0))[..., None]
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(left + width, WIDTH), min(top + height, HEIGHT)
    if x1 >= x2 or y1 >= y2:
        return
    part = sprite[y1 - top : y2 - top, x1 - left : x2 - left]
    share = part[..., 3:]
    picture[y1:y2, x1:x2] = picture[y1:y2, x1:x2] * (1.0 - share) + part[..., :3] * share

"""Clips for the load figures, made once from real footage: a busy camera and a still one, as main and substream.

Busy is the pedestrian clip, cropped to 16:9. Still is the same view without anyone (the median of its frames) with a
sensor's noise, since a camera that looks at nothing still sends noise: a frozen picture would flatter the motion gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

LENGTH_S = 40.0  # of the pedestrian clip, tagged 10 frames a second
NOISE_SIGMA = 1.6  # grey levels: an ordinary camera by day
SOURCE_FPS = 10.0


@dataclass(frozen=True)
class Size:
    width: int
    height: int
    fps: float
    bit_rate: int


MAIN = Size(1280, 720, 25.0, 2_000_000)
SUB = Size(640, 360, 5.0, 350_000)


def scene(name: str, size: Size, source: Path, cache: Path) -> Path:
    """The clip `name` ("busy" or "still") at `size`, from the cache if it was made before."""
    target = cache / f"{name}-{size.width}x{size.height}-{size.fps:g}-{size.bit_rate}.mp4"
    if target.exists():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    frames = _cropped(source)
    if name == "still":
        middle = np.median(np.stack(frames[::8]), axis=0).astype(np.uint8)
        frames = [middle]
    partial = target.with_suffix(".partial.mp4")
    _encode(frames, size, partial, noisy=name == "still")
    partial.rename(target)
    return target


def _cropped(source: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(source)) as container:
        pictures = []
        for frame in container.decode(video=0):
            if len(pictures) >= LENGTH_S * SOURCE_FPS:
                break
            picture = frame.to_ndarray(format="bgr24")
            pictures.append(picture[90:522])
    return pictures


def _encode(frames: list[NDArray[np.uint8]], size: Size, target: Path, *, noisy: bool) -> None:
    random = np.random.default_rng(7)
    seconds = 10.0 if noisy else len(frames) / SOURCE_FPS
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(size.fps).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
        stream.bit_rate = size.bit_rate
        stream.codec_context.gop_size = round(size.fps * 2)
        stream.codec_context.max_b_frames = 0
        stream.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "maxrate": str(size.bit_rate),
            "bufsize": str(size.bit_rate),
            "nal-hrd": "cbr" if size.width >= 1280 else "none",
        }
        for number in range(round(seconds * size.fps)):
            picture = frames[min(int(number / size.fps * SOURCE_FPS), len(frames) - 1)]
            picture = cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
            if noisy:
                noise = random.normal(0, NOISE_SIGMA, picture.shape[:2])[..., None]
                picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)

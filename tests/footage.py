"""Pictures as frames: from clips, and painted. For tests of what looks at pixels."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import cv2
import numpy as np

from veedor.model.frame import Frame

START = datetime(2026, 1, 1, tzinfo=UTC)
Picture = np.ndarray  # (height, width, 3) uint8 BGR


def frame_of(picture: Picture, at_s: float, *, camera: str = "cam", index: int = 0, session: int = 0) -> Frame:
    i420 = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
    return Frame(camera, session, index, at_s, START + timedelta(seconds=at_s), i420)


def picture_of(frame: Frame) -> Picture:
    return cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420)


def clip_frames(path: Path, *, every: int, step_s: float, camera: str = "cam") -> Iterator[Frame]:
    """Every `every`-th frame, `step_s` apart; `index` counts the clip's frames."""
    with av.open(str(path)) as container:
        for index, picture in enumerate(container.decode(video=0)):
            if index % every == 0:
                at_s = index // every * step_s
                i420 = np.ascontiguousarray(picture.to_ndarray(format="yuv420p"))
                yield Frame(camera, 0, index, at_s, START + timedelta(seconds=at_s), i420)


def altered(frame: Frame, change: Callable[[Picture], Picture]) -> Frame:
    return replace(frame, i420=cv2.cvtColor(np.ascontiguousarray(change(picture_of(frame))), cv2.COLOR_BGR2YUV_I420))


def street(width: int = 640, height: int = 360, seed: int = 1) -> Picture:
    """A painted street: house fronts with windows, pavement, road with markings."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 120, np.uint8)
    horizon, kerb = height * 2 // 5, height * 3 // 5
    x = 0
    while x < width:
        wide = int(rng.integers(50, 120))
        picture[:horizon, x : x + wide] = rng.integers(70, 190) + rng.integers(-12, 13, 3)
        for row in range(12, horizon - 20, 34):
            for column in range(x + 8, min(x + wide, width) - 16, 26):
                picture[row : row + 20, column : column + 12] = rng.integers(20, 90, 3)
        x += wide
    picture[horizon:kerb] = (150, 155, 160)
    picture[horizon:kerb:12] = (130, 130, 135)
    picture[kerb:] = (80, 82, 85)
    for column in range(0, width, 60):
        picture[(kerb + height) // 2 :][:6, column : column + 30] = (220, 220, 220)
    grain = rng.normal(0, 6, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def noisy(picture: Picture, seed: int, level: float = 3.0) -> Picture:
    """The picture as a sensor gives it."""
    return np.clip(picture + np.random.default_rng(seed).normal(0, level, picture.shape), 0, 255).astype(np.uint8)


def recoded(pictures: list[Picture], *, rate: int = 5) -> list[Picture]:
    """The pictures after H.264 with a keyframe every 2 s, as a substream sends them."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "g": str(2 * rate), "qp": "28"}
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file) as container:
        return [picture.to_ndarray(format="bgr24") for picture in container.decode(video=0)]

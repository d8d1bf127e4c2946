"""Clips whose pictures say which one they are, for tests of exactly which pictures somebody is given."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

FPS = 25
_BITS = 8
_BLOCK = 32


def write_numbered(path: Path, *, seconds: float = 4.0, keyframe_every: int = 25, b_frames: int = 0) -> Path:
    """Pictures 0, 1, 2 ... (up to 255) as black and white blocks; H.264."""
    with av.open(str(path), "w") as sink:
        params = f"keyint={keyframe_every}:min-keyint={keyframe_every}:scenecut=0:bframes={b_frames}:b-adapt=0"
        options = {"preset": "ultrafast", "bf": str(b_frames), "x264-params": params}
        video = sink.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = _BITS * _BLOCK, 2 * _BLOCK, "yuv420p"
        for index in range(round(seconds * FPS)):
            bits = [255 if index >> bit & 1 else 0 for bit in range(_BITS)]
            grey = np.repeat(np.array([bits] * 2, np.uint8), _BLOCK, 0).repeat(_BLOCK, 1)
            frame = av.VideoFrame.from_ndarray(np.repeat(grey[:, :, None], 3, 2), "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            sink.mux(video.encode(frame))
        sink.mux(video.encode(None))
    return path


def number_of(grey: np.ndarray) -> int:
    """Which picture this is."""
    middle = grey[_BLOCK, _BLOCK // 2 :: _BLOCK]
    return sum(1 << bit for bit, level in enumerate(middle[:_BITS]) if level > 127)


def numbers(mp4: bytes) -> list[int]:
    """Which pictures a clip shows, in order; every one that can be decoded is told."""
    with av.open(io.BytesIO(mp4), "r", format="mp4") as container:
        container.streams.video[0].thread_type = "NONE"
        return [number_of(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]


def number_of_jpeg(jpeg: bytes) -> int:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return number_of(picture)

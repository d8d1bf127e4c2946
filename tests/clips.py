"""Small real clips, encoded by the tests themselves: a square that moves over a grey picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

_ENCODERS = {"h264": "libx264", "hevc": "libx265", "mpeg4": "mpeg4"}


def write_clip(
    path: Path,
    *,
    codec: str = "h264",
    seconds: float = 3.0,
    fps: int = 25,
    size: tuple[int, int] = (320, 176),
    keyframe_every: int = 25,
    b_frames: int = 0,
    sound: bool = False,
) -> Path:
    """Write a clip and return its path; the container follows the name."""
    width, height = size
    with av.open(str(path), "w") as sink:
        keys = {"h264": "x264-params", "hevc": "x265-params"}.get(codec)
        quiet = ":log-level=none" if codec == "hevc" else ""
        params = f"keyint={keyframe_every}:min-keyint={keyframe_every}:scenecut=0:bframes={b_frames}{quiet}"
        options = {"preset": "ultrafast", "bf": str(b_frames), **({keys: params} if keys else {})}
        video = sink.add_stream(_ENCODERS[codec], rate=fps, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        voice = sink.add_stream("aac", rate=8000, layout="mono") if sound else None
        for index in range(round(seconds * fps)):
            picture = np.full((height, width, 3), 90, np.uint8)
            left = index * 4 % (width - 40)
            picture[height // 3 : height // 3 + 40, left : left + 40] = (30, 200, 240)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            sink.mux(video.encode(frame))
        sink.mux(video.encode(None))
        if voice is not None:
            quiet_s = av.AudioFrame.from_ndarray(np.zeros((1, round(8000 * seconds)), np.int16), "s16", "mono")
            quiet_s.sample_rate = 8000
            sink.mux(voice.encode(quiet_s))
            sink.mux(voice.encode(None))
    return path


def jpeg(size: tuple[int, int] = (320, 176), value: int = 128) -> bytes:
    """One JPEG picture."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), value, np.uint8), "rgb24")
    return b"".join(
        bytes(packet) for packet in [*encoder.encode(frame.reformat(format="yuvj420p")), *encoder.encode(None)]
    )

"""Clips made ready for serving: any video that libav reads, as H.264 or H.265 of a wanted size and rate, once."""

from __future__ import annotations

import os
from dataclasses import astuple, dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.container

from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.simulator.errors import UnservableFile

_RECIPE = 2  # raise it when the same wish gives another file
_ENCODERS = {"h264": "libx264", "hevc": "libx265"}


@dataclass(frozen=True, slots=True)
class Preparation:
    """What to make. None keeps what the file has; sizes are made even."""

    codec: str = "h264"
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    bit_rate: int | None = None  # bits per second; None: constant quality
    keyframe_interval_s: float = 1.0
    b_frames: int = 0
    max_s: float | None = None  # only the first seconds


def prepare(file: Path, cache: Path, wanted: Preparation | None = None) -> Path:
    """The prepared clip, from `cache` if it was made before. Raises UnservableFile."""
    wanted = wanted or Preparation()
    if not file.is_file():
        raise UnservableFile(file=str(file), problem="no such file")
    status = file.stat()
    key = sha256_bytes(
        canonical_json([_RECIPE, str(file.resolve()), status.st_size, status.st_mtime_ns, *astuple(wanted)])
    )
    target = cache / f"{file.stem}-{key[:16]}.mp4"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Another process may make the same clip: each writes its own file, the last rename wins, both are whole.
        partial = target.with_suffix(f".{os.getpid()}.part")
        try:
            _transcode(file, partial, wanted)
            partial.replace(target)
        except av.error.FFmpegError as problem:
            raise UnservableFile(file=str(file), problem=problem.strerror or str(problem)) from problem
        finally:
            partial.unlink(missing_ok=True)
    return target


def ensure_servable(file: Path, cache: Path) -> Path:
    """`file` itself where it is H.264 or H.265, else a transcoded copy."""
    if not file.is_file():
        raise UnservableFile(file=str(file), problem="no such file")
    try:
        with av.open(str(file)) as container:
            if not container.streams.video:
                raise UnservableFile(file=str(file), problem="no video in it")
            codec = container.streams.video[0].codec_context.name
    except av.error.FFmpegError as problem:
        raise UnservableFile(file=str(file), problem=problem.strerror or str(problem)) from problem
    return file if codec in _ENCODERS else prepare(file, cache)


def _transcode(file: Path, target: Path, wanted: Preparation) -> None:
    with av.open(str(file)) as source, av.open(str(target), "w", format="mp4") as sink:
        if not source.streams.video:
            raise UnservableFile(file=str(file), problem="no video in it")
        video = source.streams.video[0]
        video.thread_type = "AUTO"
        rate = Fraction(wanted.fps or video.average_rate or 25).limit_denominator(1001)
        out = _video_out(sink, video, rate, wanted)
        step = 1 / rate
        near = min(step, 1 / Fraction(video.average_rate or 25)) / 2
        written = 0
        start: Fraction | None = None
        for frame in source.decode(video):
            at = Fraction(frame.pts or 0) * Fraction(frame.time_base or Fraction(1, 25))
            start = at if start is None else start
            if wanted.max_s is not None and at - start >= wanted.max_s:
                break
            # A picture stands for every moment of the new rate up to it: none where it is not due, several where the
            # file has fewer pictures per second than are wanted. Speed never changes.
            while written * step <= at - start + near:
                picture = frame.reformat(width=out.width, height=out.height, format="yuv420p")
                picture.pts, picture.time_base, picture.pict_type = written, step, 0
                sink.mux(out.encode(picture))
                written += 1
        sink.mux(out.encode(None))
        if not written:
            raise UnservableFile(file=str(file), problem="no picture in it")


def _video_out(
    sink: av.container.OutputContainer, video: av.VideoStream, rate: Fraction, wanted: Preparation
) -> av.VideoStream:
    interval = max(1, round(float(rate) * wanted.keyframe_interval_s))
    width, height = _size(video.width, video.height, wanted)
    options = {"preset": "veryfast", "bf": str(wanted.b_frames), "g": str(interval)}
    if wanted.codec == "h264":
        options["x264-params"] = f"keyint={interval}:scenecut=0:bframes={wanted.b_frames}"
    else:
        options["x265-params"] = f"keyint={interval}:scenecut=0:bframes={wanted.b_frames}:log-level=none"
    if wanted.bit_rate is None:
        options["crf"] = "24"
    out = cast(av.VideoStream, sink.add_stream(_ENCODERS[wanted.codec], rate=rate, options=options))
    out.width, out.height, out.pix_fmt = width, height, "yuv420p"
    out.codec_context.thread_count = 2
    if wanted.bit_rate is not None:
        out.bit_rate = wanted.bit_rate
    return out


def _size(width: int, height: int, wanted: Preparation) -> tuple[int, int]:
    """The wanted size; where only one side is given, the other keeps the picture's shape."""
    if wanted.width and wanted.height:
        width, height = wanted.width, wanted.height
    elif wanted.width:
        width, height = wanted.width, round(height * wanted.width / width)
    elif wanted.height:
        width, height = round(width * wanted.height / height), wanted.height
    return max(2, width // 2 * 2), max(2, height // 2 * 2)

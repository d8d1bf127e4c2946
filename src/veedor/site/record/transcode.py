"""A working copy for viewers whose browser cannot show the recording's codec: H.264, small, the same times."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.error import FFmpegError

from veedor.kit.mp4 import nal
from veedor.kit.mp4.fragment import Sample, TrackRun, fragment
from veedor.kit.mp4.init import TrackSpec, init_segment, video_track

MAX_WIDTH = 640
COPY_CODEC = "avc1.42C01E"
_SCALE = 90_000
_OPTIONS = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26", "g": "25"}


def working_copy(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A copy of a stretch of footage, made when it is first asked for; nothing where it cannot be decoded."""
    try:
        with av.open(io.BytesIO(b"".join(chunks)), "r", format="mp4") as container:
            container.streams.video[0].thread_type = "AUTO"
            samples = list(_encoded(container.decode(video=0)))
    except (FFmpegError, IndexError):
        samples = []
    if samples:
        yield _packed(samples)


def _encoded(frames: Iterable[av.VideoFrame]) -> Iterator[tuple[int, bytes, bool]]:
    """(ticks, Annex B, keyframe) of each picture."""
    encoder: av.VideoCodecContext | None = None
    last = -1
    for frame in frames:
        if frame.pts is None or frame.time_base is None:
            continue
        ticks = round(frame.pts * frame.time_base * _SCALE)
        if ticks <= last:
            continue
        last = ticks
        if encoder is None:
            width = min(MAX_WIDTH, frame.width) // 2 * 2
            encoder = av.CodecContext.create("libx264", "w")
            encoder.width, encoder.height = width, frame.height * width // frame.width // 2 * 2
            encoder.pix_fmt, encoder.time_base, encoder.options = "yuv420p", Fraction(1, _SCALE), _OPTIONS
        small = frame.reformat(width=encoder.width, height=encoder.height, format="yuv420p")
        small.pts, small.time_base = ticks, Fraction(1, _SCALE)
        for packet in encoder.encode(small):
            yield int(packet.pts or 0), bytes(packet), packet.is_keyframe
    for packet in encoder.encode(None) if encoder is not None else ():
        yield int(packet.pts or 0), bytes(packet), packet.is_keyframe


def _packed(samples: list[tuple[int, bytes, bool]]) -> bytes:
    track = _track(samples[0][1])
    times = [one[0] for one in samples]
    usual = times[1] - times[0] if len(times) > 1 else _SCALE // 25
    ends = [*times[1:], times[-1] + usual]
    run = TrackRun(
        track.track_id,
        times[0],
        [
            Sample(nal.to_length_prefixed(data), end - at, 0, is_key)
            for (at, data, is_key), end in zip(samples, ends, strict=True)
        ],
    )
    return init_segment((track,)) + b"".join(fragment(1, [run]))


def _track(first_unit: bytes) -> TrackSpec:
    return video_track("h264", timescale=_SCALE, extradata=b"", width=0, height=0, first_unit=first_unit)

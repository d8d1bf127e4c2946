"""A clip in memory, as a camera would send it: access units, their times, parameter sets, and sound."""

from __future__ import annotations

import math
import struct
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext

from veedor.simulator.errors import UnservableFile
from veedor.simulator.hashing import hash_nal_units, nal_type, split_nal_units
from veedor.simulator.rtp import PacketTemplate, build_template

VIDEO_CLOCK_HZ = 90_000
AUDIO_CLOCK_HZ = 8_000
AUDIO_CHUNK_S = 0.04
_PARAMETER_SETS = {"h264": (7, 8), "hevc": (32, 33, 34)}


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One picture. Ticks of 90 kHz; the first unit of the clip has dts 0."""

    pts_90k: int
    dts_90k: int
    is_keyframe: bool
    octets: int
    sha256: str
    template: PacketTemplate


@dataclass(frozen=True)
class Clip:
    """A whole file. `loop_90k`: after how many ticks it starts again. `parameter_sets` in their usual order."""

    codec: str
    width: int
    height: int
    fps: float
    units: tuple[AccessUnit, ...]
    loop_90k: int
    parameter_sets: tuple[bytes, ...]

    @cached_property
    def dts_90k(self) -> list[int]:
        return [unit.dts_90k for unit in self.units]

    @cached_property
    def reorder_90k(self) -> int:
        """How long a picture waits to be sent, since later ones go first (B-frames)."""
        return max(unit.pts_90k - unit.dts_90k for unit in self.units)


class Timeline:
    """A clip that repeats for ever from an offset on: unit number k, its time, and which k is due when."""

    def __init__(self, clip: Clip, start_offset_s: float = 0.0) -> None:
        self.clip = clip
        wanted = round(start_offset_s * VIDEO_CLOCK_HZ) % clip.loop_90k
        keyframes = [i for i, unit in enumerate(clip.units) if unit.is_keyframe]
        self._first = next((i for i in keyframes if clip.units[i].dts_90k >= wanted), keyframes[0])
        self._zero_90k = clip.units[self._first].dts_90k

    def unit(self, number: int) -> AccessUnit:
        return self.clip.units[(number + self._first) % len(self.clip.units)]

    def _base_90k(self, number: int) -> int:
        return (number + self._first) // len(self.clip.units) * self.clip.loop_90k - self._zero_90k

    def pts_90k(self, number: int) -> int:
        return self._base_90k(number) + self.unit(number).pts_90k

    def due_s(self, number: int) -> float:
        """Seconds after the start when the unit is sent."""
        return (self._base_90k(number) + self.unit(number).dts_90k) / VIDEO_CLOCK_HZ

    def number_after(self, elapsed_s: float) -> int:
        """The first unit that is due later than `elapsed_s`."""
        loops, rest = divmod(math.floor(elapsed_s * VIDEO_CLOCK_HZ) + self._zero_90k, self.clip.loop_90k)
        return loops * len(self.clip.units) + bisect_right(self.clip.dts_90k, rest) - self._first

    def keyframe_before(self, number: int) -> int:
        """The newest keyframe that came before unit `number`."""
        number -= 1
        while not self.unit(number).is_keyframe:
            number -= 1
        return number


def load(file: Path, fps: float | None = None) -> Clip:
    """Read an H.264 or H.265 file. `fps` plays it at another rate. The same file is read once per process."""
    status = file.stat() if file.is_file() else None
    if status is None:
        raise UnservableFile(file=str(file), problem="no such file")
    return _load(file, fps, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _load(file: Path, fps: float | None, _mtime_ns: int) -> Clip:
    try:
        with av.open(str(file)) as container:
            return _read(container, file, fps)
    except av.error.FFmpegError as problem:
        raise UnservableFile(file=str(file), problem=problem.strerror or str(problem)) from problem


def _read(container: av.container.InputContainer, file: Path, fps: float | None) -> Clip:
    if not container.streams.video:
        raise UnservableFile(file=str(file), problem="no video in it")
    stream = container.streams.video[0]
    codec = stream.codec_context.name
    if codec not in _PARAMETER_SETS:
        raise UnservableFile(file=str(file), problem=f"{codec} is neither h264 nor hevc: transcode it first")
    own_fps = float(stream.average_rate or stream.guessed_rate or 25)
    stretch = own_fps / (fps or own_fps)
    to_annex_b = BitStreamFilterContext(f"{codec}_mp4toannexb", stream)
    times: list[tuple[int, int]] = []
    pictures: list[tuple[list[bytes], bool]] = []
    sets: dict[int, bytes] = {}
    for packet in container.demux(stream):
        for part in to_annex_b.filter(packet if packet.size else None):
            nals = split_nal_units(bytes(part))
            for nal in nals:
                if nal_type(nal, codec) in _PARAMETER_SETS[codec]:
                    sets.setdefault(nal_type(nal, codec), nal)
            dts, pts = _ticks(part, stretch)
            times.append((pts, dts))
            pictures.append((nals, part.is_keyframe))
    start = next((i for i, (_, is_keyframe) in enumerate(pictures) if is_keyframe), None)
    if start is None or not sets:
        raise UnservableFile(file=str(file), problem="no keyframe in it")
    zero = times[start][1]
    units = tuple(
        AccessUnit(
            pts_90k=pts - zero,
            dts_90k=dts - zero,
            is_keyframe=is_keyframe,
            octets=sum(map(len, nals)),
            sha256=hash_nal_units(nals, codec),
            template=build_template(nals, codec),
        )
        for (pts, dts), (nals, is_keyframe) in zip(times[start:], pictures[start:], strict=True)
    )
    frame_90k = max(1, round(VIDEO_CLOCK_HZ / own_fps * stretch))
    return Clip(
        codec=codec,
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        fps=fps or own_fps,
        units=units,
        loop_90k=units[-1].dts_90k + frame_90k,
        parameter_sets=tuple(sets[kind] for kind in sorted(sets)),
    )


def _ticks(packet: av.Packet[av.VideoStream], stretch: float) -> tuple[int, int]:
    base = Fraction(packet.time_base) * VIDEO_CLOCK_HZ
    dts = packet.dts if packet.dts is not None else packet.pts or 0
    pts = packet.pts if packet.pts is not None else dts
    return round(float(dts * base) * stretch), round(float(pts * base) * stretch)


@lru_cache(maxsize=8)
def sound(file: Path) -> tuple[bytes, ...]:
    """The file's sound as G.711 A-law in chunks of AUDIO_CHUNK_S; a quiet 440 Hz tone of 1 s where it has none."""
    chunk = round(AUDIO_CLOCK_HZ * AUDIO_CHUNK_S)
    with av.open(str(file)) as container:
        frames = list(container.decode(container.streams.audio[0])) if container.streams.audio else [_tone()]
    encoder = av.CodecContext.create("pcm_alaw", "w")
    encoder.sample_rate = AUDIO_CLOCK_HZ
    encoder.layout = "mono"
    encoder.format = "s16"
    resampler = av.AudioResampler(format="s16", layout="mono", rate=AUDIO_CLOCK_HZ)
    data = bytearray()
    for frame in (*frames, None):
        for part in resampler.resample(frame):
            for packet in encoder.encode(part):
                data += bytes(packet)
    return tuple(bytes(data[i : i + chunk]) for i in range(0, len(data) - chunk + 1, chunk))


def _tone() -> av.AudioFrame:
    values = (round(800 * math.sin(2 * math.pi * 440 * i / AUDIO_CLOCK_HZ)) for i in range(AUDIO_CLOCK_HZ))
    frame = av.AudioFrame(format="s16", layout="mono", samples=AUDIO_CLOCK_HZ)
    frame.sample_rate = AUDIO_CLOCK_HZ
    frame.planes[0].update(struct.pack(f"<{AUDIO_CLOCK_HZ}h", *values))
    return frame

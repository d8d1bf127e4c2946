"""Raw packets of one connection become packets of sessions: times repaired, captured_at given, breaks found.

A new session begins where timestamps go back or leap forward, where the codec's parameters change, and where our own
wall clock is set; within a session dts always rises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise

from veedor.kit.clock import Clock
from veedor.kit.mp4.nal import BadBitstream
from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource, Media, MediaInfo, Packet
from veedor.model.recording import GapReason
from veedor.site.ingest.raw import RawPacket, check_size, parameter_sets, picture_size
from veedor.site.ingest.sink import PacketSink
from veedor.site.ingest.timing import Arrival, CaptureClock, TimingConfig

_MAX_UNDATED = 32  # pictures without dts at the start; B-frames hold it back for at most 16
_LONGEST_WITHOUT_KEYFRAME_S = 30.0


@dataclass(frozen=True, slots=True)
class AssemblerConfig:
    """`max_leap_s`: a longer leap forward of timestamps begins a new session. `max_back_s`: what goes back less than
    this is jitter and is straightened."""

    max_leap_s: float = 10.0
    max_back_s: float = 0.5
    timing: TimingConfig = field(default_factory=TimingConfig)


@dataclass(slots=True)
class _Track:
    """What is known of one media track in the running session."""

    info: MediaInfo
    tick_s: float  # of the time base: fractions are slow, and this is done for every packet
    sequence: int = 0
    seen_dts: int | None = None  # the newest that came
    sent_dts: int | None = None  # the newest that went out
    sets: bytes = b""


@dataclass(slots=True)
class _Held:
    raw: RawPacket
    monotonic_s: float
    pts: int | None
    dts: int | None


class Assembler:
    """One per stream, for as long as the stream is wanted; `begin` and `end` frame each connection."""

    def __init__(
        self, camera_id: str, role: StreamRole, sink: PacketSink, clock: Clock, config: AssemblerConfig
    ) -> None:
        self.session = 0
        self.video_packets = 0
        self.octets = 0
        self.keyframe_octets = 0
        self.last_packet: Packet | None = None
        self._camera_id, self._role = camera_id, role
        self._sink, self._clock, self._config = sink, clock, config
        self._clock_kind: type[CaptureClock] = CaptureClock
        self._open = False
        self._wall_checked_s = 0.0

    @property
    def camera_offset_s(self) -> float | None:
        return self._capture.camera_offset_s if self.session else None

    def begin(self, tracks: Mapping[Media, MediaInfo], clock_kind: type[CaptureClock] = CaptureClock) -> None:
        """A connection has been made. Its packets before the first keyframe are left out: nobody can decode them."""
        self._clock_kind = clock_kind
        self._waits_for_keyframe = True
        self._tracks = {media: _Track(info, float(info.time_base)) for media, info in tracks.items()}
        self._start_session()

    def _start_session(self) -> None:
        self.session += 1
        self._capture = self._clock_kind(self._clock, self._config.timing)
        self._held: list[_Held] = []
        self._holding = True
        self._open = True
        self._wall_checked_s = self._clock.monotonic()
        self._last_stamp: Packet | None = None
        for track in self._tracks.values():
            track.sequence, track.seen_dts, track.sent_dts = 0, None, None

    def add(self, raw: RawPacket) -> None:
        """The next packet of the connection. Raises PictureTooLarge."""
        now_s = self._clock.monotonic()
        track = self._tracks.get(raw.media)
        if track is None or not raw.data:
            return
        if raw.media is Media.VIDEO:
            if self._waits_for_keyframe and not raw.is_keyframe:
                return
            if raw.is_keyframe:
                self._look_at_parameters(track, raw)
            self._waits_for_keyframe = False
            self._look_at_our_clock(now_s, at_keyframe=raw.is_keyframe)
        elif self._waits_for_keyframe:
            return
        self._take(track, _Held(raw, now_s, raw.pts_ticks, raw.dts_ticks), now_s)

    def end(self, reason: GapReason = GapReason.LOST) -> None:
        """The connection is gone: what was held goes out, then the session ends."""
        if not self._open:
            return
        self._open = False
        self._release()
        last = self._last_stamp
        at = last.captured_at if last is not None else self._clock.now()
        self._sink.session_ended(self._camera_id, self._role, self.session, reason, at)

    def _split(self, reason: GapReason) -> None:
        self.end(reason)
        self._start_session()

    def _look_at_parameters(self, track: _Track, raw: RawPacket) -> None:
        """Learn the parameter sets of a keyframe; a change of them begins a new session."""
        codec = track.info.codec
        sets = parameter_sets(codec, raw.data)
        known = track.sets or parameter_sets(codec, track.info.extradata)
        if not sets or sets == known:
            track.sets = known
            return
        try:
            width, height = picture_size(codec, sets)
        except BadBitstream:
            return  # damaged on the way; the next keyframe has them again
        check_size(width, height, self._camera_id)
        if known and not self._waits_for_keyframe:
            self._split(GapReason.CODEC_CHANGED)
        track.sets = sets
        track.info = replace(track.info, extradata=sets, width=width, height=height)

    def _look_at_our_clock(self, now_s: float, *, at_keyframe: bool) -> None:
        """A step of our clock begins a session, at a keyframe: what came before one could not be recorded in it. Until
        then the running session keeps its time. A camera that hardly ever sends keyframes is not waited for."""
        if not at_keyframe and now_s - self._wall_checked_s < _LONGEST_WITHOUT_KEYFRAME_S:
            return
        self._wall_checked_s = now_s
        if abs(self._capture.wall_step_s) > self._config.timing.step_s:
            self._split(GapReason.CLOCK_STEPPED)

    def _take(self, track: _Track, held: _Held, now_s: float) -> None:
        is_video = held.raw.media is Media.VIDEO
        if is_video and held.dts is not None and self._breaks(track, held.dts):
            self._split(GapReason.CLOCK_STEPPED)
        if is_video and held.dts is not None:
            track.seen_dts = held.dts
        if not self._holding:
            self._emit(track, held, observe=True)
            return
        self._held.append(held)
        video = [one for one in self._held if one.raw.media is Media.VIDEO]
        dated = any(one.dts is not None for one in video) or len(video) > _MAX_UNDATED
        if dated and now_s - self._held[0].monotonic_s >= self._config.timing.hold_s:
            self._release()

    def _breaks(self, track: _Track, dts: int) -> bool:
        if track.seen_dts is None:
            return False
        leap_s = (dts - track.seen_dts) * track.tick_s
        return leap_s > self._config.max_leap_s or leap_s < -self._config.max_back_s

    def _release(self) -> None:
        """Send on what was held, now that the relation of the clocks is known."""
        if not self._holding:
            return
        self._holding = False
        held, self._held = self._held, []
        for media, track in self._tracks.items():
            _date([one for one in held if one.raw.media is media], track.info)
        for one in held:
            if one.raw.media is Media.VIDEO:
                self._capture.observe(_arrival(one, self._tracks[Media.VIDEO].tick_s))
        for one in held:
            self._emit(self._tracks[one.raw.media], one, observe=False)

    def _emit(self, track: _Track, one: _Held, *, observe: bool) -> None:
        raw = one.raw
        previous = track.sent_dts
        if one.dts is None:
            one.dts = one.pts if previous is None else previous + max(1, raw.duration_ticks)
        one.dts = max(one.dts or 0, previous + 1) if previous is not None else one.dts or 0
        one.pts = max(one.dts, one.pts if one.pts is not None else one.dts)
        track.sent_dts = one.dts
        captured_at, source = self._captured(track, one, observe=observe)
        packet = Packet(
            camera_id=self._camera_id,
            role=self._role,
            session=self.session,
            sequence=track.sequence,
            info=track.info,
            data=raw.data,
            pts_ticks=one.pts,
            dts_ticks=one.dts,
            duration_ticks=raw.duration_ticks,
            is_keyframe=raw.is_keyframe,
            captured_at=captured_at,
            clock=source,
            unit_octets=raw.unit_octets,
        )
        track.sequence += 1
        self.octets += len(raw.data)
        if raw.media is Media.VIDEO:
            self.video_packets += 1
            self.keyframe_octets += len(raw.data) if raw.is_keyframe else 0
            self._last_stamp = self.last_packet = packet
        self._sink.packet(packet)

    def _captured(self, track: _Track, one: _Held, *, observe: bool) -> tuple[datetime, ClockSource]:
        if one.raw.media is Media.AUDIO:
            return datetime.fromtimestamp(self._capture.unix(one.monotonic_s), UTC), ClockSource.ARRIVAL
        arrival = _arrival(one, track.tick_s)
        if observe:
            self._capture.observe(arrival)
        return self._capture.stamp(arrival)


def _arrival(one: _Held, tick_s: float) -> Arrival:
    dts = one.dts if one.dts is not None else one.pts or 0
    pts = one.pts if one.pts is not None else dts
    return Arrival(pts * tick_s, dts * tick_s, one.monotonic_s, one.raw.camera_unix_s)


def _date(held: list[_Held], info: MediaInfo) -> None:
    """Give times to the first packets of a session, some of which come without.

    Where the stream does not say how deep pictures are reordered, the first ones come without dts, until that has been
    seen (order.py); files may leave out pts as well. dts is counted back from the first that is known.
    """
    if not held:
        return
    fallback = round(1 / ((info.fps or 25.0) * float(info.time_base)))
    period = next((one.raw.duration_ticks for one in held if one.raw.duration_ticks > 0), fallback) or 1
    known = next((i for i, one in enumerate(held) if one.dts is not None), None)
    if known is None:
        earliest = min((one.pts for one in held if one.pts is not None), default=0)
        late = max((earliest + i * period - one.pts for i, one in enumerate(held) if one.pts is not None), default=0)
        held[0].dts, known = earliest - late, 0
        for before, one in pairwise(held):
            one.dts = (before.dts or 0) + period
    for i in range(known - 1, -1, -1):
        held[i].dts = (held[i + 1].dts or 0) - period
    first = held[0]
    if first.pts is None:
        first.pts = max(_first_pts(held, info, period), first.dts or 0)


def _first_pts(held: list[_Held], info: MediaInfo, period: int) -> int:
    """pts of the first keyframe: by the camera's clock if it tells, else one period before all that follow."""
    first, rest = held[0], [one for one in held[1:] if one.pts is not None]
    for one in rest:
        if one.raw.camera_unix_s is not None and first.raw.camera_unix_s is not None and one.pts is not None:
            between_s = one.raw.camera_unix_s - first.raw.camera_unix_s
            return one.pts - round(between_s / float(info.time_base))
    return min((one.pts for one in rest if one.pts is not None), default=(first.dts or 0) + period) - period

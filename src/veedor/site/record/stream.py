"""One recorded stream: packets in, fragments out. Called by the demuxer thread; it only fills lists, builds a
fragment's header about once a second, and hands it to the disk thread.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message
from veedor.kit.mp4.fragment import Sample, TrackRun, fragment, reference_time
from veedor.kit.mp4.init import TrackSpec, init_segment
from veedor.model.packet import ClockSource, Media, MediaInfo, Packet
from veedor.model.recording import GapReason
from veedor.site.record.commands import Begin, Data, Draft, Finish, Outlet, SegmentHead
from veedor.site.record.config import RecordConfig
from veedor.site.record.index import GapNoted, GapOpened, RunEnded
from veedor.site.record.layout import SegmentName, StreamKey, from_us, note_box, to_us
from veedor.site.record.tracks import Scale, VideoTrack, sound_track

HOLE_S = 5.0  # a pause in a session at least this long, and HOLE_RATIO times its usual interval, is a gap
HOLE_RATIO = 4
EARLY_CUT_S = 0.5  # a keyframe this much before the segment's length is reached ends it
MAX_FRAGMENT_OCTETS = 32 << 20


@dataclass(slots=True)
class _Segment:
    """The segment being written. Ticks are of the video packets' time base unless they say otherwise."""

    draft: Draft
    video: VideoTrack
    first: Packet
    started_us: int
    opened: bool = False  # its head has gone out, and with it which tracks it has
    sound: tuple[TrackSpec, Scale] | None = None
    fragments: int = 0
    step_seen: bool = False


@dataclass(slots=True)
class StreamCounters:
    """Since start. `packets`: handed to the disk thread; `lost`: after the first keyframe of a session, and not
    stored; `waited`: before a keyframe, which is a gap and no loss."""

    packets: int = 0
    octets: int = 0
    lost: int = 0
    waited: int = 0
    problem: Message | None = field(default=None)


class RecordedStream:
    """State of one stream. `audio`: whether its camera asks for sound."""

    def __init__(self, key: StreamKey, config: RecordConfig, outlet: Outlet, clock: Clock) -> None:
        self.key = key
        self.audio = False
        self.counters = StreamCounters()
        self._config = config
        self._out = outlet
        self._clock = clock
        self._lock = threading.Lock()
        self._session: int | None = None
        self._segment: _Segment | None = None
        self._pending: list[Packet] = []
        self._pending_sound: list[Packet] = []
        self._pending_octets = 0
        self._sound_info: MediaInfo | None = None
        self._sound_refused = False
        self._step_ticks = 0  # the usual distance of two packets
        self._fragment_ticks = 0
        self._segment_ticks = 0
        self._hole_ticks = 0

    def packet(self, packet: Packet) -> None:
        """Take one packet of this stream."""
        with self._lock:
            if packet.session != self._session:
                if self._segment is not None:
                    self._end(GapReason.LOST)
                self._session = packet.session
                self._sound_info, self._sound_refused = None, False
            if packet.info.media is Media.VIDEO:
                self._video(packet)
            elif self.audio:
                self._sound(packet)

    def end(self, session: int | None, reason: GapReason, at_us: int) -> None:
        """The session is over (None: whichever there is); what is not stored yet is stored."""
        with self._lock:
            if session is not None and self._session is not None and session != self._session:
                return
            if self._segment is not None:
                self._end(reason)
            else:
                self._out.send(GapOpened(self.key, at_us, reason))
            self._session = None

    # -- video

    def _video(self, packet: Packet) -> None:
        segment = self._segment
        if segment is not None and segment.draft.is_broken():  # whoever broke it wrote the gap
            self._drop(segment)
            segment = None
        if segment is None:
            self._begin_run(packet)
            return
        last = self._pending[-1]
        step = packet.dts_ticks - last.dts_ticks
        if step < 0:
            self._end(GapReason.CLOCK_STEPPED)
            self._begin_run(packet)
            return
        if step > self._hole_ticks and step > HOLE_RATIO * self._step_ticks:
            self._note_hole(segment, last, packet)
        if packet.is_keyframe and self._at_keyframe(segment, packet):
            return
        since = packet.dts_ticks - self._pending[0].dts_ticks
        if since + min(step, self._step_ticks) > self._fragment_ticks or self._pending_octets > MAX_FRAGMENT_OCTETS:
            self._flush(segment, packet.dts_ticks)
            self._look_for_clock_step(segment, packet)
        self._step_ticks = step or self._step_ticks
        self._append(packet)

    def _append(self, packet: Packet) -> None:
        self._pending.append(packet)
        self._pending_octets += len(packet.data)

    def _begin_run(self, packet: Packet) -> None:
        """Footage begins, or begins again, if this packet is a keyframe and the disk takes it."""
        if not self._out.accepting(self.key):
            self.counters.lost += 1
            return
        if not packet.is_keyframe:
            self.counters.waited += 1
            return
        try:
            video = VideoTrack(packet)
        except VeedorError as problem:
            self.counters.problem = problem.message
            self.counters.lost += 1
            self._out.send(GapOpened(self.key, to_us(packet.captured_at), GapReason.LOST))
            return
        if not self._sound_refused:
            self.counters.problem = None
        second = 1 / video.info.time_base
        self._fragment_ticks = int(self._config.fragment_s * second)
        self._segment_ticks = int((self._config.segment_s - EARLY_CUT_S) * second)
        self._hole_ticks = int(HOLE_S * second)
        fps = video.info.fps
        self._step_ticks = packet.duration_ticks or (int(second / fps) if fps else int(second / 25))
        self._begin_segment(packet, video, self._out.next_run(), 0)

    def _begin_segment(self, packet: Packet, video: VideoTrack, run: int, number: int) -> None:
        started_us = to_us(packet.captured_at)
        offset = None
        if packet.clock is ClockSource.SENDER_REPORT:
            offset = round((packet.captured_at - self._clock.now()).total_seconds(), 3)
        name = SegmentName(self.key, started_us, run, number)
        head = SegmentHead(name, packet.clock, offset, packet.info.codec, video.spec.width, video.spec.height)
        self._segment = _Segment(Draft(head), video, packet, started_us)
        self._append(packet)

    def _at_keyframe(self, segment: _Segment, packet: Packet) -> bool:
        """Begin the next segment with this keyframe if it is time; whether it did."""
        self._look_for_clock_step(segment, packet)
        changed = segment.video.changed_by(packet.data)
        sound = self._sound_info is not None and not self._sound_refused and segment.opened and segment.sound is None
        due = packet.dts_ticks - segment.first.dts_ticks >= self._segment_ticks
        if not (due or changed or sound or segment.step_seen):
            return False
        self._flush(segment, packet.dts_ticks)
        if segment.draft.is_broken():
            self._segment = None
            self._begin_run(packet)
            return True
        expected, captured = self._wall_us(segment, packet), to_us(packet.captured_at)
        stepped = abs(captured - expected) > self._config.clock_tolerance_s * 1e6
        ended = expected if stepped or captured < segment.started_us else captured
        self._send_finish(segment, ended)
        same_run = not (changed or sound or stepped)
        name = segment.draft.head.name
        if not same_run:
            self._out.send(RunEnded(name.run))
            if captured > ended:
                self._out.send(GapNoted(self.key, ended, captured, GapReason.CLOCK_STEPPED))
        run, number = (name.run, name.number + 1) if same_run else (self._out.next_run(), 0)
        self._begin_segment(packet, segment.video, run, number)
        return True

    def _look_for_clock_step(self, segment: _Segment, packet: Packet) -> None:
        difference = to_us(packet.captured_at) - self._wall_us(segment, packet)
        if abs(difference) > self._config.clock_tolerance_s * 1e6:
            segment.step_seen = True

    def _wall_us(self, segment: _Segment, packet: Packet) -> int:
        """Wall time of a packet by the segment's start and media time."""
        ticks = packet.pts_ticks - segment.first.pts_ticks
        return segment.started_us + self._ticks_us(segment, ticks)

    @staticmethod
    def _ticks_us(segment: _Segment, ticks: int) -> int:
        base = segment.video.info.time_base
        return ticks * base.numerator * 1_000_000 // base.denominator

    def _note_hole(self, segment: _Segment, last: Packet, packet: Packet) -> None:
        """The session went on after a pause: the file shows the last picture meanwhile, and the index says so."""
        start = self._wall_us(segment, last) + self._ticks_us(segment, self._step_ticks)
        self._out.send(GapNoted(self.key, start, self._wall_us(segment, packet), GapReason.LOST))

    # -- sound

    def _sound(self, packet: Packet) -> None:
        """Sound goes into the fragment at hand. The first second of a segment decides whether it has a sound track;
        sound that begins later gets one at the next keyframe."""
        segment = self._segment
        if self._sound_info is not packet.info:
            self._sound_info = packet.info
            self._sound_refused = False
            try:
                sound_track(packet.info)
            except VeedorError as problem:
                self._sound_refused = True
                self.counters.problem = problem.message
        if self._sound_refused or segment is None or (segment.opened and segment.sound is None):
            self.counters.waited += 1
        else:
            self._pending_sound.append(packet)
            self._pending_octets += len(packet.data)

    # -- out

    def _flush(self, segment: _Segment, next_dts_ticks: int) -> None:
        """Hand what is pending to the disk thread as one fragment; its last picture lasts until `next_dts_ticks`."""
        packets, sounds = self._pending, self._pending_sound
        self._pending, self._pending_sound, self._pending_octets = [], [], 0
        if not packets or segment.draft.is_broken():
            self.counters.lost += len(packets) + len(sounds)
            return
        if not segment.opened:
            self._open(segment, sounds)
        runs = [self._video_run(segment, packets, next_dts_ticks)]
        if sounds and segment.sound is not None:
            runs.append(_sound_run(segment.first, sounds, *segment.sound))
        segment.fragments += 1
        start_ticks = runs[0].decode_ticks + runs[0].samples[0].offset_ticks
        prft = reference_time(1, from_us(self._wall_us(segment, packets[0])), start_ticks)
        pieces = [prft, *fragment(segment.fragments, runs)]
        octets = sum(map(len, pieces))
        count = len(packets) + (len(sounds) if len(runs) > 1 else 0)
        ended = segment.started_us + self._ticks_us(segment, next_dts_ticks - segment.first.dts_ticks)
        if self._out.offer(Data(segment.draft, pieces, octets, count, ended)):
            self.counters.packets += count
            self.counters.octets += octets
            return
        self.counters.lost += count
        segment.draft.abandoned = True
        at_us = self._wall_us(segment, packets[0])
        self._send_finish(segment, at_us)
        self._out.send(RunEnded(segment.draft.head.name.run))
        self._out.send(GapOpened(self.key, at_us, self._out.overflow_reason()))

    def _open(self, segment: _Segment, sounds: list[Packet]) -> None:
        if sounds:
            segment.sound = sound_track(sounds[0].info)
        head = segment.draft.head
        tracks = (segment.video.spec,) if segment.sound is None else (segment.video.spec, segment.sound[0])
        note = note_box(
            {
                "camera_id": self.key.camera_id,
                "role": self.key.role,
                "run": head.name.run,
                "number": head.name.number,
                "started_us": head.name.started_us,
                "clock": head.clock,
                "clock_offset_s": head.clock_offset_s,
                "codec": head.codec,
            }
        )
        segment.opened = True
        self._out.send(Begin(segment.draft, init_segment(tracks) + note))

    def _video_run(self, segment: _Segment, packets: list[Packet], next_dts_ticks: int) -> TrackRun:
        scale, stored = segment.video.scale, segment.video.stored
        zero = segment.first.dts_ticks
        starts = [scale(packet.dts_ticks - zero) for packet in packets]
        ends = [*starts[1:], scale(next_dts_ticks - zero)]
        samples = [
            Sample(stored(packet), end - start, scale(packet.pts_ticks - packet.dts_ticks), packet.is_keyframe)
            for packet, start, end in zip(packets, starts, ends, strict=True)
        ]
        return TrackRun(1, starts[0], samples)

    def _send_finish(self, segment: _Segment, ended_us: int) -> None:
        if segment.opened:
            self._out.send(Finish(segment.draft, max(ended_us, segment.started_us)))

    def _end(self, reason: GapReason) -> None:
        """Close the segment after its last packet, and say that a gap begins there."""
        segment = self._segment
        if segment is None:
            return
        if segment.draft.is_broken():
            self._drop(segment)
            return
        next_dts = self._pending[-1].dts_ticks + self._step_ticks
        self._flush(segment, next_dts)
        self._segment = None
        if segment.draft.is_broken():
            return
        ended = segment.started_us + self._ticks_us(segment, next_dts - segment.first.dts_ticks)
        self._send_finish(segment, ended)
        self._out.send(RunEnded(segment.draft.head.name.run))
        self._out.send(GapOpened(self.key, ended, reason))

    def _drop(self, segment: _Segment) -> None:
        self.counters.lost += len(self._pending) + len(self._pending_sound)
        self._pending, self._pending_sound, self._pending_octets = [], [], 0
        if self._segment is segment:
            self._segment = None


def _sound_run(first: Packet, sounds: list[Packet], spec: TrackSpec, scale: Scale) -> TrackRun:
    """The sound of a fragment, on the video's timeline; what is heard before the first picture starts with it."""
    zero_s = first.pts_ticks * first.info.time_base
    base = sounds[0].info.time_base
    start = max(0, int((sounds[0].pts_ticks * base - zero_s) * spec.timescale))
    samples = []
    usual = 1024 if spec.codec == "aac" else 1
    for packet, following in zip(sounds, [*sounds[1:], None], strict=True):
        ticks = packet.duration_ticks
        if following is not None:
            ticks = max(0, following.pts_ticks - packet.pts_ticks)
        usual = scale(ticks) or usual
        samples.append(Sample(packet.data, usual, 0, True))
    return TrackRun(spec.track_id, start, samples)

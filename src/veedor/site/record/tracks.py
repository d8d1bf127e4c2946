"""From what ingest says of a stream to the tracks of an MP4 file, following parameter sets that change in band."""

from __future__ import annotations

from dataclasses import dataclass

from veedor.kit.errors import VeedorError
from veedor.kit.mp4 import nal
from veedor.kit.mp4.init import TrackSpec, audio_track, timescale_for, video_track
from veedor.model.packet import MediaInfo, Packet

NAL_CODECS = ("h264", "hevc")


@dataclass(frozen=True, slots=True)
class Scale:
    """Ticks of a packet's time base to ticks of the track: `ticks * mul // div`."""

    mul: int
    div: int

    def __call__(self, ticks: int) -> int:
        return ticks * self.mul // self.div


class VideoTrack:
    """The picture track of one session. `spec` may change at keyframes."""

    def __init__(self, first: Packet) -> None:
        info = first.info
        self.info = info
        self._annex_b = info.codec in NAL_CODECS and not _is_record(info)
        self._sets: dict[int, list[bytes]] = {}
        self.spec = self._build(first.data)
        self.scale = Scale(info.time_base.numerator * self.spec.timescale, info.time_base.denominator)

    def _build(self, keyframe: bytes) -> TrackSpec:
        """Parameter sets in the keyframe are newer than those of the session description."""
        in_band = self._in_band(keyframe)
        extradata = self.info.extradata if in_band is None else b""
        spec = video_track(
            self.info.codec,
            timescale=timescale_for(self.info.time_base),
            extradata=extradata,
            width=self.info.width,
            height=self.info.height,
            first_unit=keyframe,
        )
        self._sets = in_band or {}
        return spec

    def _in_band(self, keyframe: bytes) -> dict[int, list[bytes]] | None:
        if not self._annex_b:
            return None
        sets = nal.parameter_sets(self.info.codec, nal.split_annex_b(keyframe))
        return sets if all(sets.values()) else None

    def changed_by(self, keyframe: bytes) -> bool:
        """Take note of the keyframe's own parameter sets; whether they make another track of it."""
        in_band = self._in_band(keyframe)
        if in_band is None or in_band == self._sets:
            return False
        before = self.spec
        try:
            self.spec = self._build(keyframe)
        except VeedorError:  # damaged in transit: the sets that were good still are
            return False
        return self.spec != before

    def stored(self, packet: Packet) -> bytes:
        """The access unit as MP4 holds it."""
        return nal.to_length_prefixed(packet.data, packet.unit_octets) if self._annex_b else packet.data


def sound_track(info: MediaInfo) -> tuple[TrackSpec, Scale]:
    """The sound track for `info`. Raises UnsupportedMedia."""
    spec = audio_track(
        info.codec,
        timescale=timescale_for(info.time_base),
        extradata=info.extradata,
        sample_rate=info.sample_rate,
        channels=info.channels,
    )
    return spec, Scale(info.time_base.numerator * spec.timescale, info.time_base.denominator)


def _is_record(info: MediaInfo) -> bool:
    """Whether extradata is avcC or hvcC, which means that packets are length-prefixed."""
    return info.extradata[:1] == b"\x01"

"""Packets into fragmented MP4 for Media Source Extensions, one fragment per access unit, without transcoding."""

from __future__ import annotations

from veedor.kit.mp4 import nal
from veedor.kit.mp4.fragment import Sample, TrackRun, fragment
from veedor.kit.mp4.init import TrackSpec, init_segment, mime_type, timescale_for, video_track
from veedor.model.packet import Packet

NAL_CODECS = ("h264", "hevc")


class Packager:
    """The MP4 form of one session's pictures. Raises UnsupportedMedia or BadBitstream for a first packet that no
    track can be made of."""

    def __init__(self, keyframe: Packet) -> None:
        self._info = keyframe.info
        self._annex_b = self._info.codec in NAL_CODECS and self._info.extradata[:1] != b"\x01"
        self._sets = self._in_band(keyframe.data)
        self._spec = self._build(keyframe.data)
        self._base = keyframe.info.time_base
        self._zero_ticks = keyframe.dts_ticks
        self._usual_ticks = 0
        self._sequence = 0

    def _in_band(self, keyframe: bytes) -> dict[int, list[bytes]] | None:
        if not self._annex_b:
            return None
        sets = nal.parameter_sets(self._info.codec, nal.split_annex_b(keyframe))
        return sets if all(sets.values()) else None

    def _build(self, keyframe: bytes) -> TrackSpec:
        return video_track(
            self._info.codec,
            timescale=timescale_for(self._info.time_base),
            extradata=self._info.extradata if self._sets is None else b"",
            width=self._info.width,
            height=self._info.height,
            first_unit=keyframe,
        )

    def fits(self, keyframe: Packet) -> bool:
        """Whether this keyframe can go on in the same initialisation segment."""
        sets = self._in_band(keyframe.data)
        return keyframe.info is self._info and (sets is None or sets == self._sets)

    @property
    def init(self) -> bytes:
        return init_segment((self._spec,))

    @property
    def mime(self) -> str:
        return mime_type((self._spec,))

    def fragment(self, packet: Packet, following_dts_ticks: int | None = None) -> bytes:
        """One access unit. Where the next one is not known yet, it lasts as long as they usually do: each fragment
        has its own decode time, so that a wrong guess does not add up."""
        duration = packet.duration_ticks or self._usual_ticks
        if following_dts_ticks is not None and following_dts_ticks > packet.dts_ticks:
            duration = self._usual_ticks = following_dts_ticks - packet.dts_ticks
        if duration <= 0:
            duration = int(1 / (self._base * (self._info.fps or 25)))
        data = nal.to_length_prefixed(packet.data) if self._annex_b else packet.data
        sample = Sample(
            data, self._scaled(duration), self._scaled(packet.pts_ticks - packet.dts_ticks), packet.is_keyframe
        )
        self._sequence += 1
        at = max(0, self._scaled(packet.dts_ticks - self._zero_ticks))
        return b"".join(fragment(self._sequence, [TrackRun(1, at, [sample])]))

    def _scaled(self, ticks: int) -> int:
        return ticks * self._base.numerator * self._spec.timescale // self._base.denominator

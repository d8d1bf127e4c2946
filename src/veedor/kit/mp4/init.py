"""Initialisation segments: ftyp and moov for tracks of encoded media (ISO/IEC 14496-12, 8.2 to 8.8)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

from veedor.kit.errors import VeedorError
from veedor.kit.mp4 import nal

PICTURE_CODECS = ("h264", "hevc", "mjpeg", "mpeg4")
SOUND_CODECS = ("aac", "pcm_mulaw", "pcm_alaw")
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


class UnsupportedMedia(VeedorError):
    """MP4 as we write it has no place for this codec, or its set-up data is missing. params: codec, problem"""

    key = "error-mp4-unsupported"
    exit_code = 2
    http_status = 400


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """What the moov says of one track. `config` is the codec's set-up data as MP4 has it: avcC or hvcC without box
    header, AudioSpecificConfig; empty where the codec has none."""

    track_id: int
    codec: str
    timescale: int
    config: bytes = b""
    width: int = 0
    height: int = 0
    sample_rate: int = 0
    channels: int = 0
    mime: str = ""

    @property
    def is_video(self) -> bool:
        return self.codec in PICTURE_CODECS


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box: size, type, content."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def timescale_for(time_base: Fraction) -> int:
    """Ticks per second that hold every tick of `time_base` exactly, and are fine enough for players."""
    scale = time_base.denominator
    if not 0 < scale < 1 << 31:
        raise UnsupportedMedia(codec="", problem=f"time base {time_base}")
    while scale < 1000:
        scale *= 10
    return scale


def video_track(
    codec: str, *, timescale: int, extradata: bytes, width: int, height: int, first_unit: bytes = b""
) -> TrackSpec:
    """The track for a picture codec (libav's name).

    `extradata`: parameter sets in Annex B, or avcC/hvcC, or nothing; then they are looked for in `first_unit`, the
    first keyframe. Raises UnsupportedMedia, BadBitstream.
    """
    if codec == "h264":
        config, size = _avc_config(extradata, first_unit)
        profile = config[1:4].hex().upper()
        return TrackSpec(1, codec, timescale, config, size.width, size.height, mime=f"avc1.{profile}")
    if codec == "hevc":
        config, size = _hevc_config(extradata, first_unit)
        return TrackSpec(1, codec, timescale, config, size.width, size.height, mime=_hevc_mime(config))
    if codec in PICTURE_CODECS:
        if width <= 0 or height <= 0:
            raise UnsupportedMedia(codec=codec, problem="picture size unknown")
        mime = "mp4v.6C" if codec == "mjpeg" else "mp4v.20"
        return TrackSpec(1, codec, timescale, extradata, width, height, mime=mime)
    raise UnsupportedMedia(codec=codec, problem="not a codec we store")


def audio_track(codec: str, *, timescale: int, extradata: bytes, sample_rate: int, channels: int) -> TrackSpec:
    """The track for a sound codec (libav's name). Raises UnsupportedMedia."""
    if codec not in SOUND_CODECS:
        raise UnsupportedMedia(codec=codec, problem="not a codec we store")
    if codec == "aac" and len(extradata) < 2:
        raise UnsupportedMedia(codec=codec, problem="no AudioSpecificConfig")
    mime = f"mp4a.40.{extradata[0] >> 3}" if codec == "aac" else {"pcm_mulaw": "ulaw", "pcm_alaw": "alaw"}[codec]
    return TrackSpec(2, codec, timescale, extradata, 0, 0, sample_rate or 8000, channels or 1, mime)


def codec_mime(codec: str, config: bytes) -> str:
    """What RFC 6381 calls a codec with this avcC or hvcC."""
    return _hevc_mime(config) if codec == "hevc" else f"avc1.{config[1:4].hex().upper()}"


def mime_type(tracks: tuple[TrackSpec, ...]) -> str:
    """The MIME type with its codecs parameter (RFC 6381)."""
    return f'video/mp4; codecs="{",".join(track.mime for track in tracks)}"'


def init_segment(tracks: tuple[TrackSpec, ...], duration_s: float | None = None) -> bytes:
    """ftyp and moov. `duration_s` tells players how long the fragments will be in all, where that is known."""
    ftyp = box(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5iso6mp41")
    next_id = max(track.track_id for track in tracks) + 1
    mvhd = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">4IIH10x", 0, 0, 1000, 0, 0x10000, 0x100),
        _MATRIX,
        bytes(24),
        struct.pack(">I", next_id),
    )
    mehd = b"" if duration_s is None else full_box(b"mehd", 1, 0, struct.pack(">Q", round(duration_s * 1000)))
    trex = (full_box(b"trex", 0, 0, struct.pack(">5I", track.track_id, 1, 0, 0, 0)) for track in tracks)
    return ftyp + box(b"moov", mvhd, *map(_trak, tracks), box(b"mvex", mehd, *trex))


def _trak(track: TrackSpec) -> bytes:
    volume = 0 if track.is_video else 0x100
    tkhd = full_box(
        b"tkhd",
        0,
        3,
        struct.pack(">5I8xHHHH", 0, 0, track.track_id, 0, 0, 0, 0, volume, 0),
        _MATRIX,
        struct.pack(">II", track.width << 16, track.height << 16),
    )
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, track.timescale, 0, 0x55C4, 0))  # language "und"
    handler, name = (b"vide", b"Video\0") if track.is_video else (b"soun", b"Audio\0")
    hdlr = full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(12), name)
    header = full_box(b"vmhd", 0, 1, bytes(8)) if track.is_video else full_box(b"smhd", 0, 0, bytes(4))
    dinf = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    entry = _picture_entry(track) if track.is_video else _sound_entry(track)
    stbl = box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        full_box(b"stts", 0, 0, bytes(4)),
        full_box(b"stsc", 0, 0, bytes(4)),
        full_box(b"stsz", 0, 0, bytes(8)),
        full_box(b"stco", 0, 0, bytes(4)),
    )
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, box(b"minf", header, dinf, stbl)))


def _picture_entry(track: TrackSpec) -> bytes:
    body = struct.pack(">6xH16xHHIIIH32xHh", 1, track.width, track.height, 0x480000, 0x480000, 0, 1, 0x18, -1)
    if track.codec == "h264":
        return box(b"avc1", body, box(b"avcC", track.config))
    if track.codec == "hevc":
        return box(b"hvc1", body, box(b"hvcC", track.config))
    kind = 0x6C if track.codec == "mjpeg" else 0x20  # object type indications (ISO/IEC 14496-1, 7.2.6.6)
    return box(b"mp4v", body, _esds(track.track_id, kind, 0x11, track.config))


def _sound_entry(track: TrackSpec) -> bytes:
    rate = min(track.sample_rate, 0xFFFF) << 16
    body = struct.pack(">6xH8xHHHHI", 1, track.channels, 16, 0, 0, rate)
    if track.codec == "aac":
        return box(b"mp4a", body, _esds(track.track_id, 0x40, 0x15, track.config))
    return box({"pcm_mulaw": b"ulaw", "pcm_alaw": b"alaw"}[track.codec], body)


def _esds(track_id: int, object_type: int, stream_type: int, config: bytes) -> bytes:
    """Elementary stream descriptor (ISO/IEC 14496-1, 7.2.6.5)."""
    specific = _descriptor(5, config) if config else b""
    decoder = _descriptor(4, struct.pack(">BB3xII", object_type, stream_type, 0, 0), specific)
    return full_box(b"esds", 0, 0, _descriptor(3, struct.pack(">HB", track_id, 0), decoder, _descriptor(6, b"\x02")))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    return bytes([tag, 0x80 | size >> 21 & 0x7F, 0x80 | size >> 14 & 0x7F, 0x80 | size >> 7 & 0x7F, size & 0x7F]) + body


def _collect(codec: str, extradata: bytes, first_unit: bytes) -> dict[int, list[bytes]]:
    """Parameter sets from Annex B `extradata`, else from the first keyframe."""
    for source in (extradata, first_unit):
        units = nal.split_annex_b(source) if nal.is_annex_b(source) else list(nal.split_length_prefixed(source))
        sets = nal.parameter_sets(codec, units)
        if all(sets.values()) or (codec == "h264" and sets[nal.H264_SPS] and sets[nal.H264_PPS]):
            return sets
    raise UnsupportedMedia(codec=codec, problem="no parameter sets, neither in the session description nor in band")


def _avc_config(extradata: bytes, first_unit: bytes) -> tuple[bytes, nal.PictureSize]:
    """AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) with 4-byte lengths, and the picture's size."""
    if len(extradata) > 8 and extradata[0] == 1:
        size = int.from_bytes(extradata[6:8], "big")
        return extradata, nal.h264_size(extradata[8 : 8 + size])
    sets = _collect("h264", extradata, first_unit)
    sps, pps = sets[nal.H264_SPS], sets[nal.H264_PPS]
    if len(sps[0]) < 4:
        raise nal.BadBitstream(problem="sequence parameter set too short")
    record = bytes([1, *sps[0][1:4], 0xFF, 0xE0 | min(len(sps), 31)])
    record += b"".join(struct.pack(">H", len(unit)) + unit for unit in sps[:31])
    record += bytes([len(pps)]) + b"".join(struct.pack(">H", len(unit)) + unit for unit in pps)
    return record, nal.h264_size(sps[0])


def _hevc_config(extradata: bytes, first_unit: bytes) -> tuple[bytes, nal.PictureSize]:
    """HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1), and the picture's size."""
    if len(extradata) > 23 and not nal.is_annex_b(extradata):
        return extradata, nal.hevc_size(_hvcc_sps(extradata))
    sets = _collect("hevc", extradata, first_unit)
    sps = sets[nal.HEVC_SPS][0]
    size = nal.hevc_size(sps)
    general = sps[2:].replace(b"\x00\x00\x03", b"\x00\x00")[1:13]
    layers = (sps[2] >> 1 & 7) + 1
    nesting = sps[2] & 1
    record = b"\x01" + general + struct.pack(">HB", 0xF000, 0xFC)
    record += bytes([0xFC | size.chroma_format, 0xF8 | size.luma_depth - 8, 0xF8 | size.chroma_depth - 8])
    record += struct.pack(">HBB", 0, layers << 3 | nesting << 2 | 3, len(sets))
    for kind, units in sets.items():
        record += struct.pack(">BH", 0x80 | kind, len(units))
        record += b"".join(struct.pack(">H", len(unit)) + unit for unit in units)
    return record, size


def _hvcc_sps(record: bytes) -> bytes:
    at = 23
    for _ in range(record[22]):
        if at + 3 > len(record):
            break
        kind, count = record[at] & 0x3F, int.from_bytes(record[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(record[at : at + 2], "big")
            if kind == nal.HEVC_SPS:
                return record[at + 2 : at + 2 + size]
            at += 2 + size
    raise nal.BadBitstream(problem="no sequence parameter set in hvcC")


def _hevc_mime(config: bytes) -> str:
    """hvc1 and the profile, tier, level and constraint fields (ISO/IEC 14496-15, annex E)."""
    space = ("", "A", "B", "C")[config[1] >> 6]
    tier = "H" if config[1] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(config[2:6], 'big'):032b}"[::-1], 2)
    constraints = config[6:12].rstrip(b"\x00")
    tail = "".join(f".{byte:X}" for byte in constraints)
    return f"hvc1.{space}{config[1] & 0x1F}.{compatibility:X}.{tier}{config[12]}{tail}"

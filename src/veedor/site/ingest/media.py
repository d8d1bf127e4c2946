"""From the session description to what a decoder must know, and to the tracks that put packets together."""

from __future__ import annotations

import base64
import binascii
from fractions import Fraction

from veedor.kit.mp4 import nal
from veedor.kit.mp4.nal import BadBitstream
from veedor.model.packet import Media, MediaInfo
from veedor.site.ingest.errors import UnsupportedCodec
from veedor.site.ingest.jpeg import JpegUnits
from veedor.site.ingest.order import DecodeOrder
from veedor.site.ingest.pictures import Units, VideoTrack
from veedor.site.ingest.raw import START_CODE, Take, check_size, parameter_sets, picture_size
from veedor.site.ingest.sdp import SdpMedia
from veedor.site.ingest.sound import AacTrack, G711Track, SoundTrack, aac_config
from veedor.site.ingest.units import H264Units, H265Units

_VIDEO = {"H264": "h264", "H265": "hevc", "JPEG": "mjpeg"}
_G711 = {"PCMA": "pcm_alaw", "PCMU": "pcm_mulaw"}


def video_track(media: SdpMedia, shown: str, take: Take) -> tuple[MediaInfo, VideoTrack]:
    """Raises UnsupportedCodec, PictureTooLarge."""
    codec = _VIDEO.get(media.encoding)
    if codec is None:
        raise UnsupportedCodec(name=shown, codec=media.encoding.lower()[:40])
    sets = _described_sets(codec, media)
    width, height, depth = _described(codec, sets)
    check_size(width, height, shown)
    info = MediaInfo(
        Media.VIDEO, codec, Fraction(1, media.clock_hz), extradata=sets, width=width, height=height, fps=media.fps
    )
    period = round(media.clock_hz / media.fps) if media.fps else 0
    order = DecodeOrder(depth, period)
    return info, VideoTrack(media.payload_type, media.clock_hz, _units(codec, media), order, take)


def _units(codec: str, media: SdpMedia) -> Units:
    if codec == "h264":
        return H264Units()
    if codec == "hevc":
        return H265Units(donl=media.parameters.get("sprop-max-don-diff", "0") not in ("", "0"))
    return JpegUnits()


def _described_sets(codec: str, media: SdpMedia) -> bytes:
    """The parameter sets of the description in Annex B; empty where there are not all of them."""
    names = ("sprop-parameter-sets",) if codec == "h264" else ("sprop-vps", "sprop-sps", "sprop-pps")
    units: list[bytes] = []
    for name in names:
        for text in media.parameters.get(name, "").split(","):
            try:
                unit = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
            except (binascii.Error, ValueError):
                continue
            units += nal.split_annex_b(unit) if nal.is_annex_b(unit) else [unit.rstrip(b"\x00")] if unit else []
    return parameter_sets(codec, b"".join(START_CODE + unit for unit in units))


def _described(codec: str, sets: bytes) -> tuple[int, int, int | None]:
    """Width, height and depth of reordering; 0, 0 and None where the description does not say."""
    if codec == "mjpeg":
        return 0, 0, 0
    if not sets:
        return 0, 0, None
    try:
        width, height = picture_size(codec, sets)
    except BadBitstream:
        return 0, 0, None
    kind, depth_of = (
        (nal.H264_SPS, nal.h264_reorder_depth) if codec == "h264" else (nal.HEVC_SPS, nal.hevc_reorder_depth)
    )
    try:
        return width, height, depth_of(nal.parameter_sets(codec, nal.split_annex_b(sets))[kind][0])
    except BadBitstream:
        return width, height, None


def sound_track(media: SdpMedia, video: VideoTrack, take: Take) -> tuple[MediaInfo, SoundTrack] | None:
    """None where the sound is of a kind that is not recorded."""
    kind, hz = media.payload_type, media.clock_hz
    base = Fraction(1, hz)
    if codec := _G711.get(media.encoding):
        info = MediaInfo(Media.AUDIO, codec, base, sample_rate=hz, channels=media.channels)
        return info, G711Track(kind, hz, video, take, media.channels)
    config = aac_config(media.parameters) if media.encoding == "MPEG4-GENERIC" else None
    if config is None:
        return None
    data, rate, channels = config
    info = MediaInfo(Media.AUDIO, "aac", base, extradata=data, sample_rate=rate, channels=channels)
    return info, AacTrack(kind, hz, video, take, media.parameters)

"""The picture track of a fragmented file alone, as a browser's source buffer wants it."""

from __future__ import annotations

import struct

from veedor.kit.mp4.boxes import BadMp4, child, children
from veedor.kit.mp4.init import box, codec_mime

_ENTRY_FIELDS = 78  # of a visual sample entry, before its own boxes (ISO/IEC 14496-12, 12.1.3)
_CONFIG = {b"avc1": (b"avcC", "h264"), b"hvc1": (b"hvcC", "hevc")}


def picture_only(init: bytes, track_id: int) -> tuple[bytes, str]:
    """`init` (ftyp and moov) with that track alone, and its codec for a MIME type ("" where browsers have no name for
    it). Raises BadMp4."""
    out, codec = b"", ""
    for kind, content in children(init):
        if kind == b"moov":
            codec = _codec(content, track_id)
            content = b"".join(_kept(inner, data, track_id) for inner, data in children(content))  # noqa: PLW2901
        out += box(kind, content)
    return out, codec


def _kept(kind: bytes, content: bytes, track_id: int) -> bytes:
    if kind == b"trak" and _track_id(content) != track_id:
        return b""
    if kind == b"mvex":
        inner = (
            box(name, data)
            for name, data in children(content)
            if name == b"trex" and struct.unpack_from(">I", data, 4)[0] == track_id
        )
        content = b"".join(inner)
    return box(kind, content)


def _track_id(trak: bytes) -> int:
    tkhd = child(trak, b"tkhd")
    if tkhd is None or len(tkhd) < 16:
        raise BadMp4(problem="track header too short")
    return int(struct.unpack_from(">I", tkhd, 12)[0])


def _codec(moov: bytes, track_id: int) -> str:
    for kind, trak in children(moov):
        if kind == b"trak" and _track_id(trak) == track_id:
            stsd = child(trak, b"mdia", b"minf", b"stbl", b"stsd") or b""
            for entry, content in children(stsd[8:]):
                name, codec = _CONFIG.get(entry, (b"", ""))
                config = child(content[_ENTRY_FIELDS:], name) if name else None
                return codec_mime(codec, config) if config and len(config) > 12 else ""
    return ""

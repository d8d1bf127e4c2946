"""A keyframe without the pictures that follow it, for lines that have no room for more."""

from __future__ import annotations

import struct

from veedor.kit.mp4.boxes import child, first_sample
from veedor.kit.mp4.fragment import Sample, TrackRun, fragment


def keyframe_alone(data: bytes, duration_ticks: int | None) -> bytes:
    """The fragment `data` (moof and mdat) cut to its first sample, a keyframe.

    `duration_ticks`: how long it is to last, in the track's timescale: up to the next keyframe, so that a player sees
    no hole; None: as long as it did. Raises BadMp4."""
    track_id, first = first_sample(data)
    mfhd = child(data, b"moof", b"mfhd") or b""
    sequence = struct.unpack_from(">I", mfhd, 4)[0] if len(mfhd) >= 8 else 0
    picture = data[first.position : first.position + first.size]
    lasts = first.duration_ticks if duration_ticks is None else max(1, duration_ticks)
    sample = Sample(picture, lasts, first.offset_ticks, is_sync=True)
    return b"".join(fragment(sequence, [TrackRun(track_id, first.decode_ticks, [sample])]))

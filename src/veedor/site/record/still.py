"""One decoded picture as JPEG."""

from __future__ import annotations

import io

import av
import cv2
from av.error import FFmpegError

JPEG_QUALITY = 90


def last_picture_jpeg(mp4: bytes, ticks: int) -> bytes | None:
    """JPEG of the last picture of a short MP4 that is shown at most `ticks` of its track after its keyframe, with which
    it begins; None where none can be decoded."""
    last: av.VideoFrame | None = None
    try:
        with av.open(io.BytesIO(mp4), "r", format="mp4") as container:
            container.streams.video[0].thread_type = "NONE"
            zero: int | None = None
            for packet in container.demux(video=0):
                zero = packet.pts if zero is None else zero
                for frame in packet.decode():
                    if frame.pts is not None and zero is not None and frame.pts - zero <= ticks:
                        last = frame
    except (FFmpegError, IndexError):
        if last is None:
            return None
    if last is None:
        return None
    done, coded = cv2.imencode(".jpg", last.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return coded.tobytes() if done else None

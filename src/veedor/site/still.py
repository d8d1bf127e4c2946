"""One decoded picture as JPEG."""

from __future__ import annotations

import io

import av
import cv2
from av.error import FFmpegError


def last_picture_jpeg(mp4: bytes, quality: int, ticks: int | None = None) -> bytes | None:
    """JPEG (`quality` 0 to 100) of the last picture of a short MP4; None where nothing can be decoded. `ticks`: of
    those that are shown at most so long (in the track's time) after its keyframe, with which it begins."""
    last: av.VideoFrame | None = None
    try:
        with av.open(io.BytesIO(mp4), "r", format="mp4") as container:
            container.streams.video[0].thread_type = "NONE"
            zero: int | None = None
            for packet in container.demux(video=0):
                zero = packet.pts if zero is None else zero
                for frame in packet.decode():
                    if ticks is None or (frame.pts is not None and zero is not None and frame.pts - zero <= ticks):
                        last = frame
    except (FFmpegError, IndexError):
        if last is None:
            return None
    if last is None:
        return None
    done, coded = cv2.imencode(".jpg", last.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return coded.tobytes() if done else None

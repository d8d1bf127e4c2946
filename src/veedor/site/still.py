"""One decoded picture as JPEG."""

from __future__ import annotations

import io

import av
import cv2
from av.error import FFmpegError


def last_picture_jpeg(mp4: bytes, quality: int) -> bytes | None:
    """JPEG (`quality` 0 to 100) of the last picture of a short MP4; None where nothing can be decoded."""
    last: av.VideoFrame | None = None
    try:
        with av.open(io.BytesIO(mp4), "r", format="mp4") as container:
            container.streams.video[0].thread_type = "NONE"
            for frame in container.decode(video=0):
                last = frame
    except (FFmpegError, IndexError):
        if last is None:
            return None
    if last is None:
        return None
    done, coded = cv2.imencode(".jpg", last.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return coded.tobytes() if done else None

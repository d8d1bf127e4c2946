"""RTSP and RTSPS through libav, from an address that was checked."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import av
import av.container

from veedor.model.camera import StreamSource, Transport
from veedor.model.packet import Media, MediaInfo
from veedor.site.ingest.addresses import CameraUrl, parse
from veedor.site.ingest.describe import Login, describe
from veedor.site.ingest.errors import (
    CameraRefused,
    CameraTimeout,
    CameraUnreachable,
    NotVideo,
    StreamEnded,
    StreamNotFound,
    StreamStalled,
    WrongPassword,
)
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.raw import RawPacket, audio_info, video_info

_PRFT = struct.Struct("<q")  # AVProducerReferenceTime begins with the wall clock in microseconds since 1970


class RtspSource:
    """An open RTSP session. Raises the errors of `errors.py`."""

    def __init__(
        self,
        stream: StreamSource,
        login: Login | None,
        policy: NetworkPolicy,
        *,
        audio: bool,
        timeouts: tuple[float, float],
    ) -> None:
        connect_s, read_s = timeouts
        url, _username, _password = parse(stream.url)
        found = describe(url, login, policy, connect_s)
        self._shown = found.url.shown
        self._read_s = read_s
        self._container = self._open(found.url, found.address, found.login, stream.transport, audio, timeouts)
        try:
            self.tracks = self._tracks(audio)
        except BaseException:
            self._container.close()
            raise

    def _open(
        self,
        url: CameraUrl,
        address: str,
        login: Login | None,
        transport: Transport,
        audio: bool,
        timeouts: tuple[float, float],
    ) -> av.container.InputContainer:
        connect_s, read_s = timeouts
        options = {
            "rtsp_transport": transport.value,
            "protocol_whitelist": "rtsp,rtp,tcp,udp" + (",tls,rtsps" if url.scheme == "rtsps" else ""),
            # Sound that is not recorded is not asked for either.
            "allowed_media_types": "video+audio" if audio else "video",
            # Enough to know the codec; guessing the frame rate would hold back the first second.
            "analyzeduration": "500000",
            "fpsprobesize": "0",
            "user_agent": "Veedor",
            "buffer_size": "2000000",
        }
        secret_url = url.pinned(address, login.username if login else None, login.password if login else None)
        try:
            return av.open(secret_url, options=options, timeout=(connect_s + 2.0, read_s))
        except av.error.FFmpegError as problem:
            # The exception's text has the URL with the login in it: it must not go on as cause or context.
            error = _opening_error(problem, self._shown)
        raise error

    def _tracks(self, audio: bool) -> dict[Media, MediaInfo]:
        streams = self._container.streams
        if not streams.video:
            raise NotVideo(name=self._shown)
        self._video = streams.video[0]
        self._audio: av.AudioStream | None = None
        tracks = {Media.VIDEO: video_info(self._video, self._shown)}
        if audio and streams.audio and (info := audio_info(streams.audio[0])) is not None:
            self._audio = streams.audio[0]
            tracks[Media.AUDIO] = info
        return tracks

    def packets(self) -> Iterator[RawPacket]:
        wanted: list[av.VideoStream | av.AudioStream] = [self._video]
        if self._audio is not None:
            wanted.append(self._audio)
        try:
            for packet in self._container.demux(*wanted):
                if packet.size:  # an empty one is the flush at the end; pts None is not (it is the first keyframe)
                    yield _raw(packet, Media.VIDEO if packet.stream is self._video else Media.AUDIO)
        except (av.error.TimeoutError, av.error.ExitError):
            error: StreamStalled | StreamEnded = StreamStalled(address=self._shown, seconds=f"{self._read_s:g}")
        except av.error.FFmpegError:
            error = StreamEnded(address=self._shown)
        else:
            return  # a server that goes away ends the loop without an exception
        raise error

    def close(self) -> None:
        self._container.close()


def _raw(packet: av.Packet[Any], media: Media) -> RawPacket:
    camera_unix_s = None
    if media is Media.VIDEO and packet.has_sidedata("prft"):
        reference = bytes(packet.get_sidedata("prft"))
        camera_unix_s = _PRFT.unpack_from(reference)[0] / 1e6
    return RawPacket(
        media=media,
        data=bytes(packet),
        pts_ticks=packet.pts,
        dts_ticks=packet.dts,
        duration_ticks=packet.duration or 0,
        is_keyframe=packet.is_keyframe,
        camera_unix_s=camera_unix_s,
    )


def _opening_error(problem: av.error.FFmpegError, shown: str) -> Exception:
    reason = problem.strerror or "error"
    by_class: list[tuple[type[Exception], Exception]] = [
        (av.error.ConnectionRefusedError, CameraRefused(address=shown)),
        (av.error.HTTPUnauthorizedError, WrongPassword(address=shown)),
        (av.error.HTTPForbiddenError, WrongPassword(address=shown)),
        (av.error.HTTPNotFoundError, StreamNotFound(address=shown)),
        (av.error.TimeoutError, CameraTimeout(address=shown)),
        (av.error.ExitError, CameraTimeout(address=shown)),
        (av.error.InvalidDataError, NotVideo(name=shown)),
    ]
    for kind, error in by_class:
        if isinstance(problem, kind):
            return error
    return CameraUnreachable(address=shown, problem=reason)

"""What passes between the site process and an analytics worker: a header in JSON and a payload in bytes.

Not pickle: a worker parses hostile video, so nothing that it says may become code in the site process.
Frame on the wire: header length (u32), payload length (u32), header, payload; big-endian.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from veedor.link.pipe import MAX_MESSAGE_OCTETS, Pipe
from veedor.model.camera import StreamRole
from veedor.model.detection import ObjectClass
from veedor.model.observation import Observation
from veedor.model.packet import ClockSource, Media, MediaInfo, Packet
from veedor.model.scene import SceneFacts
from veedor.model.second_look import Sight, Target
from veedor.model.track import Tracks
from veedor.model.track_query import VehicleColour
from veedor.site.scene.registration import COLUMNS, ROWS
from veedor.wire.errors import LinkDown

_LENGTHS = struct.Struct(">II")
MAX_HEADER = 1 << 20
MAX_PAYLOAD = 64 << 20
BACKGROUND_SHAPE = (ROWS, COLUMNS)

Header = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A look that the site asks for. `packets`: of the main stream, from a keyframe on; may be empty."""

    request: int
    camera_id: str
    targets: tuple[Target, ...]
    within_s: float
    packets: tuple[Packet, ...] = ()


class Channel(Protocol):
    """One end of what joins a site and a worker: whole messages, in order. Sending is safe from several threads."""

    max_payload: int  # octets that one message may carry

    def send(self, header: Header, payload: bytes | memoryview = b"") -> None:
        """Blocks while the other side is slow. Raises OSError when it is gone."""

    def receive(self) -> tuple[Header, bytes] | None:
        """The next message, or None at the end. Raises ValueError on a malformed one."""

    def close(self) -> None:
        """Ends both directions; a reader in another thread sees the end."""


class SocketChannel:
    """A channel to a process on the same machine, over a socket pair."""

    max_payload = MAX_PAYLOAD

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._reader = sock.makefile("rb", buffering=1 << 20)
        self._lock = threading.Lock()

    def send(self, header: Header, payload: bytes | memoryview = b"") -> None:
        """Blocks while the other side is slow. Raises OSError when it is gone."""
        head = json.dumps(header, separators=(",", ":")).encode()
        with self._lock:
            self._socket.sendall(b"".join((_LENGTHS.pack(len(head), len(payload)), head, payload)))

    def receive(self) -> tuple[Header, bytes] | None:
        """The next message, or None at the end. Raises ValueError on a malformed one."""
        lengths = self._reader.read(_LENGTHS.size)
        if len(lengths) < _LENGTHS.size:
            return None
        head_octets, payload_octets = _LENGTHS.unpack(lengths)
        if head_octets > MAX_HEADER or payload_octets > MAX_PAYLOAD:
            raise ValueError("message too large")
        head = self._reader.read(head_octets)
        payload = self._reader.read(payload_octets)
        if len(head) < head_octets or len(payload) < payload_octets:
            return None
        header = json.loads(head)
        if not isinstance(header, dict):
            raise ValueError("header is no object")
        return header, payload

    def close(self) -> None:
        """Ends both directions; a reader in another thread sees the end."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class PipeChannel:
    """A channel to a worker on another machine."""

    max_payload = MAX_MESSAGE_OCTETS - MAX_HEADER

    def __init__(self, pipe: Pipe) -> None:
        self.pipe = pipe

    def send(self, header: Header, payload: bytes | memoryview = b"") -> None:
        head = json.dumps(header, separators=(",", ":")).encode()
        try:
            self.pipe.send(b"".join((_LENGTHS.pack(len(head), len(payload)), head, payload)))
        except LinkDown as problem:
            raise BrokenPipeError(str(problem)) from problem

    def receive(self) -> tuple[Header, bytes] | None:
        message = self.pipe.receive()
        if message is None:
            return None
        if len(message) < _LENGTHS.size:
            raise ValueError("message too short")
        head_octets, payload_octets = _LENGTHS.unpack_from(message)
        if head_octets > MAX_HEADER or len(message) != _LENGTHS.size + head_octets + payload_octets:
            raise ValueError("message of another length than it says")
        header = json.loads(message[_LENGTHS.size : _LENGTHS.size + head_octets])
        if not isinstance(header, dict):
            raise ValueError("header is no object")
        return header, message[_LENGTHS.size + head_octets :]

    def close(self) -> None:
        self.pipe.close()


def media_to_header(info: MediaInfo) -> Header:
    """The decoder's parameters, without what only muxers need."""
    return {
        "codec": info.codec,
        "tb": [info.time_base.numerator, info.time_base.denominator],
        "extradata": info.extradata.hex(),
        "width": info.width,
        "height": info.height,
        "fps": info.fps,
    }


def header_to_media(header: Header) -> MediaInfo:
    return MediaInfo(
        Media.VIDEO,
        str(header["codec"]),
        Fraction(*header["tb"]),
        bytes.fromhex(header["extradata"]),
        int(header["width"]),
        int(header["height"]),
        header["fps"],
    )


def packet_to_header(packet: Packet, heard_s: float) -> Header:
    """`heard_s`: when it came, on the site's monotonic clock. A worker may be on a machine with another."""
    return {
        "type": "packet",
        "camera": packet.camera_id,
        "role": packet.role.value,
        "session": packet.session,
        "seq": packet.sequence,
        "pts": packet.pts_ticks,
        "dts": packet.dts_ticks,
        "dur": packet.duration_ticks,
        "key": packet.is_keyframe,
        "at": packet.captured_at.timestamp(),
        "clock": packet.clock.value,
        "heard_s": heard_s,
    }


def header_to_packet(header: Header, payload: bytes, info: MediaInfo) -> Packet:
    return Packet(
        header["camera"],
        StreamRole(header["role"]),
        header["session"],
        header["seq"],
        info,
        payload,
        header["pts"],
        header["dts"],
        header["dur"],
        header["key"],
        datetime.fromtimestamp(header["at"], UTC),
        ClockSource(header["clock"]),
    )


_ROW = np.dtype([("id", ">i8"), ("xyxy", ">f4", (4,)), ("confidence", ">f4"), ("class", ">i4"), ("observed", "?")])


def observation_to_message(observation: Observation) -> tuple[Header, bytes]:
    tracks = observation.tracks
    rows = np.zeros(len(tracks), _ROW)
    rows["id"], rows["xyxy"], rows["confidence"] = tracks.track_id, tracks.xyxy, tracks.confidence
    rows["class"], rows["observed"] = tracks.class_id, tracks.observed
    scene = observation.scene
    facts = None
    if scene is not None:
        facts = [scene.learned, scene.view_shift, scene.sharpness, scene.covered, scene.frozen_s]
    background = b"" if observation.background is None else zlib.compress(observation.background.tobytes(), 1)
    header = {
        "type": "observation",
        "camera": observation.camera_id,
        "at_s": observation.at_s,
        "at": observation.captured_at.timestamp(),
        "frame": observation.frame,
        "size": [observation.width, observation.height],
        "scene": facts,
        "background": len(background),
        "colours": [[track_id, int(colour)] for track_id, colour in observation.colours.items()],
    }
    return header, rows.tobytes() + background


def message_to_observation(header: Header, payload: bytes) -> Observation:
    octets = int(header.get("background", 0))  # not there in what older workers say
    if not 0 <= octets <= len(payload):
        raise ValueError("a background longer than what was sent")
    rows = np.frombuffer(payload[: len(payload) - octets], _ROW)
    tracks = Tracks(
        rows["id"].astype(np.int64),
        rows["xyxy"].astype(np.float32),
        rows["confidence"].astype(np.float32),
        rows["class"].astype(np.int32),
        rows["observed"].astype(np.bool_),
    )
    facts = header["scene"]
    scene = SceneFacts(bool(facts[0]), *(float(value) for value in facts[1:])) if facts else None
    return Observation(
        str(header["camera"]),
        float(header["at_s"]),
        datetime.fromtimestamp(float(header["at"]), UTC),
        int(header["frame"]),
        int(header["size"][0]),
        int(header["size"][1]),
        tracks,
        scene,
        colours={int(track_id): VehicleColour(colour) for track_id, colour in header["colours"]},
        background=_background(payload[len(payload) - octets :]) if octets else None,
    )


def look_to_message(
    camera_id: str, targets: Sequence[Target], within_s: float, packets: Sequence[Packet]
) -> tuple[Header, bytes]:
    """A second look that a worker shall take. `packets`: of one session, from a keyframe on; their octets follow one
    another in the payload."""
    header = {
        "type": "look",
        "camera": camera_id,
        "within_s": within_s,
        "targets": [
            [int(one.object_class), [[s.frame, s.captured_at.timestamp(), *s.box_norm] for s in one.sights]]
            for one in targets
        ],
        "media": media_to_header(packets[0].info) if packets else None,
        "packets": [{**packet_to_header(one, 0.0), "octets": len(one.data)} for one in packets],
    }
    return header, b"".join(one.data for one in packets)


def message_to_look(header: Header, payload: bytes) -> Wanted:
    targets = tuple(
        Target(
            ObjectClass(int(kind)),
            tuple(
                Sight(int(frame), datetime.fromtimestamp(float(at), UTC), (float(a), float(b), float(c), float(d)))
                for frame, at, a, b, c, d in sights
            ),
        )
        for kind, sights in header["targets"]
    )
    packets: list[Packet] = []
    start = 0
    if header["media"]:
        info = header_to_media(header["media"])
        for one in header["packets"]:
            data = payload[start : start + int(one["octets"])]
            packets.append(header_to_packet(one, data, info))
            start += len(data)
    return Wanted(int(header["request"]), str(header["camera"]), targets, float(header["within_s"]), tuple(packets))


def _background(packed: bytes) -> NDArray[np.uint8]:
    """Never more than a picture's octets, whatever is in there. Raises ValueError where it is no such picture."""
    rows, columns = BACKGROUND_SHAPE
    unpacking = zlib.decompressobj()
    try:
        octets = unpacking.decompress(packed, rows * columns + 1)
    except zlib.error as problem:
        raise ValueError("a background that cannot be unpacked") from problem
    if len(octets) != rows * columns:
        raise ValueError("a background of another size")
    return np.frombuffer(octets, np.uint8).reshape(rows, columns)

"""A camera as the agency wants it (desired configuration), and as it is seen to be (observed health)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from veedor.kit.messages import Message

MAX_TAGS = 20
MAX_TAG = 40  # characters


def plain_tag(text: str) -> str:
    """A tag as it is kept and compared: capitals and spaces around do not count."""
    return " ".join(text.split()).casefold()


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, in order. Raises ValueError, naming the one that cannot be: see MAX_TAGS and MAX_TAG."""
    found = sorted({plain_tag(one) for one in tags} - {""})
    for one in found:
        if len(one) > MAX_TAG or not one.isprintable() or set(one) & set(",;|"):
            raise ValueError("".join(letter for letter in one[:60] if letter.isprintable()))
    if len(found) > MAX_TAGS:
        raise ValueError(f"{len(found)} > {MAX_TAGS}")
    return tuple(found)


class SourceKind(StrEnum):
    RTSP = "rtsp"
    MJPEG = "mjpeg"
    FILE = "file"
    ONVIF = "onvif"
    RECORDER = "recorder"  # a channel of an NVR or DVR


class RecorderMake(StrEnum):
    """How to speak with a recorder. `onvif`: any make, by its profiles."""

    HIKVISION = "hikvision"
    DAHUA = "dahua"
    ONVIF = "onvif"


class StreamRole(StrEnum):
    MAIN = "main"
    SUB = "sub"


class Transport(StrEnum):
    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, slots=True)
class StreamSource:
    """Where one encoding of the camera's picture comes from. The URL never carries credentials."""

    role: StreamRole
    url: str
    transport: Transport = Transport.TCP


@dataclass(frozen=True, slots=True)
class RecordSettings:
    main: bool = True
    sub: bool | None = None  # None: recorded where main is not H.264, since browsers may not play it
    audio: bool = False  # off unless the agency asks for it
    keep_days: float | None = None  # None: as the site is configured
    max_bytes: int | None = None  # per camera; None: only days and the disk bound it


DEFAULT_MODEL_WORD = "default"  # among the models of a camera: the site's own
MAX_MODELS = 8


@dataclass(frozen=True, slots=True)
class AnalyseSettings:
    enabled: bool = True
    fps: float = 5.0
    role: StreamRole | None = None  # None: sub where there is one, else main
    models: tuple[str, ...] | None = None  # names of detector models, `default` for the site's; None: as the site says
    second_look_model: str | None = None  # the model that looks again before an alert; None: as the site says


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the camera stands and looks: degrees, WGS 84; direction clockwise from north."""

    latitude_deg: float
    longitude_deg: float
    direction_deg: float | None = None
    field_of_view_deg: float | None = None


@dataclass(frozen=True, slots=True)
class GroundPair:
    """A point of the picture (0..1, from its upper left corner) and where on the ground that is (degrees, WGS 84)."""

    x: float
    y: float
    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Which place on the ground each point of the picture is, for flat ground: four or more pairs, told by a person.

    `matrix`: 3x3 by rows, from (x, y, 1) of the picture to metres (east, north, 1) around the origin, up to scale.
    `k1`: the lens's distortion, to be taken out before the matrix, in a picture of width / height `aspect`
    (`kit.geometry.undistorted`); 0: none.
    `stale`: the camera was moved, turned or given another stream since; the matrix may be wrong.
    """

    pairs: tuple[GroundPair, ...]
    matrix: tuple[float, ...]
    origin_latitude_deg: float
    origin_longitude_deg: float
    rms_m: float
    stale: bool = False
    k1: float = 0.0
    aspect: float = 16 / 9


@dataclass(frozen=True, slots=True)
class Camera:
    """Desired configuration of one camera (or one channel of a recorder). Its password is kept apart, encrypted."""

    id: str
    name: str
    agency_id: str
    kind: SourceKind
    streams: tuple[StreamSource, ...]
    username: str | None = None
    device_id: str | None = None  # the recorder or ONVIF device that this is a channel of
    channel: int | None = None
    onvif_port: int | None = None  # where its ONVIF service listens, at the main stream's host; None: see `site.ptz`
    enabled: bool = True
    record: RecordSettings = field(default_factory=RecordSettings)
    analyse: AnalyseSettings = field(default_factory=AnalyseSettings)
    placement: Placement | None = None
    calibration: Calibration | None = None
    tags: tuple[str, ...] = ()  # words of the agency for sorts of cameras, as `clean_tags` gives them: grants name them
    revision: int = 0  # counts the changes of this camera

    def stream(self, role: StreamRole) -> StreamSource | None:
        return next((stream for stream in self.streams if stream.role is role), None)

    @property
    def analysed_role(self) -> StreamRole:
        wanted = self.analyse.role or StreamRole.SUB
        return wanted if self.stream(wanted) else StreamRole.MAIN


class StreamState(StrEnum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """Observed state of one stream. `problem` says, for people, why it is not online. `rtp_lost`: packets that were
    sent and did not arrive; `damaged_pictures`: those of which such packets were a part."""

    camera_id: str
    role: StreamRole
    state: StreamState
    since: datetime
    problem: Message | None = None
    sessions: int = 0  # connections made since start
    packets: int = 0
    octets: int = 0
    keyframe_octets: int = 0  # how many of these are keyframes of the picture
    rtp_lost: int = 0
    damaged_pictures: int = 0
    last_packet_at: datetime | None = None
    clock_offset_s: float | None = None  # camera clock less ours, where the camera tells it

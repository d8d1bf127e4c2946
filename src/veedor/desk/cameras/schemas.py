"""Cameras in the API. Passwords go in and never come out; addresses come out only for those who may edit them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from veedor.desk.schemas import In, Out, UtcTime
from veedor.model.camera import (
    AnalyseSettings,
    Calibration,
    Camera,
    Placement,
    RecordSettings,
    SourceKind,
    StreamHealth,
    StreamRole,
    StreamSource,
    StreamState,
    Transport,
    clean_tags,
)

_SCHEMES = {
    SourceKind.RTSP: {"rtsp", "rtsps"},
    SourceKind.MJPEG: {"http", "https"},
    SourceKind.ONVIF: {"rtsp", "rtsps", "http", "https"},
    SourceKind.RECORDER: {"rtsp", "rtsps"},
}

Name = Annotated[str, Field(min_length=1, max_length=200)]


class StreamIn(In):
    role: StreamRole
    url: Annotated[str, Field(min_length=1, max_length=2000, description="Without user name and password")]
    transport: Transport = Transport.TCP

    @field_validator("url")
    @classmethod
    def _no_login(cls, value: str) -> str:
        parts = urlsplit(value)  # raises ValueError itself where it makes no sense
        if not parts.hostname or not value.isprintable():
            raise ValueError("not a camera address")
        if parts.username is not None or parts.password is not None:
            raise ValueError("put the user name and password in their own fields")
        return value


def check_addresses(kind: SourceKind, streams: list[StreamIn]) -> None:
    """ValueError where cameras of this kind do not have such addresses."""
    allowed = _SCHEMES.get(kind)
    if allowed is None:  # a path on the server's disk is not for people at a distance to choose
        raise ValueError("cameras of this kind are added on the machine itself")
    if any(urlsplit(stream.url).scheme.lower() not in allowed for stream in streams):
        raise ValueError(f"an address of this kind begins with {', '.join(sorted(allowed))}")


class RecordIn(In):
    main: bool = True
    sub: bool | None = None
    audio: bool = False
    keep_days: Annotated[float, Field(gt=0, le=3660)] | None = None  # as the site is set
    max_bytes: Annotated[int, Field(gt=0, lt=2**63)] | None = None


class AnalyseIn(In):
    enabled: bool = True
    fps: Annotated[float, Field(gt=0, le=30)] = 5.0
    role: StreamRole | None = None
    models: Annotated[tuple[str, ...], Field(min_length=1, max_length=8)] | None = Field(
        default=None,
        description='Detector models, "default" for the site\'s. None: as the site says. Left out: as they are',
    )
    second_look_model: Annotated[str, Field(max_length=32)] | None = Field(
        default=None, description="The model that looks again before an alert. Left out: as it is"
    )


class PlacementIn(In):
    latitude_deg: Annotated[float, Field(ge=-90, le=90)]
    longitude_deg: Annotated[float, Field(ge=-180, le=180)]
    direction_deg: Annotated[float, Field(ge=0, lt=360)] | None = None
    field_of_view_deg: Annotated[float, Field(gt=0, le=360)] | None = None


class GroundPairIn(In):
    """A point of the picture, 0..1 from its upper left corner, and where on the ground that is."""

    x: Annotated[float, Field(ge=0, le=1)]
    y: Annotated[float, Field(ge=0, le=1)]
    latitude_deg: Annotated[float, Field(ge=-90, le=90)]
    longitude_deg: Annotated[float, Field(ge=-180, le=180)]


class CalibrationOut(Out):
    """From the picture to the ground, for flat ground."""

    pairs: list[GroundPairIn]
    matrix: list[float] = Field(
        description="3x3 by rows: (x, y, 1) of the picture to metres (east, north, 1) around the origin, up to scale"
    )
    origin_latitude_deg: float
    origin_longitude_deg: float
    rms_m: float
    k1: float = Field(0.0, description="Distortion of the lens, division model, r in half diagonals; 0: none")
    aspect: float = Field(16 / 9, description="Width / height of the picture, for k1")
    stale: bool = Field(description="The camera was moved, turned or given another stream since")

    @staticmethod
    def of(one: Calibration) -> CalibrationOut:
        names = CalibrationOut.model_fields.keys() - {"pairs"}
        pairs = [
            GroundPairIn(x=pair.x, y=pair.y, latitude_deg=pair.latitude_deg, longitude_deg=pair.longitude_deg)
            for pair in one.pairs
        ]
        return CalibrationOut(pairs=pairs, **{name: getattr(one, name) for name in names})


class CameraIn(In):
    """The whole desired configuration; `revision` is the one that you changed (0 for a new camera)."""

    name: Name
    kind: SourceKind
    streams: Annotated[list[StreamIn], Field(min_length=1, max_length=2)]
    username: Annotated[str, Field(max_length=200)] | None = None
    password: Annotated[str, Field(max_length=500)] | None = Field(None, description="Left out: the one there is stays")
    device_id: Annotated[str, Field(max_length=100)] | None = None
    channel: Annotated[int, Field(ge=0, le=1024)] | None = None
    onvif_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    enabled: bool = True
    record: RecordIn = RecordIn()
    analyse: AnalyseIn = AnalyseIn()
    placement: PlacementIn | None = None
    tags: Annotated[list[str], Field(max_length=100)] | None = Field(
        None, description="Words for sorts of cameras, which grants may name. Left out: those there are stay"
    )
    revision: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _fits_together(self) -> CameraIn:
        check_addresses(self.kind, self.streams)
        if len({stream.role for stream in self.streams}) != len(self.streams):
            raise ValueError("one stream for each role")
        clean_tags(self.tags or ())
        return self

    def camera(self, camera_id: str, agency_id: str) -> Camera:
        """The value that the site keeps."""
        return Camera(
            id=camera_id,
            name=self.name.strip(),
            agency_id=agency_id,
            kind=self.kind,
            streams=tuple(StreamSource(one.role, one.url, one.transport) for one in self.streams),
            username=self.username,
            device_id=self.device_id,
            channel=self.channel,
            onvif_port=self.onvif_port,
            enabled=self.enabled,
            record=RecordSettings(**self.record.model_dump()),
            analyse=AnalyseSettings(**self.analyse.model_dump()),
            placement=Placement(**self.placement.model_dump()) if self.placement else None,
            tags=clean_tags(self.tags or ()),
            revision=self.revision,
        )


class HealthOut(Out):
    camera_id: str
    role: StreamRole
    state: StreamState
    since: UtcTime
    problem: str | None = Field(description="Why it is not online, in the reader's language")
    sessions: int
    packets: int
    octets: int
    last_packet_at: UtcTime | None
    clock_offset_s: float | None

    @staticmethod
    def of(one: StreamHealth, lang: str) -> HealthOut:
        names = HealthOut.model_fields.keys() - {"problem"}
        problem = one.problem.render(lang) if one.problem else None
        return HealthOut(problem=problem, **{name: getattr(one, name) for name in names})


class StreamOut(Out):
    role: StreamRole
    url: str | None = Field(description="Only for those who may edit cameras")
    transport: Transport


class CameraOut(Out):
    id: str
    name: str
    agency_id: str
    kind: SourceKind
    streams: list[StreamOut]
    username: str | None = Field(description="Only for those who may edit cameras")
    device_id: str | None
    channel: int | None
    onvif_port: int | None
    enabled: bool
    record: RecordIn
    analyse: AnalyseIn
    placement: PlacementIn | None
    calibration: CalibrationOut | None
    tags: list[str]
    revision: int
    health: list[HealthOut]

    @staticmethod
    def of(one: Camera, health: list[StreamHealth], lang: str, *, with_addresses: bool) -> CameraOut:
        place = one.placement
        return CameraOut(
            id=one.id,
            name=one.name,
            agency_id=one.agency_id,
            kind=one.kind,
            streams=[
                StreamOut(role=stream.role, url=stream.url if with_addresses else None, transport=stream.transport)
                for stream in one.streams
            ],
            username=one.username if with_addresses else None,
            device_id=one.device_id,
            channel=one.channel,
            onvif_port=one.onvif_port,
            enabled=one.enabled,
            record=RecordIn.model_construct(**{name: getattr(one.record, name) for name in RecordIn.model_fields}),
            analyse=AnalyseIn.model_construct(**{name: getattr(one.analyse, name) for name in AnalyseIn.model_fields}),
            placement=PlacementIn.model_construct(**{name: getattr(place, name) for name in PlacementIn.model_fields})
            if place
            else None,
            calibration=CalibrationOut.of(one.calibration) if one.calibration else None,
            tags=list(one.tags),
            revision=one.revision,
            health=[HealthOut.of(stream, lang) for stream in health if stream.camera_id == one.id],
        )


class CameraTestOut(Out):
    """What the site gets from the camera now. `veedor cameras test` on the machine itself tells more."""

    online: bool
    picture: bool = Field(description="Whether there is a picture not older than 10 s")
    problem: str | None
    streams: list[HealthOut]

"""Finding and adding cameras, and rules, in the API. Passwords go in and never come out."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from veedor.desk.cameras.schemas import CameraIn, StreamIn, StreamOut, check_addresses
from veedor.desk.schemas import In, Out, UtcTime
from veedor.kit.errors import VeedorError
from veedor.model.camera import Placement, RecorderMake, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event, Severity
from veedor.wire.rules import RulesCheck
from veedor.wire.setup import ListedCamera, StreamLook

Username = Annotated[str, Field(max_length=200)]
Password = Annotated[str, Field(max_length=500)]
Address = Annotated[str, Field(min_length=1, max_length=500, description="Host, host:port, or the device's URL")]
RulesText = Annotated[str, Field(max_length=900_000)]


class DiscoverIn(In):
    address: Address | None = Field(None, description="Ask only this one; left out: the whole network")


class DeviceOut(Out):
    address: str
    service: str
    name: str
    hardware: str


class ChannelsIn(In):
    """A device to ask for its pictures. `channels`: which of a recorder's, from 1."""

    kind: SourceKind
    make: RecorderMake = RecorderMake.ONVIF
    address: Address
    username: Username | None = None
    password: Password | None = None
    channels: Annotated[tuple[Annotated[int, Field(ge=1, le=256)], ...], Field(max_length=256)] = ()


class SaidPlaceOut(Out):
    """Where a camera says that it stands: a guess, for a person to confirm."""

    latitude_deg: float
    longitude_deg: float

    @staticmethod
    def of(said: Placement | None) -> SaidPlaceOut | None:
        return SaidPlaceOut(latitude_deg=said.latitude_deg, longitude_deg=said.longitude_deg) if said else None


class ChannelOut(Out):
    number: int
    name: str
    streams: list[StreamOut]
    place: SaidPlaceOut | None = Field(None, description="Where the device says that it stands; nobody confirmed it")

    @staticmethod
    def streams_of(streams: tuple[StreamSource, ...]) -> list[StreamOut]:
        return [StreamOut(role=one.role, url=one.url, transport=one.transport) for one in streams]


class LookIn(In):
    """A stream to look at before it is saved."""

    kind: SourceKind
    stream: StreamIn
    username: Username | None = None
    password: Password | None = None

    @model_validator(mode="after")
    def _could_be_saved(self) -> LookIn:
        check_addresses(self.kind, [self.stream])
        return self


class LookOut(Out):
    """What a few seconds of the stream showed."""

    codec: str
    width: int
    height: int
    fps: float
    bit_rate: float = Field(description="Bits per second, sound included")
    keyframe_interval_s: float | None = Field(description="None: no second keyframe came")
    clock_offset_s: float | None = Field(description="The camera's clock less the site's, where it tells")
    sound: str | None
    picture: str | None = Field(description="JPEG in base64")

    @staticmethod
    def of(look: StreamLook) -> LookOut:
        names = LookOut.model_fields.keys() - {"picture"}
        picture = base64.b64encode(look.snapshot_jpeg).decode() if look.snapshot_jpeg else None
        return LookOut(picture=picture, **{name: getattr(look, name) for name in names})


class SavedLookIn(In):
    role: StreamRole = StreamRole.MAIN


class NewCamerasIn(In):
    """Cameras to add together: all, or none. `device`: they are channels of one device."""

    cameras: Annotated[list[CameraIn], Field(min_length=1, max_length=256)]
    device: bool = False


class ImportIn(In):
    """A CSV file's text. `keep` false: only look. `partial`: add the good lines though others are bad."""

    text: Annotated[str, Field(max_length=900_000)]
    keep: bool = False
    partial: bool = False


class ImportLineOut(Out):
    line: int
    name: str
    problem: str | None
    hint: str | None
    key: str | None

    @staticmethod
    def of(one: ListedCamera, lang: str) -> ImportLineOut:
        problem: VeedorError | None = one.problem
        return ImportLineOut(
            line=one.line,
            name=one.name[:200],
            problem=problem.render(lang) if problem else None,
            hint=problem.hint(lang) if problem else None,
            key=problem.key if problem else None,
        )


class ImportOut(Out):
    lines: list[ImportLineOut]
    good: int
    bad: int
    added: int


class RuleKindOut(Out):
    """A kind of rule. `parameters`: JSON Schema (2020-12) of one entry of `rules`."""

    kind: str
    meaning: str
    needs: str | None = Field(description="The place that it cannot do without: zone or tripwire")
    place: str | None = Field(description="The place that it watches; None: the camera itself")
    standing: Literal["measured", "demonstrated", "experimental"] = Field(
        "experimental", description="What is known of how well it does; experimental kinds are off unless switched on"
    )
    needs_ground: bool = Field(False, description="Whether it rests until the camera is calibrated")
    parameters: dict[str, Any]


class RulesOut(Out):
    """A camera's rules as written. Give `version` back when you save."""

    text: str
    version: str
    is_default: bool
    notes: list[str] = Field([], description="Which rules rest, and why: their camera is not calibrated")
    has_history: bool = Field(False, description="Whether a backtest has enough archived days to say something")


class RulesProblemOut(Out):
    line: int
    column: int
    path: str = Field(description="Where in the file: rules.2.zone")
    message: str


class RulesCheckIn(In):
    """`document` is put into `text`, whose comments stay, before both are looked at."""

    text: RulesText
    document: dict[str, Any] | None = None


class RulesCheckOut(Out):
    text: str
    document: dict[str, Any] | None = Field(description="Zones, tripwires and rules as data; None where text is wrong")
    problems: list[RulesProblemOut]

    @staticmethod
    def of(one: RulesCheck, lang: str) -> RulesCheckOut:
        problems = [
            RulesProblemOut(line=p.line, column=p.column, path=p.path, message=p.message.render(lang))
            for p in one.problems
        ]
        return RulesCheckOut(text=one.text, document=one.document, problems=problems)


class RulesIn(In):
    text: RulesText
    version: Annotated[str, Field(max_length=100)] = Field(description="As it was read; empty: nobody had written any")


class TryRulesIn(In):
    text: RulesText
    minutes: Annotated[int, Field(ge=1, le=60)] = 10


class TriedEventOut(Out):
    rule: str
    kind: str
    severity: Severity
    started_at: UtcTime
    explanation: str

    @staticmethod
    def of(event: Event, lang: str) -> TriedEventOut:
        return TriedEventOut(
            rule=event.rule,
            kind=event.kind,
            severity=event.severity,
            started_at=event.started_at,
            explanation=event.explanation.render(lang),
        )


class TriedOut(Out):
    """What the rules would have found; rules about the camera itself find nothing here."""

    minutes: int
    events: list[TriedEventOut]

"""The port through which a desk finds cameras and adds them. It checks no rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from veedor.kit.errors import VeedorError
from veedor.model.camera import Camera, Placement, RecorderMake, SourceKind, StreamRole, StreamSource


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """An ONVIF device that answered a probe; `service` is the address to ask it at."""

    address: str
    service: str
    name: str
    hardware: str


@dataclass(frozen=True, slots=True)
class DeviceChannel:
    """A picture that a device has to show. `number` counts from 1. `place`: where the device says that it stands, for a
    person to confirm; None: it does not say."""

    number: int
    name: str
    streams: tuple[StreamSource, ...]
    place: Placement | None = None


@dataclass(frozen=True, slots=True)
class StreamLook:
    """What a look of a few seconds at a stream found. `clock_offset_s`: camera less site."""

    codec: str
    width: int
    height: int
    fps: float
    bit_rate: float
    keyframe_interval_s: float | None
    clock_offset_s: float | None
    sound: str | None
    snapshot_jpeg: bytes | None


@dataclass(frozen=True, slots=True)
class ListedCamera:
    """A line of a list of cameras (from 1, the heading included), and what is wrong with it."""

    line: int
    name: str
    problem: VeedorError | None


class CameraSetup(Protocol):
    """Desk -> site: finding cameras, looking at them before they are saved, and adding several at once.

    Connects only where the site's networks allow. Passwords go in, and never come out.
    """

    def discover(self, address: str | None) -> list[FoundDevice]:
        """Ask the network, or one address (`host` or `host:port`)."""

    def channels(
        self,
        kind: SourceKind,
        make: RecorderMake,
        address: str,
        numbers: Sequence[int],
        login: tuple[str, str] | None,
    ) -> list[DeviceChannel]:
        """What an ONVIF device or a recorder has to show."""

    def look(self, camera: Camera, role: StreamRole, password: str | None) -> StreamLook:
        """Read a stream for a few seconds. Raises what connecting raises."""

    def look_at_saved(self, camera_id: str, role: StreamRole) -> StreamLook:
        """The same for a camera that is there, with its own password."""

    def said_place(self, camera_id: str) -> Placement | None:
        """Where a camera that is there says that it stands, for a person to confirm; None: it does not say."""

    def add(self, cameras: Sequence[tuple[Camera, str | None]]) -> list[Camera]:
        """Save new cameras with their passwords: all, or none."""

    def add_demo(self) -> list[Camera]:
        """Cameras of the demo's clips, with rules: those that were added. Raises where clips are not to be had."""

    def import_list(self, text: str, *, keep: bool, partial: bool) -> tuple[list[ListedCamera], int]:
        """Cameras from CSV: every line, and how many were added. `keep` False: only look; `partial`: the good ones."""

"""One ONVIF device's PTZ service (ONVIF PTZ Service Specification, version 20 of its namespace).

A move carries a timeout, so that a device whose controller dies stops by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from veedor.kit.clock import Clock
from veedor.model.camera import Camera, SourceKind, StreamRole
from veedor.site.ingest.describe import Login
from veedor.site.ingest.errors import BadOnvifAnswer
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.onvif import OnvifDevice, Profile, device_url
from veedor.site.ingest.soap import local, text
from veedor.site.ptz.errors import NoPtz
from veedor.wire.ptz import PtzPreset

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # noqa: TID251 (the type only)

DEVICE_TIMEOUT_S = 2
_PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
_SCHEMA = "http://www.onvif.org/ver10/schema"
_MAX_PRESETS = 300


def ptz_address(camera: Camera) -> str | None:
    """Where the camera's ONVIF service is; None where there is none to ask. Always the main stream's host: the login
    goes nowhere else."""
    if camera.onvif_port is None and camera.kind is not SourceKind.ONVIF:
        return None
    main = camera.stream(StreamRole.MAIN)
    host = urlsplit(main.url).hostname if main else None
    if not host:
        return None
    return f"{f'[{host}]' if ':' in host else host}:{camera.onvif_port or 80}"


Place = tuple[float, float, float]
"""Pan, tilt, zoom, on the device's own scale, which ONVIF's generic spaces put into -1..1 (zoom 0..1)."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a head looks. `at`: None where the device does not tell; `is_moving`: None where it does not tell that."""

    at: Place | None = None
    is_moving: bool | None = None


@dataclass(frozen=True, slots=True)
class PresetPlace:
    """A preset, and where it is; `at`: None where the device does not tell."""

    token: str
    name: str
    at: Place | None = None


class PtzDevice:
    """The motor of one camera. Every method raises the errors of `site.ingest`, and NoPtz."""

    def __init__(self, camera: Camera, login: Login | None, policy: NetworkPolicy, clock: Clock) -> None:
        address = ptz_address(camera)
        if address is None:
            raise NoPtz(name=camera.name)
        self._camera = camera
        self._address = address
        self._device = OnvifDevice(device_url(address), login, policy, clock)
        self._token = self._find_profile()

    def _find_profile(self) -> str:
        """The token of the profile to steer by: of this camera's channel, on a recorder."""
        by_source: dict[str, list[Profile]] = {}
        for profile in self._device.profiles():
            by_source.setdefault(profile.source, []).append(profile)
        sources = list(by_source.values())
        number = self._camera.channel or 1
        of_channel = sources[number - 1] if number <= len(sources) else []
        found = next((one for one in of_channel if one.has_ptz), None)
        if found is None:
            raise NoPtz(name=self._camera.name)
        return found.token

    def move(self, pan: float, tilt: float, zoom: float) -> None:
        """Move at this velocity, each in -1..1, for at most DEVICE_TIMEOUT_S."""
        self._call(
            "ContinuousMove",
            f'<Velocity><PanTilt xmlns="{_SCHEMA}" x="{pan:.3f}" y="{tilt:.3f}"/>'
            f'<Zoom xmlns="{_SCHEMA}" x="{zoom:.3f}"/></Velocity><Timeout>PT{DEVICE_TIMEOUT_S}S</Timeout>',
        )

    def stop(self) -> None:
        self._call("Stop", "<PanTilt>true</PanTilt><Zoom>true</Zoom>")

    def presets(self) -> list[PtzPreset]:
        return [PtzPreset(one.token, one.name) for one in self.places()]

    def position(self) -> Position | None:
        """Where it looks now, by GetStatus; None where it has nothing to say."""
        answer = self._call("GetStatus", "")
        status = next((one for one in answer.iter() if local(one) == "MoveStatus"), None)
        words = {text(part).upper() for part in status} if status is not None else set()
        is_moving = "MOVING" in words if words & {"MOVING", "IDLE"} else None
        at = _place(answer)
        return Position(at, is_moving) if at is not None or is_moving is not None else None

    def places(self) -> list[PresetPlace]:
        """The device's presets, with where they are."""
        answer = self._call("GetPresets", "")
        found = []
        for one in answer.iter():
            token = one.get("token", "")
            if local(one) != "Preset" or not token or len(token) > 100:
                continue
            name = next((text(part) for part in one if local(part) == "Name"), "")
            found.append(PresetPlace(token, name[:100] or token, _place(one)))
        return found[:_MAX_PRESETS]

    def go_to(self, token: str) -> None:
        self._call("GotoPreset", f"<PresetToken>{escape(token)}</PresetToken>")

    def save_preset(self, name: str, token: str | None) -> PtzPreset:
        place = f"<PresetToken>{escape(token)}</PresetToken>" if token else ""
        answer = self._call("SetPreset", f"<PresetName>{escape(name)}</PresetName>{place}")
        made = next((text(one) for one in answer.iter() if local(one) == "PresetToken"), "")
        if not made:
            raise BadOnvifAnswer(address=self._address, problem="no preset token")
        return PtzPreset(made, name)

    def remove_preset(self, token: str) -> None:
        self._call("RemovePreset", f"<PresetToken>{escape(token)}</PresetToken>")

    def _call(self, name: str, body: str) -> Element:
        token = f"<ProfileToken>{escape(self._token)}</ProfileToken>"
        return self._device.service_call("PTZ", f'<{name} xmlns="{_PTZ}">{token}{body}</{name}>')


def _place(told: Element) -> Place | None:
    """The first position in an answer; None where it is not whole, or no numbers."""
    pan_tilt = next((one for one in told.iter() if local(one) == "PanTilt" and one.get("x") is not None), None)
    zoom = next((one for one in told.iter() if local(one) == "Zoom" and one.get("x") is not None), None)
    if pan_tilt is None:
        return None
    try:
        at = (
            float(pan_tilt.get("x", "")),
            float(pan_tilt.get("y", "")),
            float(zoom.get("x", "")) if zoom is not None else 0.0,
        )
    except ValueError:
        return None
    return at if all(math.isfinite(one) for one in at) else None

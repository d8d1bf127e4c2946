"""ONVIF devices: their media profiles and where each is streamed (ONVIF Core, Media 1 and Streaming specifications).

A device may name any host for its services and streams. Only paths and ports of streams are taken from it: the host
stays the one that the user gave, so the login goes nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.model.camera import Placement, StreamRole, StreamSource
from veedor.site.ingest.addresses import CameraUrl, parse
from veedor.site.ingest.describe import Login
from veedor.site.ingest.errors import BadAddress, BadOnvifAnswer, SchemeRefused
from veedor.site.ingest.geolocation import GET_GEO_LOCATION, NOT_SAID, SaidPlaces, read_places
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.soap import SoapClient, find, local, text, username_token

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # noqa: TID251 (the type only)

DEVICE_PATH = "/onvif/device_service"
_DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_MEDIA = "http://www.onvif.org/ver10/media/wsdl"
_SCHEMA = "http://www.onvif.org/ver10/schema"
_MAX_PROFILES = 512


@dataclass(frozen=True, slots=True)
class Profile:
    """A media profile. `source` is the token of the video source: the channel, on a recorder."""

    token: str
    name: str
    source: str
    codec: str
    width: int
    height: int
    fps: float | None
    has_ptz: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A picture that the device sees, with the streams chosen from its profiles. `number` counts from 1. `place`: where
    the device says that it is seen from, which nobody has confirmed; None: it does not say."""

    number: int
    name: str
    streams: tuple[StreamSource, ...]
    place: Placement | None = None


def device_url(text_: str) -> CameraUrl:
    """`192.168.1.10`, `192.168.1.10:8080` or a full URL. Raises BadAddress, SchemeRefused."""
    url, _username, _password = parse(text_ if "://" in text_ else f"http://{text_}")
    if not url.scheme.startswith("http"):
        raise SchemeRefused(scheme=url.scheme)
    return url if url.target not in ("", "/") else replace(url, target=DEVICE_PATH)


class OnvifDevice:
    """A device to ask. Every method raises the errors of `errors.py`."""

    def __init__(self, url: CameraUrl, login: Login | None, policy: NetworkPolicy, clock: Clock) -> None:
        self._url, self._login, self._clock = url, login, clock
        self._soap = SoapClient(url, policy)
        self._offset: timedelta | None = None
        self._targets: dict[str, str] = {}

    def clock_offset_s(self) -> float | None:
        """The device's clock less ours, to the second. It answers this without a login."""
        body = self._soap.call(self._url.target, f'<GetSystemDateAndTime xmlns="{_DEVICE}"/>')
        date, time = find(body, "UTCDateTime", "Date"), find(body, "UTCDateTime", "Time")
        if date is None or time is None:
            return None
        try:
            year, month, day = (_number(date, name) for name in ("Year", "Month", "Day"))
            hour, minute, second = (_number(time, name) for name in ("Hour", "Minute", "Second"))
            there = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return None
        return (there - self._clock.now()).total_seconds()

    def profiles(self) -> list[Profile]:
        """All media profiles that carry video."""
        answer = self._media(f'<GetProfiles xmlns="{_MEDIA}"/>')
        found = [_profile(one) for one in answer.iter() if local(one) == "Profiles"]
        return [one for one in found if one is not None][:_MAX_PROFILES]

    def stream_url(self, profile: Profile) -> str:
        """Where a profile is streamed, at the host that the user gave, without a login."""
        body = (
            f'<GetStreamUri xmlns="{_MEDIA}"><StreamSetup><Stream xmlns="{_SCHEMA}">RTP-Unicast</Stream>'
            f'<Transport xmlns="{_SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
            f"<ProfileToken>{escape(profile.token)}</ProfileToken></GetStreamUri>"
        )
        told = text(find(self._media(body), "MediaUri", "Uri"))
        try:
            url, _username, _password = parse(told)
        except (BadAddress, SchemeRefused):
            raise BadOnvifAnswer(address=self._soap.shown, problem="stream URI") from None
        if url.scheme not in ("rtsp", "rtsps"):
            raise BadOnvifAnswer(address=self._soap.shown, problem=f"stream URI: {url.scheme}")
        return replace(url, host=self._url.host).text

    def channels(self) -> list[Channel]:
        """Each video source with its main stream (most pixels) and substream (fewest, where there are two)."""
        by_source: dict[str, list[Profile]] = {}
        for profile in self.profiles():
            by_source.setdefault(profile.source, []).append(profile)
        if not by_source:
            raise BadOnvifAnswer(address=self._soap.shown, problem="no video profile", detail="reason-no-profile")
        found = [(source, profiles[0].name, tuple(self._streams(profiles))) for source, profiles in by_source.items()]
        said, is_only = self.said_places(), len(found) == 1
        return [
            Channel(number, name, streams, said.of(source, is_only=is_only))
            for number, (source, name, streams) in enumerate(found, 1)
        ]

    def said_places(self) -> SaidPlaces:
        """Where the device says that it stands. Nothing where it does not know the question or answers nonsense: it is
        a help, and no reason for a camera not to be added."""
        try:
            return read_places(self._soap.call(self._url.target, GET_GEO_LOCATION, self._security()))
        except VeedorError:
            return NOT_SAID

    def _streams(self, profiles: list[Profile]) -> Iterable[StreamSource]:
        ordered = sorted(profiles, key=lambda one: one.width * one.height, reverse=True)
        main = self.stream_url(ordered[0])
        yield StreamSource(StreamRole.MAIN, main)
        if len(ordered) > 1 and (sub := self.stream_url(ordered[-1])) != main:
            yield StreamSource(StreamRole.SUB, sub)

    def service_call(self, service: str, body: str) -> Element:
        """Ask a service of the device ("Media", "PTZ"), with the login."""
        if service not in self._targets:
            self._targets[service] = self._service_target(service)
        return self._soap.call(self._targets[service], body, self._security())

    def _media(self, body: str) -> Element:
        return self.service_call("Media", body)

    def _service_target(self, service: str) -> str:
        """The path of a service; its host is ignored."""
        body = f'<GetCapabilities xmlns="{_DEVICE}"><Category>{service}</Category></GetCapabilities>'
        told = text(find(self._soap.call(self._url.target, body, self._security()), service, "XAddr"))
        try:
            parts = urlsplit(told)
        except ValueError:
            parts = urlsplit("")
        return (parts.path or self._url.target) + (f"?{parts.query}" if parts.query else "")

    def _security(self) -> str:
        if self._login is None:
            return ""
        if self._offset is None:
            # Devices refuse tokens that are not of "now", by their own clock.
            self._offset = timedelta(seconds=self.clock_offset_s() or 0.0)
        return username_token(self._login, self._clock.now() + self._offset)


def _profile(element: Element) -> Profile | None:
    encoder = find(element, "VideoEncoderConfiguration")
    token = element.get("token", "")
    if encoder is None or not token or len(token) > 256:
        return None
    resolution, limit = find(encoder, "Resolution"), find(encoder, "FrameRateLimit")
    source = find(element, "VideoSourceConfiguration", "SourceToken")
    return Profile(
        token=token,
        name=text(find(element, "Name"))[:100],
        source=text(source) or "1",
        codec=text(find(encoder, "Encoding")).lower()[:20],
        width=_number(resolution, "Width"),
        height=_number(resolution, "Height"),
        fps=float(text(limit)) if text(limit).isdigit() else None,
        has_ptz=find(element, "PTZConfiguration") is not None,
    )


def _number(element: Element | None, name: str) -> int:
    value = text(find(element, name)) if element is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0

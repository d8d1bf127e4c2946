"""A small ONVIF device for tests: device and media service over HTTP, WS-Discovery over UDP, and ways to misbehave.

with OnvifSimulator([OnvifStream("main", "rtsp://127.0.0.1:8554/cam/main", 1280, 720)]) as device:
    device.address           # "127.0.0.1:<port>": the HTTP side
    device.discovery_port    # UDP, answers probes sent straight to it
    device.fault = OnvifFault.DTD_BOMB
    device.motor.velocity    # how a stream with `ptz` is being turned
"""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import DatagramRequestHandler, ThreadingUDPServer
from typing import Self
from xml.sax.saxutils import escape, unescape

from veedor.kit.clock import Clock, SystemClock

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_MEDIA = "http://www.onvif.org/ver10/media/wsdl"
_PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
_SCHEMA = "http://www.onvif.org/ver10/schema"


class OnvifFault(Enum):
    NONE = "none"
    MALFORMED = "malformed"
    DTD_BOMB = "dtd_bomb"
    EXTERNAL_ENTITY = "external_entity"
    HUGE = "huge"
    REDIRECT = "redirect"
    SERVER_ERROR = "server_error"


@dataclass(frozen=True, slots=True)
class OnvifStream:
    """One media profile. Profiles of one `source` are encodings of the same picture."""

    token: str
    uri: str
    width: int
    height: int
    source: str = "source1"
    codec: str = "H264"
    fps: int = 25
    ptz: bool = False


class Motor:
    """Where a simulated head looks and how it moves. A move ends after its timeout, as on a real device.

    `commands`: what it was told, oldest first: ("move", (pan, tilt, zoom)), ("stop", ()), ("goto", (token,)) ...
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._velocity = (0.0, 0.0, 0.0)
        self._until_s = 0.0
        self.presets: dict[str, str] = {"1": "Puerta", "2": "Esquina"}
        self.places: dict[str, tuple[float, float, float]] = {"1": (0.0, 0.0, 0.0), "2": (0.5, -0.25, 0.0)}
        self.position: tuple[float, float, float] | None = None  # None: it does not tell where it looks
        self.commands: list[tuple[str, tuple[object, ...]]] = []

    @property
    def velocity(self) -> tuple[float, float, float]:
        """Pan, tilt, zoom now; all zero where it stands still."""
        with self._lock:
            return self._velocity if self._clock.monotonic() < self._until_s else (0.0, 0.0, 0.0)

    def obey(self, name: str, request: str) -> str | None:
        """Do what a request says and give the body of the answer; None for an unknown request or preset."""
        handlers: dict[str, Callable[[str], str | None]] = {
            "ContinuousMove": self._move,
            "Stop": self._stop,
            "GetPresets": lambda _: "".join(self._preset(token, name) for token, name in self.presets.items()),
            "GetStatus": lambda _: self._status(),
            "GotoPreset": self._go_to,
            "SetPreset": self._set,
            "RemovePreset": self._remove,
        }
        with self._lock:
            return handlers[name](request) if name in handlers else None

    def _preset(self, token: str, name: str) -> str:
        at = self.places.get(token) if self.position is not None else None
        place = f"<t:PTZPosition>{_place(at)}</t:PTZPosition>" if at is not None else ""
        return f'<p:Preset token="{escape(token)}"><t:Name>{escape(name)}</t:Name>{place}</p:Preset>'

    def _status(self) -> str:
        place = f"<t:Position>{_place(self.position)}</t:Position>" if self.position is not None else ""
        moves = "MOVING" if any(self._velocity) and self._clock.monotonic() < self._until_s else "IDLE"
        status = f"<t:MoveStatus><t:PanTilt>{moves}</t:PanTilt></t:MoveStatus>" if self.position is not None else ""
        return f"<p:PTZStatus>{place}{status}</p:PTZStatus>"

    def _move(self, request: str) -> str | None:
        pan_tilt = re.search(r'PanTilt[^>]*\sx="([-\d.]+)" y="([-\d.]+)"', request)
        zoom = re.search(r'Zoom[^>]*\sx="([-\d.]+)"', request)
        if pan_tilt is None or zoom is None:
            return None
        timeout = re.match(r"PT(\d+)S", _told(request, "Timeout"))
        self._velocity = (float(pan_tilt[1]), float(pan_tilt[2]), float(zoom[1]))
        self._until_s = self._clock.monotonic() + (float(timeout[1]) if timeout else 3600.0)
        self.commands.append(("move", self._velocity))
        return " "

    def _stop(self, _request: str) -> str:
        self._velocity = (0.0, 0.0, 0.0)
        self.commands.append(("stop", ()))
        return " "

    def _go_to(self, request: str) -> str | None:
        token = _told(request, "PresetToken")
        if token not in self.presets:
            return None
        if self.position is not None:
            self.position = self.places.get(token, self.position)
        self.commands.append(("goto", (token,)))
        return " "

    def _set(self, request: str) -> str:
        token = _told(request, "PresetToken") or str(len(self.presets) + 1)
        self.presets[token] = unescape(_told(request, "PresetName"))
        self.commands.append(("set", (token,)))
        return f"<p:PresetToken>{escape(token)}</p:PresetToken>"

    def _remove(self, request: str) -> str | None:
        token = _told(request, "PresetToken")
        return " " if self.presets.pop(token, None) is not None else None


def _place(at: tuple[float, float, float]) -> str:
    return f'<t:PanTilt x="{at[0]}" y="{at[1]}"/><t:Zoom x="{at[2]}"/>'


class OnvifSimulator:
    """The device. `calls` names every request that passed the login; `refused` counts those that did not."""

    def __init__(
        self,
        streams: Sequence[OnvifStream],
        *,
        login: tuple[str, str] | None = None,
        clock: Clock | None = None,
        clock_offset_s: float = 0.0,
        media_host: str | None = None,
    ) -> None:
        self.streams = list(streams)
        self.fault = OnvifFault.NONE
        self.locations: str | None = None  # `tt:LocationEntity` elements, as `location` writes one; None: not supported
        self.calls: list[str] = []
        self.refused = 0
        self.motor = Motor(clock or SystemClock())
        self._login = login
        self._clock = clock or SystemClock()
        self._offset = timedelta(seconds=clock_offset_s)
        self._media_host = media_host
        device = self

        class Http(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode("utf-8", "replace")
                status, body, headers = device.answer(request)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Tests need no access log."""

        class Probe(DatagramRequestHandler):
            def handle(self) -> None:
                if b"Probe" in self.rfile.read():
                    self.wfile.write(device.probe_match())

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Http)
        self._udp = ThreadingUDPServer(("127.0.0.1", 0), Probe)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._http.server_address[1]}"

    @property
    def discovery_port(self) -> int:
        return int(self._udp.server_address[1])

    def __enter__(self) -> Self:
        for server in (self._http, self._udp):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self._http, self._udp):
            server.shutdown()
            server.server_close()

    def answer(self, request: str) -> tuple[int, bytes, dict[str, str]]:
        """HTTP status, body and headers for a SOAP request."""
        xml = {"Content-Type": "application/soap+xml; charset=utf-8"}
        if self.fault is not OnvifFault.NONE:
            return self._misbehave(xml)
        call = re.search(r"<(?:\w+:)?Body>\s*<(?:\w+:)?(\w+)", request)
        name = call[1] if call else ""
        if self._login is not None and name != "GetSystemDateAndTime" and not self._token_is_right(request):
            self.refused += 1
            fault = (
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value>"
                "</s:Subcode></s:Code><s:Reason><s:Text>Sender not authorized</s:Text></s:Reason></s:Fault>"
            )
            return 400, _envelope(fault), xml
        self.calls.append(name)
        handlers: dict[str, Callable[[], str]] = {
            "GetSystemDateAndTime": self._date_and_time,
            "GetCapabilities": lambda: self._capabilities(request),
            "GetProfiles": self._profiles,
            "GetGeoLocation": self._geo_location,
            "GetStreamUri": lambda: self._stream_uri(request),
        }
        if f'"{_PTZ}"' in request:
            handlers = {name: lambda: self._steer(name, request)}
        handler = handlers.get(name)
        answer = handler() if handler is not None else ""
        if not answer:
            return 500, _envelope("<s:Fault><s:Reason><s:Text>ActionNotSupported</s:Text></s:Reason></s:Fault>"), xml
        return 200, _envelope(answer), xml

    def _misbehave(self, xml: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
        external = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
        bodies = {
            OnvifFault.MALFORMED: b"<s:Envelope><unclosed>",
            OnvifFault.DTD_BOMB: bomb.encode(),
            OnvifFault.EXTERNAL_ENTITY: external.encode(),
            OnvifFault.HUGE: b"<x>" + b"a" * 4_000_000 + b"</x>",
        }
        if self.fault in bodies:
            return 200, bodies[self.fault], xml
        if self.fault is OnvifFault.REDIRECT:
            return 302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}
        return 503, b"", {}

    def _token_is_right(self, request: str) -> bool:
        username, password = self._login or ("", "")
        parts = [re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)<", request) for name in
                 ("Username", "Password", "Nonce", "Created")]  # fmt: skip
        if not all(parts):
            return False
        user, digest, nonce, created = (part[1] if part else "" for part in parts)
        raw = base64.b64decode(nonce) + created.encode() + password.encode()
        wanted = base64.b64encode(hashlib.sha1(raw, usedforsecurity=False).digest()).decode()
        return user == escape(username) and digest == wanted

    def _date_and_time(self) -> str:
        at = self._clock.now() + self._offset
        time = f"<t:Hour>{at.hour}</t:Hour><t:Minute>{at.minute}</t:Minute><t:Second>{at.second}</t:Second>"
        date = f"<t:Year>{at.year}</t:Year><t:Month>{at.month}</t:Month><t:Day>{at.day}</t:Day>"
        return (
            f'<d:GetSystemDateAndTimeResponse xmlns:d="{_DEVICE}" xmlns:t="{_SCHEMA}"><d:SystemDateAndTime>'
            "<t:DateTimeType>NTP</t:DateTimeType><t:DaylightSavings>false</t:DaylightSavings>"
            f"<t:UTCDateTime><t:Time>{time}</t:Time><t:Date>{date}</t:Date></t:UTCDateTime>"
            "</d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>"
        )

    def _geo_location(self) -> str:
        if self.locations is None:
            return ""
        return (
            f'<d:GetGeoLocationResponse xmlns:d="{_DEVICE}" xmlns:t="{_SCHEMA}">{self.locations}'
            "</d:GetGeoLocationResponse>"
        )

    def _capabilities(self, request: str) -> str:
        host = self._media_host or self.address
        if "Category>PTZ<" in request:
            part = f"<t:PTZ><t:XAddr>http://{host}/onvif/ptz_service</t:XAddr></t:PTZ>"
        else:
            part = f"<t:Media><t:XAddr>http://{host}/onvif/media_service</t:XAddr></t:Media>"
        return (
            f'<d:GetCapabilitiesResponse xmlns:d="{_DEVICE}" xmlns:t="{_SCHEMA}"><d:Capabilities>{part}'
            "</d:Capabilities></d:GetCapabilitiesResponse>"
        )

    def _steer(self, name: str, request: str) -> str:
        """The PTZ service. "" for what it does not know."""
        token = _told(request, "ProfileToken")
        if not any(one.ptz and escape(one.token) == token for one in self.streams):
            return ""
        body = self.motor.obey(name, request)
        if body is None:
            return ""
        return f'<p:{name}Response xmlns:p="{_PTZ}" xmlns:t="{_SCHEMA}">{body}</p:{name}Response>'

    def _profiles(self) -> str:
        rows = "".join(
            f'<m:Profiles token="{escape(one.token)}" fixed="true"><t:Name>{escape(one.token)}</t:Name>'
            f'<t:VideoSourceConfiguration token="v"><t:SourceToken>{escape(one.source)}</t:SourceToken>'
            "</t:VideoSourceConfiguration>"
            f'<t:VideoEncoderConfiguration token="e"><t:Encoding>{one.codec}</t:Encoding><t:Resolution>'
            f"<t:Width>{one.width}</t:Width><t:Height>{one.height}</t:Height></t:Resolution><t:RateControl>"
            f"<t:FrameRateLimit>{one.fps}</t:FrameRateLimit></t:RateControl></t:VideoEncoderConfiguration>"
            f"{_PTZ_CONFIGURATION if one.ptz else ''}"
            "</m:Profiles>"
            for one in self.streams
        )
        return f'<m:GetProfilesResponse xmlns:m="{_MEDIA}" xmlns:t="{_SCHEMA}">{rows}</m:GetProfilesResponse>'

    def _stream_uri(self, request: str) -> str:
        wanted = re.search(r"ProfileToken>([^<]*)<", request)
        uri = next((one.uri for one in self.streams if wanted and one.token == wanted[1]), "")
        return (
            f'<m:GetStreamUriResponse xmlns:m="{_MEDIA}" xmlns:t="{_SCHEMA}"><m:MediaUri><t:Uri>{escape(uri)}</t:Uri>'
            "<t:InvalidAfterConnect>false</t:InvalidAfterConnect></m:MediaUri></m:GetStreamUriResponse>"
        )

    def probe_match(self) -> bytes:
        """The answer to a WS-Discovery probe."""
        if self.fault is not OnvifFault.NONE:
            return self._misbehave({})[1][:60_000]
        return (
            f'<s:Envelope xmlns:s="{_SOAP}" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body>'
            "<d:ProbeMatches><d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types>"
            "<d:Scopes>onvif://www.onvif.org/name/Test%20camera onvif://www.onvif.org/hardware/VT-1</d:Scopes>"
            f"<d:XAddrs>http://{self.address}/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
            "</s:Body></s:Envelope>"
        ).encode()


def location(latitude: object, longitude: object, entity: str = "", token: str = "") -> str:
    """One entry for `OnvifSimulator.locations`; degrees, or whatever else a test wants to stand there."""
    return (
        f'<d:Location Entity="{escape(entity)}" Token="{escape(token)}" Fixed="false">'
        f'<t:GeoLocation lon="{longitude}" lat="{latitude}" elevation="105.0"/></d:Location>'
    )


_PTZ_CONFIGURATION = '<t:PTZConfiguration token="ptz"><t:NodeToken>node</t:NodeToken></t:PTZConfiguration>'


def _told(request: str, name: str) -> str:
    """The text of the first element of that name."""
    found = re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)<", request)
    return found[1] if found else ""


def _envelope(body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{_SOAP}" xmlns:ter="http://www.onvif.org/ver10/error">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()

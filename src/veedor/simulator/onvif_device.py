"""A small ONVIF device for tests: device and media service over HTTP, WS-Discovery over UDP, and ways to misbehave.

with OnvifSimulator([OnvifStream("main", "rtsp://127.0.0.1:8554/cam/main", 1280, 720)]) as device:
    device.address           # "127.0.0.1:<port>": the HTTP side
    device.discovery_port    # UDP, answers probes sent straight to it
    device.fault = OnvifFault.DTD_BOMB
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
from xml.sax.saxutils import escape

from veedor.kit.clock import Clock, SystemClock

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_MEDIA = "http://www.onvif.org/ver10/media/wsdl"
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
        self.calls: list[str] = []
        self.refused = 0
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
            "GetCapabilities": self._capabilities,
            "GetProfiles": self._profiles,
            "GetStreamUri": lambda: self._stream_uri(request),
        }
        handler = handlers.get(name)
        if handler is None:
            return 500, _envelope("<s:Fault><s:Reason><s:Text>ActionNotSupported</s:Text></s:Reason></s:Fault>"), xml
        return 200, _envelope(handler()), xml

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

    def _capabilities(self) -> str:
        host = self._media_host or self.address
        return (
            f'<d:GetCapabilitiesResponse xmlns:d="{_DEVICE}" xmlns:t="{_SCHEMA}"><d:Capabilities><t:Media>'
            f"<t:XAddr>http://{host}/onvif/media_service</t:XAddr></t:Media></d:Capabilities>"
            "</d:GetCapabilitiesResponse>"
        )

    def _profiles(self) -> str:
        rows = "".join(
            f'<m:Profiles token="{escape(one.token)}" fixed="true"><t:Name>{escape(one.token)}</t:Name>'
            f'<t:VideoSourceConfiguration token="v"><t:SourceToken>{escape(one.source)}</t:SourceToken>'
            "</t:VideoSourceConfiguration>"
            f'<t:VideoEncoderConfiguration token="e"><t:Encoding>{one.codec}</t:Encoding><t:Resolution>'
            f"<t:Width>{one.width}</t:Width><t:Height>{one.height}</t:Height></t:Resolution><t:RateControl>"
            f"<t:FrameRateLimit>{one.fps}</t:FrameRateLimit></t:RateControl></t:VideoEncoderConfiguration>"
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


def _envelope(body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{_SOAP}" xmlns:ter="http://www.onvif.org/ver10/error">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()

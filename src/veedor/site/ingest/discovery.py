"""Finding ONVIF devices: a WS-Discovery probe (OASIS WS-Discovery 2005, as ONVIF Core 7 uses it), to all or to one."""

from __future__ import annotations

import select
import socket
import uuid
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from veedor.kit.clock import Clock
from veedor.site.ingest.errors import AddressRefused, BadOnvifAnswer, CameraUnreachable
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.soap import local, parse_xml, text

MULTICAST_GROUP = "239.255.255.250"
PORT = 3702
_MAX_DATAGRAM = 65_536
_MAX_DEVICES = 1_000

_PROBE = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:n="http://www.onvif.org/ver10/network/wsdl">'
    "<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
    "<a:MessageID>uuid:{message}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
    "<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered. `address`: where the answer came from, which is what is used; `service`: the path and
    port that it names for its device service."""

    address: str
    service: str
    name: str
    hardware: str


def discover(
    policy: NetworkPolicy, clock: Clock, *, address: str | None = None, port: int = PORT, wait_s: float = 3.0
) -> list[Found]:
    """Ask the network, or one `address`, and gather answers for `wait_s`. Answers from addresses that cameras may not
    have, and answers that are not plain XML, are left out. Raises AddressRefused for a refused `address`."""
    target = policy.checked_address(address, port) if address is not None else MULTICAST_GROUP
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    found: dict[tuple[str, str], Found] = {}
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        if address is None:
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
        message = _PROBE.format(message=uuid.uuid4()).encode()
        deadline_s = clock.monotonic() + wait_s
        try:
            probe.sendto(message, (target, port))
        except OSError as problem:  # a machine without a network
            raise CameraUnreachable(address=f"{target}:{port}", problem=problem.strerror or "?") from problem
        while (left_s := deadline_s - clock.monotonic()) > 0 and len(found) < _MAX_DEVICES:
            if not select.select([probe], [], [], left_s)[0]:
                break
            try:
                data, peer = probe.recvfrom(_MAX_DATAGRAM)
            except OSError:  # an ICMP refusal of an earlier datagram
                continue
            for one in _answers(data, str(peer[0]), policy):
                found.setdefault((one.address, one.service), one)
            if address is not None and found:
                break
    return sorted(found.values(), key=lambda one: one.address)


def _answers(data: bytes, peer: str, policy: NetworkPolicy) -> list[Found]:
    if not policy.allows(peer):
        return []
    try:
        tree = parse_xml(data, peer)
    except (BadOnvifAnswer, AddressRefused):
        return []
    found = []
    for match in (one for one in tree.iter() if local(one) == "ProbeMatch"):
        parts = {local(child): text(child) for child in match}
        addresses = parts.get("XAddrs", "").split()
        scopes = [unquote(scope) for scope in parts.get("Scopes", "").split()]
        service = next((url for url in addresses if url.startswith("http")), "")
        found.append(Found(peer, _service(service, peer), _scope(scopes, "name"), _scope(scopes, "hardware")))
    return found


def _service(told: str, peer: str) -> str:
    """The device service at the address that answered, whatever host it names."""
    try:
        parts = urlsplit(told)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = f"[{peer}]" if ":" in peer else peer
    scheme = parts.scheme if parts.scheme in ("http", "https") else "http"
    return f"{scheme}://{host}{f':{port}' if port else ''}{parts.path or '/onvif/device_service'}"


def _scope(scopes: list[str], kind: str) -> str:
    value = next((scope.rpartition("/")[2] for scope in scopes if f"onvif.org/{kind}/" in scope), "")
    return "".join(letter for letter in value if letter.isprintable())[:100]

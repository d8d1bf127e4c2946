"""Which addresses a site may connect to. A camera's address is hostile input: it may name our own services.

Every address that a name resolves to is checked, and then the checked address itself is connected to, so that a name
server cannot answer differently the second time.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from veedor.site.ingest.errors import AddressRefused, BadAddress, CameraUnreachable, FileRefused

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], list[str]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve_with_system(host: str, port: int) -> list[str]:
    """Every address of `host`, in the order that the system prefers. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """`allowed` empty: any unicast address but loopback, link-local, unspecified and reserved ones. Else only those
    networks, whatever they contain. Files are opened only below `file_directories`."""

    allowed: tuple[IpNetwork, ...] = ()
    file_directories: tuple[Path, ...] = ()
    resolver: Resolver = resolve_with_system

    def checked_address(self, host: str, port: int) -> str:
        """The address to connect to. Raises AddressRefused if any address of `host` may not be used."""
        try:
            found = self.resolver(host, port)
        except (OSError, UnicodeError) as problem:
            reason = getattr(problem, "strerror", None) or "no such host"
            raise CameraUnreachable(address=f"{host}:{port}", problem=reason) from None
        if not found:
            raise CameraUnreachable(address=f"{host}:{port}", problem="no address")
        for text in found:
            if not self.allows(text):
                raise AddressRefused(host=host, address=text)
        return found[0]

    def allows(self, text: str) -> bool:
        """Whether this address may be connected to. IPv4 within IPv6 (mapped, 6to4, NAT64) is judged as IPv4."""
        try:
            outer = ipaddress.ip_address(text)
        except ValueError:
            return False  # a scoped address such as fe80::1%eth0 is link-local
        address = _inner(outer)
        if self.allowed:
            return any(one.version == network.version and one in network
                       for network in self.allowed for one in {outer, address})  # fmt: skip
        return not (
            address.is_loopback
            or address.is_link_local
            or address.is_multicast
            or address.is_unspecified
            or address.is_reserved
            or address in ipaddress.ip_network("0.0.0.0/8")
            or address == ipaddress.ip_address("255.255.255.255")
        )

    def checked_file(self, text: str) -> Path:
        """The real path of a file, symbolic links followed. Raises FileRefused outside `file_directories`."""
        path = Path(text.removeprefix("file://"))
        try:
            real = path.resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            # The same answer as for a forbidden file, so that nobody can ask which files there are.
            raise FileRefused(file=str(path)) from None
        if not real.is_file() or not any(real.is_relative_to(folder.resolve()) for folder in self.file_directories):
            raise FileRefused(file=str(path))
        return real


def _inner(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address carries, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def parse_host_port(netloc: str, default_port: int) -> tuple[str, int]:
    """Host and port from `host`, `host:port` or `[v6]:port`. Raises BadAddress."""
    try:
        host, port = _split(netloc, default_port)
    except ValueError:
        raise BadAddress(problem=netloc.rpartition("@")[2]) from None
    if not host or not 0 < port < 65536:
        raise BadAddress(problem=netloc.rpartition("@")[2])
    return host, port


def _split(netloc: str, default_port: int) -> tuple[str, int]:
    rest = netloc.rpartition("@")[2]
    if rest.startswith("["):
        host, _, tail = rest[1:].partition("]")
        return host, int(tail[1:]) if tail else default_port
    host, colon, port = rest.partition(":")
    return host, int(port) if colon else default_port

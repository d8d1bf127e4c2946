"""The hub's own keys, all in one folder outside its data: its certificate authority, its signing key, its link key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from veedor.kit import pki
from veedor.wire.keys import AgencyKey


@dataclass(frozen=True, slots=True)
class HubCertificates:
    """`certificate`, `key`: of its servers (web and link), signed by `authority`."""

    authority: pki.Authority
    certificate: Path
    key: Path


def open_certificates(directory: Path, name: str, hosts: tuple[str, ...], now: datetime) -> HubCertificates:
    """Made where there are none; the server's certificate anew where its hosts changed or its end comes near."""
    authority = pki.open_authority(directory, f"Veedor {name}", now)
    certificate, key = pki.server_certificate(authority, hosts, directory, now)
    return HubCertificates(authority, certificate, key)


def open_signing_key(directory: Path) -> AgencyKey:
    """The key that signs what the hub itself says, made where there is none. Raises ConfigError."""
    file = directory / "hub-signing.key"
    return AgencyKey.load(file) if file.exists() else AgencyKey.create(file)

"""What a site and a hub say to each other once, over HTTPS, when the site joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """`link_key`: public nkey of the leaf node. `agency_key`: the agency's public key, hex; None at a site whose agency
    has its key elsewhere."""

    secret: str
    protocol: int
    version: str
    agency_id: str
    link_key: str
    agency_key: str | None


@dataclass(frozen=True, slots=True)
class JoinAnswer:
    """`ca_pem`: signs the hub's certificates. `leaf_url`: where the leaf node connects. `hub_key`: signs what the hub
    says, hex. `agency_key`: the agency's key as the hub knows it now."""

    site_id: str
    site_name: str
    agency_id: str
    agency_name: str
    hub_id: str
    hub_name: str
    hub_key: str
    leaf_url: str
    ca_pem: str
    agency_key: str | None

    @staticmethod
    def of(told: Mapping[str, Any]) -> JoinAnswer:
        """What a hub said, of this version or a newer one, which may say more. Raises TypeError where it lacks one."""
        known = {one.name for one in fields(JoinAnswer)}
        return JoinAnswer(**{name: value for name, value in told.items() if name in known})

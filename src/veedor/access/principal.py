"""Who asks, in which role, and for what purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Principal:
    """A person who has logged in (never a service account), with what the request says of its purpose."""

    user_id: str
    username: str
    agency_id: str
    roles: frozenset[Role]
    session_id: str | None = None
    address: str | None = None
    purpose: str | None = None
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for: a kind of thing, which one, and the agency that owns it."""

    kind: str  # camera, footage, live, track, event, alert, incident, evidence, user, audit, health, site
    id: str | None
    agency_id: str

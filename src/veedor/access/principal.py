"""Who asks, in which role, and for what purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from veedor.model.approval import Approval
from veedor.model.seal import Seal

# Kinds whose id is a camera's.
CAMERA_KINDS = frozenset({"camera", "live", "footage", "ptz", "track"})
# The kind of an alert's picture: to read an alert is one thing, to look at whom it shows another.
ALERT_PICTURE = "alert_picture"


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy_officer"  # of personal data: sees who looked, asks for erasures


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
    approved_by: str | None = None  # user id of a second person who is here too, where a grant asks for two
    approval: Approval | None = None  # what a second person has agreed to, for exactly that
    seal: Seal | None = None  # the case that the request names is sealed
    is_sealed: bool = False  # and this is the person whom that seal is about

    @property
    def approver(self) -> str | None:
        """The second person's user id."""
        return self.approved_by or (self.approval.by if self.approval else None)

    def shown(self) -> Principal:
        """As others may see it: of a sealed person neither name nor case, login or address; of a sealed case of
        somebody else not the case."""
        if self.seal is None:
            return self
        if not self.is_sealed:
            return replace(self, case_number=self.seal.name)
        name = self.seal.name
        return replace(self, user_id=name, username=name, case_number=name, session_id=None, address=None)


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for: a kind of thing, which one, and the agency that owns it. Another agency's thing needs its
    camera too, and where it is footage its span, since grants are about these."""

    kind: str  # camera, footage, live, track, event, alert, incident, evidence, user, audit, health, site
    id: str | None
    agency_id: str
    camera_id: str | None = None
    span: tuple[datetime, datetime] | None = None

    @property
    def camera(self) -> str | None:
        """The camera that it belongs to, where that is known."""
        return self.camera_id or (self.id if self.kind in CAMERA_KINDS else None)

"""Whether a grant covers one look, and if not, why: a code that stays the same for ever.

Deny by default: what is missing, unknown or malformed is not covered. Codes, in the order in which they are asked:
`malformed`, `owner`, `draft`, `signed_by_one`, `scheduled`, `expired`, `revoked`, `right`, `camera`, `span`,
`hours`, `purpose`, `case`, `condition:<name>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from veedor.model.grant import Grant, Right, SharedCamera
from veedor.model.statement import GrantState, Statement, state_of

CASE_NUMBER = "case_number"  # true: any; a text: exactly this one
TWO_PERSON = "two_person"  # true: somebody else has approved


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody wants to do with a camera of another agency.

    `rights`: one of them is enough; none of them: it is only about knowing that the camera is there, which asks for
    no purpose, hour, case or second person. `span`: the footage, where it is about footage.
    """

    camera: SharedCamera
    rights: frozenset[Right]
    at: datetime
    person_id: str
    purpose: str | None = None
    case_number: str | None = None
    approved_by: str | None = None
    span: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What is true of a grant and a look: the facts that the policy decides on."""

    state: str
    is_of_owner: bool
    has_right: bool
    names_camera: bool
    in_span: bool
    in_hours: bool
    has_purpose: bool
    unmet: frozenset[str]  # conditions

    def refusal(self) -> str | None:
        """The first thing that is wrong."""
        checks = (
            (self.is_of_owner, "owner"),
            (self.state == GrantState.ACTIVE, self.state),
            (self.has_right, "right"),
            (self.names_camera, "camera"),
            (self.in_span, "span"),
            (self.in_hours, "hours"),
            (self.has_purpose, "purpose"),
            (CASE_NUMBER not in self.unmet, "case"),
        )
        for holds, code in checks:
            if not holds:
                return code
        return f"condition:{min(self.unmet)}" if self.unmet else None


def findings(grant: Grant, statements: Sequence[Statement], look: Look) -> Findings:
    """Everything that the policy may ask, none of it skipped."""
    knows_only = not look.rights
    return Findings(
        state=state_of(grant, statements, look.at).value,
        is_of_owner=look.camera.agency_id == grant.owner,
        has_right=bool(grant.rights & {one.value for one in (look.rights or Right)}),
        names_camera=grant.cameras.covers(look.camera),
        in_span=knows_only or _in_span(grant, look),
        in_hours=knows_only or grant.hours is None or grant.hours.hold(look.at),
        has_purpose=knows_only or same_purpose(look.purpose, grant.purposes),
        unmet=frozenset() if knows_only else _unmet(grant, look),
    )


def covers(grant: Grant, statements: Sequence[Statement], look: Look) -> str | None:
    """None where the grant covers the look, else the code of the first reason why not."""
    return findings(grant, statements, look).refusal()


def same_purpose(purpose: str | None, purposes: frozenset[str]) -> bool:
    """Whether the purpose is one of those; capitals and spaces around do not count."""
    said = (purpose or "").strip().casefold()
    return bool(said) and said in {one.strip().casefold() for one in purposes}


def _in_span(grant: Grant, look: Look) -> bool:
    if grant.span is None:
        return True
    return look.span is not None and grant.span[0] <= look.span[0] <= look.span[1] <= grant.span[1]


def _unmet(grant: Grant, look: Look) -> frozenset[str]:
    return frozenset(name for name, value in grant.conditions.items() if not _is_met(name, value, look))


def _is_met(name: str, value: object, look: Look) -> bool:
    """A condition that is not known, or has a value that is not known, is not met: false and null too."""
    if name == CASE_NUMBER:
        said = (look.case_number or "").strip()
        return bool(said) and (value is True or (isinstance(value, str) and said == value.strip()))
    if name == TWO_PERSON:
        return value is True and bool(look.approved_by) and look.approved_by != look.person_id
    return False

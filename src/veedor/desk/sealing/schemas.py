"""What an answer says of a sealed look."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy.orm import Session

from veedor.desk.need import Permit
from veedor.desk.schemas import Out, UtcTime
from veedor.desk.sealing.reveal import Reveal, SealState, ShownSeal


class SealShownOut(Out):
    """In place of person and case, until it is opened: see `state`."""

    id: str
    agency_id: str
    until: UtcTime
    state: SealState = Field(
        description="sealed; overdue: its time is over and no opening has come; opened: proved by the commitments of "
        "this very entry; mismatch: its agency signed an opening that does not fit"
    )
    person: str | None = Field(description="User name; null: not known here")
    case_number: str | None
    opened_at: UtcTime | None
    is_own: bool = Field(description="Of the reader's own agency, which knows its people")

    @staticmethod
    def of(one: ShownSeal | None) -> SealShownOut | None:
        return SealShownOut.model_validate(one, from_attributes=True) if one is not None else None


def reveal(permit: Permit, session: Session) -> Reveal:
    """For one answer to this person."""
    ports = permit.ports
    return Reveal(session, ports.clock.now(), permit.principal.agency_id, ports.secrets)

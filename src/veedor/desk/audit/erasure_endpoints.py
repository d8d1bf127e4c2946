"""Routes of lawful erasure: the data-protection officer asks, an auditor confirms."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import Field, model_validator

from veedor.access.actions import Action
from veedor.desk.audit.erasures import OF_A_PERSON, Erasures, Wanted
from veedor.desk.audit.tables import ErasureRow
from veedor.desk.need import Need, Permit
from veedor.desk.schemas import ErrorOut, Id, In, Out, UtcTime, room_router

router = room_router("audit")

Read = Annotated[Permit, Depends(Need(Action.ERASURE_READ, "erasure"))]
Ask = Annotated[Permit, Depends(Need(Action.ERASURE_ASK, "erasure"))]
Settle = Annotated[Permit, Depends(Need(Action.ERASURE_CONFIRM, "erasure", id_from="erasure_id"))]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "It was settled, or you are the person who asked"}
}


class PersonalField(StrEnum):
    USERNAME = "username"
    ADDRESS = "address"
    PURPOSE = "purpose"
    CASE_NUMBER = "case_number"
    REASON = "reason"
    DETAIL = "detail"


class ErasureIn(In):
    """Either the entries that name a person, or single entries."""

    person: Annotated[str, Field(max_length=64)] | None = Field(None, description="User name")
    agency: Annotated[str, Field(max_length=64)] | None = Field(None, description="Of the person; none: the desk's")
    entries: list[Annotated[int, Field(ge=1)]] = Field([], max_length=1000)
    fields: list[PersonalField] = Field([], description="None: of a person name and address, of entries all")
    reason: Annotated[str, Field(max_length=450)] = Field(
        description="The law or resolution that demands it. Never the person: this stays in the audit for ever"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> ErasureIn:
        if bool(self.person) == bool(self.entries):
            raise ValueError("either a person or entries")
        return self


class ErasureOut(Out):
    id: str
    state: Literal["asked", "done", "refused"]
    spans: list[tuple[int, int]] = Field(description="First and last number of entries")
    entries: int
    fields: list[str]
    reason: str
    asked_by: str = Field(description="User id")
    asked_at: UtcTime
    settled_by: str | None
    settled_at: UtcTime | None
    entry: int | None = Field(description="Number of the audit entry that says what went")


class AskedErasureOut(ErasureOut):
    left: int = Field(description="Entries beyond what one request holds: ask again once this one is done")
    whole: int = Field(description="Entries of the old form, which hold their values themselves and stay")


def _told(row: ErasureRow) -> dict[str, Any]:
    names = ErasureOut.model_fields.keys() - {"entries", "spans"}
    spans = [(int(first), int(last)) for first, last in row.spans]
    return {
        **{name: getattr(row, name) for name in names},
        "spans": spans,
        "entries": sum(last - first + 1 for first, last in spans),
    }


@router.get("/api/audit/erasures")
def list_erasures(permit: Read) -> list[ErasureOut]:
    """What was asked, done and refused, the newest first."""
    return [ErasureOut(**_told(row)) for row in Erasures(permit.ports).all()]


@router.post("/api/audit/erasures", status_code=201)
def ask_erasure(permit: Ask, body: ErasureIn) -> AskedErasureOut:
    """Ask that personal values be erased. Nothing goes before somebody else has confirmed it."""
    default = OF_A_PERSON if body.person else frozenset(PersonalField)
    wanted = Wanted(
        fields=frozenset(one.value for one in body.fields) or frozenset(str(one) for one in default),
        person=(body.person, body.agency or permit.ports.agency_id) if body.person else None,
        entries=tuple(body.entries),
    )
    asked = Erasures(permit.ports).ask(permit.principal, wanted, body.reason)
    return AskedErasureOut(**_told(asked.row), left=asked.left, whole=asked.whole)


@router.post("/api/audit/erasures/{erasure_id}/confirm", responses=_CONFLICT)
def confirm_erasure(permit: Settle, erasure_id: Id) -> ErasureOut:
    """Erase it. The chain, and every head of it that others keep, stay as they are."""
    return ErasureOut(**_told(Erasures(permit.ports).confirm(permit.principal, erasure_id)))


@router.post("/api/audit/erasures/{erasure_id}/refuse", responses=_CONFLICT)
def refuse_erasure(permit: Settle, erasure_id: Id) -> ErasureOut:
    """Nothing goes."""
    return ErasureOut(**_told(Erasures(permit.ports).refuse(permit.principal, erasure_id)))

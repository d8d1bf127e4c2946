"""Routes of proposals: nearby alerts of several agencies that may be one incident."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.incidents.schemas import IncidentDetailOut, incident_detail_out
from veedor.desk.incidents.service import IncidentService
from veedor.desk.need import Need, Permit, own
from veedor.desk.proposals.schemas import AcceptProposalIn, DismissProposalIn, ProposalOut, proposal_out
from veedor.desk.proposals.service import ProposalService
from veedor.desk.schemas import ErrorOut, Id, room_router
from veedor.desk.scoping import require

router = room_router("incidents")

Look = Annotated[Permit, Depends(Need(Action.INCIDENT_READ, "incident", owner=own))]
Decide = Annotated[Permit, Depends(Need(Action.INCIDENT_HANDLE, "incident", owner=own, detail=("proposal_id",)))]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "It is not what you saw, or a colleague looks into one of the alerts"}
}


@router.get("/api/incident-proposals")
def list_proposals(permit: Look) -> list[ProposalOut]:
    """Alerts of several agencies, all of which you may see, that may be one incident. Nothing opens by itself."""
    return [proposal_out(one, permit.lang) for one in ProposalService(permit.ports).found(permit.principal)]


@router.post("/api/incident-proposals/{proposal_id}/accept", status_code=201, responses=_CONFLICT)
def accept_proposal(permit: Decide, proposal_id: Id, body: AcceptProposalIn) -> IncidentDetailOut:
    """It is one incident: your agency's, with all of these alerts. The other agencies are invited."""
    service, who = ProposalService(permit.ports), permit.principal
    for alert in service.one(who, proposal_id).alerts:
        if alert.agency_id == who.agency_id:
            require(permit, Action.ALERT_HANDLE, "alert", alert.id)
        else:
            seen = Resource("camera", alert.camera_id, alert.agency_id)
            permit.ports.access.authorize(
                who, Action.ALERT_READ, seen, reason=who.purpose, detail={"alert": alert.id, "proposal": proposal_id}
            )
    incident_id = service.accept(who, proposal_id, body.type, body.note)
    return incident_detail_out(IncidentService(permit.ports).view(who, incident_id), permit.lang)


@router.post("/api/incident-proposals/{proposal_id}/dismiss", status_code=204, responses=_CONFLICT)
def dismiss_proposal(permit: Decide, proposal_id: Id, body: DismissProposalIn) -> None:
    """It is not one thing. These alerts are not proposed to your agency again."""
    ProposalService(permit.ports).dismiss(permit.principal, proposal_id, body.note)

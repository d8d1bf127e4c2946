"""Routes of joining. Two answer without a login: the hub's certificate, and the use of an invitation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.accounts import throttle
from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.context import DeskPorts
from veedor.desk.errors import LoginThrottled
from veedor.desk.need import Need, Permit, address_of
from veedor.desk.schemas import Id, room_router
from veedor.desk.sites.tables import SiteCameraRow, SiteRow
from veedor.hub.joining import service
from veedor.hub.joining.schemas import InvitationOut, InviteIn, JoinedSiteOut, JoinIn, SitesOut
from veedor.kit.errors import VeedorError
from veedor.wire import sync
from veedor.wire.invitation import Invitation
from veedor.wire.joining import JoinAnswer, JoinRequest

JOIN_PATHS = frozenset({"/api/join", "/api/join/authority"})

ReadSites = Annotated[Permit, Depends(Need(Action.SITE_READ, "site"))]
EditSites = Annotated[Permit, Depends(Need(Action.SITE_EDIT, "site"))]
EditSite = Annotated[Permit, Depends(Need(Action.SITE_EDIT, "site", id_from="site_id"))]


def _unknown(_site_id: str) -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class HubAddress:
    """What joining needs of the hub. `sites_changed`: the link's accounts must follow. `behind`: messages of a
    site's log that are not here yet; None where it cannot be reached."""

    hub_id: str
    hub_name: str
    hub_key: str
    url: str
    ca_pem: str
    ca_sha256: str
    leaf_url: str
    sites_changed: Callable[[], None]
    behind: Callable[[str], int | None] = _unknown


def joining_router(hub: HubAddress) -> APIRouter:
    """The routes of `hub`."""
    router = room_router("sites")

    @router.get("/api/join/authority", response_class=PlainTextResponse)
    def authority() -> str:
        """The certificate that signs the hub's: worth nothing to a caller who has no fingerprint to compare."""
        return hub.ca_pem

    @router.post("/api/join")
    def join(body: JoinIn, request: Request) -> dict[str, Any]:
        """Use an invitation."""
        answer = _join(request.app.state.ports, hub, body, address_of(request))
        hub.sites_changed()
        return answer

    @router.get("/api/sites")
    def list_sites(permit: ReadSites) -> SitesOut:
        """Every site that has joined, and how it is."""
        with permit.ports.database.reading() as session:
            cameras = _cameras(session)
            now = permit.ports.clock.now()
            rows = service.sites(session)
            away_after_s = sync.away_after_s(sum(row.revoked_at is None for row in rows))
            told = [
                JoinedSiteOut.of(
                    row, cameras.get(row.id, []), now, permit.lang, away_after_s, behind=hub.behind(row.id)
                )
                for row in rows
            ]
            return SitesOut(sites=told)

    @router.post("/api/invitations")
    def invite(permit: EditSites, body: InviteIn) -> InvitationOut:
        """A one-time token for a new site."""
        with permit.ports.database.session() as session:
            row, secret = service.invite(session, permit.ports.clock, body.agency_id, body.site_name)
            return InvitationOut(token=token(hub, secret), expires_at=row.expires_at)

    @router.post("/api/sites/{site_id}/revoke", status_code=204)
    def revoke(permit: EditSite, site_id: Id) -> None:
        """Cut the site off, at once."""
        with permit.ports.database.session() as session:
            service.revoke(session, permit.ports.clock, site_id)
        hub.sites_changed()

    @router.post("/api/sites/{site_id}/invitation")
    def rekey(permit: EditSite, site_id: Id) -> InvitationOut:
        """A one-time token with which this site joins again, with a new key: a new machine, or a key that was lost."""
        with permit.ports.database.session() as session:
            row = service.site(session, site_id)
            made, secret = service.invite(session, permit.ports.clock, row.agency_id, row.name, site_id=row.id)
            return InvitationOut(token=token(hub, secret), expires_at=made.expires_at)

    return router


def token(hub: HubAddress, secret: str) -> str:
    """The word that goes to the site's engineer."""
    return Invitation(hub.url, hub.ca_sha256, secret).encode()


def _join(ports: DeskPorts, hub: HubAddress, body: JoinIn, address: str | None) -> dict[str, Any]:
    who = throttle.subjects("join", address)
    with ports.database.session() as session:
        wait_s = throttle.take(session, ports.agency_id, who, ports.clock.now())
    if wait_s:
        raise LoginThrottled(seconds=int(wait_s))
    asked = JoinRequest(**body.model_dump())
    nobody = Principal("", "", body.agency_id, frozenset(), address=address)
    resource = Resource("site", None, ports.agency_id)
    detail = {"agency": body.agency_id, "link_key": body.link_key}
    try:
        with ports.database.session() as session:
            row = service.join(session, ports.clock, asked)
            agency = session.get_one(AgencyRow, row.agency_id)
            throttle.give_back(session, ports.agency_id, who)
            answer = _answer(hub, row, agency)
    except VeedorError as problem:
        ports.access.note(nobody, Action.SITE_EDIT, resource, allowed=False, reason=problem.key, detail=detail)
        raise
    ports.access.note(nobody, Action.SITE_EDIT, resource, allowed=True, detail={**detail, "site": answer.site_id})
    return asdict(answer)


def _answer(hub: HubAddress, row: SiteRow, agency: AgencyRow) -> JoinAnswer:
    return JoinAnswer(
        site_id=row.id,
        site_name=row.name,
        agency_id=row.agency_id,
        agency_name=agency.name,
        hub_id=hub.hub_id,
        hub_name=hub.hub_name,
        hub_key=hub.hub_key,
        leaf_url=hub.leaf_url,
        ca_pem=hub.ca_pem,
        agency_key=agency.public_key,
    )


def _cameras(session: Session) -> dict[str, list[dict[str, Any]]]:
    """What each site said of its cameras."""
    query = sa.select(SiteCameraRow.site_id, SiteCameraRow.sent).where(SiteCameraRow.removed_at.is_(None))
    found: dict[str, list[dict[str, Any]]] = {}
    for site_id, sent in session.execute(query):
        found.setdefault(site_id, []).append(sent)
    return found

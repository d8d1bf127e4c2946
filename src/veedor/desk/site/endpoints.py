"""What the console must know of the place that it works for, before it shows anything."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from pydantic import Field

from veedor import __version__
from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Out, UtcTime, room_router
from veedor.desk.scoping import agency_name

router = room_router("site")


class SiteOut(Out):
    name: str
    agency: str
    agency_id: str
    version: str
    now: UtcTime
    time_zone: str = Field(description="IANA name; the console shows times in it")
    language: str
    watermark: bool = Field(description="Whether live pictures and playback carry who watches, and when")
    is_hub: bool = Field(description="Cameras are at other sites, which join here")
    is_own_desk: bool = Field(description="Of the caller's agency: its record and erasures are theirs to read")


@router.get("/api/site")
def site(permit: Annotated[Permit, Depends(Need(Action.SELF, "site", owner=own))]) -> SiteOut:
    """The site's name, zone and policies."""
    config = permit.config
    with permit.ports.database.reading() as session:
        name = agency_name(permit, session)
    return SiteOut(
        name=config.site_name,
        agency=name,
        agency_id=permit.principal.agency_id,
        version=__version__,
        now=permit.ports.clock.now(),
        time_zone=config.time_zone,
        language=config.language,
        watermark=config.watermark,
        is_hub=config.is_hub,
        is_own_desk=permit.principal.agency_id == permit.ports.agency_id,
    )

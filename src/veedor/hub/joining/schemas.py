"""Sites and invitations in the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from veedor.desk.schemas import In, Out, UtcTime
from veedor.desk.sites.tables import SiteRow
from veedor.kit.messages import Message, Param
from veedor.wire.version import PROTOCOL, is_near


class InviteIn(In):
    agency_id: Annotated[str, Field(min_length=1, max_length=64)]
    site_name: Annotated[str, Field(min_length=1, max_length=200)]


class InvitationOut(Out):
    token: str = Field(description="Shown once: the site's engineer gives it to `veedor site join`")
    expires_at: UtcTime


class JoinIn(In):
    secret: Annotated[str, Field(min_length=20, max_length=200)]
    protocol: Annotated[int, Field(ge=0, le=1000)]
    version: Annotated[str, Field(max_length=40)]
    agency_id: Annotated[str, Field(min_length=1, max_length=64)]
    link_key: Annotated[str, Field(min_length=20, max_length=64)]
    agency_key: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class PlaceOut(Out):
    latitude_deg: float
    longitude_deg: float


class JoinedSiteOut(Out):
    id: str
    name: str
    agency_id: str
    joined_at: UtcTime
    revoked_at: UtcTime | None
    seen_at: UtcTime | None
    online: bool = Field(
        description="Of its last three regular calls at least one came (15 s with few sites, 30 s with seventy)"
    )
    is_doubled: bool = Field(description="Two machines speak with this site's identity")
    version: str
    protocol: int = Field(description="Version of the link that it spoke last")
    is_other_version: bool = Field(description="That version is too far from the hub's: nothing of the site is read")
    cameras: int
    behind: int | None = Field(description="Messages that the hub does not have yet; null: it cannot be reached")
    problems: list[str] = Field(description="What is wrong with the site or its link, in the caller's language")
    place: PlaceOut | None = Field(description="The middle of its cameras; null: none of them has a place")
    health: dict[str, Any]

    @staticmethod
    def of(
        row: SiteRow,
        cameras: Sequence[Mapping[str, Any]],
        now: datetime,
        lang: str,
        away_after_s: float,
        behind: int | None = None,
    ) -> JoinedSiteOut:
        """`cameras`: as the site described them. `behind`: messages of its log that are not here yet."""
        is_other = not is_near(row.protocol)
        problems = [Message.from_json(one) for one in row.health.get("problems", [])]
        if is_other:
            told: dict[str, Param] = {"name": row.name, "theirs": row.protocol, "ours": PROTOCOL}
            problems = [Message("hub-site-other-version", told), *problems]
        online = row.revoked_at is None and row.seen_at is not None
        return JoinedSiteOut(
            id=row.id,
            name=row.name,
            agency_id=row.agency_id,
            joined_at=row.joined_at,
            revoked_at=row.revoked_at,
            seen_at=row.seen_at,
            online=online and row.seen_at is not None and (now - row.seen_at).total_seconds() <= away_after_s,
            is_doubled=row.is_doubled,
            version=row.version,
            protocol=row.protocol,
            is_other_version=is_other,
            cameras=len(cameras),
            behind=behind,
            problems=[one.render(lang) for one in problems],
            place=_middle(cameras),
            health=row.health,
        )


def _middle(cameras: Sequence[Mapping[str, Any]]) -> PlaceOut | None:
    places = [one["placement"] for one in cameras if one.get("placement")]
    if not places:
        return None
    return PlaceOut(
        latitude_deg=sum(one["latitude_deg"] for one in places) / len(places),
        longitude_deg=sum(one["longitude_deg"] for one in places) / len(places),
    )


class SitesOut(Out):
    sites: list[JoinedSiteOut]

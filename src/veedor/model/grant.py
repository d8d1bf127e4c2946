"""Grants (convenios): what one agency lets another see of its cameras, as terms that a program can follow.

Terms are immutable: who wants others makes another grant. What the agencies said of them are statements
(`model/statement.py`); whether one look is covered is in `model/covering.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.model.agency import in_polygons
from veedor.model.camera import plain_tag

EMERGENCY_LASTS = timedelta(minutes=60)
EMERGENCY_PURPOSE = "emergency"


class Right(StrEnum):
    LIVE = "live"
    PLAYBACK = "playback"
    SEARCH = "search"
    ALERTS = "alerts"
    PTZ = "ptz"
    EVIDENCE = "evidence"


class GrantKind(StrEnum):
    CONVENIO = "convenio"
    REQUEST = "request"  # asked for by the grantee, for one span of footage
    EMERGENCY = "emergency"  # taken by the grantee, reviewed by the owner


class Selecting(StrEnum):
    """How a grant says which cameras."""

    LIST = "list"
    AREA = "area"
    TAG = "tag"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class SharedCamera:
    """What a grant asks of a camera: whose it is, where it stands, its tags as `model.camera.clean_tags` gives them."""

    id: str
    agency_id: str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CameraSelection:
    """Which cameras of the owner. An empty list, an area without a point and an empty tag mean none."""

    kind: Selecting
    ids: frozenset[str] = frozenset()
    area: Mapping[str, Any] | None = None  # GeoJSON Polygon or MultiPolygon
    tag: str = ""

    def covers(self, camera: SharedCamera) -> bool:
        if self.kind is Selecting.ALL:
            return True
        if self.kind is Selecting.LIST:
            return camera.id in self.ids
        if self.kind is Selecting.TAG:
            wanted = plain_tag(self.tag)
            return bool(wanted) and wanted in camera.tags
        if camera.latitude_deg is None or camera.longitude_deg is None:
            return False
        return in_polygons(self.area, camera.longitude_deg, camera.latitude_deg)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours on some days of the week, 0 being Monday: [start_min, end_min) after midnight. An end at or before the
    start is on the next day."""

    days: frozenset[int]
    start_min: int
    end_min: int

    def holds(self, weekday: int, minute: int) -> bool:
        if self.start_min < self.end_min:
            return weekday in self.days and self.start_min <= minute < self.end_min
        began_today = weekday in self.days and minute >= self.start_min
        return began_today or ((weekday - 1) % 7 in self.days and minute < self.end_min)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a grant may be used. No window: never."""

    time_zone: str
    windows: tuple[Window, ...]

    def hold(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.time_zone))
        return any(one.holds(local.weekday(), local.hour * 60 + local.minute) for one in self.windows)


@dataclass(frozen=True, slots=True)
class Grant:
    """The terms. `rights` and `conditions` keep words that this version does not know: such a right is never asked
    for, such a condition is never met. `hours` None: at any hour. `span`: only footage of [start, end)."""

    id: str
    owner: str
    grantee: str
    kind: GrantKind
    cameras: CameraSelection
    rights: frozenset[str]
    purposes: frozenset[str]
    starts_at: datetime
    expires_at: datetime
    hours: Hours | None = None
    span: tuple[datetime, datetime] | None = None
    conditions: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    document_sha256: str | None = None
    note: str = ""

    def terms(self) -> dict[str, Any]:
        """Plain JSON, the same for the same terms: what is stored, sent and, as its hash, signed."""
        return {
            "id": self.id,
            "owner": self.owner,
            "grantee": self.grantee,
            "kind": self.kind.value,
            "cameras": _selection_terms(self.cameras),
            "rights": sorted(self.rights),
            "purposes": sorted(self.purposes),
            "hours": _hours_terms(self.hours),
            "starts_at": iso_time(self.starts_at),
            "expires_at": iso_time(self.expires_at),
            "span": [iso_time(one) for one in self.span] if self.span else None,
            "conditions": dict(self.conditions),
            "document_sha256": self.document_sha256,
            "note": self.note,
        }

    @property
    def sha256(self) -> str:
        """Of the canonical JSON of the terms: statements are about this, not about a name."""
        return sha256_bytes(canonical_json(self.terms()))


def iso_time(value: datetime) -> str:
    """The one way in which signed documents write a time: UTC, microseconds."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def clock_text(minute: int) -> str:
    """Minutes after midnight as "08:30"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _selection_terms(cameras: CameraSelection) -> dict[str, Any]:
    kind = cameras.kind
    terms: dict[str, Any] = {"kind": kind.value}
    if kind is Selecting.LIST:
        terms["ids"] = sorted(cameras.ids)
    elif kind is Selecting.AREA:
        terms["area"] = dict(cameras.area) if cameras.area is not None else None
    elif kind is Selecting.TAG:
        terms["tag"] = cameras.tag
    return terms


def _hours_terms(hours: Hours | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    windows = [
        {"days": sorted(one.days), "from": clock_text(one.start_min), "to": clock_text(one.end_min)}
        for one in hours.windows
    ]
    return {"time_zone": hours.time_zone, "windows": windows}

"""Reading a grant's terms from JSON that anybody may have written: exactly the known form, or nothing.

A key that is not known here is refused with the whole grant: it may be a limit that this version would overlook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from veedor.model.agency import is_ring
from veedor.model.grant import CameraSelection, Grant, GrantKind, Hours, Selecting, Window, iso_time
from veedor.model.statement import Statement, StatementKind

_KEYS = frozenset(
    [
        "id",
        "owner",
        "grantee",
        "kind",
        "cameras",
        "rights",
        "purposes",
        "hours",
        "starts_at",
        "expires_at",
        "span",
        "conditions",
        "document_sha256",
        "note",
    ]
)
_STATEMENT_KEYS = frozenset(
    ["grant_id", "terms_sha256", "kind", "agency", "by_id", "by_name", "at", "reason", "signature"]
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_MOST = 5000  # entries of any list
_TEXT = 2000


class MalformedGrant(ValueError):
    """`field`: the part of the terms that is not as it must be."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"the grant's {field} cannot be read")


def grant_of(terms: Any) -> Grant:
    """The grant that the terms say. Raises MalformedGrant."""
    if not isinstance(terms, Mapping) or set(terms) != _KEYS:
        unknown = sorted(map(str, set(terms) ^ _KEYS)) if isinstance(terms, Mapping) else ["terms"]
        raise MalformedGrant(unknown[0][:100])
    starts_at, expires_at = time_of(terms["starts_at"], "starts_at"), time_of(terms["expires_at"], "expires_at")
    if expires_at <= starts_at:
        raise MalformedGrant("expires_at")
    owner, grantee = _id(terms["owner"], "owner"), _id(terms["grantee"], "grantee")
    if owner == grantee:
        raise MalformedGrant("grantee")
    return Grant(
        id=_id(terms["id"], "id"),
        owner=owner,
        grantee=grantee,
        kind=_kind(terms["kind"]),
        cameras=selection_of(terms["cameras"]),
        rights=_words(terms["rights"], "rights"),
        purposes=_words(terms["purposes"], "purposes"),
        starts_at=starts_at,
        expires_at=expires_at,
        hours=hours_of(terms["hours"]),
        span=_span(terms["span"]),
        conditions=_conditions(terms["conditions"]),
        document_sha256=_sha256(terms["document_sha256"]),
        note=_text(terms["note"], "note", _TEXT),
    )


def statement_of(told: Any) -> Statement:
    """The statement in JSON that another desk sent; whether it is genuine is another question. MalformedGrant."""
    if not isinstance(told, Mapping) or set(told) != _STATEMENT_KEYS:
        raise MalformedGrant("statement")
    try:
        kind = StatementKind(told["kind"])
    except ValueError as problem:
        raise MalformedGrant("statement") from problem
    at = time_of(told["at"], "at")
    statement = Statement(
        grant_id=_id(told["grant_id"], "grant_id"),
        terms_sha256=_text(told["terms_sha256"], "terms_sha256", 64),
        kind=kind,
        agency=_id(told["agency"], "agency"),
        by_id=_text(told["by_id"], "by_id", 100),
        by_name=_text(told["by_name"], "by_name", 200),
        at=at,
        reason=_text(told["reason"], "reason", _TEXT),
        signature=_text(told["signature"], "signature", 128),
    )
    if iso_time(at) != told["at"]:
        raise MalformedGrant("at")
    return statement


def selection_of(told: Any) -> CameraSelection:
    """Which cameras. Raises MalformedGrant."""
    if not isinstance(told, Mapping):
        raise MalformedGrant("cameras")
    kind, rest = told.get("kind"), set(told) - {"kind"}
    if kind == Selecting.ALL and not rest:
        return CameraSelection(Selecting.ALL)
    if kind == Selecting.LIST and rest == {"ids"}:
        ids = told["ids"]
        if isinstance(ids, list) and len(ids) <= _MOST:
            return CameraSelection(Selecting.LIST, ids=frozenset(_id(one, "cameras") for one in ids))
    if kind == Selecting.TAG and rest == {"tag"}:
        return CameraSelection(Selecting.TAG, tag=_text(told["tag"], "cameras", 100))
    if kind == Selecting.AREA and rest == {"area"} and is_area(told["area"]):
        return CameraSelection(Selecting.AREA, area=told["area"])
    raise MalformedGrant("cameras")


def is_area(area: Any) -> bool:
    """Whether it is a GeoJSON Polygon or MultiPolygon, at most 5,000 points, and nothing else."""
    if not isinstance(area, Mapping) or set(area) != {"type", "coordinates"}:
        return False
    coordinates = area["coordinates"]
    if area["type"] == "Polygon":
        coordinates = [coordinates]
    elif area["type"] != "MultiPolygon":
        return False
    if not isinstance(coordinates, list) or not coordinates:
        return False
    points = 0
    for rings in coordinates:
        if not isinstance(rings, list) or not rings or not all(is_ring(ring) for ring in rings):
            return False
        points += sum(len(ring) for ring in rings)
    return points <= _MOST


def hours_of(told: Any) -> Hours | None:
    """None stays None: at any hour. Raises MalformedGrant."""
    if told is None:
        return None
    if not isinstance(told, Mapping) or set(told) != {"time_zone", "windows"}:
        raise MalformedGrant("hours")
    zone, windows = told["time_zone"], told["windows"]
    if not isinstance(windows, list) or len(windows) > 100 or not isinstance(zone, str):
        raise MalformedGrant("hours")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError) as problem:  # no such zone, or a path instead of a name
        raise MalformedGrant("hours") from problem
    except LookupError as problem:  # ZoneInfoNotFoundError
        raise MalformedGrant("hours") from problem
    return Hours(zone, tuple(_window(one) for one in windows))


def _window(told: Any) -> Window:
    if not isinstance(told, Mapping) or set(told) != {"days", "from", "to"}:
        raise MalformedGrant("hours")
    days = told["days"]
    if not isinstance(days, list) or any(type(one) is not int or not 0 <= one <= 6 for one in days):
        raise MalformedGrant("hours")
    return Window(frozenset(days), _minute(told["from"]), _minute(told["to"]))


def _minute(told: Any) -> int:
    if not isinstance(told, str) or not _CLOCK.fullmatch(told):
        raise MalformedGrant("hours")
    hour, _, minute = told.partition(":")
    return int(hour) * 60 + int(minute)


def time_of(told: Any, field: str) -> datetime:
    """An aware time in UTC. Raises MalformedGrant."""
    try:
        value = datetime.fromisoformat(told)
        if value.tzinfo is None:
            raise MalformedGrant(field)
        return value.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as problem:
        raise MalformedGrant(field) from problem


def _span(told: Any) -> tuple[datetime, datetime] | None:
    if told is None:
        return None
    if not isinstance(told, list) or len(told) != 2:
        raise MalformedGrant("span")
    first, last = time_of(told[0], "span"), time_of(told[1], "span")
    if last <= first:
        raise MalformedGrant("span")
    return first, last


def _kind(told: Any) -> GrantKind:
    try:
        return GrantKind(told)
    except ValueError as problem:
        raise MalformedGrant("kind") from problem


def _id(told: Any, field: str) -> str:
    if not isinstance(told, str) or not _ID.fullmatch(told):
        raise MalformedGrant(field)
    return told


def _words(told: Any, field: str) -> frozenset[str]:
    if not isinstance(told, list) or len(told) > 100:
        raise MalformedGrant(field)
    return frozenset(_text(one, field, 200) for one in told)


def _text(told: Any, field: str, most: int) -> str:
    if not isinstance(told, str) or len(told) > most or (not told.isascii() and _is_broken(told)):
        raise MalformedGrant(field)
    return told


def _is_broken(text: str) -> bool:
    """Whether UTF-8 cannot hold it: a lone surrogate."""
    return any("\ud800" <= one <= "\udfff" for one in text)


def _conditions(told: Any) -> Mapping[str, Any]:
    if not isinstance(told, Mapping) or len(told) > 50:
        raise MalformedGrant("conditions")
    for name, value in told.items():
        _text(name, "conditions", 100)
        if isinstance(value, str):
            _text(value, "conditions", 200)
        elif value is not None and type(value) not in (bool, int):
            raise MalformedGrant("conditions")
    return MappingProxyType(dict(told))


def _sha256(told: Any) -> str | None:
    if told is None:
        return None
    if not isinstance(told, str) or not _SHA256.fullmatch(told):
        raise MalformedGrant("document_sha256")
    return told

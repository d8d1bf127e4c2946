"""Telling open pages of what is kept outside the desk's database: cameras, rules, the map.

Such a fact is stored before it is told, so it is told in a transaction of its own. Facts that are in the database are
published within theirs (`LiveFeedHub.publish`).
"""

from __future__ import annotations

from typing import Any

from veedor.desk.need import Permit

_MOST_IDS = 100


def tell_camera(permit: Permit, *camera_ids: str) -> None:
    """Cameras were added, changed or removed ("": many)."""
    _tell(permit, "camera.changed", {"camera_ids": list(camera_ids)[:_MOST_IDS]}, _single(camera_ids))


def tell_rules(permit: Permit, camera_id: str) -> None:
    """A camera's rules are others now."""
    _tell(permit, "rules.changed", {"camera_ids": [camera_id]}, camera_id)


def tell_map(permit: Permit, districts: int) -> None:
    """The agency has other districts now: so many."""
    _tell(permit, "map.changed", {"districts": districts})


def _single(camera_ids: tuple[str, ...]) -> str | None:
    return camera_ids[0] if len(camera_ids) == 1 and camera_ids[0] else None


def _tell(permit: Permit, kind: str, payload: dict[str, Any], camera_id: str | None = None) -> None:
    told = {**payload, "by": permit.principal.username}
    with permit.ports.database.session() as session:
        permit.feed.publish(session, kind, told, permit.resource.agency_id, camera_id)

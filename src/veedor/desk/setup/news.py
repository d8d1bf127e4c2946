"""Telling open pages that cameras or rules are others now."""

from __future__ import annotations

from veedor.desk.need import Permit


def tell_camera(permit: Permit, *camera_ids: str) -> None:
    """Cameras were added, changed or removed ("": many). The fact itself is in the site's own store, so this is told
    after it, in a transaction of its own."""
    _tell(permit, "camera.changed", camera_ids)


def tell_rules(permit: Permit, camera_id: str) -> None:
    """A camera's rules are others now."""
    _tell(permit, "rules.changed", (camera_id,))


def _tell(permit: Permit, kind: str, camera_ids: tuple[str, ...]) -> None:
    told = {"camera_ids": list(camera_ids)[:100], "by": permit.principal.username}
    with permit.ports.database.session() as session:
        permit.feed.publish(session, kind, told, permit.ports.agency_id)

"""Telling open pages who steers a camera."""

from __future__ import annotations

from veedor.desk.context import DeskPorts
from veedor.desk.stream.hub import LiveFeedHub
from veedor.wire.ports import Steerer


def tell_who_steers(ports: DeskPorts) -> None:
    """Publish `ptz.changed` {"camera_id", "holder": {"user_id", "name"} or null} from now on."""
    feed = LiveFeedHub(ports.database, ports.clock)

    def changed(camera_id: str, holder: Steerer | None) -> None:
        who = {"user_id": holder.user_id, "name": holder.name} if holder else None
        with ports.database.session() as session:
            feed.publish(session, "ptz.changed", {"camera_id": camera_id, "holder": who}, ports.agency_id)

    ports.ptz.on_change(changed)

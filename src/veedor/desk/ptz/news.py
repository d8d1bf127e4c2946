"""Telling open pages who steers a camera."""

from __future__ import annotations

from veedor.desk.context import DeskPorts
from veedor.desk.scoping import owner_of
from veedor.desk.stream.hub import LiveFeedHub
from veedor.wire.ptz import Steerer


def tell_who_steers(ports: DeskPorts) -> None:
    """Publish `ptz.changed` {"camera_id", "holder": {"user_id", "name"} or null} from now on."""
    feed = LiveFeedHub(ports.database, ports.clock)

    def changed(camera_id: str, holder: Steerer | None) -> None:
        who = {"user_id": holder.user_id, "name": holder.name} if holder else None
        told = {"camera_id": camera_id, "holder": who}
        with ports.database.session() as session:
            feed.publish(session, "ptz.changed", told, owner_of(ports, camera_id), camera_id)

    ports.ptz.on_change(changed)

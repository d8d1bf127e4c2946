"""Telling open pages that a camera was moved, or is back."""

from __future__ import annotations

from veedor.desk.context import DeskPorts
from veedor.desk.scoping import owner_of
from veedor.desk.stream.hub import LiveFeedHub


def tell_moved_views(ports: DeskPorts) -> None:
    """Publish `view.changed` {"camera_id"} from now on."""
    if ports.views is None:
        return
    feed = LiveFeedHub(ports.database, ports.clock)

    def changed(camera_id: str) -> None:
        with ports.database.session() as session:
            feed.publish(session, "view.changed", {"camera_id": camera_id}, owner_of(ports, camera_id), camera_id)

    ports.views.on_change(changed)

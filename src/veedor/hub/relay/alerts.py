"""Pictures of alerts, which stay at the site of the camera."""

from __future__ import annotations

from collections.abc import Iterator

from veedor.hub.relay.remote import Remote
from veedor.kit.errors import NotFound
from veedor.wire.calls import Op


class RelayAlertPictures:
    """desk.context.AlertPictures for one person."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def snapshot(self, camera_id: str, alert_id: str) -> bytes:
        answer = self._remote.open(camera_id, Op.ALERT_SNAPSHOT, alert_id=alert_id)
        try:
            picture = b"".join(answer)
        finally:
            answer.close()
        if not picture:
            raise NotFound(kind="snapshot", name=alert_id)
        return picture

    def clip(self, camera_id: str, alert_id: str) -> Iterator[bytes]:
        answer = self._remote.open(camera_id, Op.ALERT_CLIP, timeout_s=20.0, alert_id=alert_id)
        try:
            yield from answer
        finally:
            answer.close()

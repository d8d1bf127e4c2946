"""desk.commands.service.FarCommands: changes of cameras at other sites."""

from __future__ import annotations

from typing import Any

from veedor.hub.relay.remote import Remote
from veedor.wire.calls import Op

COMMAND_S = 15.0


class RelayCommands:
    """For one person, whose right the site decides."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def change_camera(self, command_id: str, camera_id: str, change: dict[str, Any]) -> None:
        self._remote.ask(camera_id, Op.CAMERA_SETTINGS, timeout_s=COMMAND_S, command_id=command_id, change=change)

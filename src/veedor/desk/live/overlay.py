"""What is drawn over a live picture: the tracks of its newest analysed frame, pushed over the picture's own socket.

One audit entry when it is turned on, and not five a second as with asking again and again.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from enum import StrEnum
from typing import Any

from fastapi import WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.need import Permit
from veedor.desk.schemas import iso
from veedor.kit.errors import Forbidden

_LOOK_S = 0.1
_RECHECK_S = 1.0


class Overlay(StrEnum):
    TRACKS = "tracks"


class LiveTracks:
    """The tracks that one viewer sees. Off until `turn_on`."""

    def __init__(self, socket: WebSocket, permit: Permit, camera_id: str) -> None:
        self._socket = socket
        self._camera_id = camera_id
        resource = Resource("track", camera_id, permit.resource.agency_id)
        self._permit = replace(permit, action=Action.TRACK_READ, resource=resource)
        self._on = asyncio.Event()

    async def turn_on(self) -> None:
        """Raises Forbidden; audited either way."""
        permit = self._permit
        await run_in_threadpool(permit.ports.access.authorize, permit.principal, permit.action, permit.resource)
        self._on.set()

    async def told(self, text: str) -> None:
        """What the viewer said; anything that is no wish about the overlay is passed over."""
        try:
            wish = json.loads(text[:1000])["overlay"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        if wish is None:
            self._on.clear()
        elif wish == Overlay.TRACKS.value and not self._on.is_set():
            try:
                await self.turn_on()
            except Forbidden:
                await self._send({"type": "refused", "overlay": wish})

    async def run(self) -> None:
        """Push each new set of tracks; ends when the viewer is gone."""
        clock = self._permit.ports.clock
        told: Any = None
        checked_s = clock.monotonic()
        while True:
            await self._on.wait()
            if clock.monotonic() - checked_s >= _RECHECK_S:
                checked_s = clock.monotonic()
                if not await run_in_threadpool(self._permit.still_holds):
                    self._on.clear()
                    continue
            seen = await run_in_threadpool(self._permit.ports.site.live_tracks, self._camera_id)
            if seen["captured_at"] is not None and seen["captured_at"] != told:
                told = seen["captured_at"]
                if not await self._send({"type": "tracks", "captured_at": iso(told), "tracks": seen["tracks"]}):
                    return
            await asyncio.sleep(_LOOK_S)

    async def _send(self, message: dict[str, Any]) -> bool:
        try:
            await self._socket.send_json(message)
        except (WebSocketDisconnect, RuntimeError):
            return False
        return True

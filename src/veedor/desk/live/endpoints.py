"""Routes of what a camera shows now: fragmented MP4 over a WebSocket, and a picture."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, WebSocket
from fastapi.responses import Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from veedor.access.actions import Action
from veedor.desk.live.overlay import LiveTracks, Overlay
from veedor.desk.need import Need, Permit, camera_owner
from veedor.desk.schemas import ErrorOut, Id, Out, iso, room_router
from veedor.kit.errors import Forbidden, VeedorError
from veedor.model.camera import StreamRole
from veedor.wire.ports import LiveFragment

router = room_router("live")

# Twice this, plus the age of a shared answer (`Sessions.recent`), stays below the 2 s in which a disabled user is out.
_RECHECK_S = 0.75
_SEND_TIMEOUT_S = 15.0  # a viewer that takes nothing for so long is gone
_TIME_EVERY_S = 1.0

CLOSED_NOT_ALLOWED = 4401
CLOSED_NO_PICTURE = 4503

ReadPlaces = Annotated[Permit, Depends(Need(Action.RULES_READ, "rules", id_from="camera_id", owner=camera_owner))]
Watch = Annotated[
    Permit,
    Depends(Need(Action.LIVE_WATCH, "live", id_from="camera_id", owner=camera_owner, detail=("role", "overlay"))),
]


@router.get(
    "/api/cameras/{camera_id}/snapshot.jpg",
    response_class=Response,
    responses={404: {"model": ErrorOut}, 503: {"model": ErrorOut, "description": "No picture now"}},
)
def snapshot(permit: Watch, camera_id: Id) -> Response:
    """The newest picture, at most 10 s old."""
    permit.ports.cameras.camera(camera_id)
    return Response(permit.ports.live.snapshot(camera_id), media_type="image/jpeg")


class PlacesOut(Out):
    zones: dict[str, list[tuple[float, float]]] = Field(description="Name and ring, in 0..1 of the picture")
    lines: dict[str, tuple[tuple[float, float], tuple[float, float]]] = Field(description="Name, from and to")


@router.get("/api/cameras/{camera_id}/places")
def places(permit: ReadPlaces, camera_id: Id) -> PlacesOut:
    """The zones and lines that the camera's rules look at now, to draw over its picture."""
    permit.ports.cameras.camera(camera_id)
    return PlacesOut.model_validate(permit.ports.site.places(camera_id))


@router.websocket("/api/cameras/{camera_id}/live")
async def watch(
    socket: WebSocket,
    permit: Watch,
    camera_id: Id,
    role: Annotated[
        StreamRole | None, Query(description="Left out: main; at a hub the substream, where the camera has one")
    ] = None,
    overlay: Annotated[Overlay | None, Query(description="What else to send; needs track.read")] = None,
) -> None:
    """Live picture for Media Source Extensions.

    Text messages are JSON: {"type": "init", "mime"} before each initialization segment (a viewer starts a new source
    buffer there), and about every second {"type": "time", "captured_at", "now", "dropped", "keyframes_only"}. The last
    is true while the line of the camera's site has no room for more than keyframes; a change is told at once, before
    the first picture of its kind. Binary messages are the initialization segment and then fragments. With
    `overlay=tracks`, or after the viewer has said {"overlay": "tracks"} (null ends it), also {"type": "tracks",
    "captured_at", "tracks"} for each analysed picture; {"type": "refused"} where that is not allowed. The server closes
    with 4401 when the session ends or the right is withdrawn, 4503 when there is no picture.
    """
    camera = await run_in_threadpool(permit.ports.cameras.camera, camera_id)
    if role is None:  # a site's line to its hub is the narrowest place
        is_thin = permit.config.is_hub and camera.stream(StreamRole.SUB) is not None
        role = StreamRole.SUB if is_thin else StreamRole.MAIN
    tracks = LiveTracks(socket, permit, camera_id)
    if overlay is Overlay.TRACKS:
        await tracks.turn_on()
    await socket.accept()
    fragments = permit.ports.live.watch(camera_id, role)
    began_s = permit.ports.clock.monotonic()
    jobs = [
        asyncio.create_task(_send(socket, permit, fragments)),
        asyncio.create_task(_until_withdrawn(permit)),
        asyncio.create_task(_until_gone(socket, tracks)),
        asyncio.create_task(tracks.run()),
    ]
    try:
        done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        watched_s = int(permit.ports.clock.monotonic() - began_s)
        if watched_s:
            await run_in_threadpool(permit.note, watched_s=watched_s)
    if jobs[2] in done or jobs[3] in done:
        return
    code, reason = CLOSED_NOT_ALLOWED, ""
    if jobs[0] in done:
        problem = jobs[0].exception()
        if isinstance(problem, WebSocketDisconnect | TimeoutError | RuntimeError):
            return  # the viewer went away while we sent
        if problem is not None and not isinstance(problem, VeedorError):
            raise problem
        reason = problem.render(permit.lang) if problem else ""
        if not isinstance(problem, Forbidden):  # the site that has the camera withdrew the right before we did
            code = CLOSED_NO_PICTURE
    await socket.close(code, reason.encode()[:120].decode(errors="ignore"))


async def _send(socket: WebSocket, permit: Permit, fragments: AsyncIterator[LiveFragment]) -> None:
    """Fragments to the viewer, each when the one before is away: a slow viewer makes `watch` drop, not us grow."""
    clock = permit.ports.clock
    told_s = float("-inf")
    told_thin = False
    try:
        async for fragment in fragments:
            async with asyncio.timeout(_SEND_TIMEOUT_S):
                if fragment.is_init:
                    told_s = float("-inf")  # a player begins anew there
                    await socket.send_json({"type": "init", "mime": fragment.mime})
                elif fragment.captured_at is not None and (
                    fragment.keyframes_only is not told_thin or clock.monotonic() - told_s >= _TIME_EVERY_S
                ):
                    told_s, told_thin = clock.monotonic(), fragment.keyframes_only
                    await socket.send_json(
                        {
                            "type": "time",
                            "captured_at": iso(fragment.captured_at),
                            "now": iso(clock.now()),
                            "dropped": fragment.dropped,
                            "keyframes_only": fragment.keyframes_only,
                        }
                    )
                await socket.send_bytes(fragment.data)
    finally:
        close = getattr(fragments, "aclose", None)
        if close is not None:
            await close()


async def _until_withdrawn(permit: Permit) -> None:
    while await run_in_threadpool(permit.still_holds):
        await asyncio.sleep(_RECHECK_S)


async def _until_gone(socket: WebSocket, tracks: LiveTracks) -> None:
    """Read what the viewer says, until it leaves."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        await tracks.told(message.get("text") or "")

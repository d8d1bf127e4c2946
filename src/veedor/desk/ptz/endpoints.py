"""Routes of turning cameras: a WebSocket while somebody steers, so that its end is known at once; presets."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Annotated, Any

from fastapi import Depends, WebSocket
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from veedor.access.actions import Action
from veedor.desk.need import Need, Permit, camera_owner
from veedor.desk.ptz.steering import steerer_of
from veedor.desk.schemas import ErrorOut, Id, In, Out, room_router
from veedor.kit.errors import Conflict, VeedorError
from veedor.kit.ids import new_id
from veedor.wire.ptz import PtzPreset, Steerer

router = room_router("ptz")

CLOSED_NOT_ALLOWED = 4401
_RECHECK_S = 0.75

_CANNOT: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorOut, "description": "No such camera, or it cannot be turned"},
    409: {"model": ErrorOut, "description": "Somebody of the same or a higher rank steers it"},
    503: {"model": ErrorOut, "description": "The camera does not answer"},
}
Look = Annotated[Permit, Depends(Need(Action.LIVE_WATCH, "ptz", id_from="camera_id", owner=camera_owner))]
Steer = Annotated[Permit, Depends(Need(Action.PTZ_STEER, "ptz", id_from="camera_id", owner=camera_owner))]
SteerTo = Annotated[
    Permit, Depends(Need(Action.PTZ_STEER, "ptz", id_from="camera_id", owner=camera_owner, detail=("token",)))
]


class HolderOut(Out):
    user_id: str
    name: str


class PtzOut(Out):
    available: bool = Field(description="Whether the camera can be turned")
    holder: HolderOut | None = Field(description="Who steers it now; the lock ends 10 s after the last command")
    problem: str | None


class PresetOut(Out):
    token: str
    name: str

    @staticmethod
    def of(one: PtzPreset) -> PresetOut:
        return PresetOut(token=one.token, name=one.name)


class PresetIn(In):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    token: Annotated[str, Field(min_length=1, max_length=100, description="Replace this one")] | None = None


@router.get("/api/cameras/{camera_id}/ptz")
def ptz_state(permit: Look, camera_id: Id) -> PtzOut:
    """Whether this camera can be turned, and who steers it."""
    permit.ports.cameras.camera(camera_id)
    state = permit.ports.ptz.state(camera_id)
    holder = HolderOut(user_id=state.holder.user_id, name=state.holder.name) if state.holder else None
    problem = state.problem.render(permit.lang) if state.problem else None
    return PtzOut(available=state.available, holder=holder, problem=problem)


@router.get("/api/cameras/{camera_id}/ptz/presets", responses=_CANNOT)
def list_presets(permit: Steer, camera_id: Id) -> list[PresetOut]:
    """The camera's own presets."""
    return [PresetOut.of(one) for one in permit.ports.ptz.presets(camera_id)]


@router.post("/api/cameras/{camera_id}/ptz/presets", status_code=201, responses=_CANNOT)
def save_preset(permit: Steer, camera_id: Id, body: PresetIn) -> PresetOut:
    """Keep where the camera looks now."""
    permit.note(name=body.name, token=body.token)
    return PresetOut.of(permit.ports.ptz.save_preset(camera_id, _steerer(permit), body.name, body.token))


@router.post("/api/cameras/{camera_id}/ptz/presets/{token}/goto", status_code=204, responses=_CANNOT)
def go_to_preset(permit: SteerTo, camera_id: Id, token: Annotated[str, Field(max_length=100)]) -> None:
    """Turn the camera to a preset."""
    permit.ports.ptz.go_to(camera_id, _steerer(permit), token)


@router.delete("/api/cameras/{camera_id}/ptz/presets/{token}", status_code=204, responses=_CANNOT)
def remove_preset(permit: SteerTo, camera_id: Id, token: Annotated[str, Field(max_length=100)]) -> None:
    """Forget a preset."""
    permit.ports.ptz.remove_preset(camera_id, _steerer(permit), token)


@router.websocket("/api/cameras/{camera_id}/ptz/steer")
async def steer(socket: WebSocket, permit: Steer, camera_id: Id) -> None:
    """Steer for as long as this is open.

    The page sends {"move": [pan, tilt, zoom]}, each in -1..1, at least twice a second while a key is held, and
    {"move": [0, 0, 0]} when it is let go; {"release": true} gives up the lock. The desk answers
    {"type": "steering"} when a command was done, {"type": "taken", "message"} where somebody else has the lock,
    {"type": "problem", "message"} where the camera fails. A motion that is not renewed, or whose page is gone, stops.
    """
    await run_in_threadpool(permit.ports.cameras.camera, camera_id)
    await socket.accept()
    who = _steerer(permit)
    newest = _Newest()
    jobs = [
        asyncio.create_task(_read(socket, newest)),
        asyncio.create_task(_obey(socket, permit, camera_id, who, newest)),
        asyncio.create_task(_until_withdrawn(permit)),
    ]
    try:
        done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await run_in_threadpool(_leave, permit, camera_id, who, newest.released)
    if jobs[2] in done:
        await socket.close(CLOSED_NOT_ALLOWED)
    elif jobs[1] in done and jobs[0] not in done and isinstance(jobs[1].exception(), VeedorError | None):
        await socket.close()


class _Newest:
    """The last command that was sent: only that one counts, when the camera is slower than the keyboard."""

    def __init__(self) -> None:
        self.velocity: tuple[float, float, float] | None = None
        self.released = False
        self.there = asyncio.Event()


async def _read(socket: WebSocket, newest: _Newest) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        command = _command(message.get("text") or "")
        if command is None:
            continue
        if isinstance(command, str):
            newest.released = True
        else:
            newest.velocity = command
        newest.there.set()


def _command(text: str) -> tuple[float, float, float] | str | None:
    """A command as a page sent it; None for what is none."""
    try:
        told = json.loads(text[:1000])
        if told.get("release") is True:
            return "release"
        pan, tilt, zoom = (float(value) for value in told["move"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    if not all(math.isfinite(value) for value in (pan, tilt, zoom)):
        return None
    return (max(-1.0, min(1.0, pan)), max(-1.0, min(1.0, tilt)), max(-1.0, min(1.0, zoom)))


async def _obey(socket: WebSocket, permit: Permit, camera_id: str, who: Steerer, newest: _Newest) -> None:
    while not newest.released:
        await newest.there.wait()
        newest.there.clear()
        velocity, newest.velocity = newest.velocity, None
        if velocity is None:
            continue
        try:
            await run_in_threadpool(permit.ports.ptz.move, camera_id, who, velocity)
            answer = {"type": "steering"}
        except VeedorError as problem:
            kind = "taken" if isinstance(problem, Conflict) else "problem"
            answer = {"type": kind, "message": problem.render(permit.lang)}
        try:
            await socket.send_json(answer)
        except (WebSocketDisconnect, RuntimeError):
            return


def _leave(permit: Permit, camera_id: str, who: Steerer, release: bool) -> None:
    permit.ports.ptz.leave(camera_id, who, release=release)


async def _until_withdrawn(permit: Permit) -> None:
    while await run_in_threadpool(permit.still_holds):
        await asyncio.sleep(_RECHECK_S)


def _steerer(permit: Permit) -> Steerer:
    return steerer_of(permit.principal, new_id(permit.ports.clock.now()))

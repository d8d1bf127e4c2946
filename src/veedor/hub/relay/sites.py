"""wire.ports.SiteView and Ptz for cameras at other sites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from veedor.hub.relay.remote import CALL_S, Remote
from veedor.hub.search.federated import ask_site
from veedor.kit.clock import Clock
from veedor.kit.errors import Unavailable
from veedor.model.event import Event
from veedor.model.track import ArchivedTrack
from veedor.model.track_query import TrackPage, TrackQuery
from veedor.wire import values
from veedor.wire.calls import Op
from veedor.wire.messages import event_from_json
from veedor.wire.ports import SiteStatus
from veedor.wire.ptz import PtzPreset, PtzState, Steerer
from veedor.wire.tracks import track_from_json


class RelaySite:
    """One person's way to the facts of other sites."""

    def __init__(self, remote: Remote, status: Callable[[], SiteStatus]) -> None:
        self._remote = remote
        self._status = status

    def status(self) -> SiteStatus:
        """Of the hub itself: what its sites said of themselves last stands in its list of sites."""
        return self._status()

    def tracks(self, camera_id: str, start: datetime, end: datetime) -> list[ArchivedTrack]:
        answer = self._remote.open(camera_id, Op.SITE_TRACKS, span=(start, end))
        try:
            return [track_from_json(one) for one in values.read_list(b"".join(answer))]
        finally:
            answer.close()

    def search(self, query: TrackQuery) -> TrackPage:
        """The cameras of one site. What goes to many is `hub.search`, which names those that do not answer."""
        sites = {self._remote.cameras.site_of(one) for one in query.cameras}
        if len(sites) != 1:
            raise Unavailable(name="hub", problem=f"a search of {len(sites)} sites as if it were one")
        return ask_site(self._remote, sites.pop(), query, CALL_S)

    def live_tracks(self, camera_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._remote.ask(camera_id, Op.SITE_LIVE_TRACKS)
        return found

    def events(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None) -> list[Event]:
        """Site by site; one that does not answer fails the whole list, so that no list is passed off as complete."""
        known = self._remote.cameras.cameras()
        wanted = set(camera_ids) if camera_ids is not None else {camera.id for camera in known}
        found: list[Event] = []
        for camera in known:
            if camera.id in wanted:
                told = self._remote.ask(camera.id, Op.SITE_EVENTS, span=(start, end))
                found += [event_from_json(one) for one in told]
        return sorted(found, key=lambda one: one.started_at)

    def places(self, camera_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._remote.ask(camera_id, Op.SITE_PLACES)
        return found


class RelayPtz:
    """One person's way to turning cameras at other sites."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def state(self, camera_id: str) -> PtzState:
        return values.load(PtzState, self._remote.ask(camera_id, Op.PTZ_STATE))

    def move(self, camera_id: str, who: Steerer, velocity: tuple[float, float, float]) -> None:
        self._remote.ask(camera_id, Op.PTZ_MOVE, who=values.dump(Steerer, who), velocity=list(velocity))

    def leave(self, camera_id: str, who: Steerer, *, release: bool = False) -> None:
        self._remote.ask(camera_id, Op.PTZ_LEAVE, who=values.dump(Steerer, who), release=release)

    def presets(self, camera_id: str) -> list[PtzPreset]:
        return values.load(list[PtzPreset], self._remote.ask(camera_id, Op.PTZ_PRESETS))

    def go_to(self, camera_id: str, who: Steerer, token: str) -> None:
        self._remote.ask(camera_id, Op.PTZ_GO_TO, who=values.dump(Steerer, who), token=token)

    def save_preset(self, camera_id: str, who: Steerer, name: str, token: str | None = None) -> PtzPreset:
        told = self._remote.ask(camera_id, Op.PTZ_SAVE_PRESET, who=values.dump(Steerer, who), name=name, token=token)
        return values.load(PtzPreset, told)

    def remove_preset(self, camera_id: str, who: Steerer, token: str) -> None:
        self._remote.ask(camera_id, Op.PTZ_REMOVE_PRESET, who=values.dump(Steerer, who), token=token)

    def on_change(self, listener: Callable[[str, Steerer | None], None]) -> None:
        """Nothing to tell: who steers a far camera is asked for when somebody looks."""


class NoSetup:
    """wire.setup.CameraSetup and wire.rules.RulesBook of a hub: cameras and rules are set up at their own site."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def refuse(*_args: Any, **_named: Any) -> Any:
            raise Unavailable(name="hub", problem=f"{name}: set up at its own site", detail="hub-at-the-site")

        return refuse

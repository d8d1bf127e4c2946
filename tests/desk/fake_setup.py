"""Stand-ins for a site's ports of setting up: cameras that are found, rules, backtests and views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desk.fakes import JPEG, FakeCameras
from veedor.kit.errors import NotFound
from veedor.kit.messages import Message
from veedor.model.camera import Camera, Placement, SourceKind, StreamRole, StreamSource
from veedor.model.event import Event
from veedor.model.viewpoint import ViewState
from veedor.site.scene.errors import ViewUnmoved
from veedor.wire.rules import BacktestState, BacktestStatus, RulesCheck, RulesState
from veedor.wire.setup import DeviceChannel, FoundDevice, ListedCamera, StreamLook
from veedor.wire.views import ViewReport


class FakeSetup:
    """wire.setup.CameraSetup: a device with one channel; every stream can be looked at."""

    def __init__(self, cameras: FakeCameras) -> None:
        self._cameras = cameras
        self.passwords: list[str | None] = []

    def discover(self, address: str | None) -> list[FoundDevice]:
        return [FoundDevice("10.0.0.9", "http://10.0.0.9/onvif/device_service", "Domo", "VT-1")]

    def channels(self, *_asked: Any) -> list[DeviceChannel]:
        return [DeviceChannel(1, "", (StreamSource(StreamRole.MAIN, "rtsp://10.0.0.9/main"),))]

    def look(self, camera: Camera, role: StreamRole, password: str | None) -> StreamLook:
        self.passwords.append(password)
        return StreamLook("h264", 640, 360, 25.0, 1e6, 1.0, None, None, JPEG)

    def look_at_saved(self, camera_id: str, role: StreamRole) -> StreamLook:
        return self.look(self._cameras.camera(camera_id), role, "stored")

    def said_place(self, camera_id: str) -> Placement | None:
        return Placement(-12.05, -77.04) if camera_id == "plaza" else None

    def add(self, cameras: Sequence[tuple[Camera, str | None]]) -> list[Camera]:
        return [self._cameras.save(one, password) for one, password in cameras]

    def add_demo(self) -> list[Camera]:
        there = [one.name for one in self._cameras.cameras()]
        stream = (StreamSource(StreamRole.MAIN, "/demo-clips/street.mp4"),)
        demo = Camera("demo", "Demo: Avenida", "muni", SourceKind.FILE, stream)
        return [] if demo.name in there else [self._cameras.save(demo)]

    def import_list(self, text: str, *, keep: bool, partial: bool) -> tuple[list[ListedCamera], int]:
        return [ListedCamera(2, text[:5], None)], int(keep)


class FakeRules:
    """wire.rules.RulesBook: keeps the text of each camera, whatever it says."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def kinds(self, lang: str) -> list[dict[str, Any]]:
        return [{"kind": "loitering", "meaning": lang, "needs": None, "place": "zone", "parameters": {}}]

    def show(self, camera_id: str) -> RulesState:
        text = self.texts.get(camera_id, "")
        return RulesState(text, text, not text)

    def written(self) -> list[str]:
        return sorted(one for one, text in self.texts.items() if text)

    def check(self, text: str, document: dict[str, Any] | None = None) -> RulesCheck:
        return RulesCheck(text, document, ())

    def write(self, camera_id: str, text: str, version: str) -> RulesState:
        self.texts[camera_id] = text
        return self.show(camera_id)

    def try_out(self, camera_id: str, text: str, start: datetime, end: datetime) -> list[Event]:
        return []


class FakeBacktests:
    """wire.rules.Backtests: whatever is tried finds one event of each state, at once."""

    def __init__(self) -> None:
        self.states: dict[str, BacktestState] = {}

    def has_history(self, camera_id: str) -> bool:
        return camera_id in self.states

    def start(self, camera_id: str, text: str, start: datetime, end: datetime) -> BacktestState:
        begun = BacktestState("bt", camera_id, "Plaza", text, end)
        report = made_up_report(camera_id, start, end)
        self.states[camera_id] = replace(begun, status=BacktestStatus.DONE, report=report, version=1)
        return begun

    def state(self, camera_id: str) -> BacktestState:
        if camera_id not in self.states:
            raise NotFound(kind="backtest", name=camera_id)
        return self.states[camera_id]

    def wait(self, camera_id: str, after: int, timeout_s: float) -> BacktestState:
        return self.state(camera_id)

    def cancel(self, camera_id: str) -> BacktestState:
        return self.state(camera_id)


def made_up_report(camera_id: str, start: datetime, end: datetime) -> dict[str, Any]:
    """What `site/backtest/report.py` would say of three events, an hour apart."""
    events = []
    for number, state in enumerate(("new", "gone", "same")):
        at = start + timedelta(hours=number + 1)
        events.append(
            {
                "id": f"{camera_id}-{state}-{at:%H%M%S}",
                "state": state,
                "raised": True,
                "rule": "Ingreso",
                "kind": "zone_intrusion",
                "zone": "Vereda",
                "severity": "medium",
                "started_at": at.isoformat(),
                "completed_at": (at + timedelta(seconds=1)).isoformat(),
                "ended_at": (at + timedelta(seconds=9)).isoformat(),
                "explanation": {"key": "rules-zone-intrusion", "params": {"class": "person", "place": "Vereda"}},
                "track_ids": [number],
            }
        )
    return {
        "camera_id": camera_id,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "until": end.isoformat(),
        "share": 1.0,
        "done": True,
        "taken_s": 1.5,
        "tracks": 30,
        "tracks_per_s": 20.0,
        "hours_per_s": 16.0,
        "watched_s": None,
        "days": [{"day": start.date().isoformat(), "new": 2, "old": 2}],
        "rules": [
            {"rule": "Ingreso", "kind": "zone_intrusion", "new": 2, "old": 2, "only_new": 1, "only_old": 1, "same": 1}
        ],
        "counts": {"new": 1, "gone": 1, "same": 1},
        "events": events,
        "more": {"new": 0, "gone": 0, "same": 0},
        "notes": [{"key": "backtest-note-unknown", "params": {}}],
    }


class FakeViews:
    """wire.views.CameraViews: the camera that was moved, until a person confirms its view."""

    def __init__(self) -> None:
        self.moved = False
        self.listeners: list[Callable[[str], None]] = []

    def report(self, camera_id: str) -> ViewReport | None:
        sentence = Message("view-moved", {"camera": "Plaza", "rules": 2, "way": "right", "amount": "8"})
        state = ViewState.MOVED if self.moved else ViewState.SETTLED
        names = ("Vereda", "Muro") if self.moved else ()
        return ViewReport(state, None, None, sentence if self.moved else None, "", (), names, True)

    def is_trusted(self, camera_id: str) -> bool:
        return not self.moved

    def confirm(self, camera_id: str) -> bool:
        was, self.moved = self.moved, False
        return was

    def moved_along(self, camera_id: str) -> RulesCheck:
        raise ViewUnmoved(camera="Plaza")

    def on_change(self, listener: Callable[[str], None]) -> None:
        self.listeners.append(listener)

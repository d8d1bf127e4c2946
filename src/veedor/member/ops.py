"""What may be asked of a site from afar: for each op, the actions that a pass for it may name, and what it does.

The gate has checked the pass, asked `access/` and written the audit entry before any of these runs.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from veedor.access.actions import Action
from veedor.access.principal import ALERT_PICTURE, Principal
from veedor.desk.alerts.media import AlertMedia
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.commands import service as commands
from veedor.desk.context import DeskPorts
from veedor.desk.footage.bounded import bounded
from veedor.desk.ptz.steering import steerer_of
from veedor.kit.errors import NotFound
from veedor.kit.files import pieces_of
from veedor.member import evidence_ops
from veedor.model.camera import StreamRole
from veedor.model.recording import Gap, Segment
from veedor.model.track_query import TrackPage, TrackQuery
from veedor.wire import values
from veedor.wire.calls import Op
from veedor.wire.messages import event_to_json
from veedor.wire.ports import Footage, LiveFragment, PlayWish, RecordedTimeline
from veedor.wire.ptz import PtzPreset, PtzState, Steerer
from veedor.wire.tracks import track_to_json

Pieces = Iterator[bytes] | AsyncIterator[LiveFragment]


@dataclass(frozen=True, slots=True)
class Result:
    """`value` goes into the answer's head; `pieces`, where there are any, follow."""

    value: Any = None
    pieces: Pieces | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of a call. Reading a wrong one raises KeyError, TypeError or ValueError."""

    ports: DeskPorts
    args: dict[str, Any]
    principal: Principal  # whom the pass proved
    site_id: str = ""  # this site, as the pass names it
    bounds: tuple[datetime, datetime] | None = None  # of the grant that allowed it, where that is for a span

    @property
    def footage(self) -> Footage:
        """Nothing of it is from outside the bounds."""
        return bounded(self.ports, self.bounds).footage

    @property
    def camera_id(self) -> str:
        return str(self.args["camera_id"])

    @property
    def camera_ids(self) -> tuple[str, ...]:
        """Of an op that is about several: see `Handler.is_many`."""
        told = self.args["cameras"]
        if not isinstance(told, list) or not told or not all(isinstance(one, str) for one in told):
            raise ValueError("cameras")
        return tuple(dict.fromkeys(told))

    @property
    def role(self) -> StreamRole | None:
        told = self.args.get("role")
        return StreamRole(told) if told else None

    @property
    def span(self) -> tuple[datetime, datetime]:
        start, end = (datetime.fromisoformat(self.args[name]) for name in ("start", "end"))
        if start.tzinfo is None or end.tzinfo is None or end <= start:
            raise ValueError("span")
        return start, end

    @property
    def at(self) -> datetime:
        at = datetime.fromisoformat(self.args["at"])
        if at.tzinfo is None:
            raise ValueError("at")
        return at

    @property
    def who(self) -> Steerer:
        """Name and rank are those of the person whom the pass proved; only the connection is the caller's to say."""
        return steerer_of(self.principal, str(self.args["who"]["via"])[:64])


@dataclass(frozen=True, slots=True)
class Handler:
    """`actions`: a pass may name any of them; the first is the op's own, which the audit names where no pass does.
    `kind`: what the audit calls the thing that is asked for. `is_many`: it is about the cameras in `cameras`, and
    reads no `camera_id`."""

    actions: tuple[Action, ...]
    kind: str
    run: Callable[[Asked], Result]
    is_many: bool = False


def _segments(asked: Asked) -> Result:
    found = asked.footage.segments(asked.camera_id, *asked.span, asked.role)
    return Result(values.dump(list[Segment], found))


def _gaps(asked: Asked) -> Result:
    return Result(values.dump(list[Gap], asked.footage.gaps(asked.camera_id, *asked.span, asked.role)))


def _recorded_until(asked: Asked) -> Result:
    until = asked.footage.recorded_until(asked.camera_id, asked.role)
    return Result(until.isoformat() if until else None)


def _timeline(asked: Asked) -> Result:
    resolution_s = float(asked.args["resolution_s"])
    found = asked.footage.timeline(asked.camera_id, *asked.span, resolution_s, asked.role)
    return Result(values.dump(RecordedTimeline, found))


def _play(asked: Asked) -> Result:
    found = asked.footage.play(asked.camera_id, *asked.span, values.load(PlayWish, asked.args["wish"]))
    told = {
        "role": found.role.value,
        "codec": found.codec,
        "mime": found.mime,
        "at": found.at.isoformat(),
        "until": found.until.isoformat(),
        "is_substitute": found.is_substitute,
        "is_copy": found.is_copy,
    }
    return Result(told, found.chunks)


def _clip(asked: Asked) -> Result:
    return Result(None, asked.footage.clip(asked.camera_id, *asked.span, asked.role))


def _still(asked: Asked) -> Result:
    at = asked.at
    if "start" in asked.args and not asked.span[0] <= at <= asked.span[1]:
        raise ValueError("at")  # what was allowed is the span
    return Result(None, iter([asked.footage.still(asked.camera_id, at, asked.role)]))


def segment_of(asked: Asked) -> Segment:
    """The segment that is asked for, which must be of the camera that the pass is for."""
    found = asked.ports.footage.segment(int(asked.args["segment_id"]))
    if found.camera_id != asked.camera_id:
        raise ValueError("segment of another camera")
    return found


def _segment(asked: Asked) -> Result:
    return Result(values.dump(Segment, segment_of(asked)))


def _segment_file(asked: Asked) -> Result:
    return Result(None, evidence_ops.segment_file(asked, segment_of(asked)))


def _lock(asked: Asked) -> Result:
    return Result(evidence_ops.lock(asked))


def _unlock(asked: Asked) -> Result:
    return Result(evidence_ops.unlock(asked))


def _statement(asked: Asked) -> Result:
    return Result(evidence_ops.statement(asked))


def _receipt(asked: Asked) -> Result:
    return Result(evidence_ops.receipt(asked))


def _settings(asked: Asked) -> Result:
    """Once for each command, however often it is asked for."""
    command_id, change = asked.args["command_id"], asked.args["change"]
    if not isinstance(command_id, str) or not 8 <= len(command_id) <= 64 or not isinstance(change, dict):
        raise ValueError("command")
    saved = commands.do(asked.ports, asked.principal, command_id, asked.camera_id, change)
    return Result({"revision": saved.revision})


def _watch(asked: Asked) -> Result:
    asked.ports.cameras.camera(asked.camera_id)
    if asked.args.get("shares"):
        return Result()
    return Result(None, asked.ports.live.watch(asked.camera_id, asked.role or StreamRole.SUB))


def _snapshot(asked: Asked) -> Result:
    return Result(None, iter([asked.ports.live.snapshot(asked.camera_id)]))


def _tracks(asked: Asked) -> Result:
    found = asked.ports.site.tracks(asked.camera_id, *asked.span)
    return Result(None, iter([json.dumps([track_to_json(one) for one in found]).encode()]))


def _live_tracks(asked: Asked) -> Result:
    told = asked.ports.site.live_tracks(asked.camera_id)
    return Result(json.loads(json.dumps(told, default=lambda at: at.isoformat())))


def _events(asked: Asked) -> Result:
    return Result([event_to_json(one) for one in asked.ports.site.events(*asked.span, [asked.camera_id])])


def _places(asked: Asked) -> Result:
    return Result(asked.ports.site.places(asked.camera_id))


def alert_of(asked: Asked) -> str:
    """The alert that is asked for, which must be of the camera that the pass is for."""
    alert_id = str(asked.args["alert_id"])
    with asked.ports.database.reading() as session:
        row = session.get(AlertRow, alert_id)
    if row is None or row.camera_id != asked.camera_id:
        raise NotFound(kind="alert", name=alert_id[:80])
    return row.id


def _search(asked: Asked) -> Result:
    """Whatever the query says of cameras and span: the gate has allowed those that stand beside it."""
    start, end = asked.span
    query = {**asked.args["query"], "cameras": asked.camera_ids, "start": start, "end": end}
    page = asked.ports.site.search(values.load(TrackQuery, query))
    return Result(values.dump(TrackPage, page))


def _alert_snapshot(asked: Asked) -> Result:
    path = AlertMedia(asked.ports.data_directory).snapshot(alert_of(asked))
    return Result(None, pieces_of(path) if path.is_file() else iter([]))


def _alert_clip(asked: Asked) -> Result:
    path = AlertMedia(asked.ports.data_directory).clip(alert_of(asked))
    return Result(None, pieces_of(path) if path.is_file() else iter([]))


def _ptz_state(asked: Asked) -> Result:
    return Result(values.dump(PtzState, asked.ports.ptz.state(asked.camera_id)))


def _ptz_move(asked: Asked) -> Result:
    pan, tilt, zoom = (float(one) for one in asked.args["velocity"])
    asked.ports.ptz.move(asked.camera_id, asked.who, (pan, tilt, zoom))
    return Result()


def _ptz_leave(asked: Asked) -> Result:
    asked.ports.ptz.leave(asked.camera_id, asked.who, release=bool(asked.args.get("release")))
    return Result()


def _ptz_presets(asked: Asked) -> Result:
    return Result(values.dump(list[PtzPreset], asked.ports.ptz.presets(asked.camera_id)))


def _ptz_go_to(asked: Asked) -> Result:
    asked.ports.ptz.go_to(asked.camera_id, asked.who, str(asked.args["token"]))
    return Result()


def _ptz_save(asked: Asked) -> Result:
    token = asked.args.get("token")
    saved = asked.ports.ptz.save_preset(asked.camera_id, asked.who, str(asked.args["name"]), token)
    return Result(values.dump(PtzPreset, saved))


def _ptz_remove(asked: Asked) -> Result:
    asked.ports.ptz.remove_preset(asked.camera_id, asked.who, str(asked.args["token"]))
    return Result()


_LIST = (Action.FOOTAGE_LIST, Action.FOOTAGE_PLAY, Action.EVIDENCE_LOCK, Action.EVIDENCE_EXPORT)
_PLAY = (Action.FOOTAGE_PLAY,)
_TAKE = (Action.FOOTAGE_PLAY, Action.EVIDENCE_EXPORT)
_LIVE = (Action.LIVE_WATCH,)
_PTZ = (Action.PTZ_STEER,)

HANDLERS: dict[Op, Handler] = {
    Op.FOOTAGE_SEGMENTS: Handler(_LIST, "footage", _segments),
    Op.FOOTAGE_GAPS: Handler(_LIST, "footage", _gaps),
    Op.FOOTAGE_RECORDED_UNTIL: Handler(_LIST, "footage", _recorded_until),
    Op.FOOTAGE_TIMELINE: Handler(_LIST, "footage", _timeline),
    Op.FOOTAGE_PLAY: Handler(_PLAY, "footage", _play),
    Op.FOOTAGE_CLIP: Handler(_TAKE, "footage", _clip),
    Op.FOOTAGE_STILL: Handler(_TAKE, "footage", _still),
    Op.FOOTAGE_SEGMENT: Handler(_LIST, "footage", _segment),
    Op.FOOTAGE_SEGMENT_FILE: Handler(_TAKE, "footage", _segment_file),
    Op.FOOTAGE_LOCK: Handler((Action.EVIDENCE_LOCK,), "evidence", _lock),
    Op.FOOTAGE_UNLOCK: Handler((Action.EVIDENCE_UNLOCK,), "evidence", _unlock),
    Op.CAMERA_SETTINGS: Handler((Action.CAMERA_EDIT,), "camera", _settings),
    Op.EVIDENCE_STATEMENT: Handler((Action.EVIDENCE_EXPORT,), "evidence", _statement),
    Op.EVIDENCE_RECEIPT: Handler((Action.EVIDENCE_EXPORT,), "evidence", _receipt),
    Op.LIVE_WATCH: Handler(_LIVE, "live", _watch),
    Op.LIVE_SNAPSHOT: Handler(_LIVE, "live", _snapshot),
    Op.SITE_TRACKS: Handler((Action.TRACK_READ,), "track", _tracks),
    Op.SITE_LIVE_TRACKS: Handler((Action.TRACK_READ, *_LIVE), "track", _live_tracks),
    Op.SITE_EVENTS: Handler((Action.EVENT_READ,), "event", _events),
    Op.SEARCH_TRACKS: Handler((Action.TRACK_READ,), "track", _search, is_many=True),
    Op.SITE_PLACES: Handler((Action.RULES_READ,), "rules", _places),
    Op.ALERT_SNAPSHOT: Handler((Action.ALERT_READ,), ALERT_PICTURE, _alert_snapshot),
    Op.ALERT_CLIP: Handler(_PLAY, "alert", _alert_clip),
    Op.PTZ_STATE: Handler((*_PTZ, *_LIVE), "ptz", _ptz_state),
    Op.PTZ_MOVE: Handler(_PTZ, "ptz", _ptz_move),
    Op.PTZ_LEAVE: Handler(_PTZ, "ptz", _ptz_leave),
    Op.PTZ_PRESETS: Handler(_PTZ, "ptz", _ptz_presets),
    Op.PTZ_GO_TO: Handler(_PTZ, "ptz", _ptz_go_to),
    Op.PTZ_SAVE_PRESET: Handler(_PTZ, "ptz", _ptz_save),
    Op.PTZ_REMOVE_PRESET: Handler(_PTZ, "ptz", _ptz_remove),
}

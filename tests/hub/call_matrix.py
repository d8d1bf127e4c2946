"""Call x role: who may ask what of a site from afar, written out by hand. A call without a row fails
`test_call_matrix.py`.

Roles are letters as in `tests/desk/matrix.py`: v viewer, o operator, s supervisor, a administrator, u auditor,
p privacy officer.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from desk.fakes import START
from veedor.access.actions import Action
from veedor.wire.calls import Op

CAMERA = "plaza"
_SPAN = {"start": START.isoformat(), "end": (START + timedelta(seconds=20)).isoformat()}
_LOCK = {**_SPAN, "lock_id": "lock-1"}
_WHO = {"who": {"via": "tab-1"}}
_SEGMENT = {"segment_id": 1}
_KEY = {"session": "s9", "session_key": "cd" * 32}
_SEAL = {"person": "nobody", "case_number": "2026-118", "days": 30, "reason": "Orden fiscal"}


@dataclass(frozen=True)
class Row:
    """`roles`: who may, in the agency whose site it is. `crosses`: the same roles of another agency may under a grant;
    where not, no grant helps. `ok`: what somebody gets who may: `answer`, or the error of a row that names a thing
    that does not exist."""

    op: Op
    action: Action
    roles: str
    crosses: bool = True
    args: dict[str, Any] = field(default_factory=dict)
    ok: str = "answer"

    def __str__(self) -> str:
        return f"{self.op} as {self.action}"


def _each(op: Op, actions: dict[Action, str], args: dict[str, Any]) -> list[Row]:
    return [Row(op, action, roles, args=args) for action, roles in actions.items()]


_LIST = {Action.FOOTAGE_LIST: "osa", Action.FOOTAGE_PLAY: "os", Action.EVIDENCE_LOCK: "os", Action.EVIDENCE_EXPORT: "s"}
_TAKE = {Action.FOOTAGE_PLAY: "os", Action.EVIDENCE_EXPORT: "s"}

AT_GATE = [
    # the first row of a call is the one that every other column is tried with
    *_each(Op.FOOTAGE_SEGMENTS, _LIST, _SPAN),
    *_each(Op.FOOTAGE_GAPS, _LIST, _SPAN),
    *_each(Op.FOOTAGE_RECORDED_UNTIL, _LIST, {}),
    *_each(Op.FOOTAGE_TIMELINE, _LIST, {**_SPAN, "resolution_s": 1}),
    *_each(Op.FOOTAGE_SEGMENT, _LIST, _SEGMENT),
    Row(Op.FOOTAGE_PLAY, Action.FOOTAGE_PLAY, "os", args={**_SPAN, "wish": {"prefer": "main"}}),
    *_each(Op.FOOTAGE_CLIP, _TAKE, _SPAN),
    *_each(Op.FOOTAGE_STILL, _TAKE, {"at": START.isoformat()}),
    *_each(Op.FOOTAGE_SEGMENT_FILE, _TAKE, _SEGMENT),
    Row(Op.FOOTAGE_LOCK, Action.EVIDENCE_LOCK, "os", args=_LOCK),
    Row(Op.FOOTAGE_UNLOCK, Action.EVIDENCE_UNLOCK, "s", crosses=False, args=_LOCK),
    Row(Op.EVIDENCE_STATEMENT, Action.EVIDENCE_EXPORT, "s", args={**_LOCK, "package_id": "package-1"}),
    Row(
        Op.EVIDENCE_RECEIPT,
        Action.EVIDENCE_EXPORT,
        "s",
        args={**_LOCK, "package_id": "package-1", "statement_sha256": "0" * 64},
        ok="NotFound",
    ),
    Row(Op.LIVE_WATCH, Action.LIVE_WATCH, "vosa"),
    Row(Op.LIVE_SNAPSHOT, Action.LIVE_WATCH, "vosa"),
    Row(Op.PTZ_STATE, Action.PTZ_STEER, "os"),
    Row(Op.PTZ_STATE, Action.LIVE_WATCH, "vosa"),
    Row(Op.PTZ_MOVE, Action.PTZ_STEER, "os", args={**_WHO, "velocity": [0.1, 0, 0]}),
    Row(Op.PTZ_LEAVE, Action.PTZ_STEER, "os", args=_WHO),
    Row(Op.PTZ_PRESETS, Action.PTZ_STEER, "os"),
    Row(Op.PTZ_GO_TO, Action.PTZ_STEER, "os", args={**_WHO, "token": "1"}),
    Row(Op.PTZ_SAVE_PRESET, Action.PTZ_STEER, "os", args={**_WHO, "name": "Puerta"}),
    Row(Op.PTZ_REMOVE_PRESET, Action.PTZ_STEER, "os", args={**_WHO, "token": "1"}),
    Row(Op.SITE_TRACKS, Action.TRACK_READ, "os", args=_SPAN),
    Row(Op.SITE_LIVE_TRACKS, Action.TRACK_READ, "os"),
    Row(Op.SITE_LIVE_TRACKS, Action.LIVE_WATCH, "vosa"),
    Row(Op.SITE_EVENTS, Action.EVENT_READ, "vosa", args=_SPAN),
    Row(Op.SITE_PLACES, Action.RULES_READ, "osa", crosses=False),
    Row(Op.SEARCH_TRACKS, Action.TRACK_READ, "os", args={**_SPAN, "cameras": [CAMERA], "query": {}}),
    Row(Op.ALERT_SNAPSHOT, Action.ALERT_READ, "vosa", args={"alert_id": "nobody"}, ok="NotFound"),
    Row(Op.ALERT_CLIP, Action.FOOTAGE_PLAY, "os", args={"alert_id": "nobody"}, ok="NotFound"),
    Row(
        Op.CAMERA_SETTINGS,
        Action.CAMERA_EDIT,
        "a",
        crosses=False,
        args={"command_id": "command-1", "change": {"tags": ["Centro"]}},
    ),
]

# Of the agency whose key is at this site, by a pass of its own people; about no camera.
AT_KEY = [
    Row(Op.STATEMENT_SIGN, Action.GRANT_SIGN, "sa", crosses=False),
    Row(Op.SEAL_MAKE, Action.SEAL_MAKE, "s", crosses=False, args=_SEAL, ok="NotFound"),
    Row(Op.SEAL_OPEN, Action.SEAL_OPEN, "s", crosses=False, args={"seal_id": "nobody"}, ok="NotFound"),
    Row(Op.IDENTITY_SEAL, Action.SELF, "vosaup", crosses=False, args={**_KEY, "seal_id": "nobody"}, ok="NotFound"),
]

# No pass comes with these. `identity.sign` is a login, by a password; `site.poke` says nothing and tells nothing, and
# only the hub's own user may send it (`tests/link/test_isolation.py`); in `hub.sync` a site speaks of itself, by the
# connection's key.
WITHOUT_PASS = {Op.IDENTITY_SIGN, Op.SITE_POKE, Op.HUB_SYNC}

# Stands in the list for hubs of later versions: no site answers it.
UNANSWERED = {Op.SITE_STATUS}


def statement_args(data: bytes) -> dict[str, Any]:
    return {"data": base64.b64encode(data).decode()}

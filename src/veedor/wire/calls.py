"""Calls: what may be asked, and the frames that carry question and answer.

A request is JSON: `version`, `op`, `args`, `pass`, `granted` (octets that the callee may send at once). The answer is
frames, each with its number, so that a lost one is seen: first a head (JSON), then chunks, then an end; or an error
anywhere. A head may be the end too. `beat` says that the callee is still at work. What is larger than a frame comes in
parts and is one again at the caller.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from veedor.kit.errors import VeedorError
from veedor.kit.messages import Param, has_message
from veedor.wire import version as wire_version
from veedor.wire.errors import BadMessage

CHUNK_OCTETS = 256 * 1024
_FRAME = struct.Struct(">BI")  # kind, number


class Op(StrEnum):
    """What may be asked. The first group stands for the ports in `wire/ports.py`, method by method."""

    FOOTAGE_SEGMENTS = "footage.segments"
    FOOTAGE_GAPS = "footage.gaps"
    FOOTAGE_RECORDED_UNTIL = "footage.recorded_until"
    FOOTAGE_TIMELINE = "footage.timeline"
    FOOTAGE_PLAY = "footage.play"
    FOOTAGE_CLIP = "footage.clip"
    FOOTAGE_STILL = "footage.still"
    FOOTAGE_SEGMENT = "footage.segment"
    FOOTAGE_SEGMENT_FILE = "footage.segment_file"
    FOOTAGE_LOCK = "footage.lock"
    FOOTAGE_UNLOCK = "footage.unlock"
    LIVE_WATCH = "live.watch"
    LIVE_SNAPSHOT = "live.snapshot"
    PTZ_STATE = "ptz.state"
    PTZ_MOVE = "ptz.move"
    PTZ_LEAVE = "ptz.leave"
    PTZ_PRESETS = "ptz.presets"
    PTZ_GO_TO = "ptz.go_to"
    PTZ_SAVE_PRESET = "ptz.save_preset"
    PTZ_REMOVE_PRESET = "ptz.remove_preset"
    SITE_STATUS = "site.status"
    SITE_TRACKS = "site.tracks"
    SITE_LIVE_TRACKS = "site.live_tracks"
    SITE_EVENTS = "site.events"
    SITE_PLACES = "site.places"

    ALERT_SNAPSHOT = "alert.snapshot"
    ALERT_CLIP = "alert.clip"
    SEARCH_TRACKS = "search.tracks"
    CAMERA_SETTINGS = "camera.settings"  # a change by an administrator of the camera's own agency
    EVIDENCE_STATEMENT = "evidence.statement"  # what a lock holds, signed: the beginning of handing it out
    EVIDENCE_RECEIPT = "evidence.receipt"  # it has arrived whole
    IDENTITY_SIGN = "identity.sign"
    STATEMENT_SIGN = "statement.sign"
    SEAL_MAKE = "seal.make"  # by a supervisor, at the site that has the agency's key
    SEAL_OPEN = "seal.open"
    IDENTITY_SEAL = "identity.seal"  # an identity that names a seal in place of the person who asks
    SITE_POKE = "site.poke"  # the hub has something new: call hub.sync now

    HUB_SYNC = "hub.sync"  # the one that a site asks of the hub


@dataclass(frozen=True, slots=True)
class Request:
    """`op` is text, not Op: a newer caller may ask what this version does not know."""

    op: str
    args: dict[str, Any]
    pass_text: str
    granted: int
    version: int = wire_version.PROTOCOL

    def to_bytes(self) -> bytes:
        value = {
            "version": self.version,
            "op": self.op,
            "args": self.args,
            "pass": self.pass_text,
            "granted": self.granted,
        }
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    @staticmethod
    def from_bytes(data: bytes) -> Request:
        """Raises BadMessage."""
        try:
            value = json.loads(data)
            return Request(
                str(value["op"]),
                dict(value.get("args") or {}),
                str(value.get("pass", "")),
                int(value["granted"]),
                wire_version.told(value.get("version")),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem


@dataclass(frozen=True, slots=True)
class Credit:
    """The caller is still there. `granted`: octets of chunks in all that the callee may have sent. `enough`: stop."""

    granted: int
    enough: bool = False

    def to_bytes(self) -> bytes:
        return json.dumps({"granted": self.granted, "enough": self.enough}).encode()

    @staticmethod
    def from_bytes(data: bytes) -> Credit:
        """Raises BadMessage."""
        try:
            value = json.loads(data)
            return Credit(int(value["granted"]), bool(value.get("enough", False)))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem


class FrameKind(IntEnum):
    HEAD = 1
    CHUNK = 2
    END = 3
    ERROR = 4
    BEAT = 5
    WHOLE = 6  # a head that is the end too
    HEAD_PART = 7  # a piece of a head or whole that does not fit into one frame; it comes before it
    CHUNK_PART = 8  # the same of a chunk


@dataclass(frozen=True, slots=True)
class Frame:
    """`number` counts all frames of an answer from 0. `kind`: see FrameKind; another one is of a newer version, and is
    passed over."""

    kind: int
    number: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        return _FRAME.pack(self.kind, self.number) + self.data

    @staticmethod
    def from_bytes(data: bytes) -> Frame:
        """Raises BadMessage."""
        try:
            kind, number = _FRAME.unpack_from(data)
            return Frame(kind, number, data[_FRAME.size :])
        except (struct.error, ValueError) as problem:
            raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem


def head_to_bytes(head: dict[str, Any]) -> bytes:
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()


def head_from_bytes(data: bytes) -> dict[str, Any]:
    """Raises BadMessage."""
    try:
        return dict(json.loads(data))
    except (ValueError, TypeError) as problem:
        raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem


# -- errors across the boundary


def error_to_bytes(problem: VeedorError) -> bytes:
    """Its classes from the nearest up, its parameters, and its sentence for one who does not know the class."""
    kinds = [kind.__name__ for kind in type(problem).__mro__ if issubclass(kind, VeedorError)]
    value = {
        "kinds": kinds,
        "key": problem.key,
        "params": {name: _param(value) for name, value in problem.params.items()},
        "text": {lang: problem.render(lang) for lang in ("es", "en")},
    }
    return json.dumps(value, ensure_ascii=False).encode()


def error_from_bytes(data: bytes) -> VeedorError:
    """The same error where this program has its class, else the nearest class above it that it has."""
    try:
        value = json.loads(data)
        names = [str(name) for name in value["kinds"]]
        params = {str(name): _from_param(param) for name, param in value["params"].items()}
        key, text = str(value["key"]), str(value["text"]["en"])
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        return BadMessage(problem=repr(problem), detail="wire-unreadable")
    known: dict[str, type[VeedorError]] = {}
    for kind in _classes(VeedorError):
        known.setdefault(kind.__name__, kind)
        if kind.__name__ == names[0] and kind.key == key:  # two rooms may have classes of one name
            return kind(**params)
    for name in names[1:]:
        if name in known and has_message(known[name].key, "en"):
            return known[name](**{**params, "problem": text, "detail": ""})
    return VeedorError()


def _classes(kind: type[VeedorError]) -> Iterator[type[VeedorError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _classes(child)


def _param(value: Param) -> Any:
    return {"time": value.isoformat()} if isinstance(value, datetime) else value


def _from_param(value: Any) -> Param:
    return datetime.fromisoformat(value["time"]) if isinstance(value, dict) else value

"""Live fragments as octets in the answer of a call, whose chunks may be cut anywhere."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from datetime import datetime

from veedor.wire.errors import BadMessage
from veedor.wire.ports import LiveFragment

_LENGTHS = struct.Struct(">II")  # of the head (JSON), of the data
_MOST = 64 << 20


def fragment_to_bytes(fragment: LiveFragment) -> bytes:
    """Lengths, head, data."""
    head = json.dumps(
        {
            "init": fragment.is_init,
            "mime": fragment.mime,
            "at": fragment.captured_at.isoformat() if fragment.captured_at else None,
            "dropped": fragment.dropped,
            "gop": fragment.starts_gop,
            "keyframes": fragment.keyframes_only,
        }
    ).encode()
    return _LENGTHS.pack(len(head), len(fragment.data)) + head + fragment.data


class FragmentReader:
    """Puts fragments together again."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[LiveFragment]:
        """Those that are whole now. Raises BadMessage."""
        self._buffer += data
        while len(self._buffer) >= _LENGTHS.size:
            head_length, data_length = _LENGTHS.unpack_from(self._buffer)
            if head_length + data_length > _MOST:
                raise BadMessage(problem=f"a fragment of {head_length + data_length} octets")
            end = _LENGTHS.size + head_length + data_length
            if len(self._buffer) < end:
                return
            whole = bytes(self._buffer[_LENGTHS.size : end])
            del self._buffer[:end]
            yield _fragment(whole[:head_length], whole[head_length:])


def _fragment(head: bytes, data: bytes) -> LiveFragment:
    try:
        told = json.loads(head)
        return LiveFragment(
            data=data,
            is_init=bool(told["init"]),
            mime=str(told["mime"]),
            captured_at=datetime.fromisoformat(told["at"]) if told["at"] else None,
            dropped=int(told["dropped"]),
            starts_gop=bool(told.get("gop", False)),
            keyframes_only=bool(told.get("keyframes", False)),
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise BadMessage(problem=repr(problem)) from problem

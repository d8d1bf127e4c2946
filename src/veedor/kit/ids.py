"""Identifiers: sortable by time, unique without a coordinator (RFC 9562, UUID version 7)."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID


def new_id(at: datetime) -> str:
    """A UUIDv7 string whose order follows `at` (aware), to the millisecond.

    The time is passed in, like every time; the random part makes ids of one millisecond distinct.
    """
    millis = int(at.timestamp() * 1000)
    value = (millis & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= secrets.randbits(12) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return str(UUID(int=value))

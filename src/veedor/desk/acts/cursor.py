"""Cursors of paged lists: where the reader is, as a word that they hand back."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from veedor.desk.errors import BadRequest


def write_cursor(at: datetime, item_id: str) -> str:
    """The place after an item."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {item_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    """The inverse. Raises BadRequest for a word that is not one of ours."""
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, item_id = text.partition(" ")
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error) as problem:
        raise BadRequest(field="cursor", problem="not a cursor of this list", detail="desk-reason-cursor") from problem
    if not item_id:
        raise BadRequest(field="cursor", problem="not a cursor of this list", detail="desk-reason-cursor")
    return at, item_id

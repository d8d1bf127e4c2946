"""What the commands for alerts, incidents and evidence share: times, and text of other people made safe to print."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from rich.markup import escape

from veedor.kit.clock import SystemClock
from veedor.kit.errors import UserError

_AGO = re.compile(r"(\d{1,5})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class BadTime(UserError):
    """params: text"""

    key = "error-alerts-time"


def plain(value: Any) -> str:
    """Text that somebody else wrote, without markup or control characters."""
    text = "" if value is None else str(value)
    return escape("".join(one if one.isprintable() or one == "\n" else "�" for one in text))


def moment(text: str | None) -> str | None:
    """`2h`, `3d`, `30m` ago, or a date and time (without a zone: this machine's), as ISO 8601 with its zone."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text.strip())
    if ago:
        return (SystemClock().now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).isoformat()
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise BadTime(text=text) from problem
    return (at if at.tzinfo else at.astimezone()).isoformat()


def local(text: str | None) -> str:
    """A time of an answer as this machine's clock on the wall shows it."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")

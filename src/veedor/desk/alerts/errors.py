"""What can go wrong with alerts."""

from __future__ import annotations

from veedor.kit.errors import UserError


class BadEventId(UserError):
    """params: id"""

    key = "error-alerts-event-id"

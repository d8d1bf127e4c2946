"""What can go wrong with alerts."""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class BadEventId(UserError):
    """params: id"""

    key = "error-alerts-event-id"


class AlertClaimed(Conflict):
    """Somebody else looks into it. Send `over_claim` to act all the same. params: who, at (text)"""

    key = "error-alerts-claimed"

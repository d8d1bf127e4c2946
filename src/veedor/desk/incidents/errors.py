"""What can go wrong with incidents."""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class NotOwner(Conflict):
    """What only the owner of an incident may do. params: owner (agency)"""

    key = "error-incidents-not-owner"


class UnknownStep(UserError):
    """params: step, type"""

    key = "error-incidents-step"

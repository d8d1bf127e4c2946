"""What can go wrong with incidents."""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class NotOwner(Conflict):
    """What only the owner of an incident may do. params: owner (agency)"""

    key = "error-incidents-not-owner"


class NotCome(Conflict):
    """An invited agency works on an incident once it has accepted, one that is offered it once it took it over."""

    key = "error-incidents-not-come"


class UnknownStep(UserError):
    """params: step, type"""

    key = "error-incidents-step"

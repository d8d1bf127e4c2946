"""What can go wrong with incidents."""

from __future__ import annotations

from veedor.kit.errors import UserError


class UnknownStep(UserError):
    """params: step, type"""

    key = "error-incidents-step"

"""What can go wrong with deciding about rules."""

from __future__ import annotations

from veedor.kit.errors import Conflict


class RuleNotInReview(Conflict):
    """There is nothing to restore. params: rule, camera"""

    key = "error-review-not-in-review"

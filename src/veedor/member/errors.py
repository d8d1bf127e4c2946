"""What is refused at the gate before `access/` is asked."""

from __future__ import annotations

from veedor.kit.errors import Forbidden, Unavailable, UserError


class PassForSomethingElse(Forbidden):
    """The pass does not name what is asked for. params: action, reason"""

    key = "member-pass-for-something-else"


class UnknownOp(UserError):
    """A newer hub asks for what this version cannot do. params: op"""

    key = "member-unknown-op"
    http_status = 501


class LeaseOver(Forbidden):
    """The hub has not been heard for too long: nobody from another agency may look. params: action, reason"""

    key = "member-lease-over"


class BadArguments(UserError):
    """params: op, problem"""

    key = "member-bad-arguments"


class BudgetUsed(Unavailable):
    """The site's budget for pictures has no room for another one. params: budget, used (kbit/s)"""

    key = "member-budget-used"

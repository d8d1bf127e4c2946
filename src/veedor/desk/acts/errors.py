"""Acts that cannot be done.

Conflict
├── StaleVersion     somebody acted since the person looked
└── NotNow           the state does not allow it
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class StaleVersion(Conflict):
    """params: who, what, at, version (all text)"""

    key = "error-acts-stale"


class NotNow(Conflict):
    """params: state, who, at (all text)"""

    key = "error-acts-not-now"


class TextMissing(UserError):
    """params: field"""

    key = "error-acts-text-missing"

"""What can be wrong with an account that another site of the agency keeps.

VeedorError
├── AccountElsewhere     it is changed where it was made (HTTP 409)
└── AccessError
    ├── AccountsStale    nothing was heard of the agency's accounts for 30 days
    └── CodeAtHome       it has a second factor, which only its own site can check
"""

from __future__ import annotations

from veedor.kit.errors import AccessError, Conflict


class AccountElsewhere(Conflict):
    """params: site"""

    key = "error-accounts-elsewhere"


class AccountsStale(AccessError):
    """params: site, days"""

    key = "error-accounts-stale"


class CodeAtHome(AccessError):
    """params: site"""

    key = "error-accounts-code-at-home"

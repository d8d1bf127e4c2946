"""What can go wrong with agencies and grants.

UserError
├── BadGrant             the terms cannot be read, or are not allowed
├── BadAgency            the tree would have a ring, an area is none
├── UnknownAgency
├── ReasonNeeded
└── Conflict
    ├── NotPossibleNow   the grant's state does not allow it
    ├── GrantDiffers     other terms under the same id
    ├── AgencyKeyChanged another key than the pinned one
    └── KeyNotOffered    nobody offers a key of that fingerprint
AccessError
├── NoAgencyKey          the agency signs elsewhere
├── ForgedStatement      a signature is not the agency's
└── NotYourAgency        this desk does not keep that agency
"""

from __future__ import annotations

from veedor.kit.errors import AccessError, Conflict, UserError


class BadGrant(UserError):
    """params: field"""

    key = "error-grants-bad"


class BadAgency(UserError):
    """params: field"""

    key = "error-agencies-bad"


class UnknownAgency(UserError):
    """params: name"""

    key = "error-agencies-unknown"


class ReasonNeeded(UserError):
    key = "error-grants-reason"


class NotPossibleNow(Conflict):
    """params: state"""

    key = "error-grants-not-now"


class GrantDiffers(Conflict):
    """params: name"""

    key = "error-grants-differs"


class KeyNotOffered(Conflict):
    """params: name (of the agency), fingerprint"""

    key = "error-agencies-key-not-offered"


class AgencyKeyChanged(Conflict):
    """params: name"""

    key = "error-agencies-key-changed"


class NoAgencyKey(AccessError):
    """params: name"""

    key = "error-grants-no-key"


class ForgedStatement(AccessError):
    """params: name, agency"""

    key = "error-grants-forged"


class NotYourAgency(AccessError):
    """params: name"""

    key = "error-agencies-not-yours"

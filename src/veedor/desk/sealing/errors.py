"""What can go wrong with sealing.

UserError
├── SealNeeds           a case number, a reason, a span of days
├── SealNotHere         this desk, or this hub's site, has not the agency's key
└── Conflict
    ├── OwnSeal         who is sealed neither seals nor opens it: a second person does
    ├── SealThere       that person and case are sealed already
    ├── SealOver        it was opened, or its time is over
    └── SealedJoint     of an incident that others have a part in, an act would carry the name
AccessError
└── SealedCase          the case is sealed, and would be named to another agency
"""

from __future__ import annotations

from veedor.kit.errors import AccessError, Conflict, UserError


class SealNeeds(UserError):
    """params: field, days"""

    key = "error-sealing-needs"


class SealNotHere(UserError):
    """params: name (the agency)"""

    key = "error-sealing-not-here"


class OwnSeal(Conflict):
    key = "error-sealing-own"


class SealThere(Conflict):
    """params: until"""

    key = "error-sealing-there"


class SealOver(Conflict):
    key = "error-sealing-over"


class SealedJoint(Conflict):
    key = "error-sealing-joint"


class SealedCase(AccessError):
    key = "error-sealing-case"

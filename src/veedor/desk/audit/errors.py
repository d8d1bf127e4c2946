"""What can go wrong with erasing personal values from the audit.

UserError
├── NothingToErase   no such entries, or none that can be erased
├── LawNeeded        nobody said by which law or resolution
└── Conflict
    ├── OtherPersonNeeded   whoever asked cannot confirm
    └── ErasureSettled      it was done, or refused
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class NothingToErase(UserError):
    """params: whole (how many of the entries are of the old form, which cannot be erased; text)"""

    key = "error-erasures-nothing"


class LawNeeded(UserError):
    key = "error-erasures-law"


class OtherPersonNeeded(Conflict):
    key = "error-erasures-other-person"


class ErasureSettled(Conflict):
    """params: state"""

    key = "error-erasures-settled"

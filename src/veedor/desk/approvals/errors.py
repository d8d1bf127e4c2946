"""What can go wrong with a second person.

UserError
├── ApprovalNeedsPurpose   nobody can agree to a look for no purpose
├── ApprovalNeedsSpan      what is about footage needs its span
└── Conflict
    ├── OwnApproval        somebody would agree to their own look
    └── ApprovalTooLate    it was asked for too long ago, or a colleague was first
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class ApprovalNeedsPurpose(UserError):
    key = "error-approvals-purpose"


class ApprovalNeedsSpan(UserError):
    key = "error-approvals-span"


class OwnApproval(Conflict):
    key = "error-approvals-own"


class ApprovalTooLate(Conflict):
    key = "error-approvals-late"

"""What somebody may do while the request names a sealed case: what reaches other agencies as commitments alone.

Everything else would carry a name across, and is refused: an act on a joint incident, a signed statement on a grant.
"""

from __future__ import annotations

from veedor.access.actions import RIGHTS, Action
from veedor.access.principal import Principal

SEALED_MAY = frozenset(
    {
        Action.SELF,
        Action.CAMERA_LIST,
        Action.LIVE_WATCH,
        Action.PTZ_STEER,
        Action.FOOTAGE_LIST,
        Action.FOOTAGE_PLAY,
        Action.BOOKMARK_READ,
        Action.TRACK_READ,
        Action.EVENT_READ,
        Action.ALERT_READ,
        Action.INCIDENT_READ,
        Action.EVIDENCE_READ,
        Action.EVIDENCE_LOCK,
        Action.EVIDENCE_EXPORT,
        Action.HEALTH_READ,
        Action.METRICS_READ,
        Action.RULES_READ,
        Action.USER_LIST,
        Action.AUDIT_READ,
        Action.SITE_READ,
        Action.AGENCY_READ,
        Action.GRANT_READ,
        Action.SEAL_READ,
        Action.SEAL_MAKE,
        Action.SEAL_OPEN,
    }
)
"""Deny by default: a new action is not in it."""

_CROSSES = frozenset(RIGHTS) - {Action.CAMERA_LIST}


def sealed_refusal(principal: Principal, action: Action) -> str | None:
    """`sealed`: this is not done under a seal. `sealed_other`: the case is sealed for somebody else, and would be named
    beside this person. `sealed_approval`: a second person's word would name both. None: it may."""
    if principal.seal is None:
        return None
    if not principal.is_sealed:
        return "sealed_other" if action in _CROSSES or action not in SEALED_MAY else None
    if action not in SEALED_MAY:
        return "sealed"
    if principal.approver is not None and action in _CROSSES:
        return "sealed_approval"
    return None

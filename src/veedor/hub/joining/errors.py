"""Why a site cannot join."""

from __future__ import annotations

from veedor.kit.errors import Conflict, Forbidden, UserError


class InvitationRefused(Forbidden):
    """Unknown, used or expired: a stranger is not told which."""

    key = "hub-invitation-refused"


class OtherAgency(Conflict):
    """The invitation is for one agency, the site belongs to another. params: invited, asked"""

    key = "hub-other-agency"


class OtherProtocol(UserError):
    """params: ours, theirs"""

    key = "hub-other-protocol"


class KeyTaken(Conflict):
    """Another site has this link key already: two sites with one identity. params: name"""

    key = "hub-key-taken"

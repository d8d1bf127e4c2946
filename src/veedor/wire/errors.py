"""What can be wrong with a message or a name.

UserError
├── BadName         an id that cannot stand in a subject
├── BadMessage      it is not what its kind says
└── OtherVersion    the other end speaks a version of the link that is too far from ours
Unavailable
├── CalleeGone      nobody answers at that site: no link, or Veedor does not run there
├── CallSilent      the answer did not begin, or went on, in time
├── CallBroken      a part of the answer was lost on the way
├── CallsFull       it answers too many at once
└── LinkDown        this side has no connection to its own server
"""

from __future__ import annotations

from veedor.kit.errors import Unavailable, UserError


class BadName(UserError):
    """params: name"""

    key = "error-wire-name"


class BadMessage(UserError):
    """params: problem"""

    key = "error-wire-message"


class OtherVersion(UserError):
    """The other end's version of the link is too far from ours. params: name (who), theirs, ours"""

    key = "error-wire-version"
    http_status = 502


class CalleeGone(Unavailable):
    """params: name"""

    key = "error-wire-gone"


class CallSilent(Unavailable):
    """params: name, seconds"""

    key = "error-wire-silent"


class CallBroken(Unavailable):
    """params: name"""

    key = "error-wire-broken"


class CallsFull(Unavailable):
    """params: name"""

    key = "error-wire-full"


class LinkDown(Unavailable):
    """params: problem"""

    key = "error-wire-link-down"

"""The version of all that crosses a site's boundary, and the one rule about it.

A site and its hub speak with each other when they are at most one version apart. Within that reach:

- A field that is not known is ignored; one that an older version does not have yet has a default.
- A message up of a kind that is not known is kept, and read when the hub has been updated to a version that knows it.
- An op that is not known is refused, with an error that says so; a frame of an unknown kind is passed over.
- A pass or identity may have unknown fields, unless its field `crit` names them: those must be understood.
- A grant with an unknown term or condition gives nothing.

Further apart, nothing is read, so nothing is misread: calls and `hub.sync` are refused with `OtherVersion`, and the
hub stops before the first such message of the site's log, which waits there until one of the two is updated.

The version grows only when a reader of the version before would misunderstand; what is merely added does not change it.
"""

from __future__ import annotations

from typing import Any

from veedor.wire.errors import OtherVersion

PROTOCOL = 1
FIRST = 1  # who does not say spoke this one
REACH = 1  # versions older and newer that are read


def is_near(theirs: int) -> bool:
    """Whether this version may speak with that one."""
    return abs(theirs - PROTOCOL) <= REACH


def require_near(theirs: int, name: str) -> None:
    """`name`: who speaks it. Raises OtherVersion."""
    if not is_near(theirs):
        raise OtherVersion(name=name[:200], theirs=theirs, ours=PROTOCOL)


def told(value: Any) -> int:
    """The version that a peer said, where it said one. Raises ValueError, TypeError."""
    return FIRST if value is None else int(value)

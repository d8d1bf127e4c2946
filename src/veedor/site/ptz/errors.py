"""Why a camera does not turn.

UserError
└── NoPtz       it has no motor that we can reach (HTTP 404)
Conflict
└── PtzTaken    somebody of the same or a higher rank steers it
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, NotFound


class NoPtz(NotFound):
    """params: name"""

    key = "error-ptz-none"


class PtzTaken(Conflict):
    """params: who, seconds"""

    key = "error-ptz-taken"

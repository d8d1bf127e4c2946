"""What can go wrong with walls.

Conflict
└── WallChanged   somebody saved or deleted it meanwhile
UserError
└── TooManyWalls
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class WallChanged(Conflict):
    """params: name, who"""

    key = "error-walls-changed"


class TooManyWalls(UserError):
    """params: limit"""

    key = "error-walls-too-many"

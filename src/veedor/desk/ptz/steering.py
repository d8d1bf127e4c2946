"""Who steers: the person whom `access/` let in, ranked by their roles, whatever a request says of itself."""

from __future__ import annotations

from veedor.access.principal import Principal, Role
from veedor.wire.ptz import Steerer

_RANKS = {Role.SUPERVISOR: 2, Role.OPERATOR: 1}


def steerer_of(principal: Principal, via: str) -> Steerer:
    """`via`: one connection of that person's."""
    rank = max((_RANKS.get(role, 0) for role in principal.roles), default=0)
    shown = principal.shown()
    return Steerer(shown.user_id, shown.username, rank, via=via)

"""How a joined site stands with its hub, for its own people: the desk is there before the member runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veedor.desk.context import HubState

if TYPE_CHECKING:
    from veedor.member.member import Member


class HubWatch:
    """What the desk asks. `hub_name`: as the hub called itself when the site joined."""

    def __init__(self, hub_name: str) -> None:
        self._hub_name = hub_name
        self._member: Member | None = None

    def follow(self, member: Member) -> None:
        """From now on, what this member knows. Until then the hub counts as away."""
        self._member = member

    def state(self) -> HubState:
        """As the last exchange left it: as old as the hub said when to ask again, at most, and as a call may take."""
        member = self._member
        if member is None:
            return HubState(self._hub_name, False, None)
        roster = member.roster
        return HubState(self._hub_name, roster.problem is None, roster.synced_at, member.problem(), member.doubled())

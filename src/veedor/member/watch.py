"""How a joined site stands with its hub, for its own people: the desk is there before the member runs."""

from __future__ import annotations

from veedor.desk.context import HubState
from veedor.member.roster import Roster


class HubWatch:
    """What the desk asks. `hub_name`: as the hub called itself when the site joined."""

    def __init__(self, hub_name: str) -> None:
        self._hub_name = hub_name
        self._roster: Roster | None = None

    def follow(self, roster: Roster) -> None:
        """From now on, what this roster knows. Until then the hub counts as away."""
        self._roster = roster

    def state(self) -> HubState:
        """As the last exchange left it: as old as the hub said when to ask again, at most, and as a call may take."""
        roster = self._roster
        if roster is None:
            return HubState(self._hub_name, False, None)
        return HubState(self._hub_name, roster.problem is None, roster.synced_at)

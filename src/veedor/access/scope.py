"""What somebody may see of a kind of thing: for lists, which show only what `access/` would allow one by one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """All things of `agencies`, and of other agencies those that belong to one of `cameras`."""

    agencies: frozenset[str]
    cameras: frozenset[str] = frozenset()

    def covers(self, agency_id: str, camera_id: str | None = None) -> bool:
        """Whether a thing of that agency (and camera) is in it."""
        return agency_id in self.agencies or (camera_id is not None and camera_id in self.cameras)

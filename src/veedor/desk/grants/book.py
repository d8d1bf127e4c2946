"""The `GrantBook` of a desk: its grants, remembered until something changes.

Each commit of this process that may have changed them, and half a second, make it look whether the grants have another
revision than those it remembers. So a revocation counts at the next question.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from veedor.access.grants import Given
from veedor.desk.audit.tables import RestoreRow
from veedor.desk.database import Database
from veedor.desk.grants.repository import grants_of
from veedor.desk.grants.tables import CounterRow, revision_of
from veedor.desk.sites.tables import SiteRow
from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound
from veedor.model.camera import Camera
from veedor.model.grant import Grant, SharedCamera
from veedor.model.statement import revocation
from veedor.wire.ports import CameraDirectory

_CHANGED_BY = (CounterRow, SiteRow, RestoreRow)  # a grant, a statement and a key each take a number of the counter
_LOOK_EVERY_S = 0.5
_CAMERAS_EVERY_S = 0.25


class DeskGrantBook:
    """`now`: a time that never runs backward (a member's high water); `lease_holds`: of a member's roster. Where
    neither is given, as at a desk that stands alone and at a hub: the clock, and a lease that always holds.
    `awaited`: owners that have yet to confirm their grants, and since when (a hub's, after a restore)."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        cameras: CameraDirectory,
        *,
        now: Callable[[], datetime] | None = None,
        lease_holds: Callable[[datetime], bool] | None = None,
        awaited: Callable[[Session], Mapping[str, datetime]] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._cameras = cameras
        self._now = now or clock.now
        self._lease_holds = lease_holds
        self._ask_awaited = awaited
        self._awaited: Mapping[str, datetime] = {}
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Given, ...]] = {}
        self._revision = -1
        self._looked_s = float("-inf")
        self._shared: dict[str, tuple[Camera, SharedCamera]] = {}
        self._cameras_of: dict[str, tuple[SharedCamera, ...]] = {}
        self._cameras_looked_s = float("-inf")
        self._covered: dict[str, tuple[tuple[SharedCamera, ...], tuple[SharedCamera, ...]]] = {}
        self._changes = 0
        self._is_stale = threading.Event()
        self._stop = database.on_commit(self._is_stale.set, *_CHANGED_BY)

    def close(self) -> None:
        """Hear of no more commits."""
        self._stop()

    def grants_for(self, grantee: str) -> Sequence[Given]:
        with self._lock:
            self._look_if_old()
            return self._known.get(grantee, ())

    def camera(self, camera_id: str) -> SharedCamera | None:
        try:
            return _shared(self._cameras.camera(camera_id))
        except NotFound:
            return None

    def covered(self, grant: Grant) -> Sequence[SharedCamera]:
        """As cameras were at most a quarter of a second ago: lists ask for those of every grant."""
        with self._lock:
            self._look_at_cameras_if_old()
            cameras = self._cameras_of.get(grant.owner, ())
            known = self._covered.get(grant.id)
            if known is None or known[0] is not cameras:
                known = (cameras, tuple(one for one in cameras if grant.cameras.covers(one)))
                self._covered[grant.id] = known
            return known[1]

    def epoch(self) -> object:
        with self._lock:
            self._look_if_old()
            self._look_at_cameras_if_old()
            changes = self._changes
        return (changes, self.lease_holds(self.now()))

    def now(self) -> datetime:
        return self._now()

    def lease_holds(self, now: datetime) -> bool:
        return self._lease_holds is None or self._lease_holds(now)

    def awaits(self, given: Given) -> bool:
        """One that was signed by all after the restore cannot have been revoked before it."""
        grant, statements = given
        since = self._awaited.get(grant.owner)
        return since is not None and any(one.at < since for one in statements)

    def _look_at_cameras_if_old(self) -> None:
        """An agency whose cameras are what they were keeps its tuple: what was made of that still holds."""
        now_s = self._clock.monotonic()
        if now_s - self._cameras_looked_s < _CAMERAS_EVERY_S:
            return
        shared: dict[str, tuple[Camera, SharedCamera]] = {}
        found: dict[str, list[SharedCamera]] = {}
        for one in self._cameras.cameras():
            kept = self._shared.get(one.id)
            shared[one.id] = kept if kept is not None and kept[0] is one else (one, _shared(one))
            found.setdefault(one.agency_id, []).append(shared[one.id][1])
        before, self._cameras_of = self._cameras_of, {}
        for owner, cameras in found.items():
            known, now = before.get(owner), tuple(cameras)
            self._cameras_of[owner] = known if known == now else now
        self._shared, self._cameras_looked_s = shared, now_s
        if self._cameras_of != before:
            self._changes += 1

    def _look_if_old(self) -> None:
        now_s = self._clock.monotonic()
        if self._is_stale.is_set() or now_s - self._looked_s >= _LOOK_EVERY_S:
            self._is_stale.clear()  # before reading: what is committed from here on is looked for again
            self._look()
            self._looked_s = now_s

    def _look(self) -> None:
        with self._database.reading() as session:
            if self._ask_awaited is not None:
                awaited = dict(self._ask_awaited(session))
                self._changes += awaited != self._awaited
                self._awaited = awaited
            revision = revision_of(session, "grants")
            if revision == self._revision:
                return
            known: dict[str, list[Given]] = {}
            for grant, statements in grants_of(session):
                # What was revoked never comes back; what has expired stays, for its reason.
                if revocation(grant, statements) is None or grant.expires_at > self._clock.now():
                    known.setdefault(grant.grantee, []).append((grant, statements))
        self._known = {grantee: tuple(given) for grantee, given in known.items()}
        self._revision = revision
        self._changes += 1
        there = {grant.id for given in self._known.values() for grant, _ in given}
        self._covered = {key: found for key, found in self._covered.items() if key in there}


def _shared(camera: Camera) -> SharedCamera:
    place = camera.placement
    return SharedCamera(
        camera.id,
        camera.agency_id,
        place.latitude_deg if place else None,
        place.longitude_deg if place else None,
        frozenset(camera.tags),
    )

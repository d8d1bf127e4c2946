"""wire.ports.TrackSearch: one call to each site, all at once; whoever has not answered in time is named.

The site looks at the pass, asks `access/` for each camera and writes its own audit entry. Nothing is kept here.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace

import sqlalchemy as sa

from veedor.desk.database import Database
from veedor.desk.sites.tables import SiteRow
from veedor.hub.relay.directory import SiteOfCamera
from veedor.hub.relay.remote import Remote
from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound, Unavailable, VeedorError
from veedor.model.track_query import SiteAnswer, TrackPage, TrackQuery
from veedor.wire import values
from veedor.wire.calls import Op

WAIT_S = 5.0  # for all sites together: they are asked at the same time
_AT_ONCE = 32  # threads of one search


def ask_site(remote: Remote, site: SiteOfCamera, query: TrackQuery, timeout_s: float) -> TrackPage:
    """What one site found on those cameras of the query, which must all be its own. Raises what the call raises."""
    span = (query.start, query.end)
    args = {
        "cameras": list(query.cameras),
        "query": values.dump(TrackQuery, query),
        "start": span[0].isoformat(),
        "end": span[1].isoformat(),
    }
    answer = remote.at(site, Op.SEARCH_TRACKS, query.cameras, args, span=span, timeout_s=timeout_s)
    try:
        page = values.load(TrackPage, answer.head["value"])
    finally:
        answer.close()
    ours = frozenset(query.cameras)  # a site speaks for the cameras that it was asked about, and for no other's
    return replace(page, tracks=tuple(one for one in page.tracks if one.camera_id in ours))


class FederatedSearch:
    """One person's search. `wait_s`: how long sites have to answer."""

    def __init__(self, remote: Remote, database: Database, clock: Clock, wait_s: float = WAIT_S) -> None:
        self._remote = remote
        self._database = database
        self._clock = clock
        self._wait_s = wait_s

    def search(self, query: TrackQuery, cursors: Mapping[str, str] | None = None) -> Iterator[SiteAnswer]:
        """See the port."""
        names = self._names()
        asked = {
            site: replace(part, cursor=cursors[site.site_id]) if cursors is not None else part
            for site, part in self._parts(query).items()
            if cursors is None or site.site_id in cursors
        }
        until_s = self._clock.monotonic() + self._wait_s
        work: queue.SimpleQueue[tuple[SiteOfCamera, TrackQuery]] = queue.SimpleQueue()
        for one in asked.items():
            work.put(one)
        done: queue.SimpleQueue[tuple[SiteOfCamera, TrackPage | VeedorError]] = queue.SimpleQueue()
        for number in range(min(_AT_ONCE, len(asked))):
            body = (work, done, until_s)
            threading.Thread(target=self._ask_some, args=body, name=f"search-{number}", daemon=True).start()
        waiting = dict.fromkeys(asked)
        while waiting:
            try:
                site, told = done.get(timeout=max(0.0, until_s - self._clock.monotonic()))
            except queue.Empty:
                break
            del waiting[site]
            yield _answer(site, names, told)
        for site in waiting:
            late = Unavailable(name=names.get(site.site_id, site.site_id), problem="", detail="search-late")
            yield _answer(site, names, late)

    def _parts(self, query: TrackQuery) -> dict[SiteOfCamera, TrackQuery]:
        """The query of each site: about its own cameras."""
        found: dict[SiteOfCamera, list[str]] = {}
        for camera_id in query.cameras:
            try:
                found.setdefault(self._remote.cameras.site_of(camera_id), []).append(camera_id)
            except NotFound:
                continue  # removed since it was listed
        return {site: replace(query, cameras=tuple(cameras)) for site, cameras in found.items()}

    def _names(self) -> dict[str, str]:
        with self._database.reading() as session:
            return {row.id: row.name for row in session.execute(sa.select(SiteRow.id, SiteRow.name))}

    def _ask_some(
        self,
        work: queue.SimpleQueue[tuple[SiteOfCamera, TrackQuery]],
        done: queue.SimpleQueue[tuple[SiteOfCamera, TrackPage | VeedorError]],
        until_s: float,
    ) -> None:
        """One thread: site after site, until none is left or the time is over. Whoever reads `done` keeps the time."""
        while True:
            try:
                site, query = work.get_nowait()
            except queue.Empty:
                return
            left_s = until_s - self._clock.monotonic()
            if left_s <= 0:
                return
            try:
                done.put((site, ask_site(self._remote, site, query, left_s)))
            except VeedorError as problem:
                done.put((site, problem))
            except (KeyError, TypeError) as problem:  # a head that is none
                done.put((site, values.BadValue(kind="TrackPage", problem=repr(problem)[:200])))


def _answer(site: SiteOfCamera, names: Mapping[str, str], told: TrackPage | VeedorError) -> SiteAnswer:
    name = names.get(site.site_id, site.site_id)
    if isinstance(told, VeedorError):
        return SiteAnswer(site.site_id, name, None, told)
    return SiteAnswer(site.site_id, name, told)

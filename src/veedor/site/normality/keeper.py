"""Learns each day what was usual on the cameras that ask for it, in the background, from the archive of tracks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError
from veedor.kit.messages import Message
from veedor.model.detection import ObjectClass
from veedor.model.event import Event
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import Baseline, Normality, empty
from veedor.site.normality.flow import arrows
from veedor.site.normality.grid import group_of
from veedor.site.normality.rarity import KEPT_DAYS
from veedor.site.normality.store import BaselineStore

log = logging.getLogger(__name__)

LEARN_AT = 3  # o'clock, local: the day before is in the archive, and the night is quiet
LOOK_EVERY_S = 60.0
DRIFT_TOLD = 0.25  # of 1: a day changes less, a road that was closed or a camera that was turned changes more

TracksBetween = Callable[[str, datetime, datetime], list[ArchivedTrack]]


class NormalityKeeper:
    """One per site. `of` gives what a camera's rules ask; from then on the camera is learned, until `forget`.

    `oldest`: since when there are tracks of any camera, or None. `away`: when a camera looked elsewhere (an end of
    None: it still does); tracks of then are not learned.
    """

    def __init__(
        self,
        store: BaselineStore,
        tracks: TracksBetween,
        oldest: Callable[[], datetime | None],
        clock: Clock,
        time_zone: str,
        away: Callable[[str], Sequence[tuple[datetime, datetime | None]]] = lambda _camera_id: (),
    ) -> None:
        self._store = store
        self._tracks = tracks
        self._oldest = oldest
        self._clock = clock
        self._away = away
        self._time_zone = ZoneInfo(time_zone)
        self._kept: dict[str, Normality] = {}
        self._broken: dict[str, StoreError] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="normality", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10.0)

    def of(self, camera_id: str) -> Normality:
        """The camera's baseline, from now on kept up to date."""
        with self._lock:
            found = self._kept.get(camera_id)
            if found is None:
                found = self._kept[camera_id] = Normality(self._time_zone)
        if found.about is None:
            try:
                self._look(camera_id, found)
            except StoreError as problem:
                self._note(camera_id, problem)
        return found

    def begin_anew(self, camera_id: str) -> None:
        """The camera shows another view from now on. Raises the StoreError tree."""
        self._store.begin_anew(camera_id, self._clock.now())

    def forget(self, camera_id: str) -> None:
        """Learn no more of this camera; what was learned stays on disk."""
        with self._lock:
            self._kept.pop(camera_id, None)

    def flow_of(self, event: Event) -> list[tuple[float, float, int, float]]:
        """What was usual when `event`, of the rule `unusual`, came: to be drawn with it. Nothing for other events."""
        with self._lock:
            normality = self._kept.get(event.camera_id) if event.kind == "unusual" else None
        known = normality.at(event.completed_at) if normality is not None else None
        if known is None:
            return []
        label = event.overlays[0].label if event.overlays else ObjectClass.UNKNOWN.label
        group = group_of(next((one for one in ObjectClass if one.label == label), ObjectClass.UNKNOWN))
        return [(one.x, one.y, one.way, one.weight) for one in arrows(known.usual, group)]

    def problems(self, names: dict[str, str]) -> list[Message]:
        """Baselines that changed much from one day to the next, or cannot be read. `names`: camera id -> name."""
        found = []
        for camera_id, normality in self._watched():
            camera, about = names.get(camera_id, camera_id), normality.about
            if camera_id in self._broken:
                found.append(self._broken[camera_id].message)
            elif about is not None and about.drift > DRIFT_TOLD:
                share = str(round(100 * about.drift))
                params = {"camera": camera, "share": share, "version": str(about.version)}
                found.append(Message("normality-drift", params))
        return found

    def step(self) -> int:
        """Learn the days that are over and not learned; how many that were. Takes in what others have put in."""
        learned = 0
        for camera_id, normality in self._watched():
            try:
                self._look(camera_id, normality)
                learned += self._learn(camera_id, normality)
                for ahead_s in (0.0, 2 * LOOK_EVERY_S):  # the next hour is there before it begins
                    normality.prepare(self._clock.now() + timedelta(seconds=ahead_s))
                self._broken.pop(camera_id, None)
            except StoreError as problem:
                self._note(camera_id, problem)
        return learned

    # -- inside

    def _run(self) -> None:
        while not self._stop.is_set():
            self.step()
            self._clock.wait(self._stop, LOOK_EVERY_S)

    def _note(self, camera_id: str, problem: StoreError) -> None:
        if camera_id not in self._broken:
            log.error("what is usual on camera %s: %s", camera_id, problem)
        self._broken[camera_id] = problem

    def _watched(self) -> Iterable[tuple[str, Normality]]:
        with self._lock:
            return list(self._kept.items())

    def _look(self, camera_id: str, normality: Normality) -> None:
        """Another version may have been put in, by a person who went back to an older one. Raises the StoreError
        tree."""
        versions = self._store.versions(camera_id)
        current = normality.about.version if normality.about else None
        if not versions or versions[-1] == current:
            return
        self._put(camera_id, normality, self._store.load(camera_id, versions[-1]))

    def _put(self, camera_id: str, normality: Normality, baseline: Baseline) -> None:
        normality.put(baseline, partial(self._store.load, camera_id, baseline.about.version))

    def _learn(self, camera_id: str, normality: Normality) -> int:
        end = self._last_end()
        about = normality.about
        if about is not None and about.until >= end:
            return 0
        if about is not None:
            baseline = self._store.load(camera_id, about.version)
        else:
            oldest = self._oldest()
            if oldest is None:
                return 0
            baseline = empty(max(oldest, end - timedelta(days=KEPT_DAYS)))
        learned = 0
        while baseline.about.until < end and not self._stop.is_set():
            baseline = self._day(camera_id, baseline, end)
            if not self._store.keep(camera_id, baseline):
                self._look(camera_id, normality)  # somebody went back meanwhile: theirs counts
                return learned
            self._put(camera_id, normality, baseline)
            learned += 1
        return learned

    def _day(self, camera_id: str, baseline: Baseline, end: datetime) -> Baseline:
        begin = baseline.about.until
        until = min(end, begin + timedelta(days=1))
        tracks = [one for one in self._tracks(camera_id, begin, until) if begin <= one.started_at < until]
        away = self._away(camera_id)  # the same place of the picture is another place then
        tracks = [one for one in tracks if not _overlaps(one, away)]
        return baseline.after(tracks, until, self._time_zone, self._clock.now(), self._breathe)

    def _breathe(self) -> None:
        """Between two handfuls of tracks: recording runs in the same process."""
        self._clock.wait(self._stop, 0.002)

    def _last_end(self) -> datetime:
        """The last LEARN_AT o'clock that has passed, and with it its tracks' way into the archive."""
        local = self._clock.now().astimezone(self._time_zone)
        end = local.replace(hour=LEARN_AT, minute=0, second=0, microsecond=0)
        return end if local >= end + timedelta(minutes=10) else end - timedelta(days=1)


def _overlaps(track: ArchivedTrack, spans: Sequence[tuple[datetime, datetime | None]]) -> bool:
    return any(track.ended_at >= begin and (end is None or track.started_at <= end) for begin, end in spans)

"""A camera's baseline: what was counted, how rare tracks were, and where it comes from. One file is one version."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veedor.kit.errors import StoreCorrupt, StoreError
from veedor.kit.files import write_file
from veedor.kit.sqlite import store_errors
from veedor.model.track import ArchivedTrack
from veedor.site.normality.counts import HANDFUL, Counts, hour_of_week
from veedor.site.normality.grid import HOURS, Aspect
from veedor.site.normality.rarity import KEPT_DAYS, Day, Rarity
from veedor.site.normality.scoring import score_of
from veedor.site.normality.usual import Usual, drift

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one hour of the week. `days`: how long the camera has been watched."""

    usual: Usual
    rarity: Rarity
    days: float


@dataclass(frozen=True, slots=True)
class About:
    """`version` counts up; `until`: what came before it has been learned; `days`, `tracks`: how much, since the
    beginning; `drift`: how far it is from the version before it, 0..1; `since`: version that a person went back to,
    if this follows one."""

    version: int
    until: datetime
    made_at: datetime
    days: float = 0.0
    tracks: int = 0
    drift: float = 0.0
    since: int | None = None


@dataclass(slots=True)
class Baseline:
    about: About
    counts: Counts = field(default_factory=Counts)
    rarity: Rarity = field(default_factory=Rarity)

    def usual(self, hour: int) -> Usual:
        return Usual.of(self.counts, hour)

    def after(
        self,
        tracks: Sequence[ArchivedTrack],
        until: datetime,
        time_zone: tzinfo,
        made_at: datetime,
        pause: Callable[[], object] = lambda: None,
    ) -> Baseline:
        """The next version: `tracks` began in [about.until, until). They are judged by this version before they are
        learned, so that a threshold is never set by tracks that the baseline already knew. This one is left as it is.
        `pause` is called between handfuls of tracks."""
        days = max((until - self.about.until) / timedelta(days=1), 0.0)
        counts = Counts(*(getattr(self.counts, name).copy() for name in self.counts.names()))
        rarity = Rarity(self.rarity.days.copy())
        if self.about.tracks > 0:
            rarity.add(Day.of(self._scores(tracks, time_zone, pause)))
        counts.fade(days)
        at = self.about.until
        while at < until:
            step = min(timedelta(hours=1), until - at)
            counts.watched(hour_of_week(at, time_zone), step / timedelta(hours=1))
            at += step
        counts.learn_all(tracks, time_zone, pause)
        about = replace(
            self.about,
            version=self.about.version + 1,
            until=until,
            made_at=made_at,
            days=self.about.days + days,
            tracks=self.about.tracks + len(tracks),
            drift=drift(self.counts, counts) if self.about.tracks else 0.0,
        )
        return Baseline(about, counts, rarity)

    def _scores(
        self, tracks: Sequence[ArchivedTrack], time_zone: tzinfo, pause: Callable[[], object]
    ) -> list[dict[Aspect, float]]:
        usual: dict[int, Usual] = {}
        scores = []
        for number, track in enumerate(tracks):
            if number % HANDFUL == 0:
                pause()
            hour = hour_of_week(track.started_at, time_zone)
            if hour not in usual:
                usual[hour] = self.usual(hour)
            scored = score_of(track, usual[hour])
            if scored:
                scores.append(scored)
        return scores

    # -- files

    def save(self, path: Path) -> None:
        """Durable and atomic. Raises the StoreError tree."""
        about = asdict(self.about) | {"format": FORMAT}
        about["until"], about["made_at"] = self.about.until.isoformat(), self.about.made_at.isoformat()
        arrays = {name: getattr(self.counts, name).astype(np.float16) for name in ("cells", "ways", "speeds", "stays")}
        arrays |= {"hours": self.counts.hours, "tracks": self.counts.tracks}
        for number, day in enumerate(self.rarity.days):
            arrays[f"day{number}"] = np.asarray([day.tracks], np.int64)
            arrays |= {f"day{number}_{aspect.name.lower()}": day.top[aspect] for aspect in Aspect}
        with io.BytesIO() as memory:
            np.savez_compressed(memory, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
            write_file(path, memory.getvalue())

    @staticmethod
    def load(path: Path) -> Baseline:
        """Raises StoreCorrupt for what is no baseline of this format, and the StoreError tree."""
        with _baseline_file(path) as file:
            about = _about(file)
            empty = Counts()
            for name in empty.names():
                stored = file[name].astype(np.float32)
                if stored.shape != getattr(empty, name).shape or not np.isfinite(stored).all():
                    raise ValueError(name)
                setattr(empty, name, stored)
            rarity = Rarity()
            for number in range(KEPT_DAYS):
                if f"day{number}" in file:
                    top = tuple(file[f"day{number}_{aspect.name.lower()}"] for aspect in Aspect)
                    rarity.add(Day(int(file[f"day{number}"][0]), top))
            return Baseline(about, empty, rarity)

    @staticmethod
    def about_file(path: Path) -> About:
        """What a file says of itself, without its counts. Raises what `load` raises."""
        with _baseline_file(path) as file:
            return _about(file)


@contextmanager
def _baseline_file(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The arrays of a file, each read when it is asked for. What goes wrong with them is a StoreCorrupt."""
    try:
        with store_errors(path), np.load(path, allow_pickle=False) as file:
            yield file
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise StoreCorrupt(
            path=str(path), problem=str(problem), detail="reason-baseline-unreadable", said=str(problem)
        ) from problem


def _about(file: Mapping[str, NDArray[Any]]) -> About:
    about = json.loads(file["about"].tobytes())
    if about.pop("format") != FORMAT:
        raise ValueError("format")
    about["until"] = datetime.fromisoformat(about["until"])
    about["made_at"] = datetime.fromisoformat(about["made_at"])
    return About(**about)


def empty(at: datetime) -> Baseline:
    """Knows nothing; learns from `at` on."""
    return Baseline(About(0, at, at))


class Normality:
    """What a rule asks: the baseline in force, by time. Another version may be put in at any moment.

    Only the hours that are asked for stay in memory (a third of a megabyte each): a whole baseline has 60 MB.
    """

    def __init__(self, time_zone: tzinfo, baseline: Baseline | None = None) -> None:
        self._time_zone = time_zone
        self._known: dict[int, Known] = {}
        self._about: About | None = None
        self._load: Callable[[], Baseline] | None = None
        if baseline is not None:
            self.put(baseline, partial(_same, baseline))

    @property
    def about(self) -> About | None:
        """Of the version in force."""
        return self._about

    def put(self, baseline: Baseline, load: Callable[[], Baseline]) -> None:
        """From now on this one, which `load` reads again. It must be possible to pickle `load`."""
        self._known, self._load, self._about = {}, load, baseline.about

    def prepare(self, when: datetime) -> None:
        """Have that hour in memory, so that `at` need not read. Raises the StoreError tree."""
        about, hour = self._about, hour_of_week(when, self._time_zone)
        if about is None or self._load is None or not about.tracks or hour in self._known:
            return
        baseline = self._load()
        known = Known(baseline.usual(hour), baseline.rarity, baseline.about.days)
        kept = {one: value for one, value in self._known.items() if (hour - one) % HOURS <= 1}  # and the one before it
        self._known = kept | {hour: known}

    def at(self, when: datetime) -> Known | None:
        """None where nothing has been learned, or what was cannot be read (the keeper says so)."""
        hour = hour_of_week(when, self._time_zone)
        if hour not in self._known:
            try:
                self.prepare(when)
            except StoreError:
                return None
        return self._known.get(hour)


def _same(baseline: Baseline) -> Baseline:
    return baseline

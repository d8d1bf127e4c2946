"""Searching the archive: from the newest hour back, until there are enough, or the time that one search may take is
over. What it has in memory at once is an hour."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from veedor.kit.clock import Clock
from veedor.kit.sqlite import store_errors
from veedor.model.camera import Calibration
from veedor.model.detection import ObjectClass
from veedor.model.track_query import FoundTrack, Order, TrackPage, TrackQuery, VehicleColour
from veedor.site.archive.blocks import HOUR_US, MemoryBlock, StoredBlock, heads
from veedor.site.archive.collector import micros
from veedor.site.archive.columns import HEADINGS, NO_HEADING, SPEED_UNIT, Ints, Rows, joined, stacked
from veedor.site.archive.looking import Block, Wish, on_the_ground, wish
from veedor.site.archive.parts import part_columns, part_rows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 24 * HOUR_US
_BATCH = 512  # paths looked at together
_SECONDS_BITS = 31  # seconds since 1970 until 2038 and, wrapped into the length, beyond


@dataclass(frozen=True, slots=True)
class DayFile:
    start_us: int
    path: Path


@dataclass(slots=True)
class _Search:
    """One search under way. `over`: says whether its time is."""

    wish: Wish
    over: Callable[[], bool]
    after: int | None  # the last key that was given: smaller ones follow
    found: list[FoundTrack] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)  # of each found
    ids: set[str] = field(default_factory=set)
    looked: bool = False  # at an hour: each page gets on by one at least
    stopped_us: int | None = None  # what began before is not looked at

    @property
    def query(self) -> TrackQuery:
        return self.wish.query

    @property
    def is_full(self) -> bool:
        return len(self.found) >= self.query.limit


def search(
    files: Sequence[DayFile],
    query: TrackQuery,
    calibrations: Mapping[str, Calibration],
    clock: Clock,
    budget_s: float,
) -> TrackPage:
    """The next page. `files`: by day. Raises StoreError; ValueError for a cursor that is none."""
    until_s = clock.monotonic() + budget_s
    wanted = wish(query, micros(query.start.astimezone(UTC)), micros(query.end.astimezone(UTC)), calibrations)
    state = _Search(
        wanted, lambda: clock.monotonic() >= until_s, int(query.cursor) if query.cursor is not None else None
    )
    step = _newest if query.order is Order.NEWEST else _longest
    for file in sorted(files, key=lambda one: -one.start_us):
        if file.start_us >= _from_the_top(state) or file.start_us + _DAY_US <= wanted.from_us:
            continue
        with store_errors(file.path), closing(reader(file.path)) as database:
            if not step(state, _hours(database, file, state)):
                break
    return _page(state)


def _from_the_top(state: _Search) -> int:
    """Nothing that begins here or later is needed: of pages by time, the earlier ones had it."""
    after, until_us = state.after, state.wish.until_us
    return min(until_us, after) if after is not None and state.query.order is Order.NEWEST else until_us


def _hours(database: sqlite3.Connection, file: DayFile, state: _Search) -> Iterator[tuple[int, list[Block]]]:
    """The hours of a day from the last back, each with its blocks."""
    wanted = frozenset(state.query.cameras)
    low, high = max(file.start_us, state.wish.from_us), min(file.start_us + _DAY_US, _from_the_top(state))
    is_old = int(database.execute("PRAGMA user_version").fetchone()[0]) < 2
    stored = [] if is_old else heads(database, low // HOUR_US * HOUR_US, high)
    has_parts = database.execute("SELECT 1 FROM part LIMIT 1").fetchone() is not None
    for hour in range((high - 1) // HOUR_US, low // HOUR_US - 1, -1):
        useful = [one for one in stored if one.from_us // HOUR_US == hour and state.wish.may_hold(one)]
        blocks: list[Block] = [one for head in useful if (one := StoredBlock(database, head, wanted)).size]
        if has_parts:
            span = (max(low, hour * HOUR_US), min(high, (hour + 1) * HOUR_US))
            fresh = part_rows(database, sorted(wanted), *span, part_columns(database))
            blocks += [MemoryBlock(joined(fresh))] if fresh else []
        yield hour, blocks


def reader(path: Path) -> sqlite3.Connection:
    """A day's file, to read. Raises what SQLite raises."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10.0, check_same_thread=False)


def _newest(state: _Search, hours: Iterator[tuple[int, list[Block]]]) -> bool:
    """Look through a day. False: enough, or out of time. What began in the same millisecond as the last comes too, so
    that the next page can begin below it."""
    for hour, blocks in hours:
        if state.looked and state.over():
            state.stopped_us = (hour + 1) * HOUR_US
            return False
        state.looked = True
        for rows, keys, last in _fitting(state, blocks, lambda block: block.started_us()):
            for track, key in zip(_found(rows, state.wish.calibrations), keys, strict=True):
                if state.is_full and key != state.keys[-1]:
                    return False
                if track.id not in state.ids:  # else another piece of a track that was found
                    state.ids.add(track.id)
                    state.found.append(track)
                    state.keys.append(key)
            if state.is_full:
                return False
            if state.over():
                state.stopped_us = last
                return False
    return True


def _longest(state: _Search, hours: Iterator[tuple[int, list[Block]]]) -> bool:
    """The same, keeping the best of all."""
    for hour, blocks in hours:
        if state.looked and state.over():
            state.stopped_us = (hour + 1) * HOUR_US
            return False
        state.looked = True
        least = _least(state)
        useful = [one for one in blocks if not isinstance(one, StoredBlock) or _length(one.head.most_dwell_ms) >= least]
        for rows, keys, last in _fitting(state, useful, _lengths, above=least):
            _keep_best(state, rows, keys)
            if last <= _least(state):
                break
            if state.over():
                state.stopped_us = hour * HOUR_US
                return False
    return True


def _lengths(block: Block) -> Ints:
    """Keys that order by how long, then by when."""
    return (block.column("dwell_ms").astype(np.int64) << _SECONDS_BITS) + block.started_us() // 1_000_000


def _length(dwell_ms: int) -> int:
    """The biggest such key."""
    return (dwell_ms + 1 << _SECONDS_BITS) - 1


def _least(state: _Search) -> int:
    return state.keys[-1] if state.is_full else -1


def _keep_best(state: _Search, rows: Rows, keys: Sequence[int]) -> None:
    """Of what was found and of `rows`, the best `limit`, in order; of pieces of one track, the longest."""
    useful = np.flatnonzero(np.asarray(keys, np.int64) > _least(state))[: state.query.limit]
    tracks = _found(rows.take(useful), state.wish.calibrations)
    both = [*zip(state.keys, state.found, strict=True), *zip((keys[one] for one in useful), tracks, strict=True)]
    best: dict[str, tuple[int, FoundTrack]] = {}
    for key, track in sorted(both, key=lambda one: -one[0]):
        best.setdefault(track.id, (key, track))
    kept = list(best.values())[: state.query.limit]
    state.keys, state.found = [key for key, _ in kept], [track for _, track in kept]


def _fitting(
    state: _Search, blocks: Sequence[Block], by: Callable[[Block], Ints], above: int = -1
) -> Iterator[tuple[Rows, list[int], int]]:
    """Rows that fit, the one with the biggest key first, in pieces: rows, keys, and the last key that was looked at."""
    keys, sources, places = [], [], []
    for number, block in enumerate(blocks):
        place = np.flatnonzero(state.wish.mask(block))
        key_of = by(block)[place]
        if above >= 0:
            useful = key_of > above
            place, key_of = place[useful], key_of[useful]
        if len(place):
            keys.append(key_of)
            sources.append(np.full(len(place), number))
            places.append(place)
    if not keys:
        return
    key, source, place = np.concatenate(keys), np.concatenate(sources), np.concatenate(places)
    if state.after is not None:
        rest = np.flatnonzero(key < state.after)
        key, source, place = key[rest], source[rest], place[rest]
    order = np.argsort(-key, kind="stable")
    key, source, place = key[order], source[order], place[order]
    size = _BATCH if state.wish.looks_at_paths else min(_BATCH, state.query.limit)
    low = 0
    while low < len(key):
        last = int(key[min(low + size, len(key)) - 1])
        high = int(np.searchsorted(-key, -last, side="right"))
        rows = _read(blocks, source[low:high], place[low:high])
        fits = np.flatnonzero(state.wish.paths_fit(rows)) if state.wish.looks_at_paths else np.arange(len(rows))
        yield rows.take(fits), key[low:high][fits].tolist(), last
        low = high


def _read(blocks: Sequence[Block], source: Ints, place: Ints) -> Rows:
    """Rows of several blocks, in the order asked for."""
    used = np.unique(source)
    where = [np.flatnonzero(source == one) for one in used]
    rows = stacked([blocks[int(one)].rows(place[some]) for one, some in zip(used, where, strict=True)])
    return rows.take(np.argsort(np.concatenate(where), kind="stable"))


def _found(rows: Rows, calibrations: Mapping[str, Calibration]) -> list[FoundTrack]:
    speed_mps, bearing = on_the_ground(rows, calibrations)
    offsets = rows.offsets
    tracks = []
    for index in range(len(rows)):
        points = rows.points[offsets[index] : offsets[index + 1]]
        best = points[np.argmax((points[:, 3] - points[:, 1]) * (points[:, 4] - points[:, 2]))]
        camera_id, first_us = rows.cameras[rows.camera[index]], int(rows.first_us[index])
        started_us, ended_us = int(rows.started_us[index]), int(rows.ended_us[index])
        number = int(rows.object_class[index])
        heading = int(rows.heading[index])
        colour = int(rows.colour[index])
        tracks.append(
            FoundTrack(
                id=f"{camera_id}:{first_us // 1000}:{rows.track_id[index]}",
                camera_id=camera_id,
                track_id=int(rows.track_id[index]),
                object_class=ObjectClass.of(number),
                started_at=_time(started_us),
                ended_at=_time(ended_us),
                dwell_s=(ended_us - first_us) / 1e6,
                heading_deg=None if heading == NO_HEADING else round(heading * 360 / HEADINGS, 1),
                speed_hps=int(rows.speed[index]) / SPEED_UNIT,
                at=_time(started_us + int(best[0] * 1e6)),
                box_norm=(
                    round(float(best[1]), 4),
                    round(float(best[2]), 4),
                    round(float(best[3]), 4),
                    round(float(best[4]), 4),
                ),
                bearing_deg=_number(bearing[index], 1),
                speed_mps=_number(speed_mps[index], 2),
                colour=VehicleColour(colour) if colour else None,
            )
        )
    return tracks


def _page(state: _Search) -> TrackPage:
    searched_to = _time(state.stopped_us) if state.stopped_us is not None else None
    cursor = None
    if state.is_full:
        cursor = str(state.keys[-1])
    elif state.stopped_us is not None and state.query.order is Order.NEWEST:
        cursor = str(state.stopped_us)
    return TrackPage(tuple(state.found), cursor, searched_to)


def _number(value: Any, digits: int) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)


def _time(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)

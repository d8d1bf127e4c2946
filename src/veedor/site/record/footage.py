"""Reading recorded footage while it is being recorded, and evidence locks: `wire.ports.Footage`."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.errors import UserError
from veedor.kit.mp4.boxes import BadMp4, read_layout
from veedor.kit.sqlite import open_database, store_errors
from veedor.model.camera import StreamRole
from veedor.model.recording import Gap, Segment
from veedor.site.record import queries
from veedor.site.record.clip import Found, Source, joined, largest_kind, picture_at
from veedor.site.record.errors import FootageDamaged, NoFootage, NoSegment
from veedor.site.record.files import read_settling
from veedor.site.record.index import require_index
from veedor.site.record.layout import (
    INDEX_NAME,
    OPEN_FOLDER,
    StreamKey,
    from_us,
    inside,
    open_prefix,
    open_segment,
    parse_open,
    to_us,
)
from veedor.site.record.locks import EvidenceLocks
from veedor.site.record.play import Piece, pieces, stream
from veedor.site.record.recovery import media_us
from veedor.site.record.schema import MIGRATIONS
from veedor.site.record.timeline import finished_spans, merged_gaps, merged_spans
from veedor.site.record.transcode import COPY_CODEC, working_copy
from veedor.site.still import last_picture_jpeg
from veedor.wire.ports import LockReport, Playback, PlayWish, RecordedTimeline

STILL_BEFORE_US = 5_000_000
STILL_QUALITY = 90
# How much of a working copy is made at once: a viewer waits for the whole of it.
COPY_US = 4_000_000
COPY_KEYFRAMES_US = 60_000_000


class FootageStore:
    """One recordings folder, seen by readers. Safe to call from several threads. Raises the StoreError tree."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._root = directory
        self._path = directory / INDEX_NAME
        with store_errors(directory):
            require_index(directory)
        self._db = open_database(self._path, MIGRATIONS)
        self._guard = threading.Lock()
        self._locks = EvidenceLocks(directory, self._db, clock)

    def close(self) -> None:
        with self._guard:
            self._db.close()

    # -- what there is

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        """Finished segments that overlap the span, by time."""
        found: list[Segment] = []
        for key in _keys(camera_id, role):
            with self._guard, store_errors(self._path):
                found = queries.segments(self._db, key, to_us(start), to_us(end))
            if found:
                break
        return found

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        """Gaps that overlap the span, by time; with no role those of the stream that `segments` would answer for."""
        keys = _keys(camera_id, role)
        if role is None and not self._sources(keys[0], to_us(start), to_us(end)):
            keys = [key for key in keys if self._sources(key, to_us(start), to_us(end))] or keys
        found: list[Gap] = []
        for key in keys:
            with self._guard, store_errors(self._path):
                found = queries.gaps(self._db, key, to_us(start), to_us(end))
            if found:
                break
        return found

    def recorded_until(
        self,
        camera_id: str,
        role: StreamRole | None = None,
        *,
        within: tuple[datetime, datetime] | None = None,  # noqa: ARG002  the desk has decided
    ) -> datetime | None:
        """Up to when footage, the open segment included, can be read now."""
        for key in _keys(camera_id, role):
            opened = self._open_sources(key)
            if opened:
                return from_us(max(opened, key=lambda one: (one.run, one.number)).ended_us)
            with self._guard, store_errors(self._path):
                last = queries.last_end_us(self._db, key)
            if last is not None:
                return from_us(last)
        return None

    def segment(self, segment_id: int) -> Segment:
        """A finished segment by its id. Raises NoSegment."""
        with self._guard, store_errors(self._path):
            segment = queries.segment(self._db, segment_id)
        if segment is None:
            raise NoSegment(segment=str(segment_id))
        return segment

    def segment_path(self, segment_id: int) -> Path:
        """The file of a finished segment, to be read and never written. Raises NoSegment, FootageDamaged."""
        path = self._file(self.segment(segment_id))
        if not path.is_file():
            raise FootageDamaged(path=str(path), problem="the file is not there")
        return path

    def _file(self, segment: Segment) -> Path:
        try:
            return inside(self._root, segment.path)
        except ValueError as problem:
            raise FootageDamaged(path=segment.path, problem="path outside the recordings folder") from problem

    # -- files that cover a span

    def _sources(self, key: StreamKey, start_us: int, end_us: int) -> list[Source]:
        """Files that overlap the span, the open one included, in the order of recording.

        Open files are looked at first, then those on the way; one that is finished meanwhile is found in the index.
        """
        found = {
            (one.run, one.number): one
            for one in self._open_sources(key, end_us)
            if one.started_us < end_us and one.ended_us > start_us
        }
        with self._guard, store_errors(self._path):
            finished = queries.segments(self._db, key, start_us, end_us)
        for segment in finished:
            path = self._file(segment)
            number = int(path.stem.rpartition("_")[2])
            span = (to_us(segment.started_at), to_us(segment.ended_at))
            found[segment.run, number] = Source(path, segment.run, number, *span)
        return [found[place] for place in sorted(found)]

    def _open_sources(self, key: StreamKey, before_us: int | None = None) -> list[Source]:
        """Open files, and finished ones that have no row yet, that began before a moment, or all."""
        sources = []
        prefix = open_prefix(key)
        folder = self._root / OPEN_FOLDER
        with store_errors(folder):
            names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        names.update(read_settling(self._root))
        for one in sorted(names):
            name = parse_open(one) if one.startswith(prefix) else None
            if name is None or (before_us is not None and name.started_us >= before_us):
                continue
            path = folder / one
            with contextlib.suppress(OSError, BadMp4), open_segment(path) as file:
                ended = name.started_us + media_us(read_layout(file))
                if ended > name.started_us:
                    sources.append(Source(path, name.run, name.number, name.started_us, ended))
        return sources

    # -- pictures

    def clip(
        self,
        camera_id: str,
        start: datetime,
        end: datetime,
        role: StreamRole | None = None,
        *,
        within: tuple[datetime, datetime] | None = None,
    ) -> Iterator[bytes]:
        """A playable MP4 that covers the span, from the keyframe at or before `start`; packets are copied. Neither
        picture nor sound of it is from outside `within`.

        Gaps are cut out. Footage of another codec or picture size than most of the span's is left out. Raises
        NoFootage at once where there is none at all; FootageDamaged while reading where not a single file is readable.
        """
        start_us, end_us = to_us(start), to_us(end)
        if end_us <= start_us:
            raise UserError(problem=f"{start} >= {end}")
        for key in _keys(camera_id, role):
            sources = self._sources(key, start_us, end_us)
            kind = largest_kind(sources, start_us, end_us)
            if kind[1]:
                return joined(kind, start_us, end_us, _us(within))
        raise NoFootage(camera=camera_id, at=f"{start:%Y-%m-%d %H:%M:%S} - {end:%H:%M:%S}")

    def still(
        self,
        camera_id: str,
        at: datetime,
        role: StreamRole | None = None,
        *,
        within: tuple[datetime, datetime] | None = None,
    ) -> bytes:
        """JPEG of the last recorded picture at or before `at`, at most 5 s before it, and not from outside `within`.
        Raises NoFootage."""
        first_us, last_us = to_us(at) - STILL_BEFORE_US, to_us(at)
        if within is not None:
            first_us, last_us = max(first_us, to_us(within[0])), min(last_us, to_us(within[1]) - 1)
        for key in _keys(camera_id, role):
            best: Found | None = None
            for source in self._sources(key, first_us, last_us + 1):
                with contextlib.suppress(OSError, BadMp4):
                    found = picture_at(source.path, source.started_us, last_us, first_us)
                    if found is not None and (best is None or found.at_us >= best.at_us):
                        best = found
            if best is not None:
                jpeg = last_picture_jpeg(best.mp4, STILL_QUALITY, best.ticks)
                if jpeg is not None:
                    return jpeg
        raise NoFootage(camera=camera_id, at=f"{at:%Y-%m-%d %H:%M:%S}")

    # -- looking at it

    def timeline(
        self, camera_id: str, start: datetime, end: datetime, resolution_s: float, role: StreamRole | None = None
    ) -> RecordedTimeline:
        """Spans and gaps that overlap the span, those closer together than the resolution told as one."""
        resolution_us = int(resolution_s * 1_000_000)
        told: RecordedTimeline | None = None
        for key in _keys(camera_id, role):
            opened = [one for one in self._open_sources(key) if one.started_us < to_us(end)]
            with self._guard, store_errors(self._path):
                spans = finished_spans(self._db, key, to_us(start), to_us(end))
                gaps = queries.gaps(self._db, key, to_us(start), to_us(end))
            merged = merged_spans(spans, opened, resolution_us)
            if merged or (gaps and told is None):
                told = RecordedTimeline(key.role, merged, merged_gaps(gaps, resolution_us))
            if merged:
                break
        return told or RecordedTimeline(None, (), ())

    def play(self, camera_id: str, start: datetime, end: datetime, wish: PlayWish) -> Playback:
        """Footage of the span in time, from the first stream that the viewer can be shown; see `Playback`."""
        start_us, end_us = to_us(start), to_us(end)
        if end_us <= start_us:
            raise UserError(problem=f"{start} >= {end}")
        keys = sorted(_keys(camera_id, None), key=lambda key: key.role != wish.prefer)
        newest = {
            key: self._newest_us(key, end_us) for key in keys
        }  # before looking: what comes later is asked for anew
        found = {key: self._pieces(key, start_us, end_us, wish) for key in keys}
        there = [key for key in keys if found.get(key)]
        if not there:
            raise NoFootage(camera=camera_id, at=f"{start:%Y-%m-%d %H:%M:%S} - {end:%H:%M:%S}")
        playable = {"h264", "hevc"} if wish.hevc else {"h264"}
        shown = next((key for key in there if found[key][0].codec in playable), None)
        key = shown or there[0]
        chosen = found[key]
        if shown is None:
            end_us = min(end_us, start_us + (COPY_KEYFRAMES_US if wish.keyframes else COPY_US))
            chosen = self._pieces(key, start_us, end_us, wish)
        last = chosen[-1]
        until_us = last.end_us if not last.reaches_end else max(last.end_us, min(end_us, newest[key]))
        if wish.within is not None:
            until_us = min(until_us, to_us(wish.within[1]))
        chunks = stream(chosen, keyframes=wish.keyframes)
        return Playback(
            role=key.role,
            codec=last.codec,
            mime=f'video/mp4; codecs="{chosen[0].mime_codec if shown else COPY_CODEC}"',
            at=from_us(chosen[0].first_us),
            until=from_us(until_us),
            is_substitute=key != there[0],
            is_copy=shown is None,
            chunks=chunks if shown else working_copy(chunks),
        )

    def _newest_us(self, key: StreamKey, enough_us: int) -> int:
        """Up to when a stream is recorded; the open file is not looked at where the finished ones reach far enough."""
        with self._guard, store_errors(self._path):
            finished = queries.last_end_us(self._db, key) or 0
        if finished >= enough_us:
            return finished
        return max([finished, *(one.ended_us for one in self._open_sources(key))])

    def _pieces(self, key: StreamKey, start_us: int, end_us: int, wish: PlayWish) -> list[Piece]:
        return pieces(self._sources(key, start_us, end_us), start_us, end_us, _us(wish.within))

    # -- locks

    def lock(self, lock_id: str, camera_id: str, start: datetime, end: datetime) -> LockReport:
        """Exempt the span from retention, all recorded roles, footage still to come included. Idempotent by `lock_id`:
        asking again reports the segments that are finished by then. Durable when it returns."""
        if end <= start:
            raise UserError(problem=f"{start} >= {end}")
        with self._guard:
            return self._locks.hold(lock_id, camera_id, to_us(start), to_us(end))

    def unlock(self, lock_id: str) -> LockReport:
        """Give the span back to retention; idempotent."""
        with self._guard:
            return self._locks.release(lock_id)


def _us(span: tuple[datetime, datetime] | None) -> tuple[int, int] | None:
    return (to_us(span[0]), to_us(span[1])) if span is not None else None


def _keys(camera_id: str, role: StreamRole | None) -> list[StreamKey]:
    roles = (StreamRole.MAIN, StreamRole.SUB) if role is None else (role,)
    return [StreamKey(camera_id, one) for one in roles]

"""Start-up: whatever ended the last process, bring files and index together again before anything is recorded."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from veedor.kit.mp4.boxes import BadMp4, Layout, read_layout
from veedor.model.packet import ClockSource
from veedor.model.recording import GapReason
from veedor.site.record.commands import SegmentHead
from veedor.site.record.config import RecordConfig
from veedor.site.record.files import make_folder, segment_row, sync_folder
from veedor.site.record.index import GapClosed, GapOpened, Index, RunEnded, RunRow, SegmentRow
from veedor.site.record.layout import (
    OPEN_FOLDER,
    QUARANTINE_FOLDER,
    SegmentName,
    StreamKey,
    day_folder,
    from_us,
    inside,
    parse_open,
    parse_path,
    read_note,
)

log = logging.getLogger(__name__)
_DAY_US = int(timedelta(days=1) / timedelta(microseconds=1))
_CODECS = {"avc1": "h264", "hvc1": "hevc", "mp4v": "mjpeg"}


@dataclass(frozen=True, slots=True)
class ReadSegment:
    """A segment file as it is found to be. `whole_end`: where its last whole fragment ends."""

    head: SegmentHead
    ended_us: int
    packets: int
    whole_end: int
    layout: Layout


def read_segment(path: Path, name: SegmentName) -> ReadSegment:
    """Understand a segment from the file alone; its note wins over its name. Raises BadMp4, OSError."""
    with path.open("rb") as file:
        layout = read_layout(file)
    note = read_note(layout.note)
    packets = sum(len(samples) for entry in layout.fragments for samples in entry.tracks.values())
    if not layout.fragments or packets == 0:
        raise BadMp4(problem="no whole fragment")
    camera_id = note.get("camera_id")
    key = StreamKey(camera_id if isinstance(camera_id, str) else name.key.camera_id, name.key.role)
    try:
        clock = ClockSource(str(note.get("clock")))
    except ValueError:
        clock = ClockSource.ARRIVAL
    offset = note.get("clock_offset_s")
    track = min(layout.timescales)
    codec = str(note.get("codec") or _CODECS.get(layout.codecs[track], layout.codecs[track]))
    name = SegmentName(key, name.started_us, name.run, name.number)
    head = SegmentHead(name, clock, offset if isinstance(offset, float) else None, codec, *layout.sizes[track])
    return ReadSegment(head, name.started_us + media_us(layout), packets, layout.whole_end, layout)


def media_us(layout: Layout) -> int:
    """How long the whole fragments last, by the picture track."""
    track = min(layout.timescales)
    last = [entry.tracks[track][-1] for entry in layout.fragments if entry.tracks.get(track)]
    ticks = max((one.decode_ticks + one.duration_ticks for one in last), default=0)
    return ticks * 1_000_000 // layout.timescales[track]


def measured_row(path: Path, found: ReadSegment, recorded_us: int) -> SegmentRow:
    """The row for a finished file that has none. Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return segment_row(found.head, found.ended_us, recorded_us, (path.stat().st_size, found.packets, digest))


class Recovery:
    """One start-up. `recovered` counts segments that were saved, `problems` files that could not be."""

    def __init__(self, config: RecordConfig, index: Index, now_us: int) -> None:
        self._root = config.directory
        self._config = config
        self._index = index
        self._now_us = now_us
        self.recovered = 0
        self.problems: list[str] = []

    def run(self) -> None:
        """Adopt finished files without a row, cut and adopt open ones, write the gaps of a crash."""
        runs = {run.id: run for run in self._index.open_runs()}
        for run in runs.values():
            self._adopt_orphans(run)
        opened = sorted(self._open_files(), key=lambda pair: (pair[1].run, pair[1].number))
        for path, name in opened:
            saved = self._save(path, name)
            if saved is not None:
                runs.setdefault(saved.id, saved)
        for run in runs.values():
            last = self._index.last_segment(run.id)
            ended_us = last["ended_us"] if last is not None else run.started_us
            self._index.write([RunEnded(run.id), GapOpened(run.key, ended_us, GapReason.CRASHED)])

    def _open_files(self) -> list[tuple[Path, SegmentName]]:
        found = []
        for path in (self._root / OPEN_FOLDER).iterdir():
            name = parse_open(path.name)
            if name is not None and path.is_file() and not path.is_symlink():
                found.append((path, name))
        return found

    def _adopt_orphans(self, run: RunRow) -> None:
        """A file that was renamed, and whose row the crash prevented. It is of the run's last days."""
        last = self._index.last_segment(run.id)
        days = {run.started_us, run.started_us + _DAY_US}
        if last is not None:
            days |= {last["started_us"], last["ended_us"], last["ended_us"] + _DAY_US}
        orphans = []
        for folder in {day_folder(run.key, day) for day in days}:
            with contextlib.suppress(FileNotFoundError):
                for entry in os.scandir(inside(self._root, folder)):
                    name = parse_path(f"{folder}/{entry.name}")
                    if name is not None and name.run == run.id and (last is None or name.number > last["number"]):
                        orphans.append((name.number, Path(entry.path), name))
        for _, path, name in sorted(orphans, key=lambda one: one[0]):
            self._adopt(path, name)

    def _save(self, path: Path, name: SegmentName) -> RunRow | None:
        """Cut an open file after its last whole fragment, sync, rename, index."""
        try:
            found = read_segment(path, name)
        except (BadMp4, OSError) as problem:
            self._set_aside(path, str(problem))
            return None
        name = found.head.name
        run = RunRow(name.run, name.key, name.started_us)
        self._index.write([run])  # before the rename: should this start die as well, the next one knows where to look
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if found.layout.file_size > found.whole_end:
                os.ftruncate(handle, found.whole_end)
            os.fsync(handle)
        finally:
            os.close(handle)
        self._config.step("recovery-cut")
        final = inside(self._root, name.path)
        make_folder(self._root, final.parent)
        if final.exists():
            self._set_aside(path, "a finished file of this name exists")
            return None
        path.rename(final)
        sync_folder(final.parent)
        sync_folder(path.parent)
        self._config.step("recovery-renamed")
        self._adopt(final, name)
        return run

    def _adopt(self, path: Path, name: SegmentName) -> None:
        try:
            row = measured_row(path, read_segment(path, name), self._now_us)
        except (BadMp4, OSError) as problem:
            self.problems.append(f"{path.name}: {problem}")
            log.error("recovery: %s cannot be indexed: %s", path.name, problem)
            return
        resumed = [GapClosed(row.name.key, row.name.started_us)] if name.number == 0 else []
        self._index.write([row, *resumed])
        self.recovered += 1
        log.warning("recovery: %s saved up to %s", path.name, from_us(row.ended_us))

    def _set_aside(self, path: Path, problem: str) -> None:
        """Nothing in it can be played: a file without one whole fragment goes, anything else is kept apart."""
        if path.stat().st_size == 0 or not _has_media(path):
            path.unlink()
            return
        self.problems.append(f"{path.name}: {problem}")
        folder = self._root / QUARANTINE_FOLDER
        make_folder(self._root, folder)
        path.rename(free_name(folder / path.name))
        log.error("recovery: %s put into %s: %s", path.name, QUARANTINE_FOLDER, problem)


def _has_media(path: Path) -> bool:
    """Whether there may be footage in a file that cannot be read: more than what comes before the first fragment."""
    return path.stat().st_size > 64 << 10


def free_name(path: Path) -> Path:
    """`path`, or the first of path.1, path.2 ... that is free."""
    number = 0
    while (candidate := path.with_name(f"{path.name}.{number}") if number else path).exists():
        number += 1
    return candidate

"""The disk thread: takes commands in order, writes fragments, and finishes segments in Moonfire's order:
write, fsync, rename, row. It alone writes the index's segments, gaps and runs.

Finishing is done in batches, `settle_s` apart: files that are due together share one sync of folders and one
transaction, the more so the slower the disk is. Until then they wait in `open`, where the next start would find them.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError, StoreFull
from veedor.kit.files import has_room
from veedor.kit.messages import Message
from veedor.kit.sqlite import os_store_error
from veedor.model.recording import GapReason
from veedor.site.record.commands import Begin, Command, Data, Draft, Finish
from veedor.site.record.config import RecordConfig
from veedor.site.record.files import OpenFile, sync_folder, tell_settling
from veedor.site.record.index import GapClosed, GapNoted, GapOpened, Index, Row, RunEnded, RunRow, SegmentRow
from veedor.site.record.layout import OPEN_FOLDER, StreamKey, inside, to_us
from veedor.site.record.room import Room

log = logging.getLogger(__name__)

HOUSEKEEPING_S = 1.0
_PROBE_BYTES = 4096
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(slots=True)
class WrittenCounters:
    """Of one stream: what is on the disk, and what was given up on the way there."""

    packets: int = 0
    octets: int = 0
    segments: int = 0
    gaps: int = 0
    lost: int = 0


class DiskWriter:
    """`commands.Outlet` for the streams. Start it once; `stop` stores everything that was queued."""

    def __init__(self, config: RecordConfig, index: Index, room: Room, clock: Clock) -> None:
        self._config = config
        self._root: Path = config.directory
        self._index = index
        self._room = room
        self._clock = clock
        self._queue: deque[Command] = deque()
        self._ready = threading.Condition()
        self._queued_octets = 0
        self._stopping = False
        self._next_run = index.next_run()
        self._files: dict[Draft, OpenFile] = {}
        self._rows: list[Row | _Finishing] = []
        self._blocked: GapReason | None = None
        self._block_message: Message | None = None
        self._index_problem: Message | None = None
        self._began = clock.monotonic()
        self._settled_at = self._began
        self._housekept_at = clock.monotonic() - HOUSEKEEPING_S
        self._written: dict[StreamKey, WrittenCounters] = {}
        self.queue_peak_octets = 0
        self._thread = threading.Thread(target=self._run, name="record-disk", daemon=True)

    # -- the streams' side

    def accepting(self, key: StreamKey) -> bool:  # noqa: ARG002 - one disk, one answer
        return self._blocked is None and self._queued_octets <= self._config.queue_bytes // 2

    def offer(self, data: Data) -> bool:
        with self._ready:
            if self._queued_octets + data.octets > self._config.queue_bytes:
                return False
            self._queue.append(data)
            self._queued_octets += data.octets
            self.queue_peak_octets = max(self.queue_peak_octets, self._queued_octets)
            self._ready.notify()
        return True

    def send(self, command: Command) -> None:
        with self._ready:
            self._queue.append(command)
            self._ready.notify()

    def next_run(self) -> int:
        with self._ready:
            number = self._next_run
            self._next_run += 1
            return number

    @property
    def upcoming_run(self) -> int:
        """The number that `next_run` will give next."""
        return self._next_run

    def overflow_reason(self) -> GapReason:
        return self._blocked or GapReason.DISK_ERROR

    def counters(self, key: StreamKey) -> WrittenCounters:
        """What became of a stream's packets on the disk, since start."""
        return self._written.setdefault(key, WrittenCounters())

    def problems(self) -> list[Message]:
        """What is wrong now, worst first."""
        return [message for message in (self._block_message, self._index_problem) if message is not None]

    def octets_per_s(self) -> float | None:
        """Mean rate since start; None in the first ten seconds."""
        elapsed = self._clock.monotonic() - self._began
        written = sum(counters.octets for counters in list(self._written.values()))
        return written / elapsed if elapsed >= 10.0 and written else None

    @property
    def queued_octets(self) -> int:
        return self._queued_octets

    @property
    def blocked(self) -> GapReason | None:
        """Why nothing is recorded, if nothing is."""
        return self._blocked

    # -- life

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Store what is queued, and end the thread."""
        with self._ready:
            self._stopping = True
            self._ready.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            batch, stopping = self._take()
            try:
                self._work(batch)
            except Exception:  # nothing may end this thread but stop()
                log.exception("disk thread: batch of %d failed", len(batch))
                self._guard(self._block, GapReason.DISK_ERROR, Message("error-internal"))
            if not batch and stopping:
                self._guard(self._settle)
                return

    def _take(self) -> tuple[list[Command], bool]:
        with self._ready:
            if not self._queue and not self._stopping:
                self._ready.wait(HOUSEKEEPING_S)
            batch = list(self._queue)
            self._queue.clear()
            return batch, self._stopping

    def _guard(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            call(*arguments)
        except Exception:
            log.exception("disk thread: %s", getattr(call, "__name__", call))

    # -- one batch

    def _work(self, batch: list[Command]) -> None:
        self._housekeep()
        for command in batch:
            try:
                self._obey(command)
            finally:
                if isinstance(command, Data):
                    with self._ready:
                        self._queued_octets -= command.octets
        if self._rows and self._clock.monotonic() - self._settled_at >= self._config.settle_s:
            self._settle()

    def _obey(self, command: Command) -> None:
        if isinstance(command, Data):
            self._append(command)
        elif isinstance(command, Begin):
            self._begin(command)
        elif isinstance(command, Finish):
            file = self._files.pop(command.draft, None)
            if file is not None:
                self._rows.append(_Finishing(file, command.ended_us))
        else:
            if isinstance(command, GapOpened | GapNoted):
                self.counters(command.key).gaps += 1
            self._rows.append(command)

    def _begin(self, command: Begin) -> None:
        name = command.draft.head.name

        def create() -> None:
            self._files[command.draft] = OpenFile(self._root, command.draft, command.opening)

        if self._blocked is not None or not self._with_room(create, len(command.opening)):
            command.draft.failed = True
            self._rows += [RunEnded(name.run), GapOpened(name.key, name.started_us, self.overflow_reason())]
        elif name.number == 0:
            self._rows += [RunRow(name.run, name.key, name.started_us), GapClosed(name.key, name.started_us)]

    def _append(self, command: Data) -> None:
        file = self._files.get(command.draft)
        counters = self.counters(command.draft.head.name.key)
        if file is None:
            counters.lost += command.packets
            return
        data = b"".join(command.pieces)
        if self._with_room(lambda: file.append(data, command.packets, command.ended_us), len(data)):
            counters.packets += command.packets
            counters.octets += len(data)
            self._config.step("fragment-written")
        else:
            counters.lost += command.packets

    def _with_room(self, write: Callable[[], None], octets: int) -> bool:
        """Run `write`; on a full disk delete the oldest footage and try again; else stop recording, loudly."""
        for _ in range(1000):
            try:
                write()
            except OSError as problem:
                if problem.errno not in _FULL:
                    self._block(GapReason.DISK_ERROR, os_store_error(self._root, problem).message)
                    return False
                if not self._room.make_room(max(octets, 1 << 20)):
                    break
            else:
                return True
        self._block(GapReason.DISK_FULL, Message("problem-record-disk-full", {"path": str(self._root)}))
        return False

    # -- finishing: write, fsync, rename, row

    def _settle(self) -> None:
        """Finish what is to be finished and commit the rows. Rows that cannot be committed wait for the next time."""
        self._settled_at = self._clock.monotonic()
        finishing = [row for row in self._rows if isinstance(row, _Finishing)]
        if finishing:
            self._commit([row for row in self._rows if isinstance(row, RunRow)])
            tell_settling(self._root, [name for row in self._rows if (name := _open_name(row)) is not None])
        folders: set[Path] = set()
        for one in finishing:
            done = self._publish(one.file, folders)
            at = self._rows.index(one)
            self._rows[at : at + 1] = [one.file.row(one.ended_us, to_us(self._clock.now()))] if done else []
        if folders:
            self._guard(self._sync_folders, folders)
            self._config.step("folders-synced")
        if self._rows and self._commit(self._rows):
            for row in self._rows:
                if isinstance(row, SegmentRow):
                    self.counters(row.name.key).segments += 1
                    self._room.added(row.name.key.camera_id, row.octets)
            tell_settling(self._root, [])
            self._rows = []
            self._config.step("rows-written")

    def _publish(self, file: OpenFile, folders: set[Path]) -> bool:
        """Sync and rename. A file that cannot be stays in `open`, and the next start finds it there."""
        try:
            if file.packets == 0:
                file.discard()
                return False
            file.sync()
            self._config.step("synced")
            file.publish(self._root)
            self._config.step("renamed")
        except OSError as problem:
            log.exception("segment %s stays in %s", file.path.name, OPEN_FOLDER)
            self._block(GapReason.DISK_ERROR, os_store_error(file.path, problem).message)
            return False
        finally:
            file.close()
        folders.add(inside(self._root, file.draft.head.name.folder))
        return True

    def _sync_folders(self, folders: set[Path]) -> None:
        for folder in (*sorted(folders), self._root / OPEN_FOLDER):
            sync_folder(folder)

    def _commit(self, rows: list[Row | _Finishing]) -> bool:
        ready: list[Row] = [row for row in rows if not isinstance(row, _Finishing)]
        try:
            try:
                self._index.write(ready)
            except StoreFull:
                self._room.release_reserve()
                self._index.write(ready)
        except StoreError as problem:
            log.error("index: %s", problem)
            self._index_problem = problem.message
            return False
        self._index_problem = None
        return True

    # -- when the disk does not take it

    def _block(self, reason: GapReason, message: Message) -> None:
        """Stop recording on this disk: finish what is whole, say since when there is no footage, refuse more."""
        if self._blocked is None:
            log.error("recording stops: %s", message.render("en"))
        self._blocked, self._block_message = reason, message
        for draft, file in list(self._files.items()):
            draft.failed = True
            name = draft.head.name
            self._rows += [_Finishing(file, file.ended_us), RunEnded(name.run)]
            self._rows.append(GapOpened(name.key, file.ended_us, reason))
            self.counters(name.key).gaps += 1
        self._files.clear()

    def _housekeep(self) -> None:
        """Once a second: retention, the reserve, and whether a disk that refused takes footage again."""
        now = self._clock.monotonic()
        if now - self._housekept_at < HOUSEKEEPING_S:
            return
        self._housekept_at = now
        try:
            roomy = self._room.keep()
        except StoreError as problem:
            log.error("retention: %s", problem)
            self._index_problem = problem.message
            roomy = self._room.has_reserve()
        if not roomy:
            self._block(GapReason.DISK_FULL, Message("problem-record-disk-full", {"path": str(self._root)}))
        elif self._blocked is not None and has_room(self._root / OPEN_FOLDER, _PROBE_BYTES):
            log.warning("recording goes on")
            self._blocked, self._block_message = None, None


class _Finishing:
    """The place, among the rows to be written, of a segment that is yet to be synced and renamed."""

    __slots__ = ("ended_us", "file")

    def __init__(self, file: OpenFile, ended_us: int) -> None:
        self.file = file
        self.ended_us = ended_us


def _open_name(row: Row | _Finishing) -> str | None:
    """The name, while it was open, of the file that a row is about."""
    if isinstance(row, _Finishing):
        return row.file.path.name
    return Path(row.name.open_path).name if isinstance(row, SegmentRow) else None

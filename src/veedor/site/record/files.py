"""An open segment's file: whole fragments or nothing, a running hash, and the way to its final place."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from veedor.site.record.commands import Draft, SegmentHead
from veedor.site.record.index import SegmentRow
from veedor.site.record.layout import OPEN_FOLDER, SETTLING_NAME, inside


class OpenFile:
    """The file of one draft. Only the disk thread touches it."""

    def __init__(self, root: Path, draft: Draft, opening: bytes) -> None:
        """Create it and write ftyp, moov and note. Raises OSError."""
        self.draft = draft
        self.path = inside(root, draft.head.name.open_path)
        self.octets = 0
        self.packets = 0
        self.ended_us = draft.head.name.started_us
        self._hash = hashlib.sha256()
        self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        try:
            self._write(opening)
        except OSError:
            self.discard()
            raise

    def append(self, data: bytes, packets: int, ended_us: int) -> None:
        """Add a whole fragment; on OSError the file ends after the fragment before."""
        self._write(data)
        self.packets += packets
        self.ended_us = ended_us

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, self.octets)
                os.lseek(self._handle, self.octets, os.SEEK_SET)
            raise
        self.octets += len(data)
        self._hash.update(data)

    def sync(self) -> None:
        """Everything written is on the disk when this returns. Raises OSError."""
        os.fsync(self._handle)

    def close(self) -> None:
        handle, self._handle = self._handle, -1  # first: a number closed twice closes somebody else's file
        if handle >= 0:
            os.close(handle)

    def discard(self) -> None:
        """Remove it: it holds no fragment."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def publish(self, root: Path) -> None:
        """Give it its final name. Raises OSError; never replaces a file."""
        final = inside(root, self.draft.head.name.path)
        make_folder(root, final.parent)
        if final.exists():
            raise FileExistsError(str(final))
        self.path.rename(final)

    def row(self, ended_us: int, recorded_us: int) -> SegmentRow:
        return segment_row(self.draft.head, ended_us, recorded_us, (self.octets, self.packets, self._hash.hexdigest()))


def segment_row(head: SegmentHead, ended_us: int, recorded_us: int, measured: tuple[int, int, str]) -> SegmentRow:
    """The row of a finished file. `measured`: octets, packets, SHA-256."""
    octets, packets, digest = measured
    return SegmentRow(
        name=head.name,
        ended_us=max(ended_us, head.name.started_us),
        recorded_us=recorded_us,
        clock=head.clock,
        clock_offset_s=head.clock_offset_s,
        codec=head.codec,
        width=head.width,
        height=head.height,
        octets=octets,
        packets=packets,
        sha256=digest,
    )


def tell_settling(root: Path, names: list[str]) -> None:
    """Say which open files are about to get their final names, or, with none, that all have their rows.

    Between its rename and its row a finished file is neither open nor in the index: readers find it by this note. It
    is for those who read now: after a crash recovery looks for itself. So nothing is synced, and a disk too full for
    it costs nothing but that such a file is seen a moment later.
    """
    note = root / OPEN_FOLDER / SETTLING_NAME
    with contextlib.suppress(OSError):
        if not names:
            note.unlink(missing_ok=True)
            return
        draft = note.with_suffix(".new")
        draft.write_text("\n".join(names), encoding="utf-8")
        draft.replace(note)


def read_settling(root: Path) -> list[str]:
    """The names in the note of `tell_settling`."""
    try:
        return (root / OPEN_FOLDER / SETTLING_NAME).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []


def make_folder(root: Path, folder: Path) -> None:
    """Create `folder` under `root`, each new level synced into its parent. Raises OSError."""
    if folder.is_dir():
        return
    if folder != root:
        make_folder(root, folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def prepare_store(root: Path) -> None:
    """The recordings folder and its `open` folder. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    make_folder(root, root / OPEN_FOLDER)

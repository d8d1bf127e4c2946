"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from veedor.kit.sqlite import store_errors


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; at the end it is synced and takes its place. On an exception nothing changes."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    with store_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield partial
        with store_errors(path):
            sync(partial)
            partial.replace(path)
            sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_file(path: Path, data: bytes) -> None:
    """Durable and atomic. Raises the StoreError tree."""
    with replaced_file(path) as partial, store_errors(path):
        partial.write_bytes(data)


def has_room(folder: Path, octets: int) -> bool:
    """Whether so much can be written there now and reaches the disk, tried: free space tells of neither quotas nor a
    disk that fails."""
    probe = folder / f".room-{os.getpid()}"
    try:
        handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, octets)
            os.pwrite(handle, b"\0", 0)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError:
        return False
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return True


def sync(path: Path) -> None:
    """fsync of a file or folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def pieces_of(path: Path, offset: int = 0, octets: int = 256 * 1024) -> Iterator[bytes]:
    """A file from `offset` on, in pieces of at most `octets`. Opened when the first piece is asked for."""
    with path.open("rb") as file:
        file.seek(offset)
        while piece := file.read(octets):
            yield piece

"""A disk so small that it can be filled: a tmpfs, where a mount is allowed (root)."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_BLOCKS = (1 << 16, 1 << 12, 1)  # bytes: the last free page as well


class SmallDisk:
    """Mounted over `folder`. Raises CalledProcessError where that is not allowed, OSError where there is no `mount`."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
        subprocess.run(words, check=True, capture_output=True, text=True)

    def fill(self, leave_bytes: int = 0) -> None:
        """Until no more is free than that; with 0, until not one more byte is taken. What others give back meanwhile is
        free again: fill once more."""
        with self._ballast.open("ab", buffering=0) as file:
            for octets in _BLOCKS:
                piece = bytes(octets)
                try:
                    while not leave_bytes or self.free_bytes() > leave_bytes:
                        file.write(piece)
                except OSError as problem:
                    if problem.errno != errno.ENOSPC:
                        raise

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.folder).free

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)


def why_no_mount() -> str:
    """Why there is no small disk here; empty: there is."""
    if os.geteuid() != 0:
        return "not root: nothing may be mounted"
    with tempfile.TemporaryDirectory(prefix="veedor-mount-") as folder:
        try:
            SmallDisk(Path(folder), 1).close()
        except subprocess.CalledProcessError as problem:
            return str(problem.stderr or problem).strip()[:200]
        except OSError as problem:
            return f"no mount: {problem}"
    return ""

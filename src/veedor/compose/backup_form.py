"""What a backup looks like: a folder, or one tar of it, with `manifest.json`, which has the SHA-256 of every file.

manifest.json
config.yaml      the configuration file
data/...         what lay in the data folder, without footage
postgres.dump    a hub's own database, as pg_dump writes it
member/...       what a site was told at joining
keys/...         only where they were asked for
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from veedor.compose.errors import BackupBroken, BackupNewer, BackupTargetExists
from veedor.kit.files import sync, write_file
from veedor.kit.hashing import sha256_bytes, sha256_file
from veedor.kit.sqlite import store_errors

FORMAT = 1
MANIFEST = "manifest.json"
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at`: when it was begun; what happened later may be missing. `files`: SHA-256 by path.

    `left_out`: the keys that were there and are not in it.
    """

    kind: str  # site or hub
    name: str
    agency_id: str
    version: str
    made_at: datetime
    left_out: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def text(self) -> bytes:
        plain = {**asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


class Collector:
    """Puts files into a backup that is being made, in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, str] = {}

    def add(self, source: Path, name: str) -> None:
        """A file, or a SQLite database through its backup. One that vanished meanwhile is left out."""
        target = self.place(name)
        with store_errors(source):
            try:
                if is_database(source):
                    copy_database(source, target)
                else:
                    shutil.copyfile(source, target)
            except FileNotFoundError:
                target.unlink(missing_ok=True)
                return
        self.note(name)

    def add_tree(self, source: Path, name: str) -> None:
        """All files below `source`, which need not be there."""
        for path in sorted(source.rglob("*")) if source.is_dir() else []:
            if path.is_file() and not path.is_symlink() and not is_passing(path):
                self.add(path, f"{name}/{path.relative_to(source).as_posix()}")

    def place(self, name: str) -> Path:
        """Where the file `name` of the backup belongs; its folder is made."""
        target = self.root / name
        with store_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            target.touch(mode=0o600)
        return target

    def note(self, name: str) -> None:
        """`name` is written: sync it and take its hash."""
        path = self.root / name
        with store_errors(path):
            sync(path)
            self.files[name] = sha256_file(path)


def is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def is_passing(path: Path) -> bool:
    """Journals of databases, locks, and files that are being written: nothing to keep."""
    return path.name.endswith(("-wal", "-shm", "-journal", ".lock")) or ".partial-" in path.name


def copy_database(source: Path, target: Path) -> None:
    """One moment of a database that others may be writing to, checked. Raises BackupBroken, sqlite3.DatabaseError."""
    if not source.exists():
        raise FileNotFoundError(source)
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=30)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        # All pages in one step: writers go on in their log meanwhile, and the copy never has to begin again.
        reading.backup(writing, pages=-1)
        found = writing.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise BackupBroken(path=str(source), problem=str(found))


@contextmanager
def written(out: Path) -> Iterator[Collector]:
    """A folder to collect in; `finish` must have been called in it. It becomes `out` as a whole, or nothing does."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise BackupTargetExists(path=str(out))
    with store_errors(out):
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        root = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.absolute().parent))
    try:
        yield Collector(root)
        with store_errors(out):
            if out.suffix == ".tar":
                _pack(root, out)
            else:
                if out.exists():
                    out.rmdir()
                root.rename(out)
            sync(out.absolute().parent)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def finish(made: Collector, manifest: Manifest) -> str:
    """Write the manifest; returns its SHA-256, by which the whole backup can be known."""
    text = manifest.text()
    write_file(made.root / MANIFEST, text)
    return sha256_bytes(text)


def _pack(root: Path, out: Path) -> None:
    """A tar, manifest first. Each file is removed once it is in, so that the disk never holds all of it twice."""
    partial = root.with_name(f"{root.name}.tar")
    try:
        with tarfile.open(partial, "w") as tar:
            partial.chmod(0o600)
            names = sorted(path for path in root.rglob("*") if path.is_file())
            for path in [root / MANIFEST, *(path for path in names if path != root / MANIFEST)]:
                tar.add(path, path.relative_to(root).as_posix())
                path.unlink()
        sync(partial)
        partial.rename(out)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def opened(source: Path, beside: Path) -> Iterator[tuple[Path, Manifest]]:
    """The backup's folder and manifest, every file of it checked. A tar is unpacked beside `beside` for the time.

    Raises BackupBroken, BackupNewer, the StoreError tree.
    """
    if source.is_dir():
        yield source, _checked(source, source)
        return
    with store_errors(beside):
        beside.absolute().parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".veedor-restore-", dir=beside.absolute().parent))
    try:
        _unpack(source, folder)
        yield folder, _checked(folder, source)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(source: Path, folder: Path) -> None:
    with store_errors(source):
        try:
            with tarfile.open(source, "r:") as tar:
                for member in tar:
                    target = folder / _safe(member.name, source)
                    content = tar.extractfile(member) if member.isreg() else None
                    if content is None:
                        raise BackupBroken(path=str(source), problem=member.name)
                    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    with target.open("xb") as file:
                        shutil.copyfileobj(content, file, 1 << 20)
        except (tarfile.TarError, FileExistsError) as problem:
            raise BackupBroken(path=str(source), problem=str(problem)) from problem


def _safe(name: str, source: Path) -> PurePosixPath:
    """A name that stays in its folder. Raises BackupBroken."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise BackupBroken(path=str(source), problem=name)
    return path


def _checked(folder: Path, source: Path) -> Manifest:
    """`source`: what people know the backup by."""
    manifest = _manifest(folder, source)
    for name, expected in manifest.files.items():
        path = folder / _safe(name, source)
        with suppress(OSError):
            if path.is_file() and not path.is_symlink() and sha256_file(path) == expected:
                continue
        raise BackupBroken(path=str(source), problem=name)
    return manifest


def _manifest(folder: Path, source: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if int(plain["format"]) > FORMAT:
            raise BackupNewer(path=str(source), version=str(plain["version"]))
        plain["made_at"] = datetime.fromisoformat(plain["made_at"])
        plain["left_out"] = tuple(str(name) for name in plain["left_out"])
        found = Manifest(**plain)
        if found.kind not in ("site", "hub") or not all(
            isinstance(name, str) and isinstance(value, str) for name, value in found.files.items()
        ):
            raise ValueError(found.kind)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise BackupBroken(path=str(source), problem=f"{MANIFEST}: {problem}") from problem
    return found

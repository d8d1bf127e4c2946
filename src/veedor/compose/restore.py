"""`veedor restore`: a site or a hub out of its backup, into an empty place."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from veedor.compose.at_machine import os_user
from veedor.compose.backup import DUMP, keys_of, load_either, run_tool
from veedor.compose.backup_form import MANIFEST, Manifest, opened
from veedor.compose.errors import RestoreKeysMissing, RestoreOtherKind, RestoreOtherUser, RestoreTargetNotEmpty
from veedor.compose.hub_config import HubFile
from veedor.compose.lock import DataLock
from veedor.compose.postgres import EmbeddedPostgres
from veedor.compose.restored import leave_note
from veedor.kit.clock import Clock
from veedor.kit.files import write_file
from veedor.kit.hashing import sha256_bytes
from veedor.kit.sqlite import store_errors
from veedor.member.files import MemberFiles


@dataclass(frozen=True, slots=True)
class Restored:
    """`keys`: private files that were put back. `missing`: those that are not there, and must be put back by hand."""

    manifest: Manifest
    config: Path
    data: Path
    keys: tuple[Path, ...]
    missing: tuple[Path, ...]


def restore(source: Path, config_file: Path | None, clock: Clock) -> Restored:
    """Put a backup back, where the configuration at `config_file` says; where there is none, the backup's is written.

    Keys that are there already stay. Raises BackupBroken, BackupNewer, RestoreOtherKind, RestoreOtherUser,
    RestoreTargetNotEmpty, RestoreKeysMissing, StoreLocked (it runs), ConfigError, PostgresFailed; the data folder is
    then as it was.
    """
    _refuse_root(config_file or Path())
    with opened(source, config_file or Path("veedor.yaml")) as (folder, manifest):
        path = config_file or Path("hub.yaml" if manifest.kind == "hub" else "veedor.yaml")
        fresh = not path.exists()
        if fresh:
            write_file(path, (folder / "config.yaml").read_bytes())
            path.chmod(0o600)
        try:
            return _restore(folder, manifest, path, clock)
        except BaseException:
            if fresh:
                path.unlink(missing_ok=True)
            raise


def _restore(folder: Path, manifest: Manifest, path: Path, clock: Clock) -> Restored:
    config = load_either(path)
    kind = "hub" if isinstance(config, HubFile) else "site"
    if kind != manifest.kind:
        raise RestoreOtherKind(path=str(path), kind=kind, backup=manifest.kind)
    data, keys = config.data, keys_of(config)
    if isinstance(config, HubFile) and "keys/hub/ca.key" not in manifest.files and not _has_authority(config):
        raise RestoreKeysMissing(path=str(config.keys))
    with ExitStack() as stack:
        stack.callback(DataLock(data).close)
        _refuse_occupied(data, path)
        try:
            _copy(folder, manifest, "data/", data)
            if isinstance(config, HubFile):
                _restore_database(folder, data, clock)
            else:
                _copy(folder, manifest, "member/", MemberFiles.beside(config.secret_key).folder)
            put_back = [file for name, place in keys.items() for file in _copy(folder, manifest, name, place)]
            leave_note(data, _told(folder, manifest, clock))
        except BaseException:
            _clear(data, path)
            raise
    missing = tuple(keys[name] for name in manifest.left_out if name in keys and not keys[name].exists())
    return Restored(manifest, path, data, tuple(put_back), missing)


def _refuse_root(target: Path) -> None:
    """What root writes into a service's folder is root's alone, and the service does not start with it."""
    place = target.absolute()
    while not place.is_dir():
        place = place.parent
    owner = place.stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        try:
            user = pwd.getpwuid(owner).pw_name
        except KeyError:
            user = f"#{owner}"  # as sudo takes a number
        raise RestoreOtherUser(path=str(place), user=user)


def _refuse_occupied(data: Path, config_file: Path) -> None:
    """Only where nothing is can nothing be lost."""
    found = sorted(one.name for one in data.iterdir() if not _may_be_there(one, config_file))
    if found:
        raise RestoreTargetNotEmpty(path=str(data), found=found[0])


def _clear(data: Path, config_file: Path) -> None:
    for one in data.iterdir():
        if _may_be_there(one, config_file):
            continue
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
        else:
            one.unlink(missing_ok=True)


def _may_be_there(path: Path, config_file: Path) -> bool:
    return path.name == "site.lock" or path.resolve() == config_file.resolve()


def _copy(folder: Path, manifest: Manifest, name: str, target: Path) -> list[Path]:
    """Put the file `name`, or all files below it (`name/`), at `target`. What is there already stays."""
    put = []
    for found in manifest.files:
        if found == name or (name.endswith("/") and found.startswith(name)):
            place = target / found.removeprefix(name) if name.endswith("/") else target
            if not place.exists():
                _put(folder / found, place)
                put.append(place)
    return put


def _put(source: Path, target: Path) -> None:
    with store_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with source.open("rb") as reading, os.fdopen(handle, "wb") as writing:
            shutil.copyfileobj(reading, writing, 1 << 20)
            writing.flush()
            os.fsync(writing.fileno())


def _restore_database(folder: Path, data: Path, clock: Clock) -> None:
    place = data / "postgres"
    server = EmbeddedPostgres(place, clock)
    try:
        server.start()
        words = ["--no-owner", "--exit-on-error", "--single-transaction", "--dbname=veedor", str(folder / DUMP)]
        run_tool("pg_restore", server.url(), words, place)
    finally:
        server.stop()


def _has_authority(config: HubFile) -> bool:
    """Without its authority a hub would make another at its start, and no site would trust it again."""
    return (config.keys / "ca.key").exists()


def _told(folder: Path, manifest: Manifest, clock: Clock) -> dict[str, str]:
    return {
        "backup_made_at": manifest.made_at.isoformat(),
        "backup_version": manifest.version,
        "manifest_sha256": sha256_bytes((folder / MANIFEST).read_bytes()),
        "restored_at": clock.now().isoformat(),
        "by": f"os:{os_user()}",
        "host": socket.gethostname(),
    }

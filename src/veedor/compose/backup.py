"""`veedor backup`: all that a site or hub cannot make anew, while it runs. Never footage; keys only when asked for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from veedor import __version__
from veedor.compose import config as site_config
from veedor.compose import hub_config
from veedor.compose.backup_form import Collector, Manifest, finish, is_passing, written
from veedor.compose.clips import clips_directory
from veedor.compose.config import SiteFile
from veedor.compose.errors import BackupForeignDatabase, BackupInsideData, ConfigMissing, PostgresFailed
from veedor.compose.hub_config import HubFile
from veedor.compose.lock import DataLock
from veedor.compose.postgres import EmbeddedPostgres, binaries
from veedor.desk.workers import evidence_key_file
from veedor.kit.clock import Clock
from veedor.member.files import MemberFiles

DUMP = "postgres.dump"
# In this order, before all others: an event is first in `events.db`, then an alert in `desk.db`. The other way round an
# alert that is made between the two copies would be in neither; like this it comes twice, and once is known already.
_FIRST = ("site.db", "events.db", "desk.db")


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made. `digest`: SHA-256 of its manifest."""

    path: Path
    manifest: Manifest
    digest: str
    octets: int


def load_either(path: Path) -> SiteFile | HubFile:
    """A hub's configuration or a site's, by its word `hub`. Raises ConfigMissing, ConfigError."""
    if not path.is_file():
        raise ConfigMissing(path=str(path))
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    is_hub = any(line.startswith("hub:") for line in lines)
    return hub_config.load(path) if is_hub else site_config.load(path)


def backup(config_file: Path, out: Path, clock: Clock, *, with_keys: bool = False) -> Backup:
    """Make a backup at `out`: a new folder, or a file whose name ends with .tar.

    Raises ConfigMissing, ConfigError, BackupTargetExists, BackupInsideData, BackupForeignDatabase, and what copying
    raises; nothing is left behind then.
    """
    out = out.absolute()
    config = load_either(config_file)
    kind, name = ("hub", config.hub) if isinstance(config, HubFile) else ("site", config.site)
    if out.resolve().is_relative_to(config.data.resolve()):
        raise BackupInsideData(path=str(out), data=str(config.data))
    if isinstance(config, HubFile) and config.database is not None:
        raise BackupForeignDatabase(data=str(config.data / "desk"), keys=str(config.keys))
    made_at = clock.now()
    with written(out) as made:
        made.add(config_file, "config.yaml")
        if isinstance(config, HubFile):
            _collect_hub(made, config, config_file, clock)
        else:
            _collect_site(made, config, config_file)
        left_out = _collect_keys(made, keys_of(config), with_keys)
        manifest = Manifest(kind, name, config.agency_id, __version__, made_at, left_out, made.files)
        octets = sum((made.root / name).stat().st_size for name in made.files)
        digest = finish(made, manifest)
    return Backup(out, manifest, digest, octets)


# -- a site


def _collect_site(made: Collector, config: SiteFile, config_file: Path) -> None:
    member = MemberFiles.beside(config.secret_key)
    left_out = [
        config.recording.directory or config.data / "recordings",
        clips_directory(config.data),
        config.data / "link",  # the log to the hub begins anew, with all that the hub has not told that it has
        config.secret_key,
        evidence_key_file(config.secret_key),
        member.folder,
        config_file,
    ]
    _collect_data(made, config.data, left_out)
    # The highest time that was seen never runs backward, not by a restore either.
    if (config.data / "link" / "time").is_file():
        made.add(config.data / "link" / "time", "data/link/time")
    for told in (member.joined, member.ca):
        if told.is_file():
            made.add(told, f"member/{told.name}")


# -- a hub


def _collect_hub(made: Collector, config: HubFile, config_file: Path, clock: Clock) -> None:
    dump_database(config, clock, made.place(DUMP))
    made.note(DUMP)
    # `link` is written from the database and the keys at each start; `relay` is footage of sites, passing through.
    made_anew = [config.data / name for name in ("postgres", "link", "relay")]
    _collect_data(made, config.data, [*made_anew, config.keys, config_file])


def dump_database(config: HubFile, clock: Clock, target: Path) -> None:
    """One moment of the hub's own database. Where the hub does not run, its server is started for the time."""
    folder = config.data / "postgres"
    with ExitStack() as stack:
        server = EmbeddedPostgres(folder, clock)
        if not server.attach():
            stack.callback(DataLock(config.data).close)
            stack.callback(server.stop)
            server.start()
        run_tool("pg_dump", server.url(), ["--format=custom", "--no-owner", f"--file={target}"], folder)


def run_tool(name: str, url: str, words: list[str], folder: Path) -> None:
    """One of PostgreSQL's programs; the password goes through its environment. Raises PostgresFailed."""
    at = make_url(url)
    where = {"PGHOST": str(at.query["host"]), "PGUSER": at.username or "", "PGDATABASE": at.database or ""}
    done = subprocess.run(
        [binaries() / name, "--no-password", *words],
        env={**os.environ, **where, "PGPASSWORD": str(at.password or "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PostgresFailed(path=str(folder), problem=f"{name}: {done.stderr.strip()[-300:]}")


# -- both


def keys_of(config: SiteFile | HubFile) -> dict[str, Path]:
    """The private files that are there, or that a backup may have: where they lie, by what a backup calls them.

    `keys/hub/` stands for the whole folder of a hub.
    """
    if isinstance(config, HubFile):
        found = {"keys/hub/": config.keys}
    else:
        member = MemberFiles.beside(config.secret_key)
        found = {"keys/secret.key": config.secret_key, "keys/evidence.pem": evidence_key_file(config.secret_key)}
        found |= {f"keys/{path.name}": path for path in _private(member)}
    named = {"keys/desk.crt": config.desk.tls_certificate, "keys/desk.key": config.desk.tls_key}
    return found | {name: path for name, path in named.items() if path is not None}


def _private(member: MemberFiles) -> tuple[Path, ...]:
    return member.link_seed, member.local_seed, member.agency_key, member.agency_key_aside


def _collect_keys(made: Collector, keys: Mapping[str, Path], with_keys: bool) -> tuple[str, ...]:
    """Add those that are there, or say which were not."""
    there = {name: path for name, path in keys.items() if path.exists()}
    if not with_keys:
        return tuple(there)
    for name, path in there.items():
        if path.is_dir():
            made.add_tree(path, name.rstrip("/"))
        else:
            made.add(path, name)
    return ()


def _collect_data(made: Collector, data: Path, left_out: Iterable[Path]) -> None:
    """All files below `data` but those of `left_out`: what a later version puts there is kept too."""
    out = [path.resolve() for path in left_out]
    files = [
        path
        for path in data.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not is_passing(path)
        and not any(path.resolve().is_relative_to(one) for one in out)
    ]

    def order(path: Path) -> tuple[int, str]:
        name = path.relative_to(data).as_posix()
        # Databases before the files that they name: a file may be more than they know of, never less.
        return (_FIRST.index(name) if name in _FIRST else len(_FIRST) + (path.suffix != ".db"), name)

    for path in sorted(files, key=order):
        made.add(path, f"data/{path.relative_to(data).as_posix()}")

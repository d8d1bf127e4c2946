"""A hub's backup, taken while it runs on its own PostgreSQL, put back, and started: its audit says so."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.compose.backup import backup
from veedor.compose.errors import BackupForeignDatabase, RestoreKeysMissing, RestoreOtherKind
from veedor.compose.hub import Hub, running_hub
from veedor.compose.hub_config import load
from veedor.compose.restore import restore
from veedor.desk.audit.log import AuditQuery, ChainedAuditLog
from veedor.kit.clock import SystemClock
from veedor.kit.errors import StoreLocked
from veedor.link.server import free_port

CLOCK = SystemClock()

pytestmark = pytest.mark.e2e


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may enter, which pytest's are not."""
    one = Path(tempfile.mkdtemp(prefix="veedor-test-hub-"))
    one.chmod(0o711)
    yield one
    shutil.rmtree(one, ignore_errors=True)


def hub_file(folder: Path, keys: str = "keys", more: str = "") -> Path:
    folder.mkdir(exist_ok=True, mode=0o711)
    path = folder / "hub.yaml"
    path.write_text(
        f"hub: Lima\nagency: Region\nagency_id: region\ndata: data\nkeys: {keys}\n{more}"
        f"desk:\n  port: 0\nlink:\n  port: {free_port()}\n",
        encoding="utf-8",
    )
    return path


def note(hub: Hub, what: str) -> None:
    who = Principal("rosa", "rosa", "region", frozenset())
    hub.ports.access.note(who, Action.AGENCY_EDIT, Resource("agency", what, "region"), allowed=True)


def log_of(hub: Hub) -> ChainedAuditLog:
    return ChainedAuditLog(hub.ports.database, CLOCK, "region")


def test_a_hub_saved_while_it_runs_comes_back(folder: Path) -> None:
    path = hub_file(folder / "hub")
    with running_hub(load(path), CLOCK) as hub:
        note(hub, "before")
        made = backup(path, folder / "saved.tar", CLOCK, with_keys=True)
        note(hub, "after")
        with pytest.raises(StoreLocked):
            restore(folder / "saved.tar", path, CLOCK)
        authority = hub.ca_file.read_bytes()
    assert "postgres.dump" in made.manifest.files
    assert not [name for name in made.manifest.files if name.startswith(("data/postgres", "data/link", "data/relay"))]

    other = hub_file(folder / "other", keys="other-keys")
    restore(folder / "saved.tar", other, CLOCK)
    with running_hub(load(other), CLOCK) as hub:
        assert hub.ca_file.read_bytes() == authority  # sites go on trusting it
        assert hub.first_password is None  # its people are there
        entries = log_of(hub).entries(AuditQuery(limit=1000))
        told = [entry for entry in entries if entry.resource_kind == "backup"]
        assert [entry.reason for entry in told] == [f"restored from backup of {made.manifest.made_at.isoformat()}"]
        named = {entry.resource_id for entry in entries if entry.resource_kind == "agency"}
        assert "before" in named
        assert "after" not in named
        assert log_of(hub).verify().intact

    # Of a hub that does not run, too; and without its keys it is not put back where there are none.
    backup(other, folder / "plain", CLOCK)
    third = hub_file(folder / "third")
    with pytest.raises(RestoreKeysMissing):
        restore(folder / "plain", third, CLOCK)
    assert not (folder / "third" / "data" / "postgres").exists()
    shutil.copytree(folder / "other" / "other-keys", folder / "third" / "keys")
    restore(folder / "plain", third, CLOCK)
    assert (folder / "third" / "data" / "postgres" / "data").is_dir()


def test_a_database_of_somebody_elses_is_saved_with_its_own_tools(folder: Path) -> None:
    path = hub_file(folder / "hub", more="database: postgresql://veedor@db.example/veedor\n")
    with pytest.raises(BackupForeignDatabase) as refused:
        backup(path, folder / "saved", CLOCK)
    assert "pg_dump" in (refused.value.hint("en") or "")
    assert not (folder / "saved").exists()


def test_a_sites_backup_is_no_hubs(folder: Path) -> None:
    site = folder / "veedor.yaml"
    site.write_text("site: Plaza\nagency: Muni\nsecret_key: keys/site.key\ndata: site-data\n", encoding="utf-8")
    backup(site, folder / "saved", CLOCK)
    with pytest.raises(RestoreOtherKind):
        restore(folder / "saved", hub_file(folder / "hub"), CLOCK)

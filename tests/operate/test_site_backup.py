"""A site's backup while it is written to: one moment of each database, checked, and put back only where nothing is."""

from __future__ import annotations

import os
import pwd
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal, Resource
from veedor.compose.backup import backup
from veedor.compose.backup_form import MANIFEST
from veedor.compose.config import SiteFile, load
from veedor.compose.errors import (
    BackupBroken,
    BackupInsideData,
    BackupNewer,
    BackupTargetExists,
    RestoreOtherUser,
    RestoreTargetNotEmpty,
)
from veedor.compose.lock import DataLock
from veedor.compose.restore import restore
from veedor.compose.restored import audit_restore
from veedor.compose.stores import camera_store
from veedor.desk.audit.log import AuditQuery, ChainedAuditLog
from veedor.desk.database import Database, database_url
from veedor.kit.clock import SystemClock
from veedor.kit.errors import StoreLocked
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from waiting import wait_until

CLOCK = SystemClock()
PASSWORD = "camera-password-of-plaza"


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """A site with a camera whose password is encrypted, rules, a picture, footage, and a key of its own."""
    folder = tmp_path / "site"
    folder.mkdir()
    path = folder / "veedor.yaml"
    path.write_text(
        "site: Plaza\nagency: Muni\nagency_id: muni\ndata: data\nsecret_key: ../keys/site.key\n", encoding="utf-8"
    )
    config = load(path)
    with camera_store(config, CLOCK) as store:
        streams = (StreamSource(StreamRole.MAIN, "rtsp://10.0.0.1/1"),)
        store.save(Camera("plaza", "Plaza", "muni", SourceKind.RTSP, streams, username="veedor"), PASSWORD)
    for name, text in (("rules/plaza.yaml", "rules: []\n"), ("desk/pictures/one.jpg", "picture")):
        (config.data / name).parent.mkdir(parents=True, exist_ok=True)
        (config.data / name).write_text(text)
    for name in ("recordings/plaza/one.mp4", "demo-clips/two.mp4", "link/jetstream/blk"):
        (config.data / name).parent.mkdir(parents=True, exist_ok=True)
        (config.data / name).write_bytes(b"footage")
    (config.data / "link" / "time").write_text("2026-01-01T00:00:00Z\n")
    return path


@contextmanager
def audit_of(config: SiteFile) -> Iterator[ChainedAuditLog]:
    database = Database(database_url(config.data))
    try:
        database.migrate()
        yield ChainedAuditLog(database, CLOCK, "muni")
    finally:
        database.close()


@contextmanager
def being_written(config: SiteFile) -> Iterator[ChainedAuditLog]:
    """The desk's audit grows as fast as it can."""
    stop = threading.Event()
    with audit_of(config) as audit:

        def write() -> None:
            access = Access(audit)
            while not stop.is_set():
                who = Principal("rosa", "rosa", "muni", frozenset())
                access.note(who, Action.LIVE_WATCH, Resource("camera", "plaza", "muni"), allowed=True)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            wait_until(lambda: audit.verify().entries > 20)
            yield audit
        finally:
            stop.set()
            writer.join()


def moved(config_file: Path, folder: Path) -> Path:
    """The same configuration for another place, with the key of the first."""
    folder.mkdir()
    path = folder / "veedor.yaml"
    path.write_text(config_file.read_text().replace("../keys/", f"{config_file.parent.parent}/keys/"))
    return path


@pytest.mark.parametrize("name", ["saved", "saved.tar"])
def test_a_backup_of_a_site_that_is_written_to(config_file: Path, tmp_path: Path, name: str) -> None:
    config = load(config_file)
    with being_written(config) as audit:
        before = audit.verify().entries
        made = backup(config_file, tmp_path / name, CLOCK)
        wait_until(lambda: audit.verify().entries > before + 20)  # it went on, and nobody was locked out
        assert audit.verify().intact
        last = audit.verify().entries
    kept = set(made.manifest.files)
    assert {"config.yaml", "data/site.db", "data/desk.db", "data/rules/plaza.yaml", "data/link/time"} <= kept
    assert not [one for one in kept if one.endswith((".mp4", "blk", ".lock", "-wal")) or one.startswith("keys/")]
    assert made.manifest.left_out == ("keys/secret.key",)

    other = moved(config_file, tmp_path / "other")
    done = restore(tmp_path / name, other, CLOCK)
    assert done.missing == ()
    again = load(other)
    assert (again.data / "desk/pictures/one.jpg").read_text() == "picture"
    with camera_store(again, CLOCK) as store:
        assert store.password("plaza") == PASSWORD
    with audit_of(again) as audit:
        verdict = audit.verify()
        assert verdict.intact
        assert before <= verdict.entries < last
        desk = SimpleNamespace(access=Access(audit), database=audit._database, clock=CLOCK, agency_id="muni")
        audit_restore(again.data, desk, "")
        audit_restore(again.data, desk, "")  # the next start has nothing to tell any more
        newest = audit.entries(AuditQuery(limit=2))
        assert newest[0].reason == f"restored from backup of {made.manifest.made_at.isoformat()}"
        assert newest[0].username.startswith("os:")
        assert made.digest in newest[0].detail
        assert f'"last_entry":{verdict.entries}' in newest[0].detail
        assert newest[1].username == "rosa"
        assert audit.verify().intact


def test_keys_only_when_asked_for(config_file: Path, tmp_path: Path) -> None:
    config = load(config_file)
    plain = backup(config_file, tmp_path / "plain", CLOCK)
    whole = backup(config_file, tmp_path / "whole.tar", CLOCK, with_keys=True)
    key = config.secret_key.read_bytes()
    assert not [one for one in (tmp_path / "plain").rglob("*") if one.is_file() and key.strip() in one.read_bytes()]
    assert (tmp_path / "whole.tar").stat().st_mode & 0o077 == 0
    shutil.rmtree(config.data)
    config.secret_key.unlink()
    assert restore(plain.path, config_file, CLOCK).missing == (config.secret_key,)
    shutil.rmtree(config.data)
    assert restore(whole.path, config_file, CLOCK).missing == ()
    assert config.secret_key.read_bytes() == key
    assert config.secret_key.stat().st_mode & 0o077 == 0
    with camera_store(config, CLOCK) as store:
        assert store.password("plaza") == PASSWORD


def test_without_a_configuration_the_backups_is_written(config_file: Path, tmp_path: Path) -> None:
    backup(config_file, tmp_path / "saved.tar", CLOCK)
    fresh = tmp_path / "fresh" / "veedor.yaml"
    assert restore(tmp_path / "saved.tar", fresh, CLOCK).data == tmp_path / "fresh" / "data"
    assert fresh.read_bytes() == config_file.read_bytes()


def test_a_restore_overwrites_nothing(config_file: Path, tmp_path: Path) -> None:
    config = load(config_file)
    backup(config_file, tmp_path / "saved", CLOCK)
    before = (config.data / "site.db").read_bytes()
    with pytest.raises(RestoreTargetNotEmpty, match="is not empty") as refused:
        restore(tmp_path / "saved", config_file, CLOCK)
    assert refused.value.hint("es")
    assert (config.data / "site.db").read_bytes() == before
    other = moved(config_file, tmp_path / "other")
    running = DataLock(load(other).data)
    with pytest.raises(StoreLocked):
        restore(tmp_path / "saved", other, CLOCK)
    running.close()
    restore(tmp_path / "saved", other, CLOCK)


@pytest.mark.parametrize("name", ["data/site.db", "data/rules/plaza.yaml"])
def test_a_backup_that_was_changed_is_refused(config_file: Path, tmp_path: Path, name: str) -> None:
    backup(config_file, tmp_path / "saved", CLOCK)
    file = tmp_path / "saved" / name
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    fresh = tmp_path / "fresh" / "veedor.yaml"
    with pytest.raises(BackupBroken, match=name):
        restore(tmp_path / "saved", fresh, CLOCK)
    file.unlink()
    with pytest.raises(BackupBroken, match=name):
        restore(tmp_path / "saved", fresh, CLOCK)
    assert not fresh.exists()


def test_a_tar_that_was_cut_off_or_is_newer_is_refused(config_file: Path, tmp_path: Path) -> None:
    backup(config_file, tmp_path / "saved.tar", CLOCK)
    whole = (tmp_path / "saved.tar").read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: len(whole) // 2])
    fresh = tmp_path / "fresh" / "veedor.yaml"
    with pytest.raises(BackupBroken):
        restore(tmp_path / "cut.tar", fresh, CLOCK)
    wrong = whole.replace(b"agency_id: muni", b"agency_id: pnp!", 1)
    (tmp_path / "wrong.tar").write_bytes(wrong)
    with pytest.raises(BackupBroken, match=r"wrong\.tar"):  # by its name, not by where it was unpacked
        restore(tmp_path / "wrong.tar", fresh, CLOCK)
    assert list(fresh.parent.iterdir()) == []
    made = backup(config_file, tmp_path / "saved", CLOCK)
    text = (made.path / MANIFEST).read_text()
    (made.path / MANIFEST).write_text(text.replace('"format": 1', '"format": 2'))
    with pytest.raises(BackupNewer):
        restore(made.path, fresh, CLOCK)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write into another's folder")
def test_root_does_not_restore_into_a_users_folder(config_file: Path, tmp_path: Path) -> None:
    made = backup(config_file, tmp_path / "saved", CLOCK)
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(RestoreOtherUser, match="nobody"):
        restore(made.path, home / "veedor.yaml", CLOCK)
    assert list(home.iterdir()) == []


def test_a_manifest_cannot_reach_outside(config_file: Path, tmp_path: Path) -> None:
    made = backup(config_file, tmp_path / "saved", CLOCK)
    text = (made.path / MANIFEST).read_text()
    (made.path / MANIFEST).write_text(text.replace('"data/rules/plaza.yaml"', '"data/../../outside"'))
    with pytest.raises(BackupBroken, match="outside"):
        restore(made.path, tmp_path / "fresh" / "veedor.yaml", CLOCK)


def test_where_a_backup_may_not_go(config_file: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupInsideData):
        backup(config_file, load(config_file).data / "saved", CLOCK)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").write_text("mine")
    with pytest.raises(BackupTargetExists):
        backup(config_file, tmp_path / "there", CLOCK)
    assert (tmp_path / "there" / "mine").read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []

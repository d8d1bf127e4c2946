"""`veedor cameras ...` as people type it, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clips import write_clip
from veedor.kit.messages import has_message
from veedor.model.camera import StreamRole
from veedor.model.packet import ClockSource
from veedor.simulator.onvif_device import OnvifSimulator, OnvifStream
from veedor.simulator.rtsp_server import Faults, RtspServer, ServedStream
from veedor_process import run_veedor

VEEDOR = str(Path(sys.executable).parent / "veedor")
PASSWORD = "c0ntra:se@ña/1"


class Site:
    """A folder with a configuration, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "veedor.yaml").write_text(
            "site: Prueba\nagency: Serenazgo\nsecret_key: keys/site.key\n"
            "networks:\n  allowed: [127.0.0.0/8, 192.168.1.0/24]\n  file_directories: [clips]\n"
        )
        (folder / "clips").mkdir()

    def __call__(self, *arguments: str, code: int = 0, secret: str | None = None) -> str:
        environment = {**os.environ, "LANG": "es_PE.UTF-8", "COLUMNS": "200"}
        if secret is not None:
            environment["VEEDOR_CAMERA_PASSWORD"] = secret
        done = run_veedor("cameras", *arguments, cwd=self.folder, env=environment)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def json(self, *arguments: str, code: int = 0, secret: str | None = None):
        return json.loads(self(*arguments, "--json", code=code, secret=secret))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_add_list_change_remove(site: Site) -> None:
    site(
        "add", "Plaza Mayor", f"rtsp://admin:{PASSWORD}@192.168.1.10:8554/main", "--sub", "rtsp://192.168.1.10:8554/sub"
    )
    (row,) = site.json("list")
    assert (row["name"], row["main_url"]) == ("Plaza Mayor", "rtsp://192.168.1.10:8554/main")
    assert (row["sub_url"], row["username"]) == ("rtsp://192.168.1.10:8554/sub", "admin")
    assert "Ya hay una cámara" in site("add", "plaza mayor", "rtsp://192.168.1.11/x", code=2)
    site("add", "Plaza Mayor", "rtsp://192.168.1.11/x", "--change", "--keep-days", "45")
    (changed,) = site.json("list")
    assert (changed["id"], changed["main_url"], changed["keep_days"]) == (row["id"], "rtsp://192.168.1.11/x", 45)
    site("remove", "plaza mayor")
    assert site.json("list") == []
    assert "No existe la cámara «plaza mayor»" in site("remove", "plaza mayor", code=2)


def test_tags_are_given_changed_and_taken_away(site: Site) -> None:
    site("add", "Plaza", "rtsp://192.168.1.10/a", "--tag", "Centro", "--tag", "mercado")
    assert site.json("list")[0]["tags"] == ["centro", "mercado"]
    (site.folder / "c.csv").write_text("name,url,tags\nPuente,rtsp://192.168.1.11/a,río|Centro\n", encoding="utf-8")
    assert site.json("import", "c.csv")["imported"][0]["tags"] == ["centro", "río"]
    assert site.json("set", "puente", "--tag", "río")[0]["tags"] == ["río"]
    assert "Puente" in site("set", "puente", "--no-tags")
    assert [row["tags"] for row in site.json("list")] == [["centro", "mercado"], []]
    assert "--no-tags" in site("set", "puente", code=2)
    assert "tags" in site("set", "puente", "--tag", "a,b", code=2)


def test_the_password_is_nowhere_in_clear(site: Site) -> None:
    told = site("add", "Plaza", "rtsp://192.168.1.10/x", "-u", "admin", secret=PASSWORD)
    told += (
        site("list") + site("list", "--json") + site("add", "Plaza", "rtsp://192.168.1.10/x", code=2, secret=PASSWORD)
    )
    assert PASSWORD not in told
    for file in site.folder.rglob("*"):
        assert file.is_dir() or PASSWORD.encode() not in file.read_bytes()
    assert (site.folder / "keys" / "site.key").stat().st_mode & 0o077 == 0
    assert (site.folder / "data" / "site.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_report_says_streams_and_clocks_in_words(lang: str) -> None:
    keys = [f"cli-cameras-stream-{one}" for one in StreamRole]
    keys += [f"cli-cameras-clock-{one.replace('_', '-')}" for one in ClockSource]
    assert all(has_message(key, lang) for key in keys)


def test_test_shows_what_a_camera_sends(site: Site, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "c.mp4", keyframe_every=25)
    served = ServedStream("/main", clip, username="u", password=PASSWORD, faults=Faults(clock_offset_s=30.0))
    with RtspServer([served]) as server:
        site("add", "Plaza", server.url("/main"), "-u", "u", secret=PASSWORD)
        (row,) = site.json("test", "Plaza", "--snapshot", "plaza.jpg")
        assert (row["codec"], row["width"], row["height"]) == ("h264", 320, 176)
        assert row["fps"] == pytest.approx(25, abs=1)
        assert row["keyframe_interval_s"] == pytest.approx(1.0, abs=0.05)
        assert row["clock_offset_s"] == pytest.approx(30.0, abs=0.3)
        true_rate = sum(unit.octets for unit in server.sent("/main")[0].units()[:75]) * 8 / 3
        assert row["bit_rate"] == pytest.approx(true_rate, rel=0.2)
        assert (site.folder / "plaza.jpg").read_bytes().startswith(b"\xff\xd8\xff")
        assert "no acepta el usuario o la contraseña" in site("test", "Plaza", code=2, secret="otra")
        assert "no tiene esa transmisión" in site("test", server.url("/nada"), code=2)
        url = server.url("/main")
    assert "rechaza la conexión" in site("test", url, code=3)
    assert "no está permitida" in site("test", "rtsp://169.254.1.1/x", code=2)


def test_import_is_all_or_nothing_unless_partial(site: Site) -> None:
    lines = ["name,url,sub_url,username,password,latitude,longitude"]
    lines += [
        f"Cámara {n},rtsp://192.168.1.{n}/main,rtsp://192.168.1.{n}/sub,admin,{PASSWORD},-12.05,-77.04"
        for n in range(1, 44)
    ]
    lines[10] = "Rota,gopher://192.168.1.9/x,,,,,"
    lines[20] = "Cámara 1,rtsp://192.168.1.99/x,,,,,"
    lines[30] = "Lejana,rtsp://192.168.1.98/x,,,,-112.05,-77.04"
    lines[40] = ",rtsp://192.168.1.97/x,,,,,"
    (site.folder / "cameras.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = site("import", "cameras.csv", code=2)
    for number, word in ((11, "gopher"), (21, "Cámara 1"), (31, "latitude"), (41, "llamarse")):
        assert f"Línea {number}: " in told
        assert word in told.split(f"Línea {number}: ")[1].splitlines()[0]
    assert PASSWORD not in told
    assert site.json("list") == []
    done = site.json("import", "cameras.csv", "--partial")
    assert [problem["line"] for problem in done["problems"]] == [11, 21, 31, 41]
    assert len(done["imported"]) == len(site.json("list")) == 39


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [("", 1, "url"), ("name;adress\n", 1, "adress"), ("name,url\n\xff", 2, "UTF-8"), ("name,url\nA\n", 2, "")],
)
def test_bad_lists_name_the_line(site: Site, text: str, line: int, word: str) -> None:
    (site.folder / "c.csv").write_bytes(text.encode("latin-1"))
    told = site("import", "c.csv", code=2)
    assert f"ínea {line}: " in told
    assert word in told


def test_an_onvif_camera_and_a_recorder_are_asked(site: Site) -> None:
    streams = [
        OnvifStream("sub", "rtsp://10.0.0.1/sub", 640, 360),
        OnvifStream("main", "rtsp://10.0.0.1/main", 1920, 1080),
        OnvifStream("two", "rtsp://10.0.0.1/two", 1920, 1080, source="2"),
    ]
    with OnvifSimulator(streams, login=("admin", PASSWORD)) as device:
        rows = site.json("discover", "--address", device.address, "-u", "admin", secret=PASSWORD)
        assert [row["main_url"] for row in rows] == ["rtsp://127.0.0.1/main", "rtsp://127.0.0.1/two"]
        site("add", "Parque", device.address, "--kind", "onvif", "-u", "admin", secret=PASSWORD)
        site("add", "NVR", device.address, "--kind", "recorder", "-u", "admin", secret=PASSWORD)
        assert "no acepta" in site("add", "X", device.address, "--kind", "onvif", "-u", "admin", code=2, secret="no")
    site("add", "Comisaría", "192.168.1.9", "--kind", "recorder", "--make", "hikvision", "--channels", "1-2,7")
    rows = {row["name"]: row for row in site.json("list")}
    assert set(rows) == {"Parque", "NVR 1", "NVR 2", "Comisaría 1", "Comisaría 2", "Comisaría 7"}
    assert rows["Parque"]["sub_url"] == "rtsp://127.0.0.1/sub"
    assert rows["Comisaría 7"]["main_url"] == "rtsp://192.168.1.9/Streaming/Channels/701"
    assert rows["NVR 1"]["device_id"] == rows["NVR 2"]["device_id"] != rows["Comisaría 1"]["device_id"]
    assert "--channels" in site("add", "Y", "192.168.1.9", "--kind", "recorder", "--channels", "9-1", code=2)


def test_without_a_configuration_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run([VEEDOR, "cameras", "list"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "veedor.yaml" in done.stderr


@pytest.mark.parametrize("url", ["file:///etc/passwd", "<img src=x>", "../secreto.mp4"])
def test_a_file_outside_the_allowed_folders_is_refused_when_it_is_added(site: Site, url: str) -> None:
    assert "file_directories" in site("add", "Archivo", url, code=2)
    assert site.json("list") == []


@pytest.mark.parametrize("columns", [80, 120])
def test_the_list_is_readable_on_any_screen(site: Site, columns: int) -> None:
    name, url = "<b>Plaza</b> & [red]Mayor[/red]", "rtsp://192.168.1.10/Streaming/101"
    site("add", name, url, "--sub", "rtsp://192.168.1.10/Streaming/102", "-u", "admin", "--keep-days", "45")
    done = subprocess.run(
        [VEEDOR, "--lang", "es", "cameras", "list"],
        cwd=site.folder, env={**os.environ, "COLUMNS": str(columns)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert len(lines) <= 9
    shown = [" ".join(line.split()) for line in zip(*(line.split("│") for line in lines if "│" in line), strict=True)
             for line in [" ".join(part.strip() for part in line)]]  # fmt: skip
    assert name in shown
    assert url in "".join(shown).replace(" ", "")
    assert "admin" in done.stdout
    assert "45" in done.stdout


def test_a_name_that_is_too_long_is_refused_with_the_limit(site: Site) -> None:
    assert "de 1 a 120 caracteres" in site("add", "Av. Larco " * 20, "rtsp://192.168.1.10/x", code=2)

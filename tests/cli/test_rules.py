"""`veedor rules`, as a user calls it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from veedor.cli.app import app
from veedor_process import run_veedor

GOOD = """\
zones: {Plaza: [[0.4, 0.2], [0.8, 0.2], [0.8, 1.0], [0.4, 1.0]]}
rules:
  - {name: Entró, kind: zone_intrusion, zone: Plaza, classes: [car]}
"""
# track 7 goes from x 0 to x 380 in 100 frames: 25 a second, 384 pixels wide
TRACKS = "".join(f"{f},7,{(f - 1) * 3.8 - 5:.1f},100,10,60,1,-1,-1,-1\n" for f in range(1, 101))


def veedor(*arguments: str, lang: str = "es") -> subprocess.CompletedProcess[str]:
    return run_veedor("--lang", lang, *arguments)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "tracks.txt").write_text(TRACKS)
    return tmp_path


def run_rules(folder: Path, *more: str, **changed: str) -> subprocess.CompletedProcess[str]:
    return veedor(*run_arguments(folder, *more, **changed))


def run_arguments(folder: Path, *more: str, **changed: str) -> list[str]:
    options = {"tracks": "tracks.txt", "fps": "25", "size": "384x288", "rules": "rules.yaml", "events": "events.json"}
    arguments: list[str] = []
    for name, value in {**options, **changed}.items():
        path = name in ("tracks", "rules", "events") and not value.startswith(("/", "-"))
        arguments += [f"--{name.replace('_', '-')}", str(folder / value) if path else value]
    return ["rules", "run", *arguments, *more]


def test_run_writes_the_events(files: Path) -> None:
    done = run_rules(files)
    assert done.returncode == 0, done.stderr
    (event,) = json.loads((files / "events.json").read_text(encoding="utf-8"))
    assert list(event) == [
        *("rule", "kind", "start_s", "end_s", "start_frame", "end_frame", "track_ids", "zone", "explanation")
    ]
    # the foot is at x = (f - 1) * 3.8, the zone from 153.6 to 307.2
    assert (event["start_frame"], event["end_frame"]) == (42, 81)
    assert (event["start_s"], event["end_s"]) == (pytest.approx(41 / 25), pytest.approx(80 / 25))
    assert (event["rule"], event["kind"], event["zone"], event["track_ids"]) == (
        *("Entró", "zone_intrusion", "Plaza"),
        [7],
    )
    assert event["explanation"] == "Alguien o algo en zona Plaza"
    assert "Eventos: 1" in done.stdout


def test_json_on_standard_output_is_the_same_list(files: Path) -> None:
    assert run_rules(files).returncode == 0
    printed = run_rules(files, "--json")
    assert json.loads(printed.stdout) == json.loads((files / "events.json").read_text(encoding="utf-8"))


def test_schedules_need_the_start(files: Path) -> None:
    (files / "rules.yaml").write_text(
        GOOD.replace("classes: [car]", 'schedule: {from: "22:00", to: "06:00"}'), encoding="utf-8"
    )
    without = run_rules(files)
    assert "--start" in without.stderr
    assert len(json.loads((files / "events.json").read_text())) == 1
    assert run_rules(files, start="2026-03-02T12:00").returncode == 0
    assert json.loads((files / "events.json").read_text()) == []
    assert run_rules(files, start="2026-03-02T23:00").returncode == 0
    assert len(json.loads((files / "events.json").read_text())) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"size": "384"}, "384"),
        ({"size": "0x288"}, "0x288"),
        ({"fps": "0"}, "0"),
        ({"fps": "nan"}, "nan"),
        ({"start": "ayer"}, "ayer"),
        ({"time_zone": "Lima"}, "Lima"),
        ({"tracks": "none.txt"}, "none.txt"),
        ({"tracks": "rules.yaml"}, "rules.yaml"),
        ({"rules": "none.yaml"}, "none.yaml"),
    ],
)
def test_wrong_calls_name_what_is_wrong(files: Path, changed: dict[str, str], said: str) -> None:
    done = CliRunner().invoke(app, run_arguments(files, **changed))  # in this process: many, and quick
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert said in done.stderr
    assert not (files / "events.json").exists()


def test_the_class_column_counts_where_it_tells_tracks_apart(files: Path) -> None:
    people = TRACKS.replace(",1,-1,-1,-1", ",1,1,-1,-1")
    (files / "tracks.txt").write_text(people)
    assert len(json.loads(run_rules(files, "--json").stdout)) == 1  # all the same: no class at all
    assert json.loads(run_rules(files, "--json", "--classes", "column").stdout) == []  # a person is no car
    (files / "tracks.txt").write_text(people + TRACKS.replace(",7,", ",8,").replace(",1,-1,-1,-1", ",1,3,-1,-1"))
    assert [one["track_ids"] for one in json.loads(run_rules(files, "--json").stdout)] == [[8]]
    assert len(json.loads(run_rules(files, "--json", "--classes", "none").stdout)) == 2


def test_no_tracks_is_no_events(files: Path) -> None:
    (files / "tracks.txt").write_text("")
    assert run_rules(files).returncode == 0
    assert json.loads((files / "events.json").read_text()) == []


def test_check_tells_all_problems(files: Path) -> None:
    assert veedor("rules", "check", str(files / "rules.yaml")).returncode == 0
    (files / "rules.yaml").write_text(GOOD.replace("zone: Plaza", "zona: Plaza").replace("[0.8, 1.0]", "[0.8, 1.4]"))
    told = veedor("rules", "check", str(files / "rules.yaml"))
    assert told.returncode == 2
    assert "línea 1" in told.stderr
    assert "línea 3, columna 41" in told.stderr
    assert "¿quiso decir «zone»?" in told.stderr
    # So does whatever takes such a file.
    analysed = veedor("analyze", str(files / "none.mp4"), "--rules", str(files / "rules.yaml"))
    assert analysed.returncode == 2
    assert all(place in analysed.stderr for place in ("línea 1", "línea 3, columna 5", "línea 3, columna 41"))
    as_json = json.loads(veedor("rules", "check", str(files / "rules.yaml"), "--json", lang="en").stdout)
    assert as_json["valid"] is False
    assert [(one["line"], one["column"]) for one in as_json["problems"]] == [(1, 41), (3, 5), (3, 41)]


def test_list_has_every_kind() -> None:
    kinds = json.loads(veedor("rules", "list", "--json").stdout)
    assert len(kinds) >= 8
    assert {"kind", "meaning", "standing", "needs_ground", "parameters"} == set(kinds[0])
    assert {one["standing"] for one in kinds} == {"measured", "demonstrated", "experimental"}
    table = veedor("rules", "list", lang="en").stdout
    assert all(one["kind"] in table for one in kinds)

"""`veedor track` as people call it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from veedor.cli.app import app
from veedor.site.track import motchallenge

SHARED = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[3] / "shared"))


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["track", *arguments])


def walk(folder: Path) -> Path:
    """A walker with a gap, and later another."""
    lines = [f"{n},-1,{10 + 3 * n},50,40,100,0.9\n" for n in (*range(1, 21), *range(25, 40))]
    lines += [f"{n},-1,{900 - 3 * n},50,40,100,0.9\n" for n in range(400, 410)]
    path = folder / "det.txt"
    path.write_text("".join(lines))
    return path


def test_tracks_are_written_and_counted(tmp_path: Path) -> None:
    out = tmp_path / "tracks.txt"
    result = call("--detections", str(walk(tmp_path)), "--out", str(out), "--fps", "10", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"frames": 409, "fps": 10.0, "tracks": 2, "boxes": 45, "out": str(out)}
    found = motchallenge.read_tracks(out)
    assert {int(i) for tracks in found.values() for i in tracks.track_id} == {1, 2}
    assert not {21, 22, 23, 24} & set(found)


def test_the_rate_comes_from_the_sequence_or_is_said_to_be_assumed(tmp_path: Path) -> None:
    out = str(tmp_path / "tracks.txt")
    detections = str(walk(tmp_path))
    assert "25" in call("--detections", detections, "--out", out).output
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nframeRate=12.5\n")
    assert json.loads(call("--detections", detections, "--out", out, "--json").stdout)["fps"] == 12.5


def test_a_far_frame_takes_no_time(tmp_path: Path) -> None:
    path = tmp_path / "det.txt"
    path.write_text("1,-1,1,2,30,40,0.9\n99999999,-1,1,2,30,40,0.9\n")
    result = call("--detections", str(path), "--out", str(tmp_path / "t.txt"), "--fps", "25", "--json")
    assert json.loads(result.stdout)["boxes"] == 2


@pytest.mark.parametrize(
    ("text", "out", "code"), [("1,-1,a,2,3,4,1\n", "t.txt", 2), (None, "t.txt", 2), ("", "no/folder/t.txt", 5)]
)
def test_bad_input_is_a_sentence(tmp_path: Path, text: str | None, out: str, code: int) -> None:
    path = tmp_path / "det.txt"
    if text is not None:
        path.write_text(text)
    result = call("--detections", str(path), "--out", str(tmp_path / out), "--json")
    assert result.exit_code == code
    error = json.loads(result.stdout)
    assert str(tmp_path) in error["message"]


def test_a_real_sequence_keeps_its_people(tmp_path: Path) -> None:
    sequence = SHARED / "data" / "mot" / "MOT17-val" / "MOT17-09"
    if not sequence.is_dir():
        pytest.skip(f"{sequence} is not there")
    out = tmp_path / "tracks.txt.gz"
    result = call("--detections", str(sequence / "det" / "det.txt.gz"), "--out", str(out), "--json")
    counts = json.loads(result.stdout)
    assert counts["fps"] == 30
    assert counts["frames"] == 262
    assert counts["boxes"] > 2000
    assert counts["tracks"] < 30  # about 25 people
    assert out.read_bytes()[:2] == b"\x1f\x8b"

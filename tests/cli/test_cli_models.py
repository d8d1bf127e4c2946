"""`veedor models` as people and programs call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def veedor(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "VEEDOR_MODELS_DIR": str(folder), "COLUMNS": "200"}
    call = [sys.executable, "-c", "from veedor.cli import main; main()", *arguments]
    return subprocess.run(call, env=environ, capture_output=True, text=True, check=False, timeout=120)


def test_the_list_says_what_is_here(tmp_path: Path) -> None:
    (row,) = json.loads(veedor(tmp_path, "models", "list", "--json").stdout)
    assert row["name"] == "yolox_nano_416"
    assert row["state"] == "absent"
    (tmp_path / "yolox_nano_416.onnx").write_bytes(b"broken")
    (row,) = json.loads(veedor(tmp_path, "models", "list", "--json").stdout)
    assert row["state"] == "damaged"
    assert "dañado" in veedor(tmp_path, "--lang", "es", "models", "list").stdout


def test_an_unknown_model_is_the_callers_mistake(tmp_path: Path) -> None:
    done = veedor(tmp_path, "--lang", "en", "models", "pull", "yolo99")
    assert done.returncode == 2
    assert "yolo99" in done.stderr
    assert "veedor models list" in done.stderr


def test_weights_that_are_here_need_no_network(model_file: Path) -> None:
    done = veedor(model_file.parent, "models", "pull", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row == {"name": "yolox_nano_416", "path": str(model_file), "source": None}

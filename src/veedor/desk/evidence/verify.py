"""Verifying an evidence package offline: no site, no database, and nothing that the package says is believed.

The package is hostile input. Nothing in it is followed (symbolic links, `..`), nothing is opened that is not a regular
file, big files are streamed, and a name is never printed with its control characters. What is believed is one public
key, which came by another way.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from veedor.desk.evidence.owner_words import owner_problem
from veedor.desk.evidence.signing import fingerprint, signature_is_good
from veedor.kit.errors import NotFound
from veedor.kit.hashing import canonical_json
from veedor.kit.messages import Message

FORMAT = "veedor-evidence/1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
MAX_MANIFEST_BYTES = 64 * 1024 * 1024
_MAX_DEPTH = 16
_CHUNK_BYTES = 1024 * 1024
_SAFE_PATH = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,199}/){0,8}[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_safe_path(path: str) -> bool:
    """Whether `path` is a name that we would have written: relative, plain ASCII, no dot at the start of any part."""
    return _SAFE_PATH.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as signed: `path` within the package, and what is wrong."""

    path: str
    message: Message


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome. `manifest` holds what the package says of itself; with problems it proves nothing."""

    problems: tuple[Problem, ...]
    files: int
    octets: int
    manifest: dict[str, Any]

    @property
    def authentic(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class _Listed:
    path: str
    octets: int
    sha256: str


class _Unreadable(Exception):
    """A file of the package cannot be taken as one. `key` ends the message's name."""

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(key)
        self.key, self.detail = key, detail


def verify_package(directory: Path, key: Ed25519PublicKey, progress: Callable[[int], object] = int) -> Verification:
    """Compare the package in `directory` with its signed manifest, and the signature with `key`.

    Every difference is found, not only the first. `progress` is told of each chunk hashed, in bytes. Raises NotFound
    where `directory` is not a folder.
    """
    if not directory.is_dir():
        raise NotFound(kind="folder", name=str(directory))
    problems: list[Problem] = []
    manifest, signed = _read_manifest(directory, problems)
    _check_signature(directory, key, signed, manifest, problems)
    listed = _listed_files(manifest, problems)
    present = _walk(directory, problems)
    checked = octets = 0
    sound: set[str] = set()
    for entry in listed.values():
        if entry.path not in present:
            problems.append(_problem(entry.path, "missing"))
        elif _is_as_listed(directory, entry, problems, progress):
            checked += 1
            octets += entry.octets
            sound.add(entry.path)
    _check_owners(directory, manifest, sound, problems)
    expected = {MANIFEST, SIGNATURE, *listed}
    folders = {parent.as_posix() for path in expected for parent in Path(path).parents}
    problems.extend(_problem(path, "extra") for path in sorted(present - expected - folders))
    return Verification(tuple(problems), checked, octets, manifest)


def _check_owners(directory: Path, manifest: dict[str, Any], sound: set[str], problems: list[Problem]) -> None:
    """What came from other sites must be what their owners signed for."""

    def read(path: str) -> bytes | None:
        try:
            return _read_small(directory / path, MAX_MANIFEST_BYTES) if path in sound else None
        except _Unreadable:
            return None

    spans = manifest.get("spans", [])
    for span in spans if isinstance(spans, list) else []:
        wrong = owner_problem(span, read) if isinstance(span, dict) else "owner-broken"
        if wrong is not None:
            name = span.get("evidence_id") if isinstance(span, dict) else None
            problems.append(_problem(MANIFEST, wrong, str(name)[:64]))


def _problem(path: str, key: str, detail: str = "") -> Problem:
    shown = printable(path)
    return Problem(shown, Message(f"evidence-verify-{key}", {"path": shown, "detail": printable(detail)}))


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey, or that is not a character."""
    visible = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    return visible.encode("utf-8", "backslashreplace").decode()


def _read_manifest(directory: Path, problems: list[Problem]) -> tuple[dict[str, Any], bytes]:
    """The manifest as a dict ({} where it is not one) and its bytes."""
    try:
        data = _read_small(directory / MANIFEST, MAX_MANIFEST_BYTES)
    except _Unreadable as problem:
        problems.append(_problem(MANIFEST, problem.key, problem.detail))
        return {}, b""
    try:
        manifest = json.loads(data)
        is_canonical = canonical_json(manifest) == data
    except (ValueError, RecursionError) as problem:
        problems.append(_problem(MANIFEST, "manifest-broken", str(problem)[:200]))
        return {}, data
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        problems.append(_problem(MANIFEST, "manifest-format", FORMAT))
        return {}, data
    if not is_canonical:  # two readers could read it differently: doubled keys, for one
        problems.append(_problem(MANIFEST, "manifest-not-canonical"))
    return manifest, data


def _check_signature(
    directory: Path, key: Ed25519PublicKey, signed: bytes, manifest: dict[str, Any], problems: list[Problem]
) -> None:
    try:
        signature = _read_small(directory / SIGNATURE, 64)
    except _Unreadable as problem:
        problems.append(_problem(SIGNATURE, problem.key, problem.detail))
        return
    if not signed or signature_is_good(key, signature, signed):
        return
    signer = manifest.get("signer")
    claimed = signer.get("key_fingerprint") if isinstance(signer, dict) else None
    if claimed != fingerprint(key):
        problems.append(_problem(SIGNATURE, "other-key", str(claimed)[:64]))
    else:
        problems.append(_problem(MANIFEST, "signature-bad"))


def _listed_files(manifest: dict[str, Any], problems: list[Problem]) -> dict[str, _Listed]:
    """The manifest's files by path; every entry that is not safe and plain is a problem and is not touched."""
    entries = manifest.get("files", [])
    listed: dict[str, _Listed] = {}
    folded: set[str] = {MANIFEST.casefold(), SIGNATURE.casefold()}
    for entry in entries if isinstance(entries, list) else [entries]:
        path = entry.get("path") if isinstance(entry, dict) else None
        octets = entry.get("bytes") if isinstance(entry, dict) else None
        digest = entry.get("sha256") if isinstance(entry, dict) else None
        if not isinstance(path, str) or not is_safe_path(path):
            problems.append(_problem(str(path)[:300], "name-unsafe"))
        elif path.casefold() in folded:
            problems.append(_problem(path, "listed-twice"))
        elif isinstance(octets, int) and isinstance(digest, str) and _SHA256.fullmatch(digest):
            folded.add(path.casefold())
            listed[path] = _Listed(path, octets, digest)
        else:
            problems.append(_problem(path, "entry-broken"))
    if manifest and not listed:
        problems.append(_problem(MANIFEST, "manifest-empty"))
    return listed


def _walk(directory: Path, problems: list[Problem]) -> set[str]:
    """Every path below `directory`, folders too, as "a/b"; what is neither file nor folder is a problem by itself."""
    found: set[str] = set()
    for path, entry, depth in _entries(directory, problems):
        found.add(path)
        if depth > _MAX_DEPTH:
            problems.append(_problem(path, "too-deep"))
        elif entry.is_symlink() or not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
            problems.append(_problem(path, "not-a-file"))
    return found


def _entries(directory: Path, problems: list[Problem]) -> Iterator[tuple[str, os.DirEntry[str], int]]:
    todo = [("", 1)]
    while todo:
        prefix, depth = todo.pop()
        try:
            entries = sorted(os.scandir(directory / prefix), key=lambda entry: entry.name)
        except OSError as problem:
            problems.append(_problem(prefix or ".", "unreadable", problem.strerror or str(problem)))
            continue
        for entry in entries:
            path = f"{prefix}{entry.name}"
            yield path, entry, depth
            if entry.is_dir(follow_symlinks=False) and depth <= _MAX_DEPTH:
                todo.append((f"{path}/", depth + 1))


def _is_as_listed(directory: Path, entry: _Listed, problems: list[Problem], progress: Callable[[int], object]) -> bool:
    try:
        handle, size = _open_regular(directory / entry.path)
        with os.fdopen(handle, "rb") as file:
            if size != entry.octets:
                problems.append(_problem(entry.path, "changed", f"{size} ≠ {entry.octets} bytes"))
                return False
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                progress(len(chunk))
    except _Unreadable as problem:
        if problem.key != "not-a-file":  # the walk has said that already
            problems.append(_problem(entry.path, problem.key, problem.detail))
        return False
    except OSError as problem:
        problems.append(_problem(entry.path, "unreadable", problem.strerror or str(problem)))
        return False
    if digest.hexdigest() != entry.sha256:
        problems.append(_problem(entry.path, "changed", f"SHA-256 {digest.hexdigest()[:16]}… ≠ {entry.sha256[:16]}…"))
        return False
    return True


def _read_small(path: Path, limit: int) -> bytes:
    handle, size = _open_regular(path)
    with os.fdopen(handle, "rb") as file:
        if size > limit:
            raise _Unreadable("too-big")
        return file.read(limit)


def _open_regular(path: Path) -> tuple[int, int]:
    """A handle on a regular file that is not a link, and its size in bytes. A pipe in its place does not block us."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError as problem:
        raise _Unreadable("missing") from problem
    except OSError as problem:
        if path.is_symlink():
            raise _Unreadable("not-a-file") from problem
        raise _Unreadable("unreadable", problem.strerror or str(problem)) from problem
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise _Unreadable("not-a-file")
    return handle, status.st_size

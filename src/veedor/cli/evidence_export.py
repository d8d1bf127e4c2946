"""Fetching a package from the desk: file by file, each held against the manifest, and whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from veedor.desk.evidence.errors import (
    EvidenceDownloadDamaged,
    EvidenceExportFailed,
    EvidenceKeyUnusable,
    EvidenceNotAuthentic,
    ExportTargetNotEmpty,
)
from veedor.desk.evidence.verify import MANIFEST, SIGNATURE, is_safe_path, verify_package
from veedor.kit.clock import SystemClock
from veedor.kit.errors import Unavailable
from veedor.kit.files import sync
from veedor.kit.hashing import sha256_file
from veedor.kit.sqlite import os_store_error

if TYPE_CHECKING:
    from veedor.cli.client import Client

_ASK_EVERY_S = 0.5
_PATIENCE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to export and where to. `package`: one that was built before, instead of a new one."""

    incident: str
    reason: str
    to: Path
    package: str | None
    why: dict[str, str | None]  # purpose and case, as query parameters


def fetch_package(desk: Client, order: Order) -> dict[str, Any]:
    """Build (unless there is one) and fetch a package into `order.to`; return what it is.

    It is fetched into a folder beside `order.to`, whose name says that it is not whole, checked, synced, and renamed.
    Raises ExportTargetNotEmpty, EvidenceExportFailed, EvidenceDownloadDamaged, EvidenceNotAuthentic.
    """
    _require_empty(order.to)
    package = order.package or _ordered(desk, order)
    _wait_until_ready(desk, package)
    part = order.to.absolute().with_name(f".{order.to.absolute().name}.partial-{os.getpid()}")
    try:
        part.mkdir(parents=True)
        manifest = _fetch(desk, package, order, part)
        key = desk.get("/api/evidence-key")
        outcome = verify_package(part, _key(key["public_pem"]))
        if not outcome.authentic:
            raise EvidenceNotAuthentic(directory=package, count=str(len(outcome.problems)))
        for folder, _names, files in os.walk(part, topdown=False):
            for name in files:
                sync(Path(folder) / name)
            sync(Path(folder))
        part.rename(order.to)  # onto nothing, or an empty folder
        sync(order.to.absolute().parent)
    except OSError as problem:
        raise os_store_error(order.to, problem) from problem
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return {
        "package_id": package,
        "directory": str(order.to),
        "files": len(manifest["files"]),
        "bytes": sum(entry["bytes"] for entry in manifest["files"]),
        "key_fingerprint": key["fingerprint"],
    }


def _require_empty(to: Path) -> None:
    if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
        raise ExportTargetNotEmpty(directory=str(to))


def _ordered(desk: Client, order: Order) -> str:
    from veedor.cli.client import part

    answer = desk.post(f"/api/incidents/{part(order.incident)}/exports", {"reason": order.reason}, order.why)
    return str(answer["id"])


def _wait_until_ready(desk: Client, package: str) -> None:
    from veedor.cli.client import part

    clock, never = SystemClock(), threading.Event()
    deadline_s = clock.monotonic() + _PATIENCE_S
    while True:
        shown = desk.get(f"/api/exports/{part(package)}")
        if shown["state"] == "ready":
            return
        if shown["state"] != "building":
            raise EvidenceExportFailed(package=package, problem=str(shown["problem"] or shown["state"]))
        if clock.monotonic() > deadline_s:
            raise Unavailable(name=package, problem=str(shown["state"]))
        clock.wait(never, _ASK_EVERY_S)


def _fetch(desk: Client, package: str, order: Order, part: Path) -> dict[str, Any]:
    """Every file of the manifest into `part`. The desk is believed as little as anybody: names, hashes are checked."""
    from veedor.cli.client import part as quoted

    base = f"/api/exports/{quoted(package)}/files"
    for name in (MANIFEST, SIGNATURE):
        desk.download(f"{base}/{name}", part / name, order.why)
    try:
        manifest = json.loads((part / MANIFEST).read_bytes())
        entries = [(str(one["path"]), str(one["sha256"])) for one in manifest["files"]]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise EvidenceDownloadDamaged(path=MANIFEST) from problem
    for path, sha256 in entries:
        if not is_safe_path(path):
            raise EvidenceDownloadDamaged(path=ascii(path)[1:200])
        target = part / path
        target.parent.mkdir(parents=True, exist_ok=True)
        desk.download(f"{base}/{path}", target, order.why)
        if sha256_file(target) != sha256:
            raise EvidenceDownloadDamaged(path=path)
    return dict(manifest)


def _key(pem: str) -> Ed25519PublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceKeyUnusable(file="-", problem="not an Ed25519 public key", detail="evidence-reason-not-ed25519")
    return key

"""Building an evidence package: originals byte for byte, working copies, stills, a signed manifest.

A package is built in a folder whose name says that it is not one yet, synced to disk, and renamed in one step. What
bears a package's name is whole.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from veedor.desk.evidence.collected import Collected, PackedFootage, finished_segments, still_times
from veedor.desk.evidence.errors import OriginalDamaged, PackageTooBig
from veedor.desk.evidence.manifest import (
    PackageRequest,
    PackedFile,
    iso,
    manifest_json,
    missing_spans,
    segment_json,
)
from veedor.desk.evidence.signing import Signer
from veedor.desk.evidence.verify import MANIFEST, MAX_MANIFEST_BYTES, SIGNATURE
from veedor.kit.errors import NotFound, StoreFull, Unavailable
from veedor.kit.files import sync
from veedor.kit.hashing import canonical_json
from veedor.kit.messages import render
from veedor.kit.sqlite import os_store_error
from veedor.model.camera import StreamRole
from veedor.model.evidence import EvidenceItem
from veedor.model.recording import Segment

BUILDING_PREFIX = ".building-"
_CHUNK_BYTES = 1024 * 1024
_SPARE_BYTES = 200_000_000  # left free on the disk besides what the package needs


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """A finished package on disk."""

    directory: Path
    files: int
    octets: int
    manifest_sha256: str


def build_package(
    footage: PackedFootage,
    signer: Signer,
    request: PackageRequest,
    target: Path,
    stop: Callable[[], bool] = lambda: False,
) -> BuiltPackage:
    """Build the package at `target`, which must not exist yet. `stop` is asked again and again: True gives up.

    Raises StillRecording (try again soon), OriginalDamaged (names the segment), PackageTooBig, StoreFull and other
    StoreErrors; Unavailable when stopped.
    Whatever it raises, and wherever the process dies, no folder is left that bears the name of a package.
    """
    part = target.with_name(f"{BUILDING_PREFIX}{target.name}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        built = _Build(footage, part, stop).run(request, signer)
        _sync_tree(part)
        part.rename(target)
        sync(target.parent)
    except OSError as problem:
        raise os_store_error(target.parent, problem) from problem
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return BuiltPackage(target, built.files, built.octets, built.manifest_sha256)


def remove_unfinished(packages: Path) -> None:
    """Clear what a dead process left in the folder of packages."""
    for part in packages.glob(f"{BUILDING_PREFIX}*"):
        shutil.rmtree(part, ignore_errors=True)


@dataclass(slots=True)
class _Build:
    """One package in the making, in `root`."""

    footage: PackedFootage
    root: Path
    stop: Callable[[], bool]
    packed: list[PackedFile] = field(default_factory=list)
    collected: Mapping[str, Collected] = field(default_factory=dict)

    def _of(self, item: EvidenceItem) -> PackedFootage:
        """Where the item's footage is: collected from another site, or the desk's own."""
        found = self.collected.get(item.id)
        return found.footage if found else self.footage

    def run(self, request: PackageRequest, signer: Signer) -> BuiltPackage:
        self.collected = request.collected
        originals = {item.id: finished_segments(self._of(item), item) for item in request.items}
        self._require_space(segment for found in originals.values() for segment in found)
        spans = [self._span(number, item, originals[item.id]) for number, item in enumerate(request.items, start=1)]
        for name, jpeg, _what in request.pictures:
            self._write(f"alerts/{name}", [jpeg], "alert_picture")
        self._readmes(request, spans, signer)
        self._sums()
        manifest = manifest_json(request, spans, self.packed, signer.fingerprint)
        manifest["alert_pictures"] = [{"file": f"alerts/{name}", **what} for name, _jpeg, what in request.pictures]
        data = canonical_json(manifest)
        if len(data) > MAX_MANIFEST_BYTES:
            raise PackageTooBig(segments=str(sum(len(found) for found in originals.values())))
        _write_new(self.root / MANIFEST, [data])
        _write_new(self.root / SIGNATURE, [signer.sign(data)])
        octets = sum(file.octets for file in self.packed) + len(data)
        return BuiltPackage(self.root, len(self.packed), octets, hashlib.sha256(data).hexdigest())

    def _require_space(self, segments: Iterable[Segment]) -> None:
        """Originals, about as much again for the playable clip of main, and some to spare."""
        needed = sum(segment.octets * (2 if segment.role is StreamRole.MAIN else 1) for segment in segments)
        if shutil.disk_usage(self.root).free < needed + _SPARE_BYTES:
            raise StoreFull(path=str(self.root.parent))

    def _span(self, number: int, item: EvidenceItem, segments: list[Segment]) -> dict[str, Any]:
        name = f"{number:02d}-{_slug(item.camera_name)}"
        footage = self._of(item)
        listed = [segment_json(segment, self._original(footage, name, segment)) for segment in segments]
        missing = {}
        for role in sorted({segment.role for segment in segments} | {StreamRole.MAIN}):
            gaps = footage.gaps(item.camera_id, item.started_at, item.ended_at, role)
            missing[role.value] = missing_spans(item, [one for one in segments if one.role is role], gaps)
        collected = self.collected.get(item.id)
        origin = {"origin": self._origin(name, collected)} if collected else {}
        return {
            **origin,
            "evidence_id": item.id,
            "camera": {"id": item.camera_id, "name": item.camera_name},
            "start": iso(item.started_at),
            "end": iso(item.ended_at),
            "segments": listed,
            "missing": missing,
            "clip": self._clip(footage, name, item),
            "stills": self._stills(footage, name, item),
        }

    def _origin(self, name: str, collected: Collected) -> dict[str, Any]:
        """Whose footage it is and under which grant, with the owner's own signed words as files."""
        said = collected.statement
        file = self._write(f"statements/{name}.json", [said.text], "statement").path
        signature = (
            self._write(f"statements/{name}.sig", [said.signature], "statement").path if said.signature else None
        )
        return {**collected.origin, "statement": file, "statement_sha256": said.sha256, "signature": signature}

    def _original(self, footage: PackedFootage, name: str, segment: Segment) -> str:
        """Copy one segment, and hold the copy against the hash that the recorder took when it finished the file."""
        source = footage.segment_path(segment.id)
        suffix = source.suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", source.suffix) else ".mp4"
        start = segment.started_at.strftime("%Y%m%dT%H%M%S.%f")[:-3]
        path = f"originals/{name}/{segment.role.value}-{start}Z-{segment.id}{suffix}"
        try:
            packed = self._write(path, _read(source), "original")
        except FileNotFoundError as problem:
            raise OriginalDamaged(path=segment.path, problem="the file is not there") from problem
        if packed.sha256 != segment.sha256:
            raise OriginalDamaged(path=segment.path, problem=f"SHA-256 is {packed.sha256}, was {segment.sha256}")
        return path

    def _clip(self, footage: PackedFootage, name: str, item: EvidenceItem) -> str | None:
        """The playable working copy of the span; None where there is no footage at all."""
        path = f"clips/{name}.mp4"
        try:
            return self._write(path, footage.clip(item.camera_id, item.started_at, item.ended_at), "clip").path
        except NotFound:
            (self.root / path).unlink(missing_ok=True)
            return None

    def _stills(self, footage: PackedFootage, name: str, item: EvidenceItem) -> list[dict[str, Any]]:
        """Pictures spread over the span; a moment without footage has none."""
        stills = []
        for number, at in enumerate(still_times(item), start=1):
            try:
                jpeg = footage.still(item.camera_id, at)
            except NotFound:
                continue
            path = f"stills/{name}/{number}.jpg"
            stills.append({"file": self._write(path, [jpeg], "still").path, "at_or_up_to_5_s_before": iso(at)})
        return stills

    def _readmes(self, request: PackageRequest, spans: list[dict[str, Any]], signer: Signer) -> None:
        for name, lang in (("LEAME.txt", "es"), ("README.txt", "en")):
            text = _readme(request, spans, signer.fingerprint, lang)
            self._write(name, [text.encode()], "readme")

    def _sums(self) -> None:
        """The same hashes for those who have `sha256sum` and no Veedor."""
        lines = [f"{file.sha256}  {file.path}\n" for file in sorted(self.packed, key=lambda file: file.path)]
        self._write("SHA256SUMS", ["".join(lines).encode()], "sums")

    def _write(self, path: str, chunks: Iterable[bytes], kind: str) -> PackedFile:
        octets, digest = _write_new(self.root / PurePosixPath(path), self._while_wanted(chunks))
        packed = PackedFile(path, octets, digest, kind)
        self.packed.append(packed)
        return packed

    def _while_wanted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self.stop():
                raise Unavailable(name="veedor", problem="stopping")
            yield chunk


def _readme(request: PackageRequest, spans: list[dict[str, Any]], key_fingerprint: str, lang: str) -> str:
    zone = ZoneInfo(request.time_zone)
    lines = [
        render(
            "evidence-readme-span",
            lang,
            {
                "number": str(number),
                "camera": item.camera_name,
                "start": _local(item.started_at, zone),
                "end": _local(item.ended_at, zone),
                "segments": str(len(span["segments"])),
                "missing": str(sum(len(holes) for holes in span["missing"].values())),
            },
        )
        for number, (item, span) in enumerate(zip(request.items, spans, strict=True), start=1)
    ]
    params = {
        "package": request.package_id,
        "site": request.site,
        "incident": str(request.incident.get("id")),
        "created": _local(request.created_at, zone),
        "person": str(request.requested_by.get("username")),
        "reason": request.reason,
        "fingerprint": key_fingerprint,
        "spans": "\n".join(lines),
    }
    return render("evidence-readme", lang, params) + "\n"


def _local(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} ({local:%z} UTC)"


def _slug(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name.encode("ascii", "ignore").decode()).strip("-")
    return plain[:40] or "camera"


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _write_new(path: Path, chunks: Iterable[bytes]) -> tuple[int, str]:
    """Write and sync a new file, making its folders; return its size in bytes and its SHA-256 (hex)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    octets, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            octets += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return octets, digest.hexdigest()


def _sync_tree(root: Path) -> None:
    """Files were synced as they were written; now the folders that name them, the deepest first."""
    for folder, _names, _files in os.walk(root, topdown=False):
        sync(Path(folder))

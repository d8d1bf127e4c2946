"""What a manifest says, as plain values. `docs/design/evidence.md` explains each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from veedor import __version__
from veedor.desk.evidence.collected import Collected
from veedor.desk.evidence.verify import FORMAT
from veedor.model.act import Act
from veedor.model.evidence import EvidenceItem
from veedor.model.recording import Gap, Segment


@dataclass(frozen=True, slots=True)
class PackageRequest:
    """Everything that a package says of itself besides its files.

    `incident`, `requested_by`: plain values. `custody`: acts on the incident, its alerts and its locks, in order.
    `pictures`: alert pictures (name without folder, JPEG, what it shows), as the analysis drew them.
    `collected`: by item, what came from another site.
    """

    package_id: str
    created_at: datetime
    site: str
    agency_id: str
    incident: dict[str, Any]
    items: tuple[EvidenceItem, ...]
    custody: tuple[Act, ...]
    requested_by: dict[str, Any]
    reason: str
    audit_head: dict[str, Any] | None = None
    pictures: tuple[tuple[str, bytes, dict[str, Any]], ...] = ()
    collected: Mapping[str, Collected] = field(default_factory=dict)
    language: str = "es"
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of the package. `kind`: original, clip, still, alert_picture, readme, sums."""

    path: str
    octets: int
    sha256: str
    kind: str

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "bytes": self.octets, "sha256": self.sha256, "kind": self.kind}


def manifest_json(
    request: PackageRequest, spans: Sequence[dict[str, Any]], files: Iterable[PackedFile], key_fingerprint: str
) -> dict[str, Any]:
    """The manifest as plain values, ready for canonical JSON."""
    return {
        "format": FORMAT,
        "package_id": request.package_id,
        "created_at": iso(request.created_at),
        "software": {"name": "veedor", "version": __version__},
        "site": request.site,
        "agency_id": request.agency_id,
        "incident": request.incident,
        "exported_by": request.requested_by,
        "reason": request.reason,
        "spans": list(spans),
        "files": [file.to_json() for file in sorted(files, key=lambda file: file.path)],
        "chain_of_custody": [act.to_json() for act in request.custody],
        "audit_head": request.audit_head,
        "signer": {"algorithm": "Ed25519", "key_fingerprint": key_fingerprint},
    }


def segment_json(segment: Segment, path: str) -> dict[str, Any]:
    """A segment with its times, where they come from, and how far the camera's clock was off."""
    return {
        "file": path,
        "segment_id": segment.id,
        "stream": segment.role.value,
        "run": segment.run,
        "start": iso(segment.started_at),
        "end": iso(segment.ended_at),
        "clock_source": segment.clock.value,
        "camera_clock_offset_s": segment.clock_offset_s,
        "codec": segment.codec,
        "width_px": segment.width,
        "height_px": segment.height,
        "packets": segment.packets,
        "bytes": segment.octets,
        "sha256": segment.sha256,
    }


def missing_spans(item: EvidenceItem, segments: Sequence[Segment], gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    """What of the item's span no segment of one stream covers, with the reasons that the recorder noted.

    Counted from the segments themselves, so that a hole without a gap row shows too (its reasons are then empty).
    """
    holes: list[tuple[datetime, datetime]] = []
    reached, run = item.started_at, None
    for segment in sorted(segments, key=lambda one: one.started_at):
        if segment.started_at > reached and segment.run != run:  # within a run nothing is missing, only rounded
            holes.append((reached, segment.started_at))
        reached, run = max(reached, segment.ended_at), segment.run
    if reached < item.ended_at:
        holes.append((reached, item.ended_at))
    return [
        {
            "start": iso(start),
            "end": iso(end),
            "seconds": round((end - start).total_seconds(), 3),
            "reasons": sorted(
                {gap.reason.value for gap in gaps if gap.started_at < end and (gap.ended_at or end) > start}
            ),
        }
        for start, end in holes
        if (end - start).total_seconds() >= 0.001
    ]


def iso(at: datetime) -> str:
    """UTC with microseconds and Z, always of one length."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

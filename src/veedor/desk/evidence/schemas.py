"""Evidence in requests and answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from veedor.desk.acts.schemas import ActOut, Version
from veedor.desk.alerts.schemas import sentence
from veedor.desk.evidence.pulling import pulled
from veedor.desk.evidence.tables import EvidenceRow, PackageRow
from veedor.desk.schemas import In, UtcTime
from veedor.kit.messages import Message
from veedor.model.act import Act, ActKind
from veedor.model.evidence import EvidenceState, EvidenceStatus, PackageState

Reason = Annotated[str, Field(min_length=3, max_length=2000)]


class LockIn(In):
    """A span of one camera to keep: [start, end), with a time zone, at most 24 h; it may reach into the future."""

    camera: Annotated[str, Field(min_length=1, max_length=200)]
    start: datetime
    end: datetime
    reason: Reason


class ReleaseIn(In):
    reason: Reason
    expected_version: Version = None


class ExportIn(In):
    reason: Reason


class EvidenceOut(BaseModel):
    """A span of footage kept for an incident. Requested is not held: only the site's own word makes it so."""

    id: str
    incident_id: str
    camera_id: str
    camera_name: str
    start: UtcTime
    end: UtcTime
    status: EvidenceStatus
    requested_by: str | None
    reason: str | None
    segments: int = Field(description="Finished segments that the site held when it confirmed")
    problem: str | None = Field(description="Why the site's answer is outstanding")
    packages: list[str]
    version: int
    agency_id: str = Field(description="The camera's: whose footage it is")
    received: bool = Field(description="Footage of another site that came whole, as its owner signed for it")
    conflicting_acts: list[ActOut] = Field(description="Acts that the state did not allow when they came")


class EvidenceDetailOut(EvidenceOut):
    acts: list[ActOut]


class PulledOut(BaseModel):
    """What of the footage of other sites has come, of what their owners' signed statements name so far."""

    segments: int = Field(description="Whole ones")
    bytes: int
    of_segments: int
    of_bytes: int


class PackageOut(BaseModel):
    """An export."""

    id: str
    incident_id: str
    state: PackageState
    reason: str
    requested_by: dict[str, Any]
    requested_at: UtcTime
    finished_at: UtcTime | None
    problem: str | None
    files: int | None
    bytes: int | None
    manifest_sha256: str | None
    pulled: PulledOut | None = Field(
        description="While it is built from footage of other sites; none before they answer"
    )


class VerificationOut(BaseModel):
    """Whether a package is as it was signed."""

    authentic: bool
    files: int = Field(description="Files that are as listed")
    bytes: int
    problems: list[str] = Field(description="Every difference, naming the file")
    fingerprint: str


class KeyOut(BaseModel):
    """The public half of the key that signs packages."""

    fingerprint: str = Field(description="SHA-256 of the key in DER form: compare it by telephone")
    public_pem: str


def evidence_out(row: EvidenceRow, state: EvidenceState, acts: list[Act], lang: str) -> EvidenceDetailOut:
    names = {act.actor_id: act.actor_name or act.actor_id for act in acts}
    return EvidenceDetailOut(
        id=row.id,
        incident_id=row.incident_id,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        start=row.started_at,
        end=row.ended_at,
        status=state.status,
        requested_by=names.get(state.requested_by or "", state.requested_by),
        reason=state.reason,
        segments=state.segments,
        problem=sentence(Message.from_json(row.problem), lang) if row.problem else None,
        packages=list(state.packages),
        version=row.version,
        agency_id=row.agency_id,
        received=any(act.kind is ActKind.RECEIVED for act in acts),
        acts=[ActOut.of(act) for act in acts],
        conflicting_acts=[ActOut.of(act) for act in state.conflicts],
    )


def package_out(row: PackageRow, lang: str, folder: Path) -> PackageOut:
    """`folder`: service.pulled_folder."""
    come = pulled(folder, row.id) if row.state == PackageState.BUILDING.value else None
    return PackageOut(
        id=row.id,
        incident_id=row.incident_id,
        state=PackageState(row.state),
        reason=row.reason,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        problem=sentence(Message.from_json(row.problem), lang) if row.problem else None,
        files=row.files,
        bytes=row.octets,
        manifest_sha256=row.manifest_sha256,
        pulled=None
        if come is None
        else PulledOut(
            segments=come.segments, bytes=come.octets, of_segments=come.of_segments, of_bytes=come.of_octets
        ),
    )

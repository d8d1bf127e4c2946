"""Routes of evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse, StreamingResponse

from veedor.access.actions import Action
from veedor.desk.acts.repository import acts_of, acts_of_many
from veedor.desk.evidence import repository
from veedor.desk.evidence.errands import asked_by
from veedor.desk.evidence.schemas import (
    EvidenceDetailOut,
    EvidenceOut,
    ExportIn,
    KeyOut,
    LockIn,
    PackageOut,
    ReleaseIn,
    VerificationOut,
    evidence_out,
    package_out,
)
from veedor.desk.evidence.service import EvidenceService, LockRequest, pulled_folder
from veedor.desk.evidence.signing import public_key
from veedor.desk.evidence.verify import verify_package
from veedor.desk.evidence.zipped import zipped
from veedor.desk.incidents.repository import get_incident
from veedor.desk.need import Need, Permit, own
from veedor.desk.schemas import Id, aware
from veedor.desk.scoping import check_foreign
from veedor.model.act import SubjectKind
from veedor.model.evidence import fold_evidence

router = APIRouter(tags=["evidence"])

ReadOfIncident = Annotated[Permit, Depends(Need(Action.EVIDENCE_READ, "incident", id_from="incident_id", owner=own))]
ReadOne = Annotated[Permit, Depends(Need(Action.EVIDENCE_READ, "evidence", id_from="evidence_id", owner=own))]
Lock = Annotated[Permit, Depends(Need(Action.EVIDENCE_LOCK, "incident", id_from="incident_id", owner=own))]
Unlock = Annotated[Permit, Depends(Need(Action.EVIDENCE_UNLOCK, "evidence", id_from="evidence_id", owner=own))]
Export = Annotated[Permit, Depends(Need(Action.EVIDENCE_EXPORT, "incident", id_from="incident_id", owner=own))]
ReadPackage = Annotated[Permit, Depends(Need(Action.EVIDENCE_READ, "package", id_from="package_id", owner=own))]
TakePackage = Annotated[
    Permit, Depends(Need(Action.EVIDENCE_EXPORT, "package", id_from="package_id", owner=own, detail=("path",)))
]


@router.get("/api/evidence-key")
def evidence_key(permit: Annotated[Permit, Depends(Need(Action.EVIDENCE_READ, "evidence", owner=own))]) -> KeyOut:
    """The public key for `veedor evidence verify`. Hand it over by another way than the packages."""
    with permit.ports.database.reading() as session:
        row = repository.newest_key(session, permit.ports.agency_id)
    return KeyOut(fingerprint=row.fingerprint, public_pem=row.public_pem)


@router.get("/api/incidents/{incident_id}/evidence")
def list_evidence(permit: ReadOfIncident, incident_id: Id) -> list[EvidenceOut]:
    """What is kept for an incident."""
    with permit.ports.database.reading() as session:
        incident = get_incident(session, permit.principal.agency_id, incident_id)
        found = repository.evidence_of(session, incident.id)
        asked = asked_by(session, permit.principal.agency_id, [row.id for row in found])
        rows = [row for row in found if row.id in asked or permit.scope.covers(row.agency_id, row.camera_id)]
        acts = acts_of_many(session, SubjectKind.EVIDENCE, [row.id for row in rows])
    return [
        EvidenceOut(**evidence_out(row, fold_evidence(acts[row.id]), acts[row.id], permit.lang).model_dump())
        for row in rows
    ]


@router.post("/api/incidents/{incident_id}/evidence", status_code=202)
def lock(permit: Lock, incident_id: Id, body: LockIn) -> EvidenceDetailOut:
    """Ask the site to keep a span of a camera, whatever retention says. Look again to see it held."""
    request = LockRequest(body.camera, aware(body.start, "start"), aware(body.end, "end"), body.reason)
    evidence_id = EvidenceService(permit.ports).lock(permit.principal, incident_id, request, permit.lang)
    return _detail(permit, evidence_id)


@router.get("/api/evidence/{evidence_id}")
def show_evidence(permit: ReadOne, evidence_id: Id) -> EvidenceDetailOut:
    """One lock, with its chain of custody."""
    _check(permit, evidence_id)
    return _detail(permit, evidence_id)


@router.post("/api/evidence/{evidence_id}/release", status_code=202)
def release(permit: Unlock, evidence_id: Id, body: ReleaseIn) -> EvidenceDetailOut:
    """Give the span back to retention, for a reason."""
    _check(permit, evidence_id)
    EvidenceService(permit.ports).release(permit.principal, evidence_id, body.reason, body.expected_version)
    return _detail(permit, evidence_id)


@router.post("/api/incidents/{incident_id}/exports", status_code=202)
def export(permit: Export, incident_id: Id, body: ExportIn) -> PackageOut:
    """Build a package of everything that is held for an incident. Look again to see it ready."""
    package_id = EvidenceService(permit.ports).export(permit.principal, incident_id, body.reason)
    return _package(permit, package_id)


@router.get("/api/incidents/{incident_id}/exports")
def list_exports(permit: ReadOfIncident, incident_id: Id) -> list[PackageOut]:
    """The packages that were made of an incident, newest first."""
    with permit.ports.database.reading() as session:
        incident = get_incident(session, permit.principal.agency_id, incident_id)
        rows = [
            row for row in repository.packages_of(session, incident.id) if row.agency_id == permit.principal.agency_id
        ]
    folder = pulled_folder(permit.ports.data_directory)
    return [package_out(row, permit.lang, folder) for row in rows]


@router.get("/api/exports/{package_id}")
def show_export(permit: ReadPackage, package_id: Id) -> PackageOut:
    """One package: building, ready, failed or expired."""
    return _package(permit, package_id)


@router.get("/api/exports/{package_id}/files/{path:path}", response_class=FileResponse)
def export_file(permit: TakePackage, package_id: Id, path: str) -> FileResponse:
    """One file of a finished package; `manifest.json` lists the others. Byte ranges are served."""
    return FileResponse(
        EvidenceService(permit.ports).file(permit.principal.agency_id, package_id, path),
        media_type="application/octet-stream",
    )


@router.get("/api/exports/{package_id}/package.zip", response_class=StreamingResponse)
def export_zip(permit: TakePackage, package_id: Id) -> StreamingResponse:
    """The whole finished package in one file; nothing in it is compressed, so it is the files byte for byte."""
    folder = EvidenceService(permit.ports).folder(permit.principal.agency_id, package_id)
    headers = {"content-disposition": f'attachment; filename="evidence-{package_id}.zip"'}
    return StreamingResponse(zipped(folder, package_id), media_type="application/zip", headers=headers)


@router.get("/api/exports/{package_id}/verification")
def verification(permit: ReadPackage, package_id: Id) -> VerificationOut:
    """Compare every file of a finished package with its signed manifest, and the signature with this desk's key. What
    a court trusts is the same check elsewhere, with a key that came by another way."""
    folder = EvidenceService(permit.ports).folder(permit.principal.agency_id, package_id)
    with permit.ports.database.reading() as session:
        key = repository.newest_key(session, permit.ports.agency_id)
    found = verify_package(folder, public_key(key.public_pem))
    return VerificationOut(
        authentic=found.authentic,
        files=found.files,
        bytes=found.octets,
        problems=[problem.message.render(permit.lang) for problem in found.problems],
        fingerprint=key.fingerprint,
    )


def _check(permit: Permit, evidence_id: str) -> None:
    """The look at a lock of another agency's camera is decided for that camera. Raises NotFound, Forbidden."""
    with permit.ports.database.reading() as session:
        if asked_by(session, permit.principal.agency_id, [evidence_id]):
            return  # the own agency's request: what became of it is its own record
        row = repository.get_evidence(session, permit.scope, evidence_id)
    check_foreign(permit, row, "evidence", row.id)


def _detail(permit: Permit, evidence_id: str) -> EvidenceDetailOut:
    with permit.ports.database.reading() as session:
        agency_id = permit.principal.agency_id
        mine = asked_by(session, agency_id, [evidence_id])
        row = repository.get_evidence(session, permit.scope, evidence_id, mine)
        acts = acts_of(session, SubjectKind.EVIDENCE, evidence_id)
    return evidence_out(row, fold_evidence(acts), acts, permit.lang)


def _package(permit: Permit, package_id: str) -> PackageOut:
    with permit.ports.database.reading() as session:
        row = repository.get_package(session, permit.principal.agency_id, package_id)
    return package_out(row, permit.lang, pulled_folder(permit.ports.data_directory))

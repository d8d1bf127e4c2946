"""What people do with evidence: lock, release, export. The caller has passed `access/`.

The site is not asked here: a request is stored as an act, and `EvidenceWorker` takes it to the site until it answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.accounts.service import know_agency
from veedor.desk.acts.errors import NotNow, TextMissing
from veedor.desk.acts.repository import acts_of, append, new_act
from veedor.desk.context import DeskPorts
from veedor.desk.evidence import repository
from veedor.desk.evidence.errands import asked_by, note_errand
from veedor.desk.evidence.errors import (
    EvidenceNoFootage,
    EvidenceNotHeld,
    EvidenceNothing,
    EvidenceSpan,
    StillRecording,
)
from veedor.desk.evidence.manifest import iso
from veedor.desk.evidence.tables import EvidenceRow, PackageRow
from veedor.desk.evidence.verify import is_safe_path
from veedor.desk.incidents.repository import agencies_of, get_incident
from veedor.desk.incidents.tables import IncidentRow
from veedor.desk.scoping import owner_of
from veedor.desk.sealing.errors import SealedJoint
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import Conflict, Forbidden, NotFound, StoreError, Unavailable
from veedor.kit.ids import new_id
from veedor.kit.messages import render
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.evidence import EvidenceStatus, PackageState, evidence_allows

LONGEST_OPEN = timedelta(minutes=2)  # how far back the segment that is being written may reach
LONGEST = timedelta(hours=24)  # of one lock; a longer matter is several locks


@dataclass(frozen=True, slots=True)
class LockRequest:
    """A span [start, end), aware, of one camera, by its id or its name."""

    camera: str
    start: datetime
    end: datetime
    reason: str


def packages_folder(data_directory: Path) -> Path:
    """Where packages lie until they expire."""
    return data_directory / "evidence" / "packages"


def pulled_folder(data_directory: Path) -> Path:
    """Where footage of other sites lies until its package is built."""
    return data_directory / "evidence" / "pulled"


class EvidenceService:
    """Locks, releases and exports, as acts."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)

    def lock(self, who: Principal, incident: str, request: LockRequest, lang: str) -> str:
        """Ask the site to keep a span; return the lock's id. Raises EvidenceSpan, TextMissing, NotFound."""
        if not request.reason.strip():
            raise TextMissing(field="reason")
        self._check_span(request, lang)
        camera_id, camera_name = self._camera(request)
        owner = self._lockable(who, camera_id, (request.start, request.end))
        self._check_footage(camera_id, camera_name, request)
        now = self._ports.clock.now()
        with self._ports.database.session() as session:
            found = get_incident(session, who.agency_id, incident)
            self._check_alone(session, who, found)
            know_agency(session, self._ports.clock, owner)
            row = EvidenceRow(
                id=new_id(now),
                agency_id=owner,
                incident_id=found.id,
                camera_id=camera_id,
                camera_name=camera_name,
                started_at=request.start,
                ended_at=request.end,
                status=EvidenceStatus.REQUESTED.value,
                version=0,
            )
            session.add(row)
            session.flush()
            payload = {
                "incident_id": found.id,
                "camera_id": camera_id,
                "start": iso(request.start),
                "end": iso(request.end),
            }
            act = new_act(
                who,
                (SubjectKind.EVIDENCE, row.id),
                ActKind.REQUEST_LOCK,
                now,
                reason=request.reason.strip(),
                payload=payload,
            )
            append(session, act, row.agency_id, 0, {"camera_name": camera_name})
            self._errand(session, row.id, who)
            repository.project(session, row)
            self.tell(session, row, act)
            return row.id

    @staticmethod
    def _check_alone(session: Session, who: Principal, incident: IncidentRow) -> None:
        """Raises SealedJoint: others who have a part in the incident would see who works on it."""
        if who.is_sealed and agencies_of(session, incident) != [who.agency_id]:
            raise SealedJoint

    def _errand(self, session: Session, subject_id: str, who: Principal) -> None:
        """At a hub the footage is elsewhere: remember in whose name to ask for it."""
        if self._ports.far_evidence is not None:
            note_errand(session, subject_id, who)

    def _lockable(self, who: Principal, camera_id: str, span: tuple[datetime, datetime]) -> str:
        """The camera's agency. The lock is decided, and audited, for that camera and span. Raises Forbidden."""
        owner = owner_of(self._ports, camera_id)
        resource = Resource("camera", camera_id, owner, span=span)
        self._ports.access.authorize(who, Action.EVIDENCE_LOCK, resource, reason=who.purpose, detail=_span_told(span))
        return owner

    def release(self, who: Principal, evidence_id: str, reason: str, version: int | None) -> None:
        """Give a span back to retention. Raises TextMissing, NotNow, StaleVersion."""
        if not reason.strip():
            raise TextMissing(field="reason")
        scope = self._ports.access.scope(who, Action.EVIDENCE_UNLOCK)
        with self._ports.database.session() as session:
            row = repository.get_evidence(session, scope, evidence_id)
            subject = (SubjectKind.EVIDENCE, row.id)
            act = new_act(who, subject, ActKind.RELEASE_LOCK, self._ports.clock.now(), reason=reason.strip())
            before = repository.state_of(session, row.id)
            if not evidence_allows(before, act):
                last = acts_of(session, SubjectKind.EVIDENCE, row.id)[-1]
                at = last.at.isoformat(timespec="seconds")
                raise NotNow(state=before.status.value, who=last.actor_name or last.actor_id, at=at)
            repository.act_on(session, row, act, version)
            self._errand(session, row.id, who)
            self.tell(session, row, act)

    def export(self, who: Principal, incident: str, reason: str) -> str:
        """Ask for a package of everything that is held for an incident; return the package's id.

        Raises EvidenceNothing, EvidenceNotHeld, StillRecording, TextMissing.
        """
        if not reason.strip():
            raise TextMissing(field="reason")
        now = self._ports.clock.now()
        with self._ports.database.reading() as session:
            wanted = self._exportable(session, who, get_incident(session, who.agency_id, incident).id)
        self._check_exportable(wanted, incident, now)
        package_id = new_id(now)
        for row in wanted:
            self._check_item(who, row, package_id)
        with self._ports.database.session() as session:
            found = get_incident(session, who.agency_id, incident)
            self._check_alone(session, who, found)
            items = self._exportable(session, who, found.id)
            if {row.id for row in items} != {row.id for row in wanted}:
                raise Conflict(problem="the locks of the incident have just changed")
            self._check_exportable(items, incident, now)
            package = PackageRow(
                id=package_id,
                agency_id=who.agency_id,
                incident_id=found.id,
                state=PackageState.BUILDING.value,
                reason=reason.strip(),
                requested_by={
                    "user_id": who.user_id,
                    "username": who.username,
                    "agency_id": who.agency_id,
                    "purpose": who.purpose,
                    "case_number": who.case_number,
                    "requested_at": iso(now),
                },
                requested_at=now,
            )
            session.add(package)
            session.flush()
            self._errand(session, package.id, who)
            for row in items:
                subject, payload = (SubjectKind.EVIDENCE, row.id), {"package_id": package.id}
                act = new_act(who, subject, ActKind.EXPORT, now, reason=package.reason, payload=payload)
                append(session, act, row.agency_id)
                repository.project(session, row)
                self.tell(session, row, act)
            return package.id

    def _exportable(self, session: Session, who: Principal, incident_id: str) -> list[EvidenceRow]:
        """What was not given back, of one's own cameras, of shared ones, and what one's own people asked others for.
        None of the last may drop out in silence because a grant ends: see `_check_item`."""
        scope = self._ports.access.scope(who, Action.EVIDENCE_EXPORT)
        rows = [row for row in repository.evidence_of(session, incident_id) if row.status not in _GIVEN_BACK]
        asked = asked_by(session, who.agency_id, [row.id for row in rows])
        return [row for row in rows if row.id in asked or scope.covers(row.agency_id, row.camera_id)]

    def _check_item(self, who: Principal, row: EvidenceRow, package_id: str) -> None:
        """What goes into a package is decided item by item, with its span, and audited. Raises Forbidden."""
        span = (row.started_at, row.ended_at)
        resource = Resource("evidence", row.id, row.agency_id, row.camera_id, span)
        detail = {"package_id": package_id, **_span_told(span)}
        self._ports.access.authorize(who, Action.EVIDENCE_EXPORT, resource, reason=who.purpose, detail=detail)

    def folder(self, agency_id: str, package_id: str) -> Path:
        """The folder of a finished package. Raises NotFound."""
        with self._ports.database.reading() as session:
            row = repository.get_package(session, agency_id, package_id)
        found = packages_folder(self._ports.data_directory) / row.id
        if row.state != PackageState.READY.value or not found.is_dir():
            raise NotFound(kind="package", name=package_id)
        return found

    def file(self, agency_id: str, package_id: str, path: str) -> Path:
        """A file of a finished package. Raises NotFound, for every path that is not one."""
        with self._ports.database.reading() as session:
            row = repository.get_package(session, agency_id, package_id)
        found = packages_folder(self._ports.data_directory) / row.id / path
        is_there = row.state == PackageState.READY.value and is_safe_path(path) and found.is_file()
        if not is_there or found.is_symlink():
            raise NotFound(kind="file", name=ascii(path)[1:200])
        return found

    def tell(self, session: Session, row: EvidenceRow, act: Act) -> None:
        """Let open pages know."""
        payload = {"id": row.id, "incident_id": row.incident_id, "act": act.kind.value, "status": row.status}
        self._feed.publish(session, "evidence.act", payload, row.agency_id, row.camera_id)

    def _check_span(self, request: LockRequest, lang: str) -> None:
        if request.start >= request.end:
            raise EvidenceSpan(problem=render("evidence-span-order", lang))
        if request.end - request.start > LONGEST:
            hours = str(int(LONGEST.total_seconds() // 3600))
            raise EvidenceSpan(problem=render("evidence-span-long", lang, {"hours": hours}))
        if request.start > self._ports.clock.now():
            raise EvidenceSpan(problem=render("evidence-span-future", lang))

    def _camera(self, request: LockRequest) -> tuple[str, str]:
        """Id and name. Raises NotFound for a camera that neither exists nor has left footage in the span."""
        for known in self._ports.cameras.cameras():
            if request.camera in (known.id, known.name):
                return known.id, known.name
        if self._ports.footage.segments(request.camera, request.start, request.end):
            return request.camera, request.camera
        raise NotFound(kind="camera", name=request.camera)

    def _check_footage(self, camera_id: str, camera_name: str, request: LockRequest) -> None:
        """A lock that holds nothing would be taken for evidence. Raises EvidenceNoFootage."""
        if request.end > self._ports.clock.now():
            return
        try:
            if self._ports.footage.segments(camera_id, request.start, request.end):
                return
            reached = self._ports.footage.recorded_until(camera_id, within=(request.start, request.end))
        except (Unavailable, StoreError, Forbidden):
            return  # the site cannot say now, or not to this person; the lock stays requested until it says more
        if reached is None or reached <= request.start or request.end <= reached - LONGEST_OPEN:
            raise EvidenceNoFootage(camera=camera_name)

    @staticmethod
    def _check_exportable(items: list[EvidenceRow], incident: str, now: datetime) -> None:
        if not items:
            raise EvidenceNothing(incident=incident)
        for row in items:
            if row.status != EvidenceStatus.HELD.value:
                raise EvidenceNotHeld(camera=row.camera_name, state=row.status)
            if row.ended_at > now:
                raise StillRecording(camera=row.camera_name, until=iso(row.ended_at))


_GIVEN_BACK = frozenset({EvidenceStatus.RELEASING.value, EvidenceStatus.RELEASED.value})


def _span_told(span: tuple[datetime, datetime]) -> dict[str, str]:
    return {"start": iso(span[0]), "end": iso(span[1])}

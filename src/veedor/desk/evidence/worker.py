"""Taking requests to the site and packages to disk: a worker that begins where it, or a process that died, left off."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.acts.repository import SITE_ACTOR
from veedor.desk.alerts.media import AlertMedia
from veedor.desk.context import DeskPorts
from veedor.desk.evidence import repository
from veedor.desk.evidence.collected import Collected
from veedor.desk.evidence.collecting import Collector
from veedor.desk.evidence.errands import Errands, is_passing
from veedor.desk.evidence.errors import EvidenceNotHeld, StillRecording
from veedor.desk.evidence.manifest import PackageRequest, iso
from veedor.desk.evidence.package import BuiltPackage, build_package, remove_unfinished
from veedor.desk.evidence.retries import Retries
from veedor.desk.evidence.service import EvidenceService, packages_folder, pulled_folder
from veedor.desk.evidence.signing import Signer
from veedor.desk.evidence.tables import ErrandRow, EvidenceRow, GivenRow, PackageRow, SigningKeyRow
from veedor.desk.incidents.service import IncidentService, IncidentView
from veedor.desk.scope_clause import only
from veedor.kit.errors import Forbidden, StoreLocked, VeedorError
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.evidence import EvidenceStatus, PackageState
from veedor.wire.ports import LockReport, LockState

log = logging.getLogger(__name__)

_GATHER_S = 0.25  # many locks are many commits: what is outstanding is looked at four times a second at most
_REFUSED_LONGEST_S = 900.0  # between asking an owner who refuses: each question stands in its audit


@dataclass(frozen=True, slots=True)
class EvidenceConfig:
    """`retry_*_s`: pauses between asking a site that does not answer. `build_patience_s`: how long a package waits
    for footage that is still being written, or for the site; `far_patience_s`: the same where footage comes from other
    sites, whose links may be down for long. `builders`: how many packages at once. `keep_package_days`: until its files
    go, for which is looked each `expire_every_s`; the originals and the record stay."""

    every_s: float = 2.0
    retry_first_s: float = 1.0
    retry_longest_s: float = 60.0
    build_patience_s: float = 180.0
    far_patience_s: float = 12 * 3600.0
    builders: int = 1
    keep_package_days: float = 7.0
    expire_every_s: float = 60.0


class EvidenceWorker:
    """Takes each lock to held or released, and each package to ready or failed."""

    def __init__(self, ports: DeskPorts, signer: Signer, config: EvidenceConfig | None = None) -> None:
        self._ports = ports
        self._signer = signer
        self._config = config or EvidenceConfig()
        self._service = EvidenceService(ports)
        self._packages = packages_folder(ports.data_directory)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._wakes: list[threading.Event] = []
        self._expired_at: datetime | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._errands = Errands(ports)
        self._pulled = pulled_folder(ports.data_directory)
        self._collector = Collector(ports, self._errands, self._pulled)
        self._asking = Retries(ports.clock, self._config.retry_first_s, self._config.retry_longest_s)
        self._building = Retries(ports.clock, self._config.retry_first_s, self._config.retry_longest_s)
        self._in_hand: set[str] = set()  # packages that a builder works on
        self._guard = threading.Lock()
        self._waiting_since_s: dict[str, float] = {}  # packages that wait for footage

    def start(self) -> None:
        """A thread for locks and others for packages: a lock never waits for a big package to be copied."""
        self.prepare()
        builders = [(f"desk-packages-{number}", self.build_once) for number in range(self._config.builders)]
        for name, work in (("desk-locks", self.ask_once), *builders):
            wake = threading.Event()
            self._wakes.append(wake)
            self._threads.append(threading.Thread(target=self._run, args=(work, wake), name=name, daemon=True))
        self._unsubscribe = self._ports.database.on_commit(self._look, EvidenceRow, PackageRow, ErrandRow, GivenRow)
        for thread in self._threads:
            thread.start()

    def prepare(self) -> None:
        """Publish the public key, and clear what a dead process left."""
        remove_unfinished(self._packages)
        with self._ports.database.session() as session:
            building = {row.id for row in repository.packages_in(session, [PackageState.BUILDING])}
            for folder in self._pulled.glob("*"):
                if folder.name not in building:
                    shutil.rmtree(folder, ignore_errors=True)
            if session.get(SigningKeyRow, self._signer.fingerprint) is None:
                session.add(
                    SigningKeyRow(
                        fingerprint=self._signer.fingerprint,
                        agency_id=self._ports.agency_id,
                        public_pem=self._signer.public_pem.decode(),
                        first_used_at=self._ports.clock.now(),
                    )
                )

    def stop(self) -> None:
        """Return soon: a package in hand is given up, and built anew at the next start."""
        self._unsubscribe()
        self._unsubscribe = lambda: None  # stopping twice is no fault
        self._stop.set()
        self._wake()
        for thread in self._threads:
            thread.join()

    def _look(self) -> None:
        """Somebody wrote: one looks after the locks, and one after the packages, who calls the others if need be."""
        for wake in self._wakes[:2]:
            wake.set()

    def _wake(self) -> None:
        for wake in self._wakes:
            wake.set()

    def _run(self, work: Callable[[], None], wake: threading.Event) -> None:
        while not self._stop.is_set():
            self._stop.wait(_GATHER_S)
            wake.clear()
            try:
                work()
            except VeedorError as problem:  # the database is locked or full: what is outstanding stays so
                log.warning("evidence: %s", problem)
            except Exception:
                log.exception("evidence: fault")
            self._ports.clock.wait(wake, self._config.every_s)

    def ask_once(self) -> None:
        """Take every outstanding lock and release to the site once."""
        with self._ports.database.reading() as session:
            locks = repository.outstanding(session)
        self._asking.keep_only({row.id for row in locks})
        for lock in locks:
            if not self._stop.is_set() and self._asking.is_due(lock.id):
                self._ask_site(lock)

    def build_once(self) -> None:
        """Build every ordered package, and remove the files of old ones."""
        with self._ports.database.reading() as session:
            packages = repository.packages_in(session, [PackageState.BUILDING])
        self._building.keep_only({row.id for row in packages})
        if sum(row.id not in self._in_hand for row in packages) > 1:
            for wake in self._wakes[2:]:
                wake.set()
        for package in packages:
            if not self._stop.is_set() and self._building.is_due(package.id) and self._take(package.id):
                try:
                    self._build(package)
                finally:
                    self._give_back(package.id)
        now = self._ports.clock.now()
        if self._expired_at is None or abs((now - self._expired_at).total_seconds()) >= self._config.expire_every_s:
            self._expired_at = now
            self._expire()

    def _take(self, package_id: str) -> bool:
        """Whether no other builder has it, and it is still to be built."""
        with self._guard:
            if package_id in self._in_hand:
                return False
            self._in_hand.add(package_id)
        with self._ports.database.reading() as session:
            row = session.get(PackageRow, package_id)
        if row is not None and row.state == PackageState.BUILDING.value:
            return True
        self._give_back(package_id)
        return False

    def _give_back(self, package_id: str) -> None:
        with self._guard:
            self._in_hand.discard(package_id)

    # locks

    def _ask_site(self, row: EvidenceRow) -> None:
        """Tell the site what is wanted. It may have been told before: both commands are idempotent."""
        releasing = row.status == EvidenceStatus.RELEASING.value
        try:
            report = self._told(row, releasing=releasing)
            if report is None:
                return  # it is for another desk to ask
        except VeedorError as problem:
            if isinstance(problem, StoreLocked) and self._ports.far_evidence is None:
                raise  # our own database: nothing more can be done now
            self._asking.later(row.id, _REFUSED_LONGEST_S if isinstance(problem, Forbidden) else None)
            self._note(row, problem.message, failed=not releasing and not is_passing(problem))
            return
        if report.state is (LockState.RELEASED if releasing else LockState.HELD):
            self._confirm(row, report, ActKind.RELEASED if releasing else ActKind.HOLD)
        else:
            self._asking.later(row.id)
            failed = not releasing and report.state is LockState.FAILED
            self._note(row, report.problem or Message("evidence-lock-refused"), failed=failed)

    def _told(self, row: EvidenceRow, *, releasing: bool) -> LockReport | None:
        """What the camera's site says; None where it is not for this desk to ask."""
        if self._ports.far_evidence is not None:
            errand = self._errands.of(row.id)
            if errand is None:
                return None  # asked for at a site, which told us of it
            far, item = self._errands.far(errand), repository.item_of(row)
            return far.unlock(item) if releasing else far.lock(item)
        if self._ports.config.federated and not self._is_here(row):
            return None  # another site of this agency has the camera
        if releasing:
            return self._ports.footage.unlock(row.id)
        return self._ports.footage.lock(row.id, row.camera_id, row.started_at, row.ended_at)

    def _is_here(self, row: EvidenceRow) -> bool:
        """Whether the camera is, or was, at this site."""
        if any(one.id == row.camera_id for one in self._ports.cameras.cameras()):
            return True
        return bool(self._ports.footage.segments(row.camera_id, row.started_at, row.ended_at))

    def _confirm(self, row: EvidenceRow, report: LockReport, kind: ActKind) -> None:
        payload = {"segments": len(report.segments), "bytes": sum(one.octets for one in report.segments)}
        with self._ports.database.session() as session:
            current = repository.get_evidence(session, only(row.agency_id), row.id)
            current.problem = None
            act = self._site_act(row, kind, payload, None)
            if repository.act_on(session, current, act) is not None:
                self._service.tell(session, current, act)

    def _note(self, row: EvidenceRow, problem: Message, *, failed: bool) -> None:
        """Show why it takes so long. Only a site that says no makes an act, and only when it says something new."""
        if row.problem == problem.to_json():
            return
        with self._ports.database.session() as session:
            current = repository.get_evidence(session, only(row.agency_id), row.id)
            current.problem = problem.to_json()
            if failed:
                act = self._site_act(row, ActKind.LOCK_FAILED, {"problem": problem.to_json()}, problem.render())
                if repository.act_on(session, current, act) is not None:
                    self._service.tell(session, current, act)

    def _site_act(self, row: EvidenceRow, kind: ActKind, payload: Mapping[str, object], reason: str | None) -> Act:
        now = self._ports.clock.now()
        return Act(
            id=new_id(now),
            subject_kind=SubjectKind.EVIDENCE,
            subject_id=row.id,
            kind=kind,
            actor_id=SITE_ACTOR,
            agency_id=row.agency_id,
            at=now,
            reason=reason,
            payload=payload,
            actor_name=SITE_ACTOR,
        )

    # packages

    def _build(self, row: PackageRow) -> None:
        """Build one package; what may mend itself is tried again until patience ends."""
        target = self._packages / row.id
        now_s = self._ports.clock.monotonic()
        waited_s = now_s - self._waiting_since_s.setdefault(row.id, now_s)
        far = self._ports.far_evidence is not None
        try:
            shutil.rmtree(target, ignore_errors=True)  # whole, but its row was never written: nobody has seen it
            collected = self._collector.collect(row, self._items(row), self._stop.is_set) if far else {}
            request = self._request(row, collected)
            built = build_package(self._ports.footage, self._signer, request, target, self._stop.is_set)
        except VeedorError as problem:
            if self._may_wait(problem, waited_s, far=far):
                if far:
                    self._building.later(row.id)
                    self._show_wait(row, problem.message)
                return
            self._finish(row, None, problem.message)
        except Exception:
            log.exception("package %s", row.id)
            self._finish(row, None, Message("error-internal"))
        else:
            self._finish(row, built, None)
        self._forget(row.id)

    def _may_wait(self, problem: VeedorError, waited_s: float, *, far: bool) -> bool:
        """Whether the package is tried again: what is wrong mends itself, and patience has not ended."""
        patience_s = self._config.far_patience_s if far else self._config.build_patience_s
        mends = is_passing(problem) or isinstance(problem, StillRecording | StoreLocked)
        return mends and (waited_s < patience_s or self._stop.is_set())

    def _forget(self, package_id: str) -> None:
        """Of a package that is settled: since when it was waited for, and what came for it."""
        self._waiting_since_s.pop(package_id, None)
        shutil.rmtree(self._pulled / package_id, ignore_errors=True)

    def _show_wait(self, row: PackageRow, problem: Message) -> None:
        """Why it takes so long, while it is tried again."""
        if row.problem == problem.to_json():
            return
        with self._ports.database.session() as session:
            repository.get_package(session, row.agency_id, row.id).problem = problem.to_json()

    def _items(self, row: PackageRow) -> list[EvidenceRow]:
        """The locks that the package is of. Raises EvidenceNotHeld."""
        with self._ports.database.reading() as session:
            found = repository.evidence_of(session, row.incident_id)
            items = [item for item in found if row.id in repository.state_of(session, item.id).packages]
        for item in items:
            if item.status != EvidenceStatus.HELD.value:
                raise EvidenceNotHeld(camera=item.camera_name, state=item.status)
        return items

    def _request(self, row: PackageRow, collected: Mapping[str, Collected]) -> PackageRequest:
        view = IncidentService(self._ports).whole(row.agency_id, row.incident_id)
        items = self._items(row)
        with self._ports.database.reading() as session:
            agency = session.get(AgencyRow, row.agency_id)
            head = repository.audit_head(session, self._ports.agency_id)
        return PackageRequest(
            package_id=row.id,
            created_at=self._ports.clock.now(),
            site=agency.name if agency else row.agency_id,
            agency_id=row.agency_id,
            incident=_incident_json(view),
            items=tuple(repository.item_of(item) for item in items),
            custody=tuple(view.timeline),
            requested_by=row.requested_by,
            reason=row.reason,
            audit_head=head,
            pictures=self._pictures(view, row, items),
            collected=collected,
            language=self._ports.config.language,
            time_zone=self._ports.config.time_zone,
        )

    def _pictures(
        self, view: IncidentView, row: PackageRow, items: Sequence[EvidenceRow]
    ) -> tuple[tuple[str, bytes, dict[str, object]], ...]:
        media = AlertMedia(self._ports.data_directory)
        cameras = {item.camera_id for item in items}  # of another agency only what it gave evidence of
        return tuple(
            (
                f"{alert.id}.jpg",
                media.snapshot(alert.id).read_bytes(),
                {"alert_id": alert.id, "camera_id": alert.camera_id, "rule": alert.rule, "at": iso(alert.completed_at)},
            )
            for alert in view.alerts
            if (alert.agency_id == row.agency_id or alert.camera_id in cameras)
            and alert.has_snapshot
            and media.snapshot(alert.id).is_file()
        )

    def _finish(self, row: PackageRow, built: BuiltPackage | None, problem: Message | None) -> None:
        with self._ports.database.session() as session:
            current = repository.get_package(session, row.agency_id, row.id)
            current.state = (PackageState.READY if built else PackageState.FAILED).value
            current.finished_at = self._ports.clock.now()
            current.problem = problem.to_json() if problem else None
            if built:
                current.files, current.octets = built.files, built.octets
                current.manifest_sha256 = built.manifest_sha256

    def _expire(self) -> None:
        """Remove the files of old packages, after the row says so: a row never promises files that are gone."""
        oldest = self._ports.clock.now() - timedelta(days=self._config.keep_package_days)
        with self._ports.database.reading() as session:
            ready = repository.packages_in(session, [PackageState.READY])
        for row in ready:
            if row.finished_at is None or row.finished_at >= oldest:
                continue
            with self._ports.database.session() as session:
                current = repository.get_package(session, row.agency_id, row.id)
                current.state = PackageState.EXPIRED.value
            shutil.rmtree(self._packages / row.id, ignore_errors=True)


def _incident_json(view: IncidentView) -> dict[str, object]:
    state = view.state
    return {
        "id": view.row.id,
        "number": view.row.number,
        "type": state.type,
        "origin": state.origin.value,
        "place": state.place,
        "summary": state.summary,
        "opened_at": iso(view.row.opened_at),
        "status": state.status.value,
        "alert_ids": list(state.alert_ids),
    }

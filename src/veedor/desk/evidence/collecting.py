"""Getting the footage of a package from other sites, and writing down that it came: the receiver's side of custody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from veedor.access.principal import Principal
from veedor.desk.acts.repository import acts_of, append
from veedor.desk.context import DeskPorts
from veedor.desk.evidence import repository
from veedor.desk.evidence.collected import Collected
from veedor.desk.evidence.errands import Errands
from veedor.desk.evidence.errors import EvidenceNothing
from veedor.desk.evidence.service import EvidenceService
from veedor.desk.evidence.tables import EvidenceRow, PackageRow
from veedor.model.act import Act, ActKind, SubjectKind


class Collector:
    """Works in `folder`, where what has come is kept until the package is built."""

    def __init__(self, ports: DeskPorts, errands: Errands, folder: Path) -> None:
        self._ports = ports
        self._errands = errands
        self._folder = folder
        self._service = EvidenceService(ports)

    def collect(
        self, package: PackageRow, items: Sequence[EvidenceRow], stop: Callable[[], bool]
    ) -> dict[str, Collected]:
        """By item. Raises ErrandWaits, and what `FarEvidence.collect` raises: called again, it goes on from there."""
        errand = self._errands.of(package.id)
        if errand is None:
            raise EvidenceNothing(incident=package.incident_id)
        found = {}
        for row in items:
            who = self._errands.person(errand)  # each time: who has logged out meanwhile takes nothing more
            folder = self._folder / package.id / row.id
            one = self._errands.far(errand).collect(repository.item_of(row), package.id, folder, stop)
            self._received(row, package, who, one)
            found[row.id] = one
        return found

    def _received(self, row: EvidenceRow, package: PackageRow, who: Principal, one: Collected) -> None:
        """Once: the act's id follows from the statement that it is about."""
        act = Act(
            id=f"{row.id[:36]}-{one.statement.sha256[:20]}",
            subject_kind=SubjectKind.EVIDENCE,
            subject_id=row.id,
            kind=ActKind.RECEIVED,
            actor_id=who.shown().user_id,
            agency_id=who.agency_id,
            at=self._ports.clock.now(),
            reason=None if who.is_sealed else package.reason,
            payload={
                "package_id": package.id,
                "site_id": str(one.origin.get("site_id")),
                "segments": one.segments,
                "bytes": one.octets,
                "statement_sha256": one.statement.sha256,
            },
            actor_name=who.shown().username,
        )
        with self._ports.database.session() as session:
            known = {done.id for done in acts_of(session, SubjectKind.EVIDENCE, row.id)}
            current = session.get(EvidenceRow, row.id)
            if current is not None and act.id not in known:
                append(session, act, current.agency_id)
                repository.project(session, current)
                self._service.tell(session, current, act)

"""In whose name a hub asks other sites for evidence: of the person who asked for it, with a login of theirs.

A request outlives the answer to the browser: the link may be down. It goes on with the session in which it was made,
or with a newer one of the same person; where they have none, it waits until they log in again.
"""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.accounts.sessions import Sessions
from veedor.desk.context import DeskPorts
from veedor.desk.evidence.collected import FarEvidence
from veedor.desk.evidence.errors import ErrandWaits
from veedor.desk.evidence.tables import ErrandRow
from veedor.desk.sealing.repository import sealed
from veedor.kit.errors import Unavailable, VeedorError
from veedor.wire.approvals import read_approval
from veedor.wire.passes import PassRefused


def note_errand(session: Session, subject_id: str, who: Principal) -> None:
    """Who asks for it from now on: the last one who asked."""
    session.merge(
        ErrandRow(
            subject_id=subject_id,
            agency_id=who.agency_id,
            user_id=who.user_id,
            username=who.username,
            session_id=who.session_id or "",
            purpose=who.purpose,
            case_number=who.case_number,
            approval=who.approval.text if who.approval else None,
            approved_by=who.approver,
        )
    )
    session.flush()


def asked_by(session: Session, agency_id: str, subject_ids: list[str]) -> frozenset[str]:
    """Those of the locks that people of this agency asked other sites for."""
    found: set[str] = set()
    for start in range(0, len(subject_ids), 500):
        query = sa.select(ErrandRow.subject_id).where(
            ErrandRow.agency_id == agency_id, ErrandRow.subject_id.in_(subject_ids[start : start + 500])
        )
        found.update(session.scalars(query))
    return frozenset(found)


def is_passing(problem: VeedorError) -> bool:
    """Whether asking again later may help though nobody does anything: no link, a site that has just started."""
    return isinstance(problem, Unavailable) or (isinstance(problem, PassRefused) and problem.will_pass)


class Errands:
    """Runs for those who are still logged in."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._sessions = Sessions(ports.database, ports.clock, ports.config.session_hours)

    def of(self, subject_id: str) -> ErrandRow | None:
        """None: nobody here asked for it."""
        with self._ports.database.reading() as session:
            return session.get(ErrandRow, subject_id)

    def person(self, errand: ErrandRow) -> Principal:
        """Raises ErrandWaits."""
        found = self._sessions.find_by_id(errand.session_id)
        if found is None:
            with self._ports.database.reading() as session:
                newer = self._sessions.of_user(session, errand.agency_id, errand.user_id)
            found = self._sessions.find_by_id(newer[0].id) if newer else None
        if found is None:
            raise ErrandWaits(who=self._name(errand))
        who = replace(
            found.principal,
            purpose=errand.purpose,
            case_number=errand.case_number,
            approval=read_approval(errand.approval) if errand.approval else None,
        )
        return sealed(self._ports, who)

    def _name(self, errand: ErrandRow) -> str:
        """As the camera's owner may read it: why a lock waits is shown to them too."""
        who = Principal(errand.user_id, errand.username, errand.agency_id, frozenset(), case_number=errand.case_number)
        return sealed(self._ports, who).shown().username

    def far(self, errand: ErrandRow) -> FarEvidence:
        """Raises ErrandWaits."""
        if self._ports.far_evidence is None:
            raise ErrandWaits(who=self._name(errand))
        return self._ports.far_evidence(self.person(errand))

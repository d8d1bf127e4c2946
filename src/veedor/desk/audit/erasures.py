"""Lawful erasure of personal values from the audit, in two steps by two people.

The data-protection officer asks, and says by which law; an auditor, who is somebody else, looks at what would go and
confirms or refuses. Both are audited, and entries about erasures are never erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.check import AuditRecord
from veedor.access.principal import Principal, Resource
from veedor.desk.audit.entry import FORM, PERSONAL
from veedor.desk.audit.errors import ErasureSettled, LawNeeded, NothingToErase, OtherPersonNeeded
from veedor.desk.audit.log import KEPT_WHOLE, ChainedAuditLog
from veedor.desk.audit.tables import AuditRow, ErasureRow
from veedor.desk.context import DeskPorts
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id

OF_A_PERSON = frozenset({"username", "address"})
MOST_SPANS = 5000  # of one request: the entry that says what went must fit into one message to the hub


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to go: the entries that name a person of an agency, or single entries; and which fields of them.

    Exactly one of `person` (user name and agency) and `entries` (sequences).
    """

    fields: frozenset[str]
    person: tuple[str, str] | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """`left`: how many entries more there are than one request can hold. `whole`: of the old form, which stay."""

    row: ErasureRow
    left: int
    whole: int


class Erasures:
    """Ask, look, confirm, refuse. The caller has passed `access/`."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._audit = ChainedAuditLog(ports.database, ports.clock, ports.agency_id)

    def ask(self, who: Principal, wanted: Wanted, reason: str) -> Asked:
        """Nothing goes yet. `reason`: the law or resolution, never the person. Raises LawNeeded, NothingToErase."""
        if not reason.strip():
            raise LawNeeded
        fields = wanted.fields & set(PERSONAL)
        if "purpose" in fields:
            fields |= {"reason"}  # of what was allowed, the purpose stands there too
        now = self._ports.clock.now()
        with self._ports.database.session() as session:
            found = self._sequences(session, wanted)
            can = [sequence for sequence, form in found if form == FORM]
            whole = len(found) - len(can)
            spans = _spans(can)[:MOST_SPANS]
            if not spans or not fields:
                raise NothingToErase(whole=str(whole))
            row = ErasureRow(
                id=new_id(now),
                agency_id=self._ports.agency_id,
                state="asked",
                spans=[list(one) for one in spans],
                fields=sorted(fields),
                reason=reason.strip(),
                asked_by=who.user_id,
                asked_at=now,
            )
            session.add(row)
            session.flush()
        taken = sum(last - first + 1 for first, last in spans)
        return Asked(row, len(can) - taken, whole)

    def all(self) -> list[ErasureRow]:
        """The newest first."""
        query = sa.select(ErasureRow).where(ErasureRow.agency_id == self._ports.agency_id)
        with self._ports.database.reading() as session:
            return list(session.scalars(query.order_by(ErasureRow.asked_at.desc(), ErasureRow.id.desc()).limit(500)))

    def confirm(self, who: Principal, erasure_id: str) -> ErasureRow:
        """The values are gone when this returns. Raises NotFound, OtherPersonNeeded, ErasureSettled, StoreError."""
        with self._ports.database.reading() as session:
            row = self._open(session, who, erasure_id)
            spans, fields, reason = [(int(a), int(b)) for a, b in row.spans], frozenset(row.fields), row.reason
        record = AuditRecord(
            replace(who, purpose=None, case_number=None),
            Action.ERASURE_CONFIRM,
            Resource("erasure", erasure_id, self._ports.agency_id),
            True,
            reason[:500],
            {"asked_by": row.asked_by},
        )

        def settle(session: Session, sequence: int) -> None:
            settled = self._open(session, who, erasure_id)  # of two who confirm at once, one does
            settled.state, settled.settled_by, settled.settled_at = "done", who.user_id, self._ports.clock.now()
            settled.entry = sequence
            session.flush()

        self._audit.erase(record, spans, fields, settle)
        with self._ports.database.reading() as session:
            return session.get_one(ErasureRow, erasure_id)

    def refuse(self, who: Principal, erasure_id: str) -> ErasureRow:
        """Nothing goes. Raises NotFound, OtherPersonNeeded, ErasureSettled."""
        with self._ports.database.session() as session:
            row = self._open(session, who, erasure_id)
            row.state, row.settled_by, row.settled_at = "refused", who.user_id, self._ports.clock.now()
            session.flush()
            return row

    def _open(self, session: Session, who: Principal, erasure_id: str) -> ErasureRow:
        row = session.get(ErasureRow, erasure_id)
        if row is None or row.agency_id != self._ports.agency_id:
            raise NotFound(kind="erasure", name=erasure_id)
        if row.state != "asked":
            raise ErasureSettled(state=row.state)
        if row.asked_by == who.user_id:
            raise OtherPersonNeeded
        return row

    def _sequences(self, session: Session, wanted: Wanted) -> list[tuple[int, int]]:
        """Sequence and form of the entries, ascending."""
        query = sa.select(AuditRow.sequence, AuditRow.form).where(
            AuditRow.agency_id == self._ports.agency_id, AuditRow.action.not_in(KEPT_WHOLE)
        )
        if wanted.person is not None:
            username, agency_id = wanted.person
            query = query.where(AuditRow.username == username.lower(), AuditRow.user_agency_id == agency_id)
        else:
            query = query.where(AuditRow.sequence.in_(wanted.entries))
        return [(row.sequence, row.form) for row in session.execute(query.order_by(AuditRow.sequence))]


def _spans(sequences: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of numbers without a hole: first and last."""
    found: list[tuple[int, int]] = []
    for one in sequences:
        if found and found[-1][1] == one - 1:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return found

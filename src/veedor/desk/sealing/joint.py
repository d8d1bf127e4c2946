"""A sealed person's locks and incidents of several agencies do not go together: who is invited hears all that was done
on an incident, by name, and a lock names its incident."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.acts.tables import ActRow
from veedor.desk.evidence.tables import EvidenceRow
from veedor.desk.sealing.errors import SealedJoint
from veedor.desk.sealing.tables import SealRow
from veedor.model.act import SubjectKind
from veedor.model.seal import SEALED


def require_unsealed(session: Session, incident_id: str, now: datetime) -> None:
    """Before another agency is let into the incident. Raises SealedJoint while evidence of it is sealed."""
    query = (
        sa.select(ActRow.actor_id)
        .join(EvidenceRow, EvidenceRow.id == ActRow.subject_id)
        .where(
            ActRow.subject_kind == SubjectKind.EVIDENCE.value,
            ActRow.actor_id.startswith(SEALED, autoescape=True),
            EvidenceRow.incident_id == incident_id,
        )
        .distinct()
    )
    ids = [actor_id.removeprefix(SEALED) for actor_id in session.scalars(query)]
    going_on = sa.select(SealRow.id).where(SealRow.id.in_(ids), SealRow.opened_at.is_(None), SealRow.until > now)
    if ids and session.scalar(going_on.limit(1)) is not None:
        raise SealedJoint

"""Reading and keeping sealings. Callers hold a session."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.context import DeskPorts
from veedor.desk.sealing.errors import SealedCase
from veedor.desk.sealing.tables import SealOpeningRow, SealRow
from veedor.kit.errors import NotFound
from veedor.kit.secrets import SecretBox
from veedor.model.seal import Opening, Seal, case_key
from veedor.wire.seals import SealRecord, SignedOpening

_TELLING = 5  # letters and digits of a case number that is looked for in a longer text: fewer stand in any text


@dataclass(frozen=True, slots=True)
class Held:
    """What of a sealing stands encrypted in the database. `secret`: empty where another desk holds it."""

    person_id: str
    person: str
    case_number: str
    reason: str
    secret: str = ""


def held_of(secrets: SecretBox, row: SealRow) -> Held:
    """Raises SecretKeyOther."""
    return Held(**json.loads(secrets.decrypt(row.held)))


def seal_of_row(row: SealRow) -> Seal:
    return Seal(row.id, row.until, row.person, row.case)


def add(session: Session, secrets: SecretBox, agency_id: str, record: SealRecord, secret: str = "") -> SealRow:
    """Keep a sealing. `secret`: where this desk holds it."""
    held = Held(record.person_id, record.person, record.case_number, record.reason, secret)
    row = SealRow(
        id=record.seal.id,
        agency_id=agency_id,
        person=record.seal.person,
        case=record.seal.case,
        held=secrets.encrypt(json.dumps(asdict(held), ensure_ascii=False)),
        has_secret=bool(secret),
        made_by=record.made_by_id[:64],
        made_by_name=record.made_by[:200],
        made_at=record.made_at,
        until=record.seal.until,
    )
    session.add(row)
    session.flush()
    return row


def record_of(secrets: SecretBox, row: SealRow) -> SealRecord:
    held = held_of(secrets, row)
    return SealRecord(
        seal_of_row(row),
        held.person_id,
        held.person,
        held.case_number,
        held.reason,
        row.made_by,
        row.made_by_name,
        row.made_at,
    )


def get_seal(session: Session, agency_id: str, seal_id: str) -> SealRow:
    """Raises NotFound, for another agency's too."""
    row = session.get(SealRow, seal_id)
    if row is None or row.agency_id != agency_id:
        raise NotFound(kind="seal", name=seal_id[:80])
    return row


def seals_of(session: Session, agency_id: str, limit: int = 500) -> list[SealRow]:
    """The newest first."""
    query = sa.select(SealRow).where(SealRow.agency_id == agency_id)
    return list(session.scalars(query.order_by(SealRow.made_at.desc(), SealRow.id).limit(limit)))


def active(session: Session, agency_id: str, now: datetime) -> list[SealRow]:
    """Those that go on."""
    query = sa.select(SealRow).where(SealRow.agency_id == agency_id, SealRow.opened_at.is_(None), SealRow.until > now)
    return list(session.scalars(query.order_by(SealRow.until.desc())))


def sealed(ports: DeskPorts, who: Principal) -> Principal:
    """The same person, with the seal of the case that the request names, where there is one.

    At a hub alone: there the looks at other agencies' cameras begin. It is asked anew each time: a seal counts for the
    next request, and ends with its time.
    """
    if who.seal is not None or not ports.config.is_hub or not who.case_number:
        return who
    found = sealed_cases(ports, who.agency_id, who.case_number)
    if not found:
        return who
    theirs = next((seal for seal, held in found if held.person_id == who.user_id), None)
    return replace(who, seal=theirs or found[0][0], is_sealed=theirs is not None)


def sealed_cases(ports: DeskPorts, agency_id: str, text: str, *, within: bool = False) -> list[tuple[Seal, Held]]:
    """Seals of the agency that go on and are of this case. `within`: of a case that a longer text names."""
    key = case_key(text)
    if not key:
        return []
    with ports.database.reading() as session:
        rows = active(session, agency_id, ports.clock.now())
    told = [(seal_of_row(row), held_of(ports.secrets, row)) for row in rows]
    keys = [(one, case_key(one[1].case_number)) for one in told]
    return [one for one, known in keys if known == key or (within and len(known) >= _TELLING and known in key)]


def require_unnamed(ports: DeskPorts, agency_id: str, *texts: str | None) -> None:
    """Before words go to another agency in the clear. Raises SealedCase where they name a case that is sealed."""
    if any(text and sealed_cases(ports, agency_id, text, within=True) for text in texts):
        raise SealedCase


def keep_opening(session: Session, one: SignedOpening, received_at: datetime) -> bool:
    """Keep it once; whether it is new. The caller has checked whose signature it has."""
    if session.get(SealOpeningRow, (one.opening.seal_id, one.digest)) is not None:
        return False
    session.add(
        SealOpeningRow(
            seal_id=one.opening.seal_id,
            digest=one.digest,
            agency_id=one.opening.agency,
            told=one.to_json(),
            received_at=received_at,
        )
    )
    session.flush()
    return True


def openings_of(session: Session, seal_id: str) -> list[SignedOpening]:
    """Those that came, in order."""
    query = sa.select(SealOpeningRow.told).where(SealOpeningRow.seal_id == seal_id)
    return [SignedOpening.from_json(told) for told in session.scalars(query.order_by(SealOpeningRow.received_at))]


def opening_from(row: SealRow, held: Held) -> Opening:
    """What this desk can reveal of a sealing whose secret it holds."""
    return Opening(
        row.agency_id, row.id, held.secret, held.person_id, held.person, held.case_number, row.opened_at or row.until
    )

"""What an auditor is shown of a sealed look: until when it is sealed, or who it was, proved by the commitments that
stand in the very entry. What was stored beside is not believed: the commitments are computed each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.sealing.repository import held_of, openings_of
from veedor.desk.sealing.tables import SealRow
from veedor.kit.secrets import SecretBox
from veedor.model.seal import Seal, seal_of


class SealState(StrEnum):
    SEALED = "sealed"
    OVERDUE = "overdue"  # its time is over, and no opening has come
    OPENED = "opened"  # the opening gives exactly these commitments
    MISMATCH = "mismatch"  # the agency signed an opening that does not


@dataclass(frozen=True, slots=True)
class ShownSeal:
    """`person`, `case_number`: what the opening says, also where it does not fit; None while sealed, but for the
    agency that sealed (`is_own`)."""

    id: str
    agency_id: str
    until: datetime
    state: SealState
    person: str | None = None
    case_number: str | None = None
    opened_at: datetime | None = None
    is_own: bool = False


class Reveal:
    """For one answer. `viewer`: the agency of who reads; with `secrets` its own seals are readable to it."""

    def __init__(self, session: Session, now: datetime, viewer: str = "", secrets: SecretBox | None = None) -> None:
        self._session = session
        self._now = now
        self._viewer = viewer
        self._secrets = secrets
        self._shown: dict[tuple[str, Seal], ShownSeal] = {}

    def of(self, detail: Mapping[str, Any], agency_id: str | None) -> ShownSeal | None:
        """Of an entry's detail, and the agency of its person; None where the look was not sealed."""
        told = detail.get("seal")
        if not isinstance(told, dict):
            return None
        try:
            seal = seal_of(told)
        except (KeyError, TypeError, ValueError):
            return None
        key = (agency_id or "", seal)
        found = self._shown.get(key)
        if found is None:
            found = self._shown[key] = self._look(seal, agency_id or "")
        return found

    def _look(self, seal: Seal, agency_id: str) -> ShownSeal:
        openings = [one.opening for one in openings_of(self._session, seal.id) if one.opening.agency == agency_id]
        fitting = next((one for one in openings if one.fits(seal, agency_id)), None)
        told = fitting or next(iter(openings), None)
        if told is not None:
            state = SealState.OPENED if fitting else SealState.MISMATCH
            return ShownSeal(seal.id, agency_id, seal.until, state, told.person, told.case_number, told.at)
        state = SealState.OVERDUE if seal.until <= self._now else SealState.SEALED
        row = self._session.get(SealRow, seal.id) if self._secrets and agency_id == self._viewer else None
        if row is None or self._secrets is None or (row.person, row.case) != (seal.person, seal.case):
            return ShownSeal(seal.id, agency_id, seal.until, state)
        held = held_of(self._secrets, row)
        return ShownSeal(seal.id, agency_id, seal.until, state, held.person, held.case_number, is_own=True)

"""The desk's outbox: a fact and its row are one transaction, so none is lost, and none is told that never was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.database import Database
from veedor.desk.outward.tables import OutwardRow
from veedor.kit.clock import Clock
from veedor.kit.ids import new_id
from veedor.model.act import Act
from veedor.model.event import Event
from veedor.wire.facts import FactKind, act_done, alert_clip, alert_ended, alert_raised

_CLOCK = "outward-clock"  # in a session's info: the desk is federated
_RELAYS = "outward-relays"  # in a session's info: other agencies' desks learn from this one


@dataclass(frozen=True, slots=True)
class OutwardFact:
    """A row as the pump takes it: plain values."""

    sequence: int
    message_id: str
    kind: str
    agency_id: str
    body: dict[str, Any]
    at: datetime


def newest(session: Session) -> int:
    """The sequence of the newest fact; 0: there is none."""
    return int(session.scalar(sa.select(sa.func.max(OutwardRow.sequence))) or 0)


def agencies_of_acts(session: Session, after: int) -> set[str]:
    """With whose things something was done here, in facts that follow `after`."""
    is_act = OutwardRow.kind == FactKind.ACT.value
    return set(session.scalars(sa.select(OutwardRow.agency_id).where(OutwardRow.sequence > after, is_act).distinct()))


class Outward:
    """Reading and trimming the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, sequence: int, limit: int = 500) -> list[OutwardFact]:
        """Facts that follow `sequence`, in order."""
        query = sa.select(OutwardRow).where(OutwardRow.sequence > sequence).order_by(OutwardRow.sequence).limit(limit)
        with self._database.reading() as session:
            return [
                OutwardFact(row.sequence, row.message_id, row.kind, row.agency_id, row.body, row.at)
                for row in session.scalars(query)
            ]

    def of_agency(self, agency_id: str, place: tuple[int, str], limit: int = 200) -> list[OutwardFact]:
        """Facts about one agency's things that follow `place`: the sequence and message id of the last one that is
        known elsewhere. Where another message stands there (this database was restored): all of them."""
        with self._database.reading() as session:
            there = session.get(OutwardRow, place[0])
            after = place[0] if there is not None and there.message_id == place[1] else 0
            query = (
                sa.select(OutwardRow)
                .where(OutwardRow.agency_id == agency_id, OutwardRow.sequence > after)
                .order_by(OutwardRow.sequence)
                .limit(limit)
            )
            return [
                OutwardFact(row.sequence, row.message_id, row.kind, row.agency_id, row.body, row.at)
                for row in session.scalars(query)
            ]

    def trim(self, up_to: int) -> int:
        """Forget facts up to and with `up_to`, once they are safe elsewhere; returns how many there were."""
        with self._database.session() as session:
            gone = sa.delete(OutwardRow).where(OutwardRow.sequence <= up_to).returning(OutwardRow.sequence)
            return len(session.execute(gone).all())


def federate(database: Database, clock: Clock, *, relays: bool = False) -> None:
    """From now on every unit of work of this database also writes its facts into the outbox.

    `relays`: this is a hub, from which agencies learn what others did in an incident that they share.
    """
    database.info[_CLOCK] = clock
    database.info[_RELAYS] = relays


def tell_alert(session: Session, event: Event, camera_name: str, agency_id: str, raised_at: datetime) -> None:
    """An alert was raised. This and the next two do nothing where the desk is not federated."""
    _put(session, FactKind.ALERT_RAISED, agency_id, alert_raised(event, camera_name, agency_id, raised_at))


def tell_ended(session: Session, event_id: str, event: Mapping[str, Any], agency_id: str) -> None:
    _put(session, FactKind.ALERT_ENDED, agency_id, alert_ended(event_id, event, agency_id))


def tell_clip(session: Session, alert_id: str, state: str, agency_id: str) -> None:
    """The clip of an alert can be had at this desk, or will never be."""
    _put(session, FactKind.ALERT_CLIP, agency_id, alert_clip(alert_id, state, agency_id))


def tell_act(session: Session, act: Act, owner_agency_id: str, about: Mapping[str, Any] | None = None) -> None:
    """`about`: what the act opens, where the receiver cannot know it: an incident's number, a lock's camera."""
    _put(session, FactKind.ACT, owner_agency_id, act_done(act, owner_agency_id, about))


def relay_acts(
    session: Session, acts: Iterable[Act], owner_agency_id: str, to_agency_id: str, about: Mapping[str, Any] | None
) -> None:
    """Acts on a shared incident, for another agency that has a part in it; nothing where this desk is no hub."""
    if session.info.get(_RELAYS):
        for act in acts:
            _put(session, FactKind.ACT, to_agency_id, act_done(act, owner_agency_id, about))


def _put(session: Session, kind: FactKind, agency_id: str, body: dict[str, Any]) -> None:
    clock: Clock | None = session.info.get(_CLOCK)
    if clock is None:
        return
    at = clock.now()
    session.add(OutwardRow(agency_id=agency_id, message_id=new_id(at), kind=kind.value, body=body, at=at))
    session.flush()

"""The owner's side: seals that passes brought here, and the openings that came since."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.agencies.repository import public_keys
from veedor.desk.context import DeskPorts
from veedor.desk.sealing.repository import keep_opening
from veedor.desk.sealing.tables import SealSeenRow
from veedor.model.seal import Seal
from veedor.wire.passes import PassRefused
from veedor.wire.seals import MOST_SEALS, BadSeal, SignedOpening

log = logging.getLogger(__name__)


class SealsSeen:
    """Of one site."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._known: dict[str, tuple[str, Seal]] = {}

    def see(self, who: Principal) -> None:
        """Before a sealed person's look is decided: the first one is an entry of its own, and later ones must show the
        same commitments. Raises PassRefused ("seal-changed")."""
        if who.seal is None:
            return
        told = (who.agency_id, who.seal)
        known = self._known.get(who.seal.id) or self._first(who, who.seal)
        if known != told:
            raise PassRefused(reason="seal-changed")
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[who.seal.id] = known

    def _first(self, who: Principal, seal: Seal) -> tuple[str, Seal]:
        ports = self._ports
        known = self._stored(seal.id)
        if known is not None:
            return known
        resource = Resource("seal", seal.id, who.agency_id)
        ports.access.note(who, Action.SEAL_HEAR, resource, allowed=True, reason="sealed", detail={"from": "hub"})
        row = SealSeenRow(
            id=seal.id,
            agency_id=who.agency_id,
            until=seal.until,
            person=seal.person,
            case=seal.case,
            seen_at=ports.clock.now(),
        )
        try:
            with ports.database.session() as session:
                session.add(row)
        except IntegrityError:  # two looks at once
            log.info("seal %s was seen by another look first", seal.id)
        return self._stored(seal.id) or (who.agency_id, seal)

    def _stored(self, seal_id: str) -> tuple[str, Seal] | None:
        with self._ports.database.reading() as session:
            row = session.get(SealSeenRow, seal_id)
        return (row.agency_id, _seal(row)) if row is not None else None


def unopened(session: Session) -> list[str]:
    """Ids of seals that wait for an opening that fits; those that end last come first."""
    query = sa.select(SealSeenRow.id).where(SealSeenRow.opened_at.is_(None)).order_by(SealSeenRow.until.desc())
    return list(session.scalars(query.limit(MOST_SEALS)))


def take_openings(ports: DeskPorts, told: Any) -> None:
    """Keep what the agency's own key signed, whether it fits or not, each with an entry of the audit. What nobody
    signed proves nothing against anybody, and is passed over."""
    for one in list(told or [])[:MOST_SEALS]:
        try:
            signed = SignedOpening.from_json(one)
        except BadSeal as problem:
            log.error("%s", problem)
            continue
        _take(ports, signed)


def _take(ports: DeskPorts, signed: SignedOpening) -> None:
    opening = signed.opening
    with ports.database.reading() as session:
        row = session.get(SealSeenRow, opening.seal_id)
        key = public_keys(session).get(row.agency_id) if row is not None else None
    if row is None or opening.agency != row.agency_id or not signed.signed_by(key):
        log.error("an opening of seal %s is not signed by the agency that sealed", opening.seal_id[:32])
        return
    fits = opening.fits(_seal(row), row.agency_id)
    with ports.database.session() as session:
        is_new = keep_opening(session, signed, ports.clock.now())
        if fits:
            session.get_one(SealSeenRow, row.id).opened_at = opening.at
    if not is_new:
        return
    if not fits:
        log.error("the opening of seal %s by %s does not fit its commitments", row.id, row.agency_id)
    nobody = Principal("", "", row.agency_id, frozenset())
    detail = {"person": opening.person, "case_number": opening.case_number, "fits": fits}
    resource = Resource("seal", row.id, row.agency_id)
    reason = "opened" if fits else "mismatch"
    ports.access.note(nobody, Action.SEAL_HEAR, resource, allowed=fits, reason=reason, detail=detail)


def _seal(row: SealSeenRow) -> Seal:
    return Seal(row.id, row.until, row.person, row.case)

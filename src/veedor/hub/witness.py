"""The hub's side of exchanging heads: it keeps what sites sign, and signs its own for them."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.keys import signer_of
from veedor.desk.audit import restores, witness
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.audit.tables import WitnessedHeadRow
from veedor.desk.context import DeskPorts
from veedor.desk.sites.tables import SiteRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.hub.restored import doubt_all
from veedor.wire.heads import HUB_PLACE, MOST_HEADS, BadHead, SignedHead
from veedor.wire.keys import SigningKey
from veedor.wire.restores import MOST_RESTORES, BadRestore, SignedRestore

log = logging.getLogger(__name__)


class HubWitness:
    """`answer` is part of each `hub.sync`."""

    def __init__(self, ports: DeskPorts, key: SigningKey) -> None:
        self._ports = ports
        self._key = key
        self._audit = ChainedAuditLog(ports.database, ports.clock, ports.agency_id)
        self._feed = LiveFeedHub(ports.database, ports.clock)
        self._heard: set[str] = set()  # sites whose heads came since this process began

    def answer(self, row: SiteRow, told: dict[str, Any] | None) -> dict[str, Any]:
        """`told`: `own` (the site's head), `hub_at` (an entry of ours that it keeps a head of), `hub_kept` (that head),
        `after` (how far it has what we keep), `restores` (of that site). Whether the site is to tell its head is all
        that one hears which tells nothing. A hub that was restored asks each site `again` once: what it kept shows how
        much is lost here."""
        contradicted = None
        if told:
            self._heard.add(row.id)
        if told and (told.get("own") is not None or told.get("hub_kept") is not None or told.get("restores")):
            with self._ports.database.session() as session:
                self._keep_restores(session, row, told)
                self._compare(session, told.get("hub_kept"))
                before = witness.last_of(session, row.id)
                if told.get("own") is not None and self._take(session, row, told["own"]):
                    contradicted = before  # of which the site, where it was restored, knows nothing
        with self._ports.database.reading() as session:
            wanted = witness.last_of(session, row.id) is None
            again = {"again": True} if row.id not in self._heard and restores.own(session) else {}
        return {"send": wanted, **again, **(self._heads(row, told, contradicted) if told else {})}

    def _keep_restores(self, session: Session, row: SiteRow, told: dict[str, Any]) -> None:
        """Before the site's head, which they explain. Place and agency are those that the connection proved."""
        agency = session.get(AgencyRow, row.agency_id)
        for one in list(told.get("restores") or [])[:MOST_RESTORES]:
            try:
                restore = SignedRestore.from_json(one)
            except BadRestore as problem:
                log.error("site %s: %s", row.id, problem)
                continue
            if (restore.place, restore.agency_id) == (row.id, row.agency_id):
                key = signer_of(session, row.agency_id, restore.restored_at, restore.signed_by) if agency else None
                restores.keep(session, self._ports.clock, restore, key or "")

    def _compare(self, session: Session, told: Any) -> None:
        """A head of ours that a site keeps, and whose entry is not here any more: we signed it, so it is lost. Where no
        restore explains it, somebody has turned this database back: then no grant counts until its owner confirms."""
        if told is None:
            return
        try:
            head = SignedHead.from_json(told)
        except BadHead as problem:
            log.error("a head of this hub's cannot be read: %s", problem)
            return
        found = self._audit.hash_in(session, head.sequence)
        is_ours = head.place == HUB_PLACE and head.signed_by(self._key.public_hex)
        if not is_ours or (found is not None and found[1] == head.hash):
            return
        teller = witness.Teller(self._feed, (self._ports.agency_id,))
        known = any(one.sequence < head.sequence and head.at <= one.restored_at for one in restores.own(session))
        if witness.keep_own(session, self._ports.clock, head, self._key.public_hex, teller) and not known:
            log.error("this hub's database was turned back: entry %d of its audit is gone", head.sequence)
            doubt_all(session, self._ports.clock.now())
        restores.held_elsewhere(session, head.sequence)

    def _take(self, session: Session, row: SiteRow, told: Any) -> str:
        """What is wrong with it; empty: nothing."""
        try:
            said = SignedHead.from_json(told)
        except BadHead as problem:
            log.error("site %s: %s", row.id, problem)
            return ""
        # Site and agency are those that the connection proved, whatever the head says of itself.
        head = SignedHead(row.id, row.agency_id, said.sequence, said.hash, said.at, said.signature)
        teller = witness.Teller(self._feed, (row.agency_id, self._ports.agency_id))
        witness.prove(session, self._ports.clock, teller)
        return witness.keep_told(session, self._ports.clock, head, teller)

    def _heads(
        self, row: SiteRow, told: dict[str, Any], contradicted: WitnessedHeadRow | None = None
    ) -> dict[str, Any]:
        hub = self._sign()
        past = self._sign(int(told["hub_at"])) if told.get("hub_at") else None
        with self._ports.database.reading() as session:
            own = contradicted or witness.last_of(session, row.id)
            others, upto = [], None
            if told.get("after") is not None:
                found = witness.newest(session, int(told["after"]), MOST_HEADS)
                others = [witness.head_of(one).to_json() for one in found if one.place != row.id]
                upto = found[-1].number if found else 0
            return {
                "lost": restores.lost_of(session, row.id),
                "restores": [*self._own_restores(session), *restores.others(session)],
                "hub": hub.to_json() if hub else None,
                "hub_past": past.to_json() if past else None,
                "own": witness.head_of(own).to_json() if own else None,
                "others": others,
                "upto": upto,
                "key": self._key.public_hex,
            }

    def _own_restores(self, session: Session) -> list[dict[str, Any]]:
        found = restores.own_signed(session, self._ports.agency_id, HUB_PLACE)
        return [one.signed(self._key).to_json() for one in found]

    def _sign(self, sequence: int = 0) -> SignedHead | None:
        return witness.sign_own(self._audit, self._key, HUB_PLACE, self._ports.clock, sequence)

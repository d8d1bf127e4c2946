"""The hub's side of exchanging heads: it keeps what sites sign, and signs its own for them."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.audit import witness
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.context import DeskPorts
from veedor.desk.sites.tables import SiteRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.wire.heads import HUB_PLACE, MOST_HEADS, BadHead, SignedHead
from veedor.wire.keys import SigningKey

log = logging.getLogger(__name__)


class HubWitness:
    """`answer` is part of each `hub.sync`."""

    def __init__(self, ports: DeskPorts, key: SigningKey) -> None:
        self._ports = ports
        self._key = key
        self._audit = ChainedAuditLog(ports.database, ports.clock, ports.agency_id)
        self._feed = LiveFeedHub(ports.database, ports.clock)

    def answer(self, row: SiteRow, told: dict[str, Any] | None) -> dict[str, Any]:
        """`told`: `own` (the site's head), `hub_at` (an entry of ours that it keeps a head of), `after` (how far it
        has what we keep). Whether the site is to tell its head is all that one hears which tells nothing."""
        if told and told.get("own") is not None:
            with self._ports.database.session() as session:
                self._take(session, row, told["own"])
        with self._ports.database.reading() as session:
            wanted = witness.last_of(session, row.id) is None
        return {"send": wanted, **(self._heads(row, told) if told else {})}

    def _take(self, session: Session, row: SiteRow, told: Any) -> None:
        agency = session.get(AgencyRow, row.agency_id)
        if agency is None or agency.public_key is None:
            return
        try:
            said = SignedHead.from_json(told)
        except BadHead as problem:
            log.error("site %s: %s", row.id, problem)
            return
        # Site and agency are those that the connection proved, whatever the head says of itself.
        head = SignedHead(row.id, row.agency_id, said.sequence, said.hash, said.at, said.signature)
        teller = witness.Teller(self._feed, (row.agency_id, self._ports.agency_id))
        witness.keep(session, self._ports.clock, head, agency.public_key, teller)

    def _heads(self, row: SiteRow, told: dict[str, Any]) -> dict[str, Any]:
        hub = self._sign()
        past = self._sign(int(told["hub_at"])) if told.get("hub_at") else None
        with self._ports.database.reading() as session:
            own = witness.last_of(session, row.id)
            others, upto = [], None
            if told.get("after") is not None:
                found = witness.newest(session, int(told["after"]), MOST_HEADS)
                others = [witness.head_of(one).to_json() for one in found if one.place != row.id]
                upto = found[-1].number if found else 0
            return {
                "hub": hub.to_json() if hub else None,
                "hub_past": past.to_json() if past else None,
                "own": witness.head_of(own).to_json() if own else None,
                "others": others,
                "upto": upto,
                "key": self._key.public_hex,
            }

    def _sign(self, sequence: int = 0) -> SignedHead | None:
        return witness.sign_own(self._audit, self._key, HUB_PLACE, self._ports.clock, sequence)

"""The hub's side of sharing accounts: it keeps what an agency's key signed, for the sites of that agency alone."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.accounts import synced
from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.context import DeskPorts
from veedor.desk.sites.tables import SiteRow
from veedor.wire import accounts as wire
from veedor.wire.accounts import MOST_RECORDS, AccountList, AccountRecord, BadAccount

log = logging.getLogger(__name__)


class HubAccounts:
    """`answer` is part of each `hub.sync`. Whose accounts they are is what the connection proved."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports

    def answer(self, row: SiteRow, told: dict[str, Any] | None) -> dict[str, Any] | None:
        """None for a site of a version that shares no accounts."""
        if told is None:
            return None
        database = self._ports.database
        is_news = bool(told.get("records")) or told.get("list") is not None
        with database.session() if is_news else database.reading() as session:  # mostly there is nothing to write
            for one in list(told.get("records") or [])[:MOST_RECORDS]:
                self._keep(session, row, one)
            if told.get("list") is not None:
                self._keep_list(session, row, told["list"])
            records, listed = synced.records_of(session, row.agency_id), synced.list_of(session, row.agency_id)
        marked = wire.marks(records, listed)
        digest = wire.digest(marked)
        if told.get("digest") == digest:
            return {"digest": digest}
        known = told.get("marks")
        if not isinstance(known, dict):
            return {"digest": digest, "marks": marked}
        return {
            "digest": digest,
            "marks": marked,
            "records": wire.missing(records, known),
            "list": listed.to_json() if listed and known.get("") != marked[""] else None,
        }

    def _keep(self, session: Session, row: SiteRow, told: Any) -> None:
        """A record of another agency, or one that its key did not sign, would only be refused at the sites."""
        try:
            record = AccountRecord.from_json(told)
        except BadAccount as problem:
            log.error("site %s: %s", row.id, problem)
            return
        if record.agency != row.agency_id or not record.signed_by(_key_of(session, row)):
            log.error("site %s told of an account that its agency did not sign: %s", row.id, record.person)
            return
        synced.keep(session, record, self._ports.clock.now())

    def _keep_list(self, session: Session, row: SiteRow, told: Any) -> None:
        try:
            listed = AccountList.from_json(told)
        except BadAccount as problem:
            log.error("site %s: %s", row.id, problem)
            return
        if listed.agency == row.agency_id and listed.signed_by(_key_of(session, row)):
            synced.keep_list(session, listed, self._ports.clock.now())


def _key_of(session: Session, row: SiteRow) -> str:
    agency = session.get(AgencyRow, row.agency_id)
    return (agency.public_key if agency else None) or ""

"""The agencies as the hub signed them, kept here for the day on which the hub is restored and has forgotten some."""

from __future__ import annotations

import logging
from typing import Any

from veedor.desk.agencies.tables import KeptRosterRow
from veedor.desk.database import Database
from veedor.wire.roster import BadRoster, SignedRoster

log = logging.getLogger(__name__)


class KeptRoster:
    """`question` and `known` go into `hub.sync`, what came back into `heard`. `hub_key`: that was pinned at joining."""

    def __init__(self, database: Database, hub_key: str) -> None:
        self._database = database
        self._hub_key = hub_key
        self._wanted = False

    def known(self) -> str | None:
        """When the one that is kept was signed; None: there is none."""
        with self._database.reading() as session:
            row = session.get(KeptRosterRow, 1)
        return row.at.isoformat() if row else None

    def question(self) -> dict[str, Any] | None:
        """The roster, where the hub asked for it."""
        if not self._wanted:
            return None
        with self._database.reading() as session:
            row = session.get(KeptRosterRow, 1)
        return row.told if row else None

    def heard(self, answer: dict[str, Any]) -> bool:
        """Keep what came; whether the hub asks for it, and did not before. Raises StoreError."""
        if answer.get("roster") is not None:
            self._keep(answer["roster"])
        asked, self._wanted = self._wanted, bool(answer.get("send_roster"))
        return self._wanted and not asked

    def _keep(self, told: Any) -> None:
        """One that knows less than the one that is kept does not replace it: that day has come."""
        try:
            roster = SignedRoster.from_json(told)
        except BadRoster as problem:
            log.error("%s", problem)
            return
        if not roster.signed_by(self._hub_key):
            return
        with self._database.session() as session:
            row = session.get(KeptRosterRow, 1)
            if row is None:
                row = KeptRosterRow(one=1)
                session.add(row)
            elif not _ids(row.told) <= _ids(told):
                return
            row.at, row.told = roster.at, roster.to_json()
            session.flush()


def _ids(roster: dict[str, Any]) -> set[str]:
    return {str(one.get("id")) for one in roster["agencies"]}

"""The agencies and the sites as the hub signed them, kept for the day on which the hub is restored and forgets some."""

from __future__ import annotations

import logging
from typing import Any

from veedor.desk.agencies.tables import KeptRosterRow
from veedor.desk.database import Database
from veedor.wire.roster import BadRoster, SignedRoster, SignedSites

log = logging.getLogger(__name__)

_AGENCIES, _SITES = 1, 2  # rows


class KeptRoster:
    """`question`, `sites`, `known` and `known_sites` go into `hub.sync`, what came back into `heard`. `hub_key`: that
    was pinned at joining."""

    def __init__(self, database: Database, hub_key: str) -> None:
        self._database = database
        self._hub_key = hub_key
        self._wanted = False
        self._heard_sites: str | None = None

    def known(self) -> str | None:
        """When the one that is kept was signed; None: there is none."""
        with self._database.reading() as session:
            row = session.get(KeptRosterRow, _AGENCIES)
        return row.at.isoformat() if row else None

    def known_sites(self) -> str | None:
        """When the sites that were heard last were signed, whether they are kept or not; None: not since the start."""
        return self._heard_sites

    def question(self) -> dict[str, Any] | None:
        """The roster, where the hub asked for it."""
        return self._asked_for(_AGENCIES)

    def sites(self) -> dict[str, Any] | None:
        """The same of the sites."""
        return self._asked_for(_SITES)

    def _asked_for(self, number: int) -> dict[str, Any] | None:
        if not self._wanted:
            return None
        with self._database.reading() as session:
            row = session.get(KeptRosterRow, number)
        return row.told if row else None

    def heard(self, answer: dict[str, Any]) -> bool:
        """Keep what came; whether the hub asks for it, and did not before. Raises StoreError."""
        if answer.get("roster") is not None:
            self._keep(_AGENCIES, SignedRoster, answer["roster"])
        if answer.get("sites") is not None:
            self._keep(_SITES, SignedSites, answer["sites"])
            self._heard_sites = str(answer["sites"].get("at"))
        asked, self._wanted = self._wanted, bool(answer.get("send_roster"))
        return self._wanted and not asked

    def _keep(self, number: int, kind: type[SignedRoster | SignedSites], told: Any) -> None:
        """One that knows less than the one that is kept does not replace it: that day has come."""
        try:
            signed = kind.from_json(told)
        except BadRoster as problem:
            log.error("%s", problem)
            return
        if not signed.signed_by(self._hub_key):
            return
        with self._database.session() as session:
            row = session.get(KeptRosterRow, number)
            if row is None:
                row = KeptRosterRow(one=number)
                session.add(row)
            elif _knows_more(row.told[kind.FIELD], signed.rows):
                return
            row.at, row.told = signed.at, signed.to_json()
            session.flush()


def _knows_more(kept: list[dict[str, Any]], told: Any) -> bool:
    """Whether `kept` has one that `told` lacks, or a later change of one. Times are all of one zone, and so compare."""
    there = {str(one.get("id")): str(one.get("changed_at", "")) for one in told}
    return any(
        str(one.get("id")) not in there or there[str(one.get("id"))] < str(one.get("changed_at", "")) for one in kept
    )

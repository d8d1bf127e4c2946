"""Which sites belong to this hub, as it signed it: told to every site, and kept beside the hub's keys.

A hub that was restored from a backup has forgotten who joined, got another key, or was revoked since. It takes that
back from what it signed itself, whoever kept it: of each site the newer telling counts, so an old one undoes nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.context import DeskPorts
from veedor.desk.sites.tables import SiteRow
from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError
from veedor.kit.files import write_file
from veedor.wire.keys import SigningKey
from veedor.wire.roster import BadRoster, SignedSites, Standing

log = logging.getLogger(__name__)

FILE = "sites.json"
SETTLED = timedelta(seconds=30)  # without a change before sites are told: beside the keys it is kept at once
_COLUMNS = (
    SiteRow.id,
    SiteRow.agency_id,
    SiteRow.name,
    SiteRow.number,
    SiteRow.link_key,
    SiteRow.joined_at,
    SiteRow.revoked_at,
    SiteRow.changed_at,
)


class Standings:
    """Safe to share between threads. `folder`: of the hub's keys, which no backup of its data replaces."""

    def __init__(self, key: SigningKey, clock: Clock, folder: Path | None = None) -> None:
        self._key = key
        self._clock = clock
        self._file = folder / FILE if folder is not None else None
        self._kept: tuple[Sequence[Any], dict[str, Any]] | None = None

    def told(self, session: Session) -> dict[str, Any]:
        """`wire.roster.SignedSites` of now: signed anew only when something of it has changed."""
        rows, kept = session.execute(sa.select(*_COLUMNS).order_by(SiteRow.id)).all(), self._kept
        if kept is None or kept[0] != rows:
            sites = [_standing(row).to_json() for row in rows]
            kept = self._kept = rows, SignedSites(self._clock.now(), sites).signed(self._key).to_json()
            self._write(kept[1])
        return kept[1]

    def news(self, session: Session, known: Any) -> dict[str, Any] | None:
        """The same for a site that knows the one signed at `known`; None: it has this one, or the next will come soon.
        Where many join in a row, each of their sites is told once."""
        told = self.told(session)
        is_settled = self._clock.now() - datetime.fromisoformat(told["at"]) >= SETTLED
        return told if is_settled and told["at"] != known else None

    def remembered(self) -> Any:
        """What lies beside the keys; None: nothing that can be read."""
        if self._file is None:
            return None
        try:
            return json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as problem:
            log.error("%s: %s", self._file, problem)
            return None

    def take(self, session: Session, told: Any) -> list[Standing]:
        """Sites that are now other than before, or there again. Raises BadRoster for what this hub never signed."""
        signed = SignedSites.from_json(told)
        if not signed.signed_by(self._key.public_hex):
            raise BadRoster(problem="signature")
        learned = []
        for one in map(Standing.from_json, signed.rows):
            row = session.get(SiteRow, one.id)
            if row is None:
                taken = self._add(session, one)
            else:
                taken = _changed_at(row) < one.changed_at and self._change(session, row, one)
            if taken:
                session.flush()
                learned.append(one)
        return learned

    def _add(self, session: Session, one: Standing) -> bool:
        is_taken = sa.or_(SiteRow.number == one.number, SiteRow.link_key == one.link_key)
        if session.scalar(sa.select(SiteRow.id).where(is_taken).limit(1)) is not None:
            log.error("site %s (%s): another has its place since the restore; it must join again", one.name, one.id)
            return False
        if session.get(AgencyRow, one.agency_id) is None:
            return False  # told again with the agencies
        row = SiteRow(
            id=one.id,
            number=one.number,
            agency_id=one.agency_id,
            name=one.name,
            joined_at=one.joined_at,
            doubted_at=self._clock.now(),
            health={},
            version="",
            boots=[],
            is_doubled=False,
            link_key=one.link_key,
            changed_at=one.changed_at,
            revoked_at=one.changed_at if one.is_revoked else None,
        )
        session.add(row)
        return True

    @staticmethod
    def _change(session: Session, row: SiteRow, one: Standing) -> bool:
        other = sa.select(SiteRow.id).where(SiteRow.link_key == one.link_key, SiteRow.id != row.id).limit(1)
        if session.scalar(other) is not None:
            return False
        row.link_key, row.changed_at = one.link_key, one.changed_at
        row.revoked_at = one.changed_at if one.is_revoked else None
        return True

    def _write(self, told: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            write_file(self._file, json.dumps(told, ensure_ascii=False, indent=1).encode())
        except StoreError as problem:  # the sites have it too
            log.error("%s", problem)


def take_back(ports: DeskPorts, standings: Standings) -> None:
    """At the start: what lies beside the keys and the database has forgotten."""
    told = standings.remembered()
    if told is None:
        return
    try:
        with ports.database.session() as session:
            learned = standings.take(session, told)
    except BadRoster as problem:
        log.error("%s: %s", FILE, problem)
        return
    for one in learned:
        note(ports, Principal("", "hub", ports.agency_id, frozenset()), one)


def note(ports: DeskPorts, who: Principal, one: Standing) -> None:
    """An entry in the audit. `who` told it."""
    reason = "revoked, as before the restore" if one.is_revoked else "known again after the restore"
    resource = Resource("site", one.id, one.agency_id)
    ports.access.note(who, Action.SITE_EDIT, resource, allowed=True, reason=reason)


def _standing(row: Any) -> Standing:
    return Standing(
        id=row.id,
        agency_id=row.agency_id,
        name=row.name,
        number=row.number,
        link_key=row.link_key,
        joined_at=row.joined_at,
        changed_at=_changed_at(row),
        is_revoked=row.revoked_at is not None,
    )


def _changed_at(row: Any) -> datetime:
    changed: datetime = row.changed_at or row.revoked_at or row.joined_at
    return changed

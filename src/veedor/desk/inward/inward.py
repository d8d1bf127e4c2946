"""Taking messages of sites: the position of the site and what the message says are one transaction.

A site speaks for its own agency only: what it says of another's things is refused, not merged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.accounts.service import know_agency
from veedor.desk.database import Database
from veedor.desk.inward import acts, alerts, audit, events, unread
from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SitePositionRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError, UserError
from veedor.wire.envelope import Envelope
from veedor.wire.facts import FactKind

log = logging.getLogger(__name__)

_OF_ALERTS = frozenset({FactKind.ALERT_RAISED, FactKind.ALERT_ENDED, FactKind.ALERT_CLIP})


@dataclass(frozen=True, slots=True)
class Position:
    """How far a site has been read; ("", 0) for one that never spoke."""

    incarnation: str
    sequence: int
    message_id: str = ""


class Inward:
    """The receiving end at a hub. Safe to share between threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._feed = LiveFeedHub(database, clock)

    def position(self, site_id: str) -> Position:
        """Where to go on reading: this is the only cursor there is."""
        with self._database.reading() as session:
            row = session.get(SitePositionRow, site_id)
        return Position(row.incarnation, row.sequence, row.message_id) if row else Position("", 0)

    def take(self, envelope: Mapping[str, Any]) -> bool:
        """Apply a message and remember its place, or neither; False where it has been taken before.

        `envelope`: `site_id`, `agency_id`, `incarnation` and `sequence` of the site's stream, `kind`, `body`. The
        first two must be what the connection proved, never what the site says. Raises ForeignFact, StoreError, and
        KeyError, TypeError or ValueError for a body of another form; the place then does not move (see `skip`).
        """
        with self._database.session() as session:
            if not self._advance(session, envelope):
                return False
            self.apply(session, envelope)
            return True

    def take_batch(self, source: tuple[str, str], incarnation: str, batch: Sequence[tuple[int, Envelope]]) -> None:
        """`take` for messages in a row of the site and agency that the connection proved, in one transaction.

        Where one of them is refused, all are taken one by one: the others count, and that one is passed over, with an
        entry in the log that says why. Raises StoreError; the place then does not move.
        """
        told = [_told(source, incarnation, sequence, one) for sequence, one in batch]
        try:
            with self._database.session() as session:
                now = Source(*source, self._clock.now(), self._feed)
                self._apply_all(session, now, told)  # also such as come again: the site's log may have begun anew
                if told:
                    self._place(session, told[-1])
        except StoreError:
            raise
        except (UserError, KeyError, TypeError, ValueError):
            self.forget(source[0])
            for one in told:
                self.take_or_skip(one)

    def take_or_skip(self, envelope: Mapping[str, Any]) -> None:
        """`take`; a message that is refused for good is passed over, with an entry in the log. Raises StoreError."""
        try:
            self.take(envelope)
        except (UserError, KeyError, TypeError, ValueError) as problem:
            log.error("message %s of %s is passed over: %r", envelope["message_id"], envelope["site_id"], problem)
            self.skip(envelope)

    def skip(self, envelope: Mapping[str, Any]) -> None:
        """Pass over a message that was refused for good; the caller has written down why."""
        with self._database.session() as session:
            self._advance(session, envelope)

    def apply(self, session: Session, envelope: Mapping[str, Any]) -> bool:
        """What the message says, in the caller's transaction; again it changes nothing. False for a kind that only
        newer sites know: it is kept (see `unread.py`)."""
        source = Source(envelope["site_id"], envelope["agency_id"], self._clock.now(), self._feed)
        know_agency(session, self._clock, source.agency_id)
        return _apply(session, source, envelope, None)

    def _apply_all(self, session: Session, source: Source, told: Sequence[Mapping[str, Any]]) -> None:
        """`apply` for each, with few statements. Events go together: nothing refers to them, nor they to anything."""
        know_agency(session, self._clock, source.agency_id)
        happened = [one["body"] for one in told if one["kind"] == FactKind.EVENT]
        if happened:
            events.happened_many(session, source, happened)
        news = [one["body"] for one in told if one["kind"] in _OF_ALERTS]
        acts_too = any(one["kind"] == FactKind.ACT for one in told)
        looked = alerts.look(session, news) if news and not acts_too else None
        for one in told:
            if one["kind"] != FactKind.EVENT:
                _apply(session, source, one, looked)
        if looked is not None:
            alerts.write(session, source, looked)

    def read_kept(self) -> int:
        """Apply what was kept because an older version did not know its kind; how many. For a start of the program."""
        with self._database.session() as session:
            kept = unread.readable(session, frozenset(FactKind))
        for one in kept:
            try:
                with self._database.session() as session:
                    unread.drop(session, one)
                    self.apply(session, one)
            except (UserError, KeyError, TypeError, ValueError) as problem:
                log.error("message %s of %s is passed over: %r", one["message_id"], one["site_id"], problem)
                with self._database.session() as session:
                    unread.drop(session, one)
        return len(kept)

    def _advance(self, session: Session, envelope: Mapping[str, Any]) -> bool:
        row = session.get(SitePositionRow, envelope["site_id"])
        incarnation, sequence = str(envelope["incarnation"]), int(envelope["sequence"])
        if row is not None and row.incarnation == incarnation and sequence <= row.sequence:
            return False
        self._place(session, envelope)
        return True

    def forget(self, site_id: str) -> None:
        """Whoever speaks as `site_id` has begun anew: all of it is taken again, and changes nothing that is known."""
        with self._database.session() as session:
            row = session.get(SitePositionRow, site_id)
            if row is not None:
                session.delete(row)

    def _place(self, session: Session, envelope: Mapping[str, Any]) -> None:
        now: datetime = self._clock.now()
        incarnation, sequence = str(envelope["incarnation"]), int(envelope["sequence"])
        row = session.get(SitePositionRow, envelope["site_id"])
        if row is None:
            know_agency(session, self._clock, envelope["agency_id"])
            row = SitePositionRow(site_id=envelope["site_id"], agency_id=envelope["agency_id"])
            session.add(row)
        row.incarnation, row.sequence, row.at = incarnation, sequence, now
        row.message_id = str(envelope.get("message_id", ""))[:100]
        session.flush()


def _apply(session: Session, source: Source, envelope: Mapping[str, Any], looked: alerts.Looked | None) -> bool:
    body = envelope["body"]
    match envelope["kind"]:
        case FactKind.ALERT_RAISED:
            alerts.raised(session, source, body, looked)
        case FactKind.ALERT_ENDED:
            alerts.ended(session, source, body, looked)
        case FactKind.ALERT_CLIP:
            alerts.clip_settled(session, source, body, looked)
        case FactKind.ACT:
            acts.done(session, source, body)
        case FactKind.EVENT:
            events.happened(session, source, body)
        case FactKind.AUDIT:
            audit.written(session, source, body)
        case _:
            unread.keep(session, source, envelope)
            return False
    return True


def _told(source: tuple[str, str], incarnation: str, sequence: int, envelope: Envelope) -> dict[str, Any]:
    """With the site and agency that the connection proved, whatever the message says of itself."""
    return {
        "site_id": source[0],
        "agency_id": source[1],
        "incarnation": incarnation,
        "sequence": sequence,
        "message_id": envelope.id,
        "kind": envelope.kind,
        "body": envelope.body,
    }

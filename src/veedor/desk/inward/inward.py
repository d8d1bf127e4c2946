"""Taking messages of sites: the position of the site and what the message says are one transaction.

A site speaks for its own agency only: what it says of another's things is refused, not merged.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from veedor.desk.accounts.service import know_agency
from veedor.desk.bulk import write_many
from veedor.desk.database import Database
from veedor.desk.inward import acts, alerts, audit, events, unread
from veedor.desk.inward.source import Source
from veedor.desk.inward.tables import SitePositionRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.clock import Clock
from veedor.kit.errors import UserError
from veedor.wire.envelope import Envelope
from veedor.wire.facts import FactKind

log = logging.getLogger(__name__)

_OF_ALERTS = frozenset({FactKind.ALERT_RAISED, FactKind.ALERT_ENDED, FactKind.ALERT_CLIP})
_REFUSED = (UserError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a site has been read; ("", 0) for one that never spoke."""

    incarnation: str
    sequence: int
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class SiteBatch:
    """Messages in a row of one site. `site_id` and `agency_id` are what the connection proved, `incarnation` is that of
    the site's stream; each message comes with its sequence in it."""

    site_id: str
    agency_id: str
    incarnation: str
    messages: Sequence[tuple[int, Envelope]]


_Told = tuple[SiteBatch, list[dict[str, Any]]]
_One = tuple[Source, Mapping[str, Any]]


class Inward:
    """The receiving end at a hub. Safe to share between threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._feed = LiveFeedHub(database, clock)
        self._agencies: frozenset[str] = frozenset()  # those that are known to have a row

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
        try:
            self.take_batches([SiteBatch(*source, incarnation, batch)])
        except _REFUSED:
            self.forget(source[0])
            for one in _told(SiteBatch(*source, incarnation, batch)):
                self.take_or_skip(one)

    def take_batches(self, batches: Sequence[SiteBatch]) -> None:
        """Batches of different sites in one transaction, all or none of them: a commit costs the same for many.

        Raises StoreError, and what `take` raises where a message of any of them is refused: `take_batch` then takes
        each batch for itself.
        """
        told = [(one, _told(one)) for one in batches if one.messages]
        agencies = {one.agency_id for one in batches}
        with self._database.session(first=True) as session:
            for agency_id in agencies - self._agencies:
                know_agency(session, self._clock, agency_id)
            now = self._clock.now()
            with _of_their_form():
                self._apply_all(session, now, told)  # also such as come again: a site's log may have begun anew
            self._place_all(session, now, [envelopes[-1] for _, envelopes in told])
        self._agencies |= agencies  # an agency that is known stays known

    def take_or_skip(self, envelope: Mapping[str, Any]) -> None:
        """`take`; a message that is refused for good is passed over, with an entry in the log. Raises StoreError."""
        try:
            self.take(envelope)
        except _REFUSED as problem:
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
        with _of_their_form():
            return _apply(session, source, envelope, None)

    def _apply_all(self, session: Session, now: datetime, told: Sequence[_Told]) -> None:
        """`apply` for each, with few statements. Events go together: nothing refers to them, nor they to anything.
        What a site says that tells of acts is taken one by one, and first: acts and alerts may wait for each other."""
        happened, slow, quick = list[events.Told](), list[_One](), list[_One]()
        for batch, envelopes in told:
            source = Source(batch.site_id, batch.agency_id, now, self._feed)
            acts_too = any(one["kind"] == FactKind.ACT for one in envelopes)
            for one in envelopes:
                if one["kind"] == FactKind.EVENT:
                    happened.append((source, one["body"]))
                else:
                    (slow if acts_too else quick).append((source, one))
        events.happened_many(session, happened)
        for source, envelope in slow:
            _apply(session, source, envelope, None)
        looked = alerts.look(session, [envelope["body"] for _, envelope in quick if envelope["kind"] in _OF_ALERTS])
        audit.written_many(session, [(source, one["body"]) for source, one in quick if one["kind"] == FactKind.AUDIT])
        for source, envelope in quick:
            if envelope["kind"] != FactKind.AUDIT:
                _apply(session, source, envelope, looked)
        alerts.write(session, self._feed, looked)

    def read_kept(self) -> int:
        """Apply what was kept because an older version did not know its kind; how many. For a start of the program."""
        with self._database.session() as session:
            kept = unread.readable(session, frozenset(FactKind))
        for one in kept:
            try:
                with self._database.session() as session:
                    unread.drop(session, one)
                    self.apply(session, one)
            except _REFUSED as problem:
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
        know_agency(session, self._clock, envelope["agency_id"])
        self._place_all(session, self._clock.now(), [envelope])

    def _place_all(self, session: Session, now: datetime, envelopes: Sequence[Mapping[str, Any]]) -> None:
        """The last message of each site."""
        rows = [
            {
                "site_id": one["site_id"],
                "agency_id": one["agency_id"],
                "incarnation": str(one["incarnation"]),
                "sequence": int(one["sequence"]),
                "message_id": str(one.get("message_id", ""))[:100],
                "at": now,
            }
            for one in envelopes
        ]
        changed = ("incarnation", "sequence", "message_id", "at")
        write_many(session, SitePositionRow, rows, key="site_id", update=changed)


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


@contextmanager
def _of_their_form() -> Iterator[None]:
    """What the database cannot hold, such as a text with a zero in it, is as wrong as a body of another form."""
    try:
        yield
    except DataError as problem:
        raise ValueError(str(problem.orig)) from problem


def _told(batch: SiteBatch) -> list[dict[str, Any]]:
    """With the site and agency that the connection proved, whatever the message says of itself."""
    return [
        {
            "site_id": batch.site_id,
            "agency_id": batch.agency_id,
            "incarnation": batch.incarnation,
            "sequence": sequence,
            "message_id": envelope.id,
            "kind": envelope.kind,
            "body": envelope.body,
        }
        for sequence, envelope in batch.messages
    ]

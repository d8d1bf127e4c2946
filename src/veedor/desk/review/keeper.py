"""Keeps an eye on how rules do: puts those that are mostly wrong into review, says so loudly, and leaves the rest to
people.

What it decides follows from the verdicts alone, so a restart decides the same. It never takes a rule out of review:
a person does, and from then on counts begin anew. They begin anew too where the rule is written otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.context import DeskPorts
from veedor.desk.review.bounds import Judgement, judge
from veedor.desk.review.repository import Decision, keep, note, numbers_of, review_rows, row_of, site_principal
from veedor.desk.review.tables import RuleReviewRow
from veedor.desk.review.tally import RuleTally, Window, tallies
from veedor.desk.review.written import fingerprints
from veedor.desk.rounds import Rounds
from veedor.desk.scope_clause import only
from veedor.desk.scoping import owner_of
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import UserError
from veedor.model.camera import Camera
from veedor.model.event import Severity

log = logging.getLogger(__name__)

_EVERY_S = 60.0


class ReviewKeeper(Rounds):
    """One per desk of a site."""

    def __init__(self, ports: DeskPorts, every_s: float = _EVERY_S) -> None:
        super().__init__("review", ports.clock, every_s)
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)
        self._versions: dict[str, str] = {}  # of each camera's rules as looked at last

    def round(self) -> None:
        self.run_once()

    def run_once(self) -> int:
        """Look at every rule once; return of how many something was decided."""
        self._look_at_rules()
        config = self._ports.config.review
        window = Window.of_days(self._ports.clock.now(), config.days)
        scope = only(self._ports.agency_id)
        with self._ports.database.reading() as session:
            found, rows = tallies(session, scope, window), review_rows(session, scope)
        return sum(self._decide(one, rows.get(key)) for key, one in found.items())

    def _decide(self, one: RuleTally, row: RuleReviewRow | None) -> bool:
        said = self._judged(one, row)
        if row is not None and row.warned and said is Judgement.FINE:
            with self._ports.database.session() as session:  # no longer as poor: the next time it is told again
                self._row(session, one).warned = False
            return True
        if said is Judgement.FINE or (row is not None and (row.in_review or (row.warned and said is Judgement.WARN))):
            return False
        what = "demoted" if said is Judgement.DEMOTE else "warned"
        numbers = numbers_of(one.tally, self._below(row))
        # The entry is durable first. Whoever is killed in between decides the same again.
        site = site_principal(self._ports.agency_id)
        resource = Resource("rules", one.camera_id, owner_of(self._ports, one.camera_id), one.camera_id)
        detail = {"rule": one.rule, "what": what, **numbers}
        self._ports.access.note(site, Action.RULES_EDIT, resource, allowed=True, detail=detail)
        with self._ports.database.session() as session:
            row = self._row(session, one)
            if self._judged(one, row) is not said:  # pinned meanwhile
                return False
            row.in_review, row.warned, row.numbers = said is Judgement.DEMOTE, said is Judgement.WARN, numbers
            note(session, row, Decision(what, site, self._ports.clock.now(), numbers=numbers))
            tell(self._feed, session, row, what)
        log.warning("rule %r of camera %s: %s, %s", one.rule, one.camera_id, what, numbers)
        return True

    def _judged(self, one: RuleTally, row: RuleReviewRow | None) -> Judgement:
        least = self._ports.config.review.least_verdicts
        pinned = row is not None and row.pinned
        critical = one.severity is Severity.CRITICAL
        return judge(one.tally, self._below(row), least, critical=critical, pinned=pinned)

    def _below(self, row: RuleReviewRow | None) -> float:
        return row.below if row is not None and row.below is not None else self._ports.config.review.below

    def _row(self, session: Session, one: RuleTally) -> RuleReviewRow:
        owner = owner_of(self._ports, one.camera_id)
        return row_of(session, (one.camera_id, one.rule), owner, one.camera_name, self._ports.clock.now())

    def _look_at_rules(self) -> None:
        """Where a rule is written otherwise than when it was looked at last, what was said of it says nothing more."""
        for camera in self._ports.cameras.cameras():
            try:
                state = self._ports.rules.show(camera.id)
                if self._versions.get(camera.id) == state.version:
                    continue
                document = self._ports.rules.check(state.text).document
            except UserError as problem:  # the site has it among its problems; other cameras are looked at all the same
                log.warning("rules of camera %s: %s", camera.id, problem)
                continue
            if document is not None:  # wrong: the last good rules go on
                self._compare(camera, fingerprints(document))
                self._versions[camera.id] = state.version

    def _compare(self, camera: Camera, marks: Mapping[str, str]) -> None:
        now, site = self._ports.clock.now(), site_principal(camera.agency_id)
        with self._ports.database.session() as session:
            for rule, mark in marks.items():
                row = row_of(session, (camera.id, rule), camera.agency_id, camera.name, now)
                if row.fingerprint is not None and row.fingerprint != mark:
                    row.counted_from, row.warned = now, False
                    keep(session, row, Decision("anew", site, now))
                row.fingerprint = mark


def tell(feed: LiveFeedHub, session: Session, row: RuleReviewRow, what: str) -> None:
    """Open pages hear of it, in the transaction of the fact."""
    told: dict[str, Any] = {
        "camera_id": row.camera_id,
        "camera_name": row.camera_name,
        "rule": row.rule,
        "what": what,
        "by": row.changed_by_name,
        "numbers": row.numbers,
    }
    feed.publish(session, "rules.review", told, row.agency_id, row.camera_id)

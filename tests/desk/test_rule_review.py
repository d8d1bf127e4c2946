"""Rules that are mostly wrong: how their precision is counted, when they go into review, and how they come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.desks import AGENCY, Desk, make_desk, running
from desk.fake_setup import FakeRules
from veedor.access.principal import Principal, Role
from veedor.desk.alerts.handling import AlertHandling, Escalation, Seen
from veedor.desk.alerts.repository import AlertQuery, list_alerts
from veedor.desk.alerts.service import AlertService
from veedor.desk.audit.log import AuditQuery
from veedor.desk.review.bounds import Judgement, ReviewConfig, Tally, judge
from veedor.desk.review.deciding import decide, precision_list
from veedor.desk.review.errors import RuleNotInReview
from veedor.desk.review.keeper import ReviewKeeper
from veedor.desk.review.notices import review_problems
from veedor.desk.review.schemas import ReviewAct, RulePrecisionOut, RuleReviewIn
from veedor.desk.review.tally import Window
from veedor.desk.scope_clause import only
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import NotFound
from veedor.kit.ids import new_id
from veedor.kit.messages import Message
from veedor.model.alert import DismissReason
from veedor.model.event import Event, Severity
from veedor.wire.rules import RulesCheck

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OLGA = Principal("u-olga", "olga", AGENCY, frozenset({Role.OPERATOR}))
SARA = Principal("u-sara", "sara", AGENCY, frozenset({Role.SUPERVISOR}))


class Written(FakeRules):
    """Rules whose text is JSON."""

    def check(self, text: str, document: dict[str, Any] | None = None) -> RulesCheck:
        return RulesCheck(text, json.loads(text) if text else {"rules": []}, ())


class Room:
    """A desk on simulated time, and what happens there."""

    def __init__(self, desk: Desk, clock: SimulatedClock) -> None:
        self.desk, self.clock = desk, clock
        self.ports = replace(desk.ports, rules=Written())
        self.alerts, self.handling = AlertService(self.ports), AlertHandling(self.ports)
        self.keeper = ReviewKeeper(self.ports)

    def write(self, **zone_of: list[list[float]]) -> None:
        document = {"zones": zone_of, "rules": [{"name": "Vereda", "kind": "loitering", "zone": "Z"}]}
        self.ports.rules.write("plaza", json.dumps(document), "")

    def raise_alert(self, rule: str = "Vereda", severity: Severity = Severity.HIGH, after_s: float = 600) -> str:
        """`after_s` after the one before; more than five minutes is another burst."""
        self.clock.advance(after_s)
        now = self.clock.now()
        event = Event(new_id(now), "plaza", rule, "loitering", severity, now, now, now, Message("cli-json"))
        self.alerts.raise_alert(event, None)
        return event.id

    def dismiss(self, count: int, reason: DismissReason = DismissReason.ANIMAL, **how: Any) -> None:
        for _ in range(count):
            self.handling.dismiss(OLGA, self.raise_alert(**how), Seen(), reason, "x")

    def escalate(self, count: int) -> None:
        for _ in range(count):
            self.handling.escalate(OLGA, self.raise_alert(), Seen(), Escalation())

    def precision(self, rule: str = "Vereda") -> RulePrecisionOut:
        window = Window.of_days(self.clock.now(), 30)
        return next(one for one in precision_list(self.ports, only(AGENCY), window).rules if one.rule == rule)

    def say(self, act: ReviewAct, below: float | None = None) -> RulePrecisionOut:
        return decide(self.ports, SARA, "plaza", RuleReviewIn(rule="Vereda", act=act, reason="Corregida", below=below))

    def in_review(self) -> set[str]:
        with self.ports.database.reading() as session:
            return {row.id for row in list_alerts(session, only(AGENCY), AlertQuery(in_review=True, limit=500))}

    def problems(self) -> list[str]:
        with self.ports.database.reading() as session:
            return [one.render("en") for one in review_problems(session, AGENCY)]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    clock = SimulatedClock(NOON)
    desk = make_desk(tmp_path, clock, review=ReviewConfig(days=30, below=0.4, least_verdicts=8))
    yield Room(desk, clock)
    desk.ports.database.close()


def test_the_bound_is_about_what_is_known_not_about_the_share() -> None:
    assert Tally(9, 2, 20).interval[1] == pytest.approx(0.3010, abs=0.0001)  # 2 of 20 may be 30 %
    assert judge(Tally(9, 2, 20), 0.3, 20, critical=False, pinned=False) is Judgement.FINE
    assert judge(Tally(9, 1, 20), 0.3, 20, critical=False, pinned=False) is Judgement.DEMOTE
    assert judge(Tally(9, 0, 19), 0.3, 20, critical=False, pinned=False) is Judgement.FINE  # too few
    assert judge(Tally(9, 0, 20), 0.3, 20, critical=True, pinned=False) is Judgement.WARN
    assert judge(Tally(9, 0, 20), 0.3, 20, critical=False, pinned=True) is Judgement.WARN
    assert judge(Tally(9, 0, 20), 0.0, 20, critical=False, pinned=False) is Judgement.FINE


def test_only_what_says_something_of_the_rule_counts(room: Room) -> None:
    room.escalate(2)
    for reason in DismissReason:  # four of seven are about the rule
        room.dismiss(1, reason)
    room.dismiss(3, DismissReason.ANIMAL, after_s=10)  # one burst, with the last of the seven
    taken = room.raise_alert()
    room.handling.acknowledge(OLGA, taken, Seen(), None)
    room.raise_alert()  # unhandled: nothing
    found = room.precision()
    assert (found.raised, found.true, found.of) == (14, 2, 7)  # the burst begins with `other`, and counts by the rest
    room.clock.advance(3700)  # nobody has dismissed the one that was taken
    found = room.precision()
    assert (found.true, found.of) == (3, 8)
    assert found.precision == pytest.approx(0.375)
    assert (found.low, found.high) == (pytest.approx(0.1368, abs=1e-4), pytest.approx(0.6943, abs=1e-4))
    assert found.reasons == {"animal": 4, **{one.value: 1 for one in DismissReason if one.value != "animal"}}
    room.clock.advance(31 * 86_400)
    with pytest.raises(StopIteration):  # out of the window
        room.precision()


def test_a_rule_goes_into_review_loudly_and_stays_there(room: Room) -> None:
    room.dismiss(7)
    assert room.keeper.run_once() == 0
    room.dismiss(1)
    assert room.keeper.run_once() == 1
    assert ReviewKeeper(room.ports).run_once() == 0  # started again: it is decided
    assert room.precision().in_review
    assert room.precision().numbers is not None
    before = room.raise_alert(severity=Severity.CRITICAL)
    quiet = room.raise_alert()
    assert room.in_review() == {quiet}, "what is critical is never in the review list"
    assert before not in room.in_review()
    (problem,) = room.problems()
    assert problem.startswith("The rule “Vereda” of Plaza was put into review: 0 of 8 alerts were true, 32 % at most")
    assert problem.endswith("(the bound is 40 %). Since 2026-03-01 13:20 UTC its alerts do not ring")
    entries = [one for one in room.desk.audit.entries(AuditQuery(action="rules.edit")) if one.username == "site"]
    assert [json.loads(one.detail)["what"] for one in entries] == ["demoted"]
    items = room.desk.app.state.feed.after(0, only(AGENCY), 1000)
    assert [one.payload["what"] for one in items if one.kind == "rules.review"] == ["demoted"]
    raised = {one.payload["id"]: one.payload["in_review"] for one in items if one.kind == "alert.raised"}
    assert (raised[before], raised[quiet]) == (False, True)


def test_counting_begins_anew_when_a_person_restores_it(room: Room) -> None:
    with pytest.raises(NotFound):
        room.say(ReviewAct.PIN)
    room.dismiss(8)
    with pytest.raises(RuleNotInReview):
        room.say(ReviewAct.RESTORE)
    room.keeper.run_once()
    back = room.say(ReviewAct.RESTORE)
    assert (back.in_review, back.of, back.changed_by, back.reason) == (False, 0, "sara", "Corregida")
    assert room.keeper.run_once() == 0, "what was said before counts no more"
    assert room.problems() == []
    loud = room.raise_alert()
    assert loud not in room.in_review()
    room.dismiss(8)
    assert room.keeper.run_once() == 1


def test_a_pinned_rule_is_told_once_and_left_in_the_queue(room: Room) -> None:
    room.dismiss(8)
    room.keeper.run_once()
    assert not room.say(ReviewAct.PIN).in_review  # out of review at once
    assert [room.keeper.run_once() for _ in range(2)] == [0, 0]
    assert "is seldom right" in room.problems()[0]
    room.escalate(8)  # it does better: said no more
    assert room.keeper.run_once() == 1
    assert room.problems() == []
    room.say(ReviewAct.UNPIN)
    assert room.say(ReviewAct.BOUND, 0.9).poor  # half of 16 are true: under its own bound
    assert room.keeper.run_once() == 1
    assert room.precision().in_review


def test_a_critical_rule_is_never_demoted_by_itself(room: Room) -> None:
    room.dismiss(9, severity=Severity.CRITICAL)
    assert [room.keeper.run_once() for _ in range(2)] == [1, 0]
    found = room.precision()
    assert (found.in_review, found.warned) == (False, True)


def test_a_rule_that_is_written_otherwise_is_counted_anew(room: Room) -> None:
    room.write(Z=[[0, 0], [1, 0], [1, 1]])
    room.dismiss(5)
    room.keeper.run_once()
    assert room.precision().of == 5
    room.write(Z=[[0, 0], [1, 0], [1, 1]], Other=[[0, 0], [1, 0], [0.5, 1]])
    room.keeper.run_once()
    assert room.precision().of == 5, "another zone is no business of this rule"
    room.write(Z=[[0, 0], [0.5, 0], [0.5, 1]])
    room.keeper.run_once()
    room.dismiss(2)
    assert room.precision().of == 2


@pytest.mark.sqlite_only
def test_over_the_api(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        for name, role in (("olga", Role.OPERATOR), ("sara", Role.SUPERVISOR)):
            desk.add_user(name, role)
        now = desk.ports.clock.now() - timedelta(minutes=1)
        event = Event(new_id(now), "plaza", "Vereda", "loitering", Severity.LOW, now, now, now, Message("cli-json"))
        AlertService(desk.ports).raise_alert(event, None)
        body = {"rule": "Vereda", "act": "pin", "reason": "Puerta del banco"}
        with desk.client("olga") as olga, desk.client("sara") as sara:
            olga.post(f"/api/alerts/{event.id}/dismiss", json={"reason": "animal"})
            assert olga.get("/api/alerts", params={"in_review": "true"}).json()["alerts"] == []
            assert olga.post("/api/cameras/plaza/rules/review", json=body).status_code == 403
            assert sara.post("/api/cameras/plaza/rules/review", json={**body, "reason": " "}).status_code == 422
            told = sara.post("/api/cameras/plaza/rules/review", json=body).json()
            assert (told["pinned"], told["true"], told["of"], told["changed_by"]) == (True, 0, 1, "sara")
            listed = olga.get("/api/precision", params={"camera": "plaza", "rule": "Vereda"}).json()
            assert listed["rules"] == [told]
            restore = sara.post("/api/cameras/plaza/rules/review", json={**body, "act": "restore"})
            assert (restore.status_code, restore.json()["error"]) == (409, "error-review-not-in-review")

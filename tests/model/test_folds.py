"""The state of an alert, incident or lock does not depend on the order or the number of times its acts arrive."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.alert import CLAIM_LASTS, AlertStatus, DismissReason, alert_allows, fold_alert
from veedor.model.evidence import EvidenceStatus, fold_evidence
from veedor.model.incident import Disposition, IncidentStatus, fold_incident

T0 = datetime(2026, 3, 1, tzinfo=UTC)
PAYLOADS: list[dict[str, Any]] = [
    {},
    {"incident_id": "i1"},
    {"incident_id": "i2"},
    {"reason_code": "animal"},
    {"reason_code": "from-the-future"},
    {"alert_id": "a1"},
    {"step": "call_ambulance", "done": True},
    {"step": "call_ambulance", "done": False},
    {"assignee": "ana", "seen_assignee": None},
    {"assignee": "luis", "seen_assignee": "ana"},
    {"disposition": "resolved"},
    {"segments": 3},
    {"segments": "many"},
    {"type": "robbery", "origin": "phone"},
    {"package_id": "p1"},
    {"over": True},
]


@st.composite
def acts(draw: st.DrawFn) -> list[Act]:
    """Acts with few ids, times and actors, so that collisions are frequent; some share an id and differ."""
    return [
        Act(
            id=f"act-{draw(st.integers(0, 12))}",
            subject_kind=SubjectKind.ALERT,
            subject_id="x",
            kind=draw(st.sampled_from(list(ActKind))),
            actor_id=draw(st.sampled_from(["ana", "luis"])),
            agency_id="agency",
            at=T0 + timedelta(seconds=draw(st.integers(0, 5))),
            payload=draw(st.sampled_from(PAYLOADS)),
        )
        for _ in range(draw(st.integers(0, 12)))
    ]


@pytest.mark.parametrize("fold", [fold_alert, fold_incident, fold_evidence])
@given(one=acts(), seed=st.integers(0, 1000))
def test_any_order_and_repetition_gives_the_same_state(
    fold: Callable[[list[Act]], Any], one: list[Act], seed: int
) -> None:
    rng = random.Random(seed)
    other = one + [rng.choice(one) for _ in range(rng.randrange(4)) if one]
    rng.shuffle(other)
    assert fold(other) == fold(one)
    assert fold(one).version == len({act.id for act in one})


@pytest.mark.parametrize("fold", [fold_alert, fold_incident, fold_evidence])
@given(known=acts(), late=acts())
def test_what_was_known_is_never_lost(fold: Callable[[list[Act]], Any], known: list[Act], late: list[Act]) -> None:
    """Acts that merge later may change who was first, but every act still counts in the version."""
    late = [replace(act, id=f"late-{act.id}") for act in late]
    merged = fold(known + late)
    assert merged.version == fold(known).version + fold(late).version


def act(number: int, kind: ActKind, actor: str = "ana", **payload: Any) -> Act:
    at = T0 + timedelta(seconds=number)
    return Act(f"{number:03}", SubjectKind.ALERT, "x", kind, actor, "agency", at, payload=payload)


def test_the_first_to_acknowledge_keeps_the_alert_and_the_second_is_shown() -> None:
    state = fold_alert([act(2, ActKind.ACKNOWLEDGE, "luis"), act(1, ActKind.ACKNOWLEDGE, "ana")])
    assert (state.status, state.handled_by, state.version) == (AlertStatus.ACKNOWLEDGED, "ana", 2)
    assert [one.actor_id for one in state.conflicts] == ["luis"]


def test_a_dismissed_alert_can_be_escalated_and_an_escalated_one_not_dismissed() -> None:
    state = fold_alert(
        [
            act(1, ActKind.DISMISS, reason_code="animal"),
            act(2, ActKind.ESCALATE, "luis", incident_id="i1"),
            act(3, ActKind.DISMISS),
        ]
    )
    assert (state.status, state.incident_id, state.handled_by) == (AlertStatus.ESCALATED, "i1", "luis")
    assert state.dismiss_reason is None
    assert len(state.conflicts) == 1


def test_a_dismissal_says_whether_the_alert_was_false() -> None:
    state = fold_alert([act(1, ActKind.DISMISS, reason_code="weather_or_light")])
    assert state.dismiss_reason is DismissReason.WEATHER_OR_LIGHT
    assert state.dismiss_reason.is_false_alert
    assert not DismissReason.NORMAL_ACTIVITY.is_false_alert


def test_a_claim_holds_until_its_time_an_act_or_a_release() -> None:
    held = [act(1, ActKind.CLAIM), act(60, ActKind.CLAIM)]
    state = fold_alert(held)
    assert state.claim is not None
    assert (state.claim.by, state.claim.since) == ("ana", T0 + timedelta(seconds=1))
    end = T0 + timedelta(seconds=60) + CLAIM_LASTS
    assert state.claimed_at(end - timedelta(seconds=1)) is not None
    assert state.claimed_at(end) is None
    assert (state.status, state.version) == (AlertStatus.NEW, 2)
    for ending in (ActKind.RELEASE, ActKind.ACKNOWLEDGE, ActKind.DISMISS):
        assert fold_alert([*held, act(61, ending)]).claim is None
    assert fold_alert([*held, act(61, ActKind.RELEASE, "luis")]).claim is not None
    assert alert_allows(state, ActKind.CLAIM)
    assert not alert_allows(fold_alert([act(1, ActKind.DISMISS)]), ActKind.CLAIM)


def test_a_claim_on_a_claim_is_a_conflict_unless_it_was_meant() -> None:
    first = act(1, ActKind.CLAIM)
    unknowing = fold_alert([first, act(2, ActKind.CLAIM, "luis")])
    assert unknowing.claim is not None
    assert (unknowing.claim.by, [one.actor_id for one in unknowing.conflicts]) == ("ana", ["luis"])
    meant = fold_alert([first, act(2, ActKind.CLAIM, "luis", over=True)])
    assert meant.claim is not None
    assert (meant.claim.by, meant.conflicts) == ("luis", ())
    late = fold_alert([first, act(2 + int(CLAIM_LASTS.total_seconds()), ActKind.CLAIM, "luis")])
    assert late.claim is not None
    assert (late.claim.by, late.conflicts) == ("luis", ())


def test_an_incident_from_its_opening_to_its_end() -> None:
    state = fold_incident(
        [
            act(3, ActKind.CHECK, step="call_ambulance", done=True),
            act(1, ActKind.OPEN, type="injured_person", origin="phone", place="Jr. Puno 120"),
            act(2, ActKind.ASSIGN, assignee="unit-7", seen_assignee=None),
            act(4, ActKind.ADD_ALERT, alert_id="a1"),
            act(5, ActKind.NOTE),
            act(6, ActKind.CLOSE, disposition="handed_to_emergency"),
        ]
    )
    assert state.status is IncidentStatus.CLOSED
    assert (state.type, state.place, state.assignee) == ("injured_person", "Jr. Puno 120", "unit-7")
    assert state.disposition is Disposition.HANDED_TO_EMERGENCY
    assert state.alert_ids == ("a1",)
    assert state.checklist["call_ambulance"].done
    assert state.conflicts == ()


def test_the_opening_is_read_first_even_from_a_slow_clock() -> None:
    state = fold_incident([act(1, ActKind.CHECK, step="s", done=True), act(9, ActKind.OPEN, type="fire")])
    assert state.type == "fire"
    assert state.conflicts == ()


def test_two_who_assign_at_once_conflict() -> None:
    state = fold_incident(
        [
            act(1, ActKind.OPEN, type="fire"),
            act(2, ActKind.ASSIGN, "ana", assignee="unit-7", seen_assignee=None),
            act(3, ActKind.ASSIGN, "luis", assignee="unit-9", seen_assignee=None),
        ]
    )
    assert state.assignee == "unit-7"
    assert [one.actor_id for one in state.conflicts] == ["luis"]


def test_an_alert_that_joins_a_closed_incident_joins_and_is_shown() -> None:
    state = fold_incident(
        [act(1, ActKind.OPEN), act(2, ActKind.CLOSE), act(3, ActKind.ADD_ALERT, alert_id="a9"), act(4, ActKind.NOTE)]
    )
    assert state.alert_ids == ("a9",)
    assert state.notes == 1
    assert [one.kind for one in state.conflicts] == [ActKind.ADD_ALERT]


def test_reopening_clears_the_end() -> None:
    state = fold_incident([act(1, ActKind.OPEN), act(2, ActKind.CLOSE), act(3, ActKind.REOPEN)])
    assert (state.status, state.closed_at, state.disposition) == (IncidentStatus.OPEN, None, None)


def test_requested_is_not_held_until_the_site_says_so() -> None:
    asked = [act(1, ActKind.REQUEST_LOCK)]
    assert fold_evidence(asked).status is EvidenceStatus.REQUESTED
    failed = [*asked, act(2, ActKind.LOCK_FAILED)]
    assert fold_evidence(failed).status is EvidenceStatus.FAILED
    held = fold_evidence([*failed, act(3, ActKind.HOLD, segments=4)])
    assert (held.status, held.segments, held.problem) == (EvidenceStatus.HELD, 4, None)


def test_a_late_confirmation_does_not_bring_back_what_was_released() -> None:
    state = fold_evidence(
        [
            act(1, ActKind.REQUEST_LOCK),
            act(2, ActKind.RELEASE_LOCK),
            act(3, ActKind.HOLD),
            act(4, ActKind.RELEASED),
            act(5, ActKind.EXPORT, package_id="p"),
        ]
    )
    assert state.status is EvidenceStatus.RELEASED
    assert [one.kind for one in state.conflicts] == [ActKind.HOLD, ActKind.EXPORT]

"""The policy: roles, grants, and that a list shows exactly what one may look at one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements import CAMERA, GRANTEE, OWNER, T0, both, grant, said
from veedor.access import policy
from veedor.access.actions import MAY, RIGHTS, Action
from veedor.access.check import Access, AuditRecord
from veedor.access.grants import Given
from veedor.access.policy import GrantFacts, Question
from veedor.access.principal import Principal, Resource, Role
from veedor.kit.errors import Forbidden
from veedor.model.approval import Approval
from veedor.model.covering import Findings
from veedor.model.grant import CameraSelection, Grant, GrantKind, Right, Selecting, SharedCamera
from veedor.model.statement import StatementKind

CAMERAS = (CAMERA, replace(CAMERA, id="puente", tags=frozenset()), replace(CAMERA, id="station", agency_id="other"))
ANA = Principal("u7", "ana", GRANTEE, frozenset({Role.OPERATOR}), purpose="Robo", case_number="2026-118")


class Book:
    """Grants in memory."""

    def __init__(self, *given: Given) -> None:
        self.given = given
        self.at = T0
        self.fresh = True
        self.unconfirmed: set[str] = set()

    def grants_for(self, grantee: str) -> Sequence[Given]:
        return [one for one in self.given if one[0].grantee == grantee]

    def camera(self, camera_id: str) -> SharedCamera | None:
        return next((one for one in CAMERAS if one.id == camera_id), None)

    def covered(self, grant: Grant) -> Sequence[SharedCamera]:
        return [one for one in CAMERAS if one.agency_id == grant.owner and grant.cameras.covers(one)]

    def epoch(self) -> object:
        return (self.given, self.fresh, frozenset(self.unconfirmed))

    def now(self) -> datetime:
        return self.at

    def lease_holds(self, now: datetime) -> bool:
        return self.fresh

    def awaits(self, given: Given) -> bool:
        return given[0].id in self.unconfirmed


class Audit:
    def __init__(self) -> None:
        self.records: list[AuditRecord] = []

    def append(self, record: AuditRecord) -> None:
        self.records.append(record)


def live(camera_id: str = "plaza", owner: str = OWNER) -> Resource:
    return Resource("live", camera_id, owner)


def test_the_table_of_roles_is_what_the_policy_says() -> None:
    for role in Role:
        for action in Action:
            question = Question(frozenset({role.value}), "a", action.value, "a")
            assert policy.decide(question) is (action in MAY[role]), (role, action)
    assert not any(Action.LOGIN in actions for actions in MAY.values())
    assert Action.FOOTAGE_PLAY not in MAY[Role.ADMINISTRATOR]
    assert Action.LIVE_WATCH not in MAY[Role.AUDITOR]


def test_roles_add_up_and_unknown_words_add_nothing() -> None:
    def may(action: str, *roles: str) -> bool:
        return policy.decide(Question(frozenset(roles), "a", action, "a"))

    assert may("audit.read", "viewer", "auditor")
    assert not may("audit.read", "viewer", "root")
    assert not may("audit.read")
    assert not may("world.end", *(role.value for role in Role))
    assert not may('x" == "x', "administrator")


FACTS = Findings(
    state="active",
    is_of_owner=True,
    has_right=True,
    names_camera=True,
    in_span=True,
    in_hours=True,
    has_purpose=True,
    unmet=frozenset(),
)


@given(
    st.builds(
        Findings,
        state=st.sampled_from(["active", "active", "active", "draft", "expired", "tomorrow"]),
        is_of_owner=st.integers(0, 9).map(bool),
        has_right=st.integers(0, 9).map(bool),
        names_camera=st.integers(0, 9).map(bool),
        in_span=st.integers(0, 9).map(bool),
        in_hours=st.integers(0, 9).map(bool),
        has_purpose=st.integers(0, 9).map(bool),
        unmet=st.frozensets(st.sampled_from(["case_number", "two_person", "moon"]), max_size=1),
    ),
    st.booleans(),
)
def test_the_policy_and_the_reasons_agree(found: Findings, lease: bool) -> None:
    question = Question(frozenset({"operator"}), GRANTEE, "live.watch", OWNER, GrantFacts(OWNER, GRANTEE, lease, found))
    assert policy.decide(question) is (found.refusal() is None and lease)


@pytest.mark.parametrize(("owner", "grantee"), [("other", GRANTEE), (OWNER, "other"), (GRANTEE, OWNER)])
def test_a_grant_between_others_opens_nothing(owner: str, grantee: str) -> None:
    facts = GrantFacts(owner, grantee, True, FACTS)
    assert not policy.decide(Question(frozenset({"operator"}), GRANTEE, "live.watch", OWNER, facts))


def test_a_rule_that_cannot_be_computed_refuses() -> None:
    broken: Any = replace(FACTS, in_hours="perhaps")
    facts = GrantFacts(OWNER, GRANTEE, True, broken)
    assert not policy.decide(Question(frozenset({"operator"}), GRANTEE, "live.watch", OWNER, facts))


def test_a_grant_gives_its_right_and_the_role_must_allow_it() -> None:
    one = grant()
    access = Access(Audit(), Book((one, both(one))))
    assert access.refusal(ANA, Action.LIVE_WATCH, live()) is None
    assert access.refusal(ANA, Action.FOOTAGE_PLAY, Resource("footage", "plaza", OWNER)) is None
    assert access.refusal(ANA, Action.PTZ_STEER, Resource("ptz", "plaza", OWNER)) == "right"
    viewer = replace(ANA, roles=frozenset({Role.VIEWER}))
    assert access.refusal(viewer, Action.FOOTAGE_PLAY, Resource("footage", "plaza", OWNER)) == "role"
    assert access.refusal(ANA, Action.LIVE_WATCH, live("station", "other")) == "agency"
    assert access.refusal(ANA, Action.LIVE_WATCH, live("ghost")) == "agency"
    assert (
        access.refusal(ANA, Action.LIVE_WATCH, live("station")) == "agency"
    )  # whose camera it says is not whose it is
    assert access.refusal(ANA, Action.INCIDENT_READ, Resource("incident", "i1", OWNER, "plaza")) == "agency"
    assert access.refusal(ANA, Action.ALERT_HANDLE, Resource("alert", "a1", OWNER, "plaza")) == "agency"
    assert Access(Audit()).refusal(ANA, Action.LIVE_WATCH, live()) == "agency"


def test_no_grant_lets_anybody_change_what_is_anothers() -> None:
    everything = grant(rights=frozenset(one.value for one in Right))
    access = Access(Audit(), Book((everything, both(everything))))
    almighty = replace(ANA, roles=frozenset(Role))
    crossed = {
        action for action in Action if access.refusal(almighty, action, Resource("x", "1", OWNER, "plaza")) is None
    }
    assert crossed == set(RIGHTS)
    assert not crossed & {Action.CAMERA_EDIT, Action.RULES_EDIT, Action.USER_LIST, Action.AUDIT_READ, Action.GRANT_SIGN}


def test_the_audit_names_the_grant() -> None:
    one, audit = grant(conditions={"two_person": True}), Audit()
    access = Access(audit, Book((one, both(one))))
    with pytest.raises(Forbidden) as refused:
        access.authorize(ANA, Action.LIVE_WATCH, live())
    assert refused.value.params["name"] == "two_person"
    assert "second person" in refused.value.render("en")
    access.authorize(replace(ANA, approved_by="u8"), Action.LIVE_WATCH, live(), reason="Robo", detail={"role": "sub"})
    first, second = audit.records
    assert (first.allowed, first.reason, first.detail) == (False, "condition:two_person", {"grant": "g1"})
    assert (second.allowed, second.detail) == (True, {"role": "sub", "grant": "g1", "approved_by": "u8"})


def test_the_most_helpful_reason_of_several_grants() -> None:
    old = grant(id="old", expires_at=T0 - timedelta(hours=1))
    at_night = grant(id="night", purposes=frozenset({"Tránsito"}))
    access = Access(Audit(), Book((old, both(old)), (at_night, both(at_night))))
    decided = access.decide(ANA, Action.LIVE_WATCH, live())
    assert (decided.refusal, decided.grant_id) == ("purpose", "night")


def test_a_grant_that_names_the_camera_gives_the_reason() -> None:
    """Not one about another camera, which would send the person on a false track."""
    elsewhere = grant(id="g2", cameras=CameraSelection(Selecting.LIST, frozenset({"puente"})))
    ended = (grant(), (*both(grant()), said(grant(), OWNER, StatementKind.REVOKE)))
    for stated in ([ended, (elsewhere, both(elsewhere))], [(elsewhere, both(elsewhere)), ended]):
        found = Access(Audit(), Book(*stated)).decide(ANA, Action.LIVE_WATCH, live())
        assert (found.refusal, found.grant_id) == ("revoked", "g1")
    alone = Access(Audit(), Book((elsewhere, both(elsewhere))))
    assert alone.refusal(ANA, Action.LIVE_WATCH, live()) == "camera"


def test_without_a_fresh_lease_nobody_foreign_looks() -> None:
    one = grant()
    book = Book((one, both(one)))
    access = Access(Audit(), book)
    book.fresh = False
    assert access.refusal(ANA, Action.LIVE_WATCH, live()) == "lease"
    assert access.scope(ANA, Action.LIVE_WATCH).cameras == frozenset()
    mine = Principal("u1", "eva", OWNER, frozenset({Role.OPERATOR}))
    assert access.refusal(mine, Action.LIVE_WATCH, live()) is None  # one's own cameras need no hub


SELECTIONS = st.sampled_from(
    [
        CameraSelection(Selecting.ALL),
        CameraSelection(Selecting.LIST),
        CameraSelection(Selecting.LIST, ids=frozenset({"plaza", "station"})),
        CameraSelection(Selecting.TAG, tag="centro"),
        CameraSelection(Selecting.TAG, tag=""),
    ]
)
SPANS = st.sampled_from([None, (T0 - timedelta(hours=2), T0 - timedelta(hours=1))])


@st.composite
def grants(draw: st.DrawFn) -> Given:
    one: Grant = grant(
        id=draw(st.sampled_from(["g1", "g2"])),
        owner=draw(st.sampled_from([OWNER, OWNER, "other"])),
        kind=draw(st.sampled_from([GrantKind.CONVENIO, GrantKind.EMERGENCY])),
        cameras=draw(SELECTIONS),
        rights=draw(st.frozensets(st.sampled_from(["live", "playback", "search", "alerts", "x"]), max_size=3)),
        purposes=draw(st.sampled_from([frozenset({"Robo"}), frozenset({"Robo"}), frozenset({"x"}), frozenset()])),
        expires_at=draw(st.sampled_from([T0 + timedelta(days=1), T0 + timedelta(days=1), T0])),
        conditions=draw(st.sampled_from([{}, {}, {"case_number": True}, {"moon": 1}])),
        span=draw(SPANS),
    )
    statements = draw(st.sampled_from([both(one), both(one), (said(one, GRANTEE),), ()]))
    if draw(st.integers(0, 5)) == 0:
        statements = (*statements, said(one, GRANTEE, StatementKind.REVOKE))
    return one, statements


@given(
    st.lists(grants(), max_size=3),
    st.frozensets(st.sampled_from(list(Role)), max_size=2),
    st.sampled_from([*RIGHTS, Action.INCIDENT_READ, Action.AUDIT_READ]),
    st.sampled_from([OWNER, GRANTEE]),
    SPANS,
)
def test_a_thing_is_listed_exactly_where_it_may_be_looked_at(
    given_: list[Given],
    roles: frozenset[Role],
    action: Action,
    agency: str,
    span: tuple[datetime, datetime] | None,
) -> None:
    access = Access(Audit(), Book(*given_))
    who = replace(ANA, agency_id=agency, roles=roles)
    scope = access.scope(who, action, span)
    for camera in CAMERAS:
        thing = Resource("alert", "a1", camera.agency_id, camera.id, span)
        assert scope.covers(camera.agency_id, camera.id) is (access.refusal(who, action, thing) is None), camera
    for owner in (OWNER, GRANTEE, "other"):
        thing = Resource("alert", "a1", owner, None, span)
        assert scope.covers(owner) is (access.refusal(who, action, thing) is None)
    several = [Resource("track", one.id, one.agency_id, one.id, span) for one in CAMERAS]
    for some in (several, several[:2], several[1::-1], [*several[:2], Resource("track", "gone", OWNER, "gone", span)]):
        told = [one.refusal for one in access.decide_all(who, action, some)]
        assert told == [access.refusal(who, action, one) for one in some]


def test_several_cameras_of_one_grant_are_one_question_and_an_agreement_is_of_one_camera_alone() -> None:
    one = grant(cameras=CameraSelection(Selecting.ALL), rights=frozenset({"search"}))
    asked = 0

    class Counting(Book):
        def lease_holds(self, now: datetime) -> bool:
            nonlocal asked
            asked += 1
            return super().lease_holds(now)

    access = Access(Audit(), Counting((one, both(one))))
    many = [Resource("track", camera_id, OWNER, camera_id) for camera_id in ("plaza", "puente") * 20]
    assert {one.refusal for one in access.decide_all(ANA, Action.TRACK_READ, many)} == {None}
    assert asked == 1
    two = replace(one, conditions={"two_person": True})
    span, until = (T0 - timedelta(hours=2), T0), T0 + timedelta(minutes=10)
    agreed = Approval("u8", "eva", "u7", "search", "plaza", "Robo", "2026-118", span, until)
    access = Access(Audit(), Book((two, both(two))))
    some = [replace(one, span=span) for one in many[:2]]
    found = access.decide_all(replace(ANA, approval=agreed), Action.TRACK_READ, some)
    assert [one.refusal for one in found] == [None, "condition:two_person"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_refusal_says_in_words_what_is_refused(language: str) -> None:
    for action in Action:
        said = Forbidden(action=action.value, act=action.value.replace(".", "-"), reason="role", name="").render(
            language
        )
        assert action.value not in said
        assert action.value.replace(".", "-") not in said.split()

"""Grants: the state is what was signed, and whatever is unknown or malformed denies."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements import CAMERA, GRANTEE, KEYS, OWNER, PUBLIC, T0, both, grant, look, said
from veedor.model.covering import covers
from veedor.model.grant import CameraSelection, GrantKind, Hours, Right, Selecting, Window
from veedor.model.grant_reading import MalformedGrant, grant_of, statement_of
from veedor.model.statement import GrantState, StatementKind, awaits_review, ends_at, genuine, is_genuine, state_of

AREA = {"type": "Polygon", "coordinates": [[[-78, -13], [-77, -13], [-77, -12], [-78, -12], [-78, -13]]]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def test_from_draft_to_its_end() -> None:
    one = grant()
    mine, theirs = both(one)
    assert state_of(one, [], T0) is GrantState.DRAFT
    assert state_of(one, [mine], T0) is GrantState.SIGNED_BY_ONE
    assert state_of(one, [mine, mine], T0) is GrantState.SIGNED_BY_ONE
    assert state_of(one, [mine, theirs], T0) is GrantState.ACTIVE
    assert state_of(one, [mine, theirs], one.starts_at - timedelta(seconds=1)) is GrantState.SCHEDULED
    assert state_of(one, [mine, theirs], one.expires_at) is GrantState.EXPIRED
    for agency in (OWNER, GRANTEE):
        revoked = said(one, agency, StatementKind.REVOKE)
        assert state_of(one, [revoked, mine, theirs], T0) is GrantState.REVOKED
    assert state_of(one, [mine, theirs, said(one, "other", StatementKind.REVOKE)], T0) is GrantState.ACTIVE


def test_a_signature_is_for_these_terms_alone() -> None:
    one = grant()
    wider = replace(one, rights=frozenset({*one.rights, "ptz"}))
    assert state_of(wider, both(one), T0) is GrantState.DRAFT
    # Revoking never fails, whatever terms it names.
    assert state_of(wider, [*both(wider), said(one, OWNER, StatementKind.REVOKE)], T0) is GrantState.REVOKED


@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_order_of_arrival_does_not_matter(rng: random.Random, repeat: int) -> None:
    one = grant()
    told = [*both(one), said(one, OWNER, StatementKind.REVOKE), said(one, "other")]
    mixed = told + told[:repeat]
    rng.shuffle(mixed)
    assert state_of(one, mixed, T0) is GrantState.REVOKED


def test_an_emergency_lasts_an_hour_and_waits_for_its_review() -> None:
    one = grant(kind=GrantKind.EMERGENCY, starts_at=T0, expires_at=T0 + timedelta(days=400))
    taken = [said(one, GRANTEE, at=T0)]
    assert state_of(one, [], T0) is GrantState.DRAFT
    assert not awaits_review(one, [])
    assert state_of(one, taken, T0 + timedelta(minutes=59)) is GrantState.ACTIVE
    assert state_of(one, taken, T0 + timedelta(minutes=60)) is GrantState.EXPIRED
    assert ends_at(one, taken) == T0 + timedelta(minutes=60)
    assert awaits_review(one, taken)
    assert awaits_review(one, [*taken, said(one, GRANTEE, StatementKind.REVIEW)])
    assert not awaits_review(one, [*taken, said(one, OWNER, StatementKind.REVIEW)])
    # Another signature does not begin another hour.
    assert ends_at(one, [*taken, said(one, GRANTEE, at=T0 + timedelta(minutes=30))]) == T0 + timedelta(minutes=60)


def test_only_the_agencys_key_makes_a_statement() -> None:
    one = grant()
    mine = said(one, OWNER)
    assert is_genuine(mine, PUBLIC[OWNER])
    for key in (PUBLIC["other"], None, "", "zz", "00" * 32):
        assert not is_genuine(mine, key)
    changes: list[dict[str, Any]] = [
        {"grant_id": "g2"},
        {"terms_sha256": "0" * 64},
        {"kind": StatementKind.REVOKE},
        {"agency": GRANTEE},
        {"by_id": "u2"},
        {"by_name": "eva"},
        {"at": mine.at + timedelta(microseconds=1)},
        {"reason": ""},
        {"signature": ""},
        {"signature": "00" * 64},
    ]
    for change in changes:
        assert not is_genuine(replace(mine, **change), PUBLIC[OWNER]), change
    forged = replace(mine, agency=GRANTEE)
    assert genuine([mine, forged], PUBLIC) == (mine,)
    assert statement_of(mine.plain()) == mine


@pytest.mark.parametrize(
    ("terms", "asked", "refusal"),
    [
        ({}, {}, None),
        ({}, {"purpose": " ROBO "}, None),
        ({}, {"purpose": None}, "purpose"),
        ({}, {"purpose": "curiosidad"}, "purpose"),
        ({"purposes": frozenset()}, {}, "purpose"),
        ({"purposes": frozenset({""})}, {"purpose": ""}, "purpose"),
        ({}, {"rights": frozenset({Right.PTZ})}, "right"),
        ({"rights": frozenset()}, {}, "right"),
        ({"rights": frozenset({"telepathy"})}, {"rights": frozenset()}, "right"),
        ({}, {"camera": replace(CAMERA, agency_id="other")}, "owner"),
        ({}, {"at": T0 + timedelta(days=9)}, "expired"),
        ({}, {"at": T0 - timedelta(days=2)}, "scheduled"),
        # cameras
        ({"cameras": CameraSelection(Selecting.LIST)}, {}, "camera"),
        ({"cameras": CameraSelection(Selecting.LIST, ids=frozenset({"plaza"}))}, {}, None),
        ({"cameras": CameraSelection(Selecting.LIST, ids=frozenset({"puente"}))}, {}, "camera"),
        ({"cameras": CameraSelection(Selecting.AREA)}, {}, "camera"),
        ({"cameras": CameraSelection(Selecting.AREA, area=AREA)}, {}, None),
        (
            {"cameras": CameraSelection(Selecting.AREA, area=AREA)},
            {"camera": replace(CAMERA, latitude_deg=1)},
            "camera",
        ),
        (
            {"cameras": CameraSelection(Selecting.AREA, area=AREA)},
            {"camera": replace(CAMERA, latitude_deg=None)},
            "camera",
        ),
        ({"cameras": CameraSelection(Selecting.TAG, tag="centro")}, {}, None),
        ({"cameras": CameraSelection(Selecting.TAG, tag="")}, {}, "camera"),
        ({"cameras": CameraSelection(Selecting.TAG, tag="parques")}, {}, "camera"),
        # hours, in Lima: T0 is Monday 10:00
        ({"hours": Hours("America/Lima", ())}, {}, "hours"),
        ({"hours": Hours("America/Lima", (Window(frozenset({0}), 600, 601),))}, {}, None),
        ({"hours": Hours("America/Lima", (Window(frozenset({0}), 601, 700),))}, {}, "hours"),
        ({"hours": Hours("UTC", (Window(frozenset({0}), 600, 601),))}, {}, "hours"),
        ({"hours": Hours("America/Lima", (Window(frozenset({6}), 1320, 660),))}, {}, None),  # Sunday 22:00 to 11:00
        ({"hours": Hours("America/Lima", (Window(frozenset({0}), 1320, 660),))}, {}, "hours"),
        # conditions
        ({"conditions": {"case_number": True}}, {}, None),
        ({"conditions": {"case_number": "2026-118"}}, {}, None),
        ({"conditions": {"case_number": "2026-119"}}, {}, "case"),
        ({"conditions": {"case_number": True}}, {"case_number": " "}, "case"),
        ({"conditions": {"case_number": False}}, {}, "case"),
        ({"conditions": {"two_person": True}}, {}, "condition:two_person"),
        ({"conditions": {"two_person": True}}, {"approved_by": "u7"}, "condition:two_person"),
        ({"conditions": {"two_person": True}}, {"approved_by": "u8"}, None),
        ({"conditions": {"full_moon": True}}, {}, "condition:full_moon"),
        ({"conditions": {"full_moon": False}}, {}, "condition:full_moon"),
        # knowing that a camera is there
        ({"purposes": frozenset({"x"}), "conditions": {"full_moon": 1}}, {"rights": frozenset()}, None),
        ({"cameras": CameraSelection(Selecting.LIST)}, {"rights": frozenset()}, "camera"),
        # footage of a span
        ({"span": (T0, T0 + timedelta(hours=1))}, {}, "span"),
        ({"span": (T0, T0 + timedelta(hours=1))}, {"span": (T0, T0 + timedelta(hours=1))}, None),
        ({"span": (T0, T0 + timedelta(hours=1))}, {"span": (T0, T0 + timedelta(minutes=61))}, "span"),
        ({"span": (T0, T0 + timedelta(hours=1))}, {"span": (T0 - timedelta(seconds=1), T0)}, "span"),
    ],
)
def test_what_a_grant_covers(terms: dict[str, Any], asked: dict[str, Any], refusal: str | None) -> None:
    one = grant(**terms)
    assert covers(one, both(one), look(**asked)) == refusal


def test_without_both_signatures_nothing_is_covered() -> None:
    one = grant()
    assert covers(one, [], look()) == "draft"
    assert covers(one, [said(one, OWNER)], look()) == "signed_by_one"
    assert covers(one, [*both(one), said(one, GRANTEE, StatementKind.REVOKE)], look()) == "revoked"


@given(st.dictionaries(st.text(max_size=20), JSON, min_size=1, max_size=4))
def test_conditions_that_nobody_knows_deny(conditions: dict[str, Any]) -> None:
    one = grant(conditions={f"x-{name}": value for name, value in conditions.items()})
    refusal = covers(one, both(one), look(approved_by="u8"))
    assert refusal == f"condition:{min(one.conditions)}"


def full() -> dict[str, Any]:
    hours = Hours("America/Lima", (Window(frozenset({0, 1}), 480, 1200),))
    return grant(
        cameras=CameraSelection(Selecting.LIST, ids=frozenset({"plaza"})),
        hours=hours,
        span=(T0, T0 + timedelta(hours=1)),
        conditions={"case_number": True},
        document_sha256="0" * 64,
    ).terms()


def test_terms_are_read_as_they_were_written() -> None:
    terms = full()
    read = grant_of(terms)
    assert read.terms() == terms
    assert grant_of(read.terms()).sha256 == read.sha256
    area = grant(cameras=CameraSelection(Selecting.AREA, area=AREA)).terms()
    assert grant_of(area).terms() == area


@given(st.sampled_from(sorted(full())), JSON)
def test_any_other_value_is_refused_or_says_the_same_as_it_is_written(name: str, value: Any) -> None:
    terms = {**full(), name: value}
    try:
        read = grant_of(terms)
    except MalformedGrant:
        return
    # What is read has the other value: nothing is guessed, dropped or mended.
    assert read.terms()[name] == (sorted(set(value)) if isinstance(value, list) and name != "span" else value)


@given(JSON)
def test_anything_at_all_is_no_grant(told: Any) -> None:
    with pytest.raises(MalformedGrant):
        grant_of(told)
    with pytest.raises(MalformedGrant):
        statement_of(told)


@pytest.mark.parametrize("name", sorted(full()))
def test_a_missing_or_unknown_part_is_refused(name: str) -> None:
    terms = full()
    del terms[name]
    with pytest.raises(MalformedGrant):
        grant_of(terms)
    with pytest.raises(MalformedGrant):
        grant_of({**full(), "limit_from_the_future": name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("grantee", OWNER),
        ("id", "../g1"),
        ("expires_at", full()["starts_at"]),
        ("starts_at", "2026-03-01T08:00:00"),
        ("kind", "gift"),
        ("rights", "live"),
        ("cameras", {"kind": "all", "ids": []}),
        ("cameras", {"kind": "list", "ids": ["a b"]}),
        ("cameras", {"kind": "area", "area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}}),
        ("hours", {"time_zone": "Mars/Olympus", "windows": []}),
        ("hours", {"time_zone": "../../etc/passwd", "windows": []}),
        ("hours", {"time_zone": "UTC", "windows": [{"days": [7], "from": "00:00", "to": "24:00"}]}),
        ("hours", {"time_zone": "UTC", "windows": [{"days": [True], "from": "00:00", "to": "24:00"}]}),
        ("span", [full()["starts_at"], full()["starts_at"]]),
        ("conditions", {"case_number": [1]}),
        ("document_sha256", "0" * 63),
        ("note", "\ud800"),
    ],
)
def test_values_that_mean_nothing_are_refused(name: str, value: Any) -> None:
    with pytest.raises(MalformedGrant):
        grant_of({**full(), name: value})


def test_keys_of_the_tests_differ() -> None:
    assert len({key.public_hex for key in KEYS.values()}) == len(KEYS)

"""What a data-protection officer sees: every look at their agency's cameras, and habits that stand out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.cases import JPEG, event
from desk.desks import AGENCY, Desk, running
from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource, Role
from veedor.desk.accounts.service import ensure_agency
from veedor.desk.alerts.service import AlertService
from veedor.desk.audit.entry import AuditEntry
from veedor.desk.audit.habits import Flag, Habit, Limits, flags
from veedor.desk.audit.looks import Look
from veedor.desk.audit.walk import GENESIS
from veedor.desk.inward.inward import Inward
from veedor.kit.hashing import canonical_json
from veedor.wire.facts import audit_written

LIMA = ZoneInfo("America/Lima")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=LIMA)
PALMA = Principal("p1", "palma", "pnp", frozenset({Role.OPERATOR}))


def look(at: datetime, action: Action = Action.LIVE_WATCH, **changes: Any) -> Look:
    plain = Look("s1", 1, at.astimezone(UTC), "rosa", AGENCY, action.value, "live", "plaza", None, None, True, None)
    return replace(plain, **changes)


def found(*looks: Look, limits: Limits | None = None) -> list[Flag]:
    return flags(looks, limits or Limits(stare_min=60, night_lookups=2, exports=3), LIMA)


def test_one_camera_stared_at_by_one_person() -> None:
    watched = [look(NOON + timedelta(hours=number), detail={"watched_s": 1500}) for number in range(3)]
    (flag,) = found(look(NOON), *watched)
    assert (flag.habit, flag.username, flag.camera_id, flag.day) == (Habit.STARE, "rosa", "plaza", date(2026, 3, 2))
    assert (flag.count, flag.limit, flag.looks) == (75, 60, 3)
    assert (flag.first_at, flag.last_at) == (watched[0].at, watched[2].at)
    others = [replace(watched[0], username="juan"), replace(watched[1], resource_id="mercado")]
    assert found(watched[2], *others) == []
    assert found(*watched[:2], replace(watched[2], at=watched[2].at + timedelta(days=1))) == []


def test_lookups_in_the_night_without_a_case() -> None:
    late = NOON.replace(hour=23)
    early = late + timedelta(hours=5)
    (flag,) = found(look(late, Action.FOOTAGE_PLAY), look(early, Action.TRACK_READ))
    assert (flag.habit, flag.count, flag.day) == (Habit.NIGHT, 2, date(2026, 3, 2))  # one night, two dates
    assert found(look(late, Action.FOOTAGE_PLAY, case_number="2026-1"), look(early, Action.TRACK_READ)) == []
    assert found(look(NOON, Action.FOOTAGE_PLAY), look(early, Action.TRACK_READ)) == []
    assert found(look(late), look(early)) == []  # who is on the night shift watches live
    assert found(look(late, Action.FOOTAGE_PLAY, allowed=False), look(early, Action.TRACK_READ)) == []


def test_what_one_page_asks_of_one_camera_is_one_lookup() -> None:
    late = NOON.replace(hour=23)
    playing = [look(late + timedelta(minutes=number), Action.FOOTAGE_PLAY) for number in range(10)]
    duty = [look(late, Action.FOOTAGE_PLAY, resource_kind="alert", resource_id=str(number)) for number in range(9)]
    begun = look(late, Action.TRACK_READ, resource_kind="track", resource_id=None)
    assert found(*playing, *duty, begun) == []
    asked = replace(begun, detail={"cameras": ["plaza"], "start": "a", "end": "b"})
    other = replace(asked, detail={**asked.detail, "end": "c"})
    later = replace(playing[0], at=late + timedelta(minutes=10))
    for more in ((later,), (asked,), (replace(playing[0], resource_id="mercado"),)):
        (flag,) = found(*playing, *more)
        assert (flag.count, flag.looks) == (2, 11)
    assert [flag.count for flag in found(asked, asked, other)] == [2]


def test_exports_in_bulk() -> None:
    def out(package: int, **changes: Any) -> list[Look]:
        """One package: asked for, of two cameras each with files, and fetched."""
        mine = {"package_id": str(package)}
        asked = look(NOON, Action.EVIDENCE_EXPORT, resource_kind="incident", resource_id="7", **changes)
        parts = [replace(asked, resource_kind="evidence", resource_id="plaza", detail=mine) for _ in range(9)]
        return [asked, *parts, replace(asked, resource_kind="package", resource_id=str(package), detail={})]

    three = [one for number in range(3) for one in out(number, case_number="1")]
    assert [(one.habit, one.count) for one in found(*three)] == [(Habit.EXPORTS, 3)]
    assert found(*out(1), *out(2)) == []


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running(tmp_path) as one:
        one.add_user("audi", Role.AUDITOR)
        yield one


def test_an_officer_sees_looks_of_anyone_and_nothing_else(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    rosa, audi = desk.client("rosa"), desk.client("audi")
    rosa.get("/api/cameras/plaza/snapshot.jpg", headers={"x-veedor-case": "2026-7"})
    rosa.get("/api/alerts")
    with pytest.raises(Exception, match="agency"):
        desk.ports.access.authorize(PALMA, Action.LIVE_WATCH, Resource("live", "plaza", AGENCY, "plaza"))
    told = audi.get("/api/audit/looks").json()
    assert [(one["username"], one["user_agency_id"], one["allowed"]) for one in told["looks"]] == [
        ("palma", "pnp", False),
        ("rosa", AGENCY, True),
    ]
    assert (told["looks"][1]["case_number"], told["looks"][1]["resource_id"], told["next"]) == ("2026-7", "plaza", None)

    def names(**wanted: Any) -> list[str]:
        return [one["username"] for one in audi.get("/api/audit/looks", params=wanted).json()["looks"]]

    assert names(agency="pnp") == ["palma"]
    assert names(person="Rosa") == names(allowed=True) == names(start="2026-01-01T00:00:00Z", allowed=True) == ["rosa"]
    assert names(camera="ghost") == names(action="footage.play") == names(end="2026-01-01T00:00:00Z") == []
    assert audi.get("/api/audit/looks", params={"before": "nonsense"}).status_code == 422


def test_pictures_searches_and_packages_are_looks_at_their_camera(desk: Desk) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    alert = event(camera_id="plaza")
    AlertService(desk.ports).raise_alert(alert, JPEG)
    audi, rosa, alert_id = desk.client("audi"), desk.client("rosa"), alert.id
    assert rosa.get("/api/alerts").status_code == rosa.get(f"/api/alerts/{alert_id}").status_code == 200
    assert rosa.get(f"/api/alerts/{alert_id}/snapshot.jpg").content == JPEG
    rosa.get(f"/api/alerts/{alert_id}/clip.mp4")
    span = {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T12:10:00Z"}
    assert rosa.post("/api/search/tracks", json={**span, "cameras": ["plaza"]}).status_code == 200
    incident = rosa.post("/api/incidents", json={"type": "robbery", "origin": "phone"}).json()["id"]
    rosa.post(f"/api/incidents/{incident}/evidence", json={**span, "camera": "plaza", "reason": "Oficio 3"})
    told = audi.get("/api/audit/looks", params={"camera": "plaza"}).json()["looks"]
    seen = [(one["action"], one["resource_kind"]) for one in reversed(told)]
    assert seen == [
        ("alert.read", "alert_picture"),
        ("footage.play", "alert"),
        ("track.read", "track"),
        ("evidence.lock", "camera"),
    ]
    assert [one["detail"].get("camera") for one in told[-2:]] == ["plaza", "plaza"]
    assert (told[0]["resource_id"], told[0]["detail"]["start"]) == ("plaza", "2026-03-01T12:00:00.000000Z")
    assert audi.get("/api/audit/looks", params={"camera": "mercado"}).json()["looks"] == []


def test_how_long_a_picture_was_watched_is_what_the_flag_rests_on(desk: Desk) -> None:
    rosa = Principal("u1", "rosa", AGENCY, frozenset({Role.OPERATOR}))
    plaza = Resource("live", "plaza", AGENCY, "plaza")
    for _ in range(3):
        desk.ports.access.note(rosa, Action.LIVE_WATCH, plaza, allowed=True, detail={"watched_s": 1200})
    told = desk.client("audi").get("/api/audit/looks/flags", params={"stare_min": 60}).json()
    assert (told["looks"], told["is_complete"]) == (3, True)
    assert [(one["habit"], one["count"], one["limit"]) for one in told["flags"]] == [("stare", 60, 60)]
    assert desk.client("audi").get("/api/audit/looks/flags").json()["flags"] == []


def test_at_a_hub_an_officer_sees_their_own_agency_at_every_site(tmp_path: Path) -> None:
    with running(tmp_path, is_hub=True, federated=True) as hub:
        hub.add_user("officer", Role.AUDITOR, agency_id="brena")
        hub.add_user("audi", Role.AUDITOR)
        at = datetime(2026, 3, 1, tzinfo=UTC)
        told_of(hub, "s1", "brena", [(at, "palma", "pnp"), (at + timedelta(minutes=2), "rosa", "brena")])
        told_of(hub, "s2", "brena", [(at + timedelta(minutes=1), "juan", "brena")])
        told_of(hub, "s3", "victoria", [(at, "eva", "victoria")])
        officer = hub.client("officer")
        pages = [officer.get("/api/audit/looks", params={"limit": 1}).json()]
        while pages[-1]["next"]:
            pages.append(officer.get("/api/audit/looks", params={"limit": 1, "before": pages[-1]["next"]}).json())
        seen = [(one["place"], one["username"], one["purpose"]) for page in pages for one in page["looks"]]
        assert seen == [("s1", "rosa", "robo"), ("s2", "juan", "robo"), ("s1", "palma", "robo")]
        assert hub.client("audi").get("/api/audit/looks").json()["looks"] == []
        assert officer.get("/api/audit").status_code == 403  # the hub's own record is its agency's


def told_of(hub: Desk, site_id: str, agency_id: str, looks: list[tuple[datetime, str, str]]) -> None:
    """Entries of a site's audit, as its pump sends them."""
    with hub.ports.database.session() as session:
        ensure_agency(session, hub.ports.clock, agency_id, agency_id)
    previous = GENESIS
    for sequence, (at, username, of) in enumerate(looks, 1):
        entry = AuditEntry(
            agency_id=agency_id,
            sequence=sequence,
            at=at,
            user_id=username,
            username=username,
            user_agency_id=of,
            session_id=None,
            address=None,
            purpose="robo",
            case_number=None,
            action=Action.LIVE_WATCH.value,
            resource_kind="live",
            resource_id="cam",
            resource_agency_id=agency_id,
            allowed=True,
            reason=None,
            detail=canonical_json({}).decode(),
            previous_hash=previous,
        )
        previous = entry.digest()
        body = audit_written(entry.chained(), previous)
        envelope = {"site_id": site_id, "agency_id": agency_id, "incarnation": "i", "sequence": sequence}
        Inward(hub.ports.database, hub.ports.clock).take({**envelope, "kind": "audit", "body": body})

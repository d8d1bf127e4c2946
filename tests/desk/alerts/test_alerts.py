"""Alerts: raised once and for good, handled once, never lost."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
import sqlalchemy as sa

from desk.cases import JPEG, Cases, cases, event
from desk.databases import database_url
from stored_footage import START
from veedor.desk.acts.repository import merge
from veedor.desk.acts.tables import ActRow
from veedor.desk.alerts.clips import ClipConfig, ClipWorker, clip_span
from veedor.desk.alerts.errors import BadEventId
from veedor.desk.alerts.media import AlertMedia
from veedor.desk.alerts.repository import get_alert, project
from veedor.desk.database import Database
from veedor.desk.scope_clause import only
from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import StoreError
from veedor.kit.messages import Message
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.event import Severity
from veedor.wire.messages import event_from_json, event_to_json
from waiting import wait_until


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Cases]:
    with cases(tmp_path, work=False) as ready:
        yield ready


def test_an_alert_is_raised_once(desk: Cases) -> None:
    one = event()
    for _ in range(3):
        desk.alerts.raise_alert(one, JPEG)
    page = desk.vera.get("/api/alerts").json()
    assert [alert["id"] for alert in page["alerts"]] == [one.id]
    assert page["alerts"][0]["status"] == "new"
    assert page["alerts"][0]["clip"] == {"state": "pending", "problem": None}
    assert desk.vera.get(f"/api/alerts/{one.id}/snapshot.jpg").content == JPEG


def test_an_alert_reads_in_its_readers_language(desk: Cases) -> None:
    alert = desk.raise_alert()
    path = f"/api/alerts/{alert}"
    english = desk.ana.get(path, headers={"accept-language": "en"}).json()
    spanish = desk.ana.get(path, headers={"accept-language": "es"}).json()
    assert english["explanation"] == 'There is no zona "Paradero"'
    assert spanish["explanation"] == "No existe zona «Paradero»"
    assert english["explanation_params"] == {"kind": "zona", "name": "Paradero"}
    assert english["camera_name"] == "Jirón Puno"


def test_events_survive_the_round_trip() -> None:
    one = event(explanation=Message("k", {"at": START, "n": 1, "s": "x", "f": 0.5}), ended_at=START)
    assert event_from_json(event_to_json(one)) == one


def test_numbers_that_json_does_not_know_do_not_stop_an_alert(desk: Cases) -> None:
    params = {"seconds": np.float32(4.5), "count": np.float64(2), "speed": float("inf"), "rate": float("nan")}
    alert = desk.raise_alert(explanation=Message("alerts-clip-fault", params), start_s=np.float32(1.5))
    shown = desk.ana.get(f"/api/alerts/{alert}")
    assert shown.status_code == 200
    assert shown.json()["explanation_params"] == {"seconds": 4.5, "count": 2.0, "speed": "inf", "rate": "nan"}


def test_an_id_that_could_leave_the_folder_is_refused(desk: Cases) -> None:
    for bad in ("../../etc/passwd", "a/b", "", ".", "x" * 65, "ñ", "a\nb"):
        for picture in (JPEG, None):
            with pytest.raises(BadEventId):
                desk.alerts.raise_alert(event(id=bad), picture)
    assert desk.ana.get("/api/alerts").json()["alerts"] == []


def test_an_alert_without_a_picture_can_get_it_later(desk: Cases) -> None:
    one = event()
    desk.alerts.raise_alert(one, None)
    assert desk.ana.get(f"/api/alerts/{one.id}/snapshot.jpg").status_code == 404
    desk.alerts.raise_alert(one, JPEG)
    assert desk.ana.get(f"/api/alerts/{one.id}/snapshot.jpg").content == JPEG


def test_an_alert_of_a_camera_that_is_gone_is_still_raised(desk: Cases) -> None:
    alert = desk.raise_alert(camera_id="removed")
    assert desk.ana.get(f"/api/alerts/{alert}").json()["camera_name"] == "removed"


def test_the_end_of_an_event_is_noted_once(desk: Cases) -> None:
    one = event()
    desk.alerts.end_event(replace(one, ended_at=START + timedelta(seconds=60)))  # never raised: no concern
    desk.alerts.raise_alert(one, JPEG)
    desk.alerts.end_event(replace(one, ended_at=START + timedelta(seconds=60), end_s=60.0))
    desk.alerts.end_event(replace(one, ended_at=START + timedelta(seconds=99)))
    assert desk.ana.get(f"/api/alerts/{one.id}").json()["ended_at"] == "2026-03-01T15:01:00.000Z"
    assert desk.alerts.event(one.id).end_s == 60.0


def test_a_burst_is_told_as_one_group(desk: Cases) -> None:
    first, second = desk.raise_alert(), desk.raise_alert()
    other = desk.raise_alert(rule="salida")
    groups = {alert["id"]: alert for alert in desk.ana.get("/api/alerts").json()["alerts"]}
    assert groups[second]["group_id"] == groups[first]["group_id"] == first
    assert groups[second]["group_size"] == 2
    assert groups[other]["group_size"] == 1
    found = desk.ana.get("/api/alerts", params={"group": first}).json()["alerts"]
    assert {alert["id"] for alert in found} == {first, second}


def test_lists_filter_and_page_without_losing_or_repeating(desk: Cases) -> None:
    ids = [desk.raise_alert(severity=severity) for severity in (Severity.HIGH, Severity.LOW) for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = desk.ana.get("/api/alerts", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [alert["id"] for alert in page["alerts"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == sorted(ids, reverse=True) or set(seen) == set(ids)
    assert len(seen) == len(set(seen)) == 10
    assert len(desk.ana.get("/api/alerts", params={"severity": "low"}).json()["alerts"]) == 5
    assert len(desk.ana.get("/api/alerts", params={"severity": ["low", "high"]}).json()["alerts"]) == 10
    assert desk.ana.get("/api/alerts", params={"status": "dismissed"}).json()["alerts"] == []
    assert desk.ana.get("/api/alerts", params={"camera": "other"}).json()["alerts"] == []
    assert desk.ana.get("/api/alerts", params={"since": "2099-01-01T00:00:00Z"}).json()["alerts"] == []


def test_a_bad_query_is_told(desk: Cases) -> None:
    bad = [{"cursor": "%%%"}, {"cursor": "YWJj"}, {"limit": "0"}, {"status": "lost"}, {"since": "2026-01-01T00:00"}]
    for query in bad:
        answer = desk.ana.get("/api/alerts", params=query)
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["message"]


def test_from_new_to_escalated_with_every_act_kept(desk: Cases) -> None:
    alert = desk.raise_alert()
    taken = desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={"expected_version": 0}).json()
    assert (taken["status"], taken["handled_by"], taken["version"]) == ("acknowledged", "ana", 1)
    body = {"expected_version": 1, "type": "suspicious_vehicle", "note": "sin placa"}
    done = desk.ana.post(f"/api/alerts/{alert}/escalate", json=body).json()
    assert done["status"] == "escalated"
    assert [act["kind"] for act in done["acts"]] == ["acknowledge", "escalate"]
    incident = desk.ana.get(f"/api/incidents/{done['incident_id']}").json()
    assert incident["type"] == "suspicious_vehicle"
    assert incident["place"] == "Jirón Puno"
    assert [one["id"] for one in incident["alerts"]] == [alert]


def test_the_second_to_take_an_alert_is_told_who_was_first(desk: Cases) -> None:
    alert = desk.raise_alert()
    assert desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={"expected_version": 0}).status_code == 200
    for body in ({"expected_version": 0}, {}, {"expected_version": 1}, {"expected_version": 7}):
        answer = desk.luis.post(f"/api/alerts/{alert}/acknowledge", json=body)
        assert answer.status_code == 409
        assert "ana" in answer.json()["message"]


def test_of_many_who_take_an_alert_at_once_one_does(desk: Cases) -> None:
    alert = desk.raise_alert()
    start = threading.Barrier(8)
    codes: list[int] = []

    def take(name: str, body: dict[str, int]) -> None:
        with desk.desk.client(name) as client:
            start.wait()
            codes.append(client.post(f"/api/alerts/{alert}/acknowledge", json=body).status_code)

    bodies = [{"expected_version": 0}, {}] * 4
    threads = [
        threading.Thread(target=take, args=("ana" if number % 2 else "luis", body))
        for number, body in enumerate(bodies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] + [409] * 7
    shown = desk.ana.get(f"/api/alerts/{alert}").json()
    assert (shown["version"], len(shown["acts"]), shown["conflicts"]) == (1, 1, 0)


def test_the_database_itself_refuses_two_acts_on_one_version(desk: Cases) -> None:
    """Were the service's check gone, the unique key would still hold."""
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={})
    with pytest.raises(StoreError), desk.desk.ports.database.session() as session:
        session.add(
            ActRow(
                id="double",
                agency_id="muni",
                actor_agency_id="muni",
                subject_kind="alert",
                subject_id=alert,
                sequence=1,
                kind="acknowledge",
                actor_id="u",
                at=START,
                received_at=START,
                payload={},
            )
        )


def test_acts_cannot_be_changed(desk: Cases) -> None:
    desk.ana.post(f"/api/alerts/{desk.raise_alert()}/acknowledge", json={})
    for change in ("UPDATE acts SET actor_id = 'x'", "DELETE FROM acts"):
        with pytest.raises(StoreError), desk.desk.ports.database.session() as session:
            session.execute(sa.text(change))


def test_acts_from_another_place_merge_and_conflicts_are_shown(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.ana.post(f"/api/alerts/{alert}/acknowledge", json={})
    mine = datetime.fromisoformat(desk.ana.get(f"/api/alerts/{alert}").json()["acts"][0]["at"])
    far = Act(
        id="far-1",
        subject_kind=SubjectKind.ALERT,
        subject_id=alert,
        kind=ActKind.ACKNOWLEDGE,
        actor_id="u9",
        agency_id="pnp",
        at=mine - timedelta(seconds=2),
        actor_name="Comisaría",
    )
    for _ in range(2):  # it may arrive twice
        with desk.desk.ports.database.session() as session:
            merge(session, [far], "muni", mine)
            project(session, get_alert(session, only("muni"), alert))
    shown = desk.ana.get(f"/api/alerts/{alert}").json()
    assert shown["handled_by"] == "Comisaría"
    assert [act["by"] for act in shown["conflicting_acts"]] == ["ana"]
    assert shown["version"] == 2
    stale = desk.luis.post(f"/api/alerts/{alert}/dismiss", json={"reason": "test", "expected_version": 1})
    assert stale.status_code == 409


def test_a_clock_set_back_does_not_turn_the_order_of_acts_around(tmp_path: Path) -> None:
    from desk.desks import make_desk
    from veedor.access.principal import Principal, Role
    from veedor.desk.alerts.handling import AlertHandling, Seen
    from veedor.desk.alerts.service import AlertService
    from veedor.model.alert import AlertStatus, DismissReason, fold_alert

    clock = SimulatedClock(START)
    desk = make_desk(tmp_path, clock)
    one = event()
    AlertService(desk.ports).raise_alert(one, None)
    handling = AlertHandling(desk.ports)
    ana, luis = (Principal(name, name, "muni", frozenset({Role.OPERATOR})) for name in ("ana", "luis"))
    handling.acknowledge(ana, one.id, Seen(0))
    clock.step_wall(-3600)
    handling.dismiss(luis, one.id, Seen(1), DismissReason.ANIMAL, None)
    from veedor.desk.acts.repository import acts_of

    with desk.ports.database.reading() as session:
        state = fold_alert(acts_of(session, SubjectKind.ALERT, one.id))
    assert (state.status, state.handled_by, state.conflicts) == (AlertStatus.DISMISSED, "luis", ())


def test_dismissing_needs_a_reason_from_the_list(desk: Cases) -> None:
    alert = desk.raise_alert()
    path = f"/api/alerts/{alert}/dismiss"
    assert desk.ana.post(path, json={}).status_code == 422
    assert desk.ana.post(path, json={"reason": "because"}).status_code == 422
    assert desk.ana.post(path, json={"reason": "other"}).status_code == 400
    assert desk.ana.post(path, json={"reason": "other", "note": "   "}).status_code == 400
    done = desk.ana.post(path, json={"reason": "animal", "note": "un perro"}).json()
    assert (done["status"], done["dismiss_reason"]) == ("dismissed", "animal")
    assert desk.luis.post(path, json={"reason": "animal"}).status_code == 409


def test_false_alerts_are_counted_per_rule(desk: Cases) -> None:
    for reason in ("animal", "nothing_there", "normal_activity"):
        desk.ana.post(f"/api/alerts/{desk.raise_alert()}/dismiss", json={"reason": reason})
    desk.ana.post(f"/api/alerts/{desk.raise_alert()}/escalate", json={"type": "robbery"})
    desk.raise_alert()
    desk.raise_alert(rule="salida")
    stats = desk.ana.get("/api/alerts/stats").json()
    rules = {one["rule"]: one for one in stats["rules"]}
    assert rules["paradero"] == {
        "camera_id": "cam-1",
        "camera_name": "Jirón Puno",
        "rule": "paradero",
        "raised": 5,
        "handled": 4,
        "dismissed": 3,
        "false": 2,
        "escalated": 1,
        "false_rate": 0.5,
    }
    assert rules["salida"]["false_rate"] is None
    assert stats["alerts"] == 6
    assert stats["latency_p50_s"] > 0


def test_several_alerts_join_one_incident_and_a_closed_one_takes_none(desk: Cases) -> None:
    first, second, third = (desk.raise_alert() for _ in range(3))
    incident = desk.ana.post(f"/api/alerts/{first}/escalate", json={"type": "robbery"}).json()["incident_id"]
    number = str(desk.ana.get(f"/api/incidents/{incident}").json()["number"])
    joined = desk.luis.post(f"/api/alerts/{second}/escalate", json={"incident": number}).json()
    assert joined["incident_id"] == incident
    shown = desk.ana.get(f"/api/incidents/{incident}").json()
    assert {one["id"] for one in shown["alerts"]} == {first, second}
    desk.ana.post(f"/api/incidents/{incident}/close", json={"disposition": "resolved"})
    refused = desk.ana.post(f"/api/alerts/{third}/escalate", json={"incident": incident})
    assert refused.status_code == 409
    assert desk.ana.get(f"/api/alerts/{third}").json()["status"] == "new", "half of a refused act stayed"
    assert desk.ana.post(f"/api/alerts/{third}/escalate", json={"incident": "999"}).status_code == 404
    assert desk.ana.post(f"/api/alerts/{third}/escalate", json={"type": "party"}).status_code == 422


def test_another_agencys_alert_is_not_there(desk: Cases) -> None:
    alert = desk.raise_alert()
    from veedor.access.principal import Role

    desk.desk.add_user("otra", Role.SUPERVISOR, agency_id="pnp")
    with desk.desk.client("otra") as stranger:
        assert stranger.get(f"/api/alerts/{alert}").status_code == 404
        assert stranger.get("/api/alerts").json()["alerts"] == []


def test_every_look_is_audited_and_the_clip_needs_the_right_to_play(desk: Cases) -> None:
    alert = desk.raise_alert()
    desk.vera.get(f"/api/alerts/{alert}/snapshot.jpg")
    assert ("vera", alert, True) in desk.audited("alert.read")
    assert desk.vera.get(f"/api/alerts/{alert}/clip.mp4").status_code == 403
    assert ("vera", alert, False) in desk.audited("footage.play")
    assert desk.vera.post(f"/api/alerts/{alert}/acknowledge", json={}).status_code == 403
    assert ("vera", alert, False) in desk.audited("alert.handle")


# clips


def test_a_clip_is_cut_when_its_footage_is_there(tmp_path: Path) -> None:
    with cases(tmp_path) as desk:
        alert = desk.raise_alert()
        path = f"/api/alerts/{alert}"
        wait_until(lambda: desk.ana.get(path).json()["clip"]["state"] == "ready")
        whole = desk.ana.get(f"{path}/clip.mp4")
        assert whole.headers["content-type"] == "video/mp4"
        with av.open(io.BytesIO(whole.content)) as clip:
            frames = sum(1 for _frame in clip.decode(video=0))
        assert frames >= 110  # 5 s before 4 s is the start of the footage; up to 11 s
        part = desk.ana.get(f"{path}/clip.mp4", headers={"range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, whole.content[10:20])


def worker(desk: Cases, clock: SimulatedClock, **config: float) -> ClipWorker:
    return ClipWorker(replace(desk.desk.ports, clock=clock), ClipConfig(**config))


def test_a_clip_waits_for_its_footage_then_takes_what_there_is(desk: Cases) -> None:
    clock = SimulatedClock(START)
    cutting = worker(desk, clock, patience_s=30.0)
    alert = desk.raise_alert()
    desk.footage.reached = START + timedelta(seconds=10)  # the clip ends at 11 s
    assert cutting.run_once() == 0
    clock.step_wall(-3600)
    clock.advance(29)
    assert cutting.run_once() == 0
    clock.advance(2)
    assert cutting.run_once() == 1
    assert desk.ana.get(f"/api/alerts/{alert}").json()["clip"]["state"] == "ready"


def test_a_clip_of_what_was_never_recorded_fails_and_says_so(desk: Cases) -> None:
    clock = SimulatedClock(START)
    cutting = worker(desk, clock, patience_s=1.0)
    alert = desk.raise_alert(camera_id="blind")
    assert cutting.run_once() == 0
    clock.advance(2)
    assert cutting.run_once() == 1
    shown = desk.ana.get(f"/api/alerts/{alert}").json()["clip"]
    assert shown == {"state": "failed", "problem": "There is no recording of that moment"}
    assert desk.ana.get(f"/api/alerts/{alert}/clip.mp4").status_code == 404


def test_a_site_that_does_not_answer_does_not_lose_the_clip(desk: Cases) -> None:
    clock = SimulatedClock(START)
    cutting = worker(desk, clock, patience_s=1.0, site_patience_s=60.0)
    alert = desk.raise_alert()
    desk.footage.unavailable = True
    assert cutting.run_once() == 0
    clock.advance(30)
    assert cutting.run_once() == 0
    desk.footage.unavailable = False
    assert cutting.run_once() == 1
    assert desk.ana.get(f"/api/alerts/{alert}").json()["clip"]["state"] == "ready"


def test_a_new_worker_goes_on_with_what_the_old_one_left(desk: Cases) -> None:
    alert = desk.raise_alert()
    media = AlertMedia(desk.desk.ports.data_directory)
    left = media.clip(alert).with_name(f".{alert}.mp4.partial-1")
    left.write_bytes(b"half")
    fresh = ClipWorker(desk.desk.ports, ClipConfig(every_s=0.05))
    fresh.start()
    try:
        wait_until(lambda: desk.ana.get(f"/api/alerts/{alert}").json()["clip"]["state"] == "ready")
    finally:
        fresh.stop()
    assert not left.exists()


def test_the_clip_of_a_long_event_is_bounded_and_keeps_its_end() -> None:
    config = ClipConfig()
    long = event(started_at=START, completed_at=START + timedelta(minutes=10))
    start, end = clip_span(long, config)
    assert (end - start).total_seconds() == 60
    assert end == long.completed_at + timedelta(seconds=5)
    short = event(started_at=START, completed_at=START + timedelta(seconds=1))
    assert clip_span(short, config) == (START - timedelta(seconds=5), START + timedelta(seconds=6))


def test_pictures_of_old_alerts_go_but_not_those_of_incidents(desk: Cases) -> None:
    plain, escalated = desk.raise_alert(), desk.raise_alert()
    desk.ana.post(f"/api/alerts/{escalated}/escalate", json={"type": "robbery"})
    now = desk.desk.ports.clock.now()
    media = AlertMedia(desk.desk.ports.data_directory)
    assert worker(desk, SimulatedClock(now + timedelta(days=89))).tidy() == 0
    assert worker(desk, SimulatedClock(now + timedelta(days=91))).tidy() == 1
    assert not media.snapshot(plain).exists()
    assert media.snapshot(escalated).exists()
    assert desk.ana.get(f"/api/alerts/{plain}/snapshot.jpg").status_code == 404
    assert desk.ana.get(f"/api/alerts/{plain}").json()["status"] == "new"


# kill -9

_RAISER = """
import sys
from pathlib import Path
from desk.cases import event, JPEG
from desk.desks import make_desk
from veedor.desk.alerts.service import AlertService

alerts = AlertService(make_desk(Path(sys.argv[1])).ports)
print("ready", flush=True)
for number in range(100000):
    one = event(id=f"alert-{number}")
    alerts.raise_alert(one, JPEG * 1000)
    print(one.id, flush=True)
"""


@pytest.mark.sqlite_only
def test_an_alert_that_was_taken_survives_sigkill(tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", _RAISER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": tests},
    )
    assert process.stdout is not None
    taken = []
    for line in process.stdout:
        taken.append(line.strip())
        if len(taken) == 25:
            break
    process.send_signal(signal.SIGKILL)
    taken += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    database = Database(database_url(tmp_path))
    media = AlertMedia(tmp_path)
    with database.reading() as session:
        for alert in taken[1:]:
            assert get_alert(session, only("muni"), alert).has_snapshot
            assert media.snapshot(alert).read_bytes() == JPEG * 1000
    database.close()

"""Alerts: raised once and for good, found again, never lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from desk.cases import JPEG, Cases, event
from desk.databases import database_url
from stored_footage import START
from veedor.desk.alerts.errors import BadEventId
from veedor.desk.alerts.media import AlertMedia
from veedor.desk.alerts.repository import get_alert
from veedor.desk.database import Database
from veedor.desk.scope_clause import only
from veedor.kit.messages import Message
from veedor.model.event import Severity
from veedor.wire.messages import event_from_json, event_to_json


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

"""Clips of alerts: cut when their footage is there, told where it never comes, and gone in their time."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av

from desk.cases import Cases, cases, event
from stored_footage import START
from veedor.desk.alerts.clips import ClipConfig, ClipWorker, clip_span
from veedor.desk.alerts.media import AlertMedia
from veedor.kit.clock import SimulatedClock
from waiting import wait_until


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

"""Three kinds of rules live: a camera shows a rendered film, and each kind raises an alert with picture and clip."""

from __future__ import annotations

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from harness import add_camera, logged_in, serving
from test_main_job import supervisor

from film import Film
from film_acts import PLACES, SCRIPTS, rule
from veedor.simulator.rtsp_server import RtspServer, ServedStream
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
KINDS = {"zone_intrusion", "wrong_way", "loitering"}


def test_a_film_from_a_camera_raises_an_alert_with_a_clip_for_each_of_three_kinds(
    tmp_path: Path, model_file: Path
) -> None:
    figures = [*SCRIPTS["crosses"].film.figures, *SCRIPTS["waits"].film.figures]
    film = Film(14, figures).write(tmp_path / "film.mp4")
    rules = [
        rule("zone_intrusion", zone="Plaza", severity="high"),
        rule("wrong_way", tripwire="Paso", classes=["person"]),
        rule("loitering", zone="Plaza", dwell_s=6),
    ]
    with RtspServer([ServedStream("/plaza", film)]) as server, serving(tmp_path) as service:
        name, password = supervisor(service)
        camera = add_camera(service, server, "/plaza", json.dumps({**PLACES, "rules": rules}))
        with logged_in(service, name, password) as person:

            def raised() -> dict[str, str]:
                return {one["rule"]: one["id"] for one in person.get("/api/alerts").json()["alerts"]}

            alerts = wait_until(lambda: (found := raised()).keys() >= KINDS and found, 90)
            for kind in sorted(KINDS):
                path = f"/api/alerts/{alerts[kind]}"
                alert = person.get(path).json()
                assert alert["camera_id"] == camera.id
                assert alert["explanation"]
                picture = cv2.imdecode(
                    np.frombuffer(person.get(f"{path}/snapshot.jpg").content, np.uint8), cv2.IMREAD_COLOR
                )
                assert picture is not None
                wait_until(lambda path=path: person.get(path).json()["clip"]["state"] == "ready", 90)
                clip = tmp_path / f"{kind}.mp4"
                clip.write_bytes(person.get(f"{path}/clip.mp4").content)
                with av.open(str(clip)) as container:
                    assert sum(1 for _ in container.decode(video=0)) >= 15, kind

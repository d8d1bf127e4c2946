"""Every kind of rule from a video file to its event, by the code of `veedor analyze`; and its control, without one.

Films are rendered (`tests/film.py`), encoded and decoded; detector, tracker, scene and rules are the site's own.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from street import street

from film import FPS, HEIGHT, WIDTH, Film, stills
from film_acts import CONTROLS, FOR_CAMERAS_OFF, SCRIPTS, Script, dark_figures
from veedor.compose.offline import Given, Outputs, analyze_file
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.scripted import ScriptedDetector
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.standing import Standing

Report = dict[str, Any]


@pytest.fixture(scope="module")
def detector(model_file: Path) -> OnnxDetector:
    return OnnxDetector(model_file)


def played(script: Script, detector: OnnxDetector, folder: Path, lang: str = "en", *, drawn: bool = False) -> Report:
    video, rules = script.film.write(folder / "film.mp4"), folder / "rules.yaml"
    rules.write_text(json.dumps(script.file()))
    outputs = Outputs(tracks=folder / "tracks.txt", annotated=folder / "drawn.mp4" if drawn else None)
    looks = ScriptedDetector(dark_figures) if script.stand_in else detector
    given = Given(looks, script.ground, street() if script.learned else None)
    return analyze_file(video, rules, FPS, outputs, lang, lambda *_: None, given=given)


def feet(folder: Path) -> dict[int, list[tuple[float, float, float]]]:
    """Track -> seconds, x and y of its foot."""
    found: dict[int, list[tuple[float, float, float]]] = {}
    for line in (folder / "tracks.txt").read_text().splitlines():
        frame, track, left, top, width, height = (float(one) for one in line.split(",")[:6])
        found.setdefault(int(track), []).append(((frame - 1) / FPS, left + width / 2, top + height))
    return found


def is_scripted(path: list[tuple[float, float, float]], film: Film) -> bool:
    """Whether one of the film's figures goes where the track went, to 25 pixels, most of the time."""
    for figure in film.figures:
        near = [(spot := figure.at(t)) is not None and np.hypot(spot[0] - x, spot[1] - y) <= 25 for t, x, y in path]
        if np.mean(near) >= 0.7:
            return True
    return False


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_film_has_the_events_of_its_script_and_no_other(name: str, detector: OnnxDetector, tmp_path: Path) -> None:
    script = SCRIPTS[name]
    report = played(script, detector, tmp_path)
    events = report["events"]
    assert Counter(one["rule"] for one in events) == script.says
    for rule, (first, last) in script.since.items():
        began = min(one["start_s"] for one in events if one["rule"] == rule)
        assert first <= began <= last, rule
    tracks = feet(tmp_path)
    seen = [track for track, path in tracks.items() if is_scripted(path, script.film)]
    assert len(seen) >= len({figure.cut for figure in script.film.figures}), "whoever plays is seen"
    for event in events:
        assert event["explanation"]
        assert all(is_scripted(tracks[one], script.film) for one in event["track_ids"] if one in tracks), event


def test_what_happens_is_told_in_spanish_and_drawn_into_the_picture(detector: OnnxDetector, tmp_path: Path) -> None:
    script = SCRIPTS["runs"]
    (event,) = played(script, detector, tmp_path, "es", drawn=True)["events"]
    assert "corr" in event["explanation"]
    plain, drawn = stills(tmp_path / "film.mp4"), stills(tmp_path / "drawn.mp4")
    at = event["end_frame"] - 2
    person = feet(tmp_path)[event["track_ids"][0]]
    x, y = next((x, y) for t, x, y in person if round(t * FPS) == at)
    assert drawn[at].shape == (HEIGHT, WIDTH, 3)
    changed = np.abs(drawn[at].astype(int) - plain[at]).max(axis=2) > 60
    assert changed[int(y) - 4 : int(y) + 4, int(x) - 12 : int(x) + 12].any(), "the box's lower edge"
    assert changed[:20].mean() > 0.3, "the band with the sentence"
    assert np.abs(drawn[0].astype(int) - plain[0]).max(axis=2)[:20].mean() < 20, "before it there is none"


def test_every_kind_that_sees_something_has_a_film_and_a_control() -> None:
    acted = {
        KINDS[rule["kind"]].kind
        for script in SCRIPTS.values()
        for rule in script.file()["rules"]
        if script.says.get(rule["name"])
    }
    assert acted == set(KINDS) - FOR_CAMERAS_OFF
    for kind, film in CONTROLS.items():
        rules = {rule["name"]: rule["kind"] for rule in SCRIPTS[film].file()["rules"]}
        assert kind in rules.values(), f"{film} does not ask for {kind}"
        assert not any(rules[name] == kind for name in SCRIPTS[film].says), f"{film} is no control of {kind}"
    assert set(CONTROLS) == acted


def test_no_kind_without_a_film_is_more_than_experimental() -> None:
    for kind, rule in KINDS.items():
        off = "enabled" in rule.Params.model_fields and rule.Params.model_fields["enabled"].default is False
        assert off == (rule.standing is Standing.EXPERIMENTAL), kind
        assert kind in CONTROLS or kind in FOR_CAMERAS_OFF, kind

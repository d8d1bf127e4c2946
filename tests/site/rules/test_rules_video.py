"""Rules of movement on real video, from its pixels: what the clip is known to hold is found."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from veedor.compose.offline import Outputs, analyze_file
from veedor.site.detect.errors import ModelMissing

VIDEO = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[4] / "shared")) / "data" / "video" / "vtest.avi"
RULES = {
    "tripwires": {"L": {"from": [0.5, 0.1], "to": [0.5, 1.0]}},
    "rules": [
        {"name": "stopped", "kind": "stopped_vehicle", "dwell_s": 20},
        {"name": "parked", "kind": "parked_vehicle", "dwell_s": 40},
        {
            "name": "to the left",
            "kind": "wrong_way",
            "tripwire": "L",
            "allowed": "right_to_left",
            "classes": ["person"],
        },
        {"name": "to the right", "kind": "wrong_way", "tripwire": "L", "classes": ["person"]},
        *(
            {"name": kind, "kind": kind, "enabled": True}
            for kind in ("collision", "fight", "person_down", "running", "stop_and_flee", "sudden_stop")
        ),
    ],
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], dict[int, dict[int, float]]]:
    """The events, and each track's x by frame."""
    if not VIDEO.is_file():
        pytest.skip("no vtest.avi: set VEEDOR_SHARED")
    folder = tmp_path_factory.mktemp("clip")
    (folder / "rules.yaml").write_text(json.dumps(RULES))
    outputs = Outputs(tracks=folder / "tracks.txt")
    try:
        report = analyze_file(VIDEO, folder / "rules.yaml", 5, outputs, "en", lambda *_: None)
    except ModelMissing as problem:
        pytest.skip(f"no detector: {problem}")
    ways: dict[int, dict[int, float]] = {}
    for line in (folder / "tracks.txt").read_text().splitlines():
        frame, track_id, left, _, width = (float(one) for one in line.split(",")[:5])
        ways.setdefault(int(track_id), {})[int(frame)] = left + width / 2
    return report["events"], ways


def test_the_two_parked_vehicles_are_found_and_no_other(clip: Any) -> None:
    events, _ = clip
    for rule in ("stopped", "parked"):
        found = [one for one in events if one["rule"] == rule]
        assert len(found) == 2
        assert all(one["start_s"] < 2 and one["end_s"] > 70 for one in found)


def test_who_goes_the_wrong_way_goes_there(clip: Any) -> None:
    events, ways = clip
    for rule, sign in (("to the right", 1), ("to the left", -1)):
        found = [one for one in events if one["rule"] == rule]
        assert len(found) >= 10
        for one in found:
            way = ways[one["track_ids"][0]]
            there = [way[frame] for frame in sorted(way) if one["start_frame"] <= frame <= one["end_frame"]]
            assert (there[-1] - there[0]) * sign > 0, one


def test_people_who_walk_stand_and_talk_are_nothing_grave(clip: Any) -> None:
    events, _ = clip
    assert [one for one in events if one["kind"] not in ("stopped_vehicle", "parked_vehicle", "wrong_way")] == []

"""Vehicles so fast that no two boxes of them overlap, and too doubtful for a track to begin with one sight."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from film import FPS as FILM_FPS
from film import Figure, Film
from veedor.compose.offline import Given, Outputs, analyze_file
from veedor.model.detection import Detections, ObjectClass
from veedor.model.track import Tracks
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.track import Tracker

WIDTH, HEIGHT, FPS = 90.0, 70.0, 5.0
DOUBTFUL = 0.5  # less than what a new tracker asks of a first sight
Sight = tuple[float, float, float]  # centre x, y, confidence


def at(sights: Sequence[Sight], kind: ObjectClass = ObjectClass.CAR, width: float = WIDTH) -> Detections:
    boxes = [(x - width / 2, y - HEIGHT / 2, x + width / 2, y + HEIGHT / 2) for x, y, _ in sights]
    confidence = np.array([one for _, _, one in sights], np.float32)
    return Detections(np.array(boxes, np.float32).reshape(-1, 4), confidence, np.full(len(sights), int(kind), np.int32))


def run(frames: Sequence[Detections]) -> list[Tracks]:
    tracker = Tracker()
    return [tracker.update(found, number / FPS) for number, found in enumerate(frames)]


def passing(step: float, count: int = 6, confidence: float = DOUBTFUL, y: float = 100.0) -> list[list[Sight]]:
    return [[(60 + step * number, y, confidence)] for number in range(count)]


def test_a_vehicle_that_goes_its_own_length_in_a_frame_is_one_track_from_its_third_sight() -> None:
    for step in (36.0, 60.0, 100.0, 140.0):
        seen = run([at(one) for one in passing(step)])
        assert [len(tracks) for tracks in seen] == [0, 0, 1, 1, 1, 1], step
        assert len({int(tracks.track_id[0]) for tracks in seen[2:]}) == 1, step
        for number, tracks in enumerate(seen[2:], 2):
            assert tracks.observed[0]
            assert abs(float(tracks.xyxy[0, [0, 2]].mean()) - (60 + step * number)) < 5


def test_who_was_believed_at_first_sight_keeps_the_number_and_leaves_no_second_track() -> None:
    seen = run([at(one) for one in passing(110.0, confidence=0.9)])
    assert [tracks.track_id[tracks.observed].tolist() for tracks in seen[2:]] == [[1]] * 4
    assert all(len(tracks) == 1 for tracks in seen[2:])


def test_two_that_follow_each_other_are_two() -> None:
    frames = [at([(400 + 110.0 * n, 100, DOUBTFUL), (60 + 110.0 * n, 300, DOUBTFUL)]) for n in range(5)]
    seen = run(frames)
    assert [len(tracks) for tracks in seen] == [0, 0, 2, 2, 2]


def test_what_could_be_either_of_two_is_none() -> None:
    """In the first frame two cars from either of which the third sight could have come."""
    frames = [at([(60, 96, 0.5), (60, 112, 0.5)]), at([(150, 104, 0.5)]), at([(240, 104, 0.5)])]
    assert all(not len(tracks) for tracks in run(frames))


def test_what_does_not_move_is_not_believed_by_that() -> None:
    assert all(not len(tracks) for tracks in run([at([(200, 100, DOUBTFUL)])] * 10))


def test_sights_that_jump_about_are_no_way() -> None:
    frames = [at([(x, y, DOUBTFUL)]) for x, y in ((60, 100), (160, 100), (90, 160), (260, 40), (140, 220), (60, 60))]
    assert all(not len(tracks) for tracks in run(frames))


def test_nor_are_those_of_things_that_look_different() -> None:
    frames = [at(one, width=WIDTH * (1 + number % 2)) for number, one in enumerate(passing(100.0))]
    assert all(not len(tracks) for tracks in run(frames))


def test_nor_those_that_are_hardly_seen() -> None:
    assert all(not len(tracks) for tracks in run([at(one) for one in passing(100.0, confidence=0.4)]))


def test_people_are_not_put_together_so() -> None:
    assert all(not len(tracks) for tracks in run([at(one, ObjectClass.PERSON) for one in passing(100.0)]))


def test_a_crowd_of_doubtful_boxes_is_left_alone() -> None:
    """Twelve far from one another are found; of thirteen none is looked for."""
    for count, found in ((12, 12), (13, 0)):
        frames = [at([(60 + 100.0 * n, 500.0 * row, DOUBTFUL) for row in range(count)]) for n in range(4)]
        assert len(run(frames)[-1]) == found


@pytest.mark.parametrize("speed", [250.0, 350.0])
def test_on_film_a_van_that_crosses_the_picture_in_two_seconds_has_a_track(
    speed: float, model_file: Path, tmp_path: Path
) -> None:
    """The van is 89 pixels long: at 5 frames a second no two boxes of it overlap enough, or at all."""
    ends = 1.0 + 560 / speed
    film = Film(ends + 0.6, [Figure("van", [(1.0, -45, 250), (ends, 515, 250)])])
    video, rules = film.write(tmp_path / "film.mp4"), tmp_path / "rules.yaml"
    rules.write_text("rules: []\n")
    outputs = Outputs(tracks=tmp_path / "tracks.txt", annotated=None)
    given = Given(OnnxDetector(model_file), None, None)
    analyze_file(video, rules, FILM_FPS, outputs, "en", lambda *_: None, given=given)
    sights: dict[str, list[tuple[float, float]]] = {}
    for line in (tmp_path / "tracks.txt").read_text().splitlines():
        frame, track, left, _, width, _ = line.split(",")[:6]
        sights.setdefault(track, []).append(((int(frame) - 1) / FILM_FPS, float(left) + float(width) / 2))
    way = max(sights.values(), key=len, default=[])
    assert len(way) >= 4
    (first_s, first_x), (last_s, last_x) = way[0], way[-2]  # in the last sight it is cut by the border
    assert (last_x - first_x) / (last_s - first_s) == pytest.approx(speed, rel=0.1)

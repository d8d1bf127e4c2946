"""Who is lost where nothing changes any more is looked for again, closely, at growing intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from film import FPS, Figure, Film
from footage import frame_of, noisy, street
from veedor.compose.offline import Given, Outputs, analyze_file
from veedor.model.detection import Detections, ObjectClass
from veedor.model.track import Tracks
from veedor.site.detect.atlas import Watcher
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.vanished import VanishedConfig
from veedor.site.detect.watcher import Look

STANDING = (300.0, 180.0, 330.0, 260.0)
PLANNED_S = VanishedConfig().after_s


def tracks_of(*boxes: tuple[float, float, float, float], first: int = 1) -> Tracks:
    count = len(boxes)
    return Tracks(
        np.arange(first, first + count, dtype=np.int64),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, 0.9, np.float32),
        np.full(count, int(ObjectClass.PERSON), np.int32),
        np.ones(count, np.bool_),
    )


def person(x1: float, y1: float, x2: float, y2: float, confidence: float) -> Detections:
    return Detections(
        np.array([[x1, y1, x2, y2]], np.float32), np.array([confidence], np.float32), np.array([1], np.int32)
    )


def looks_after(
    gone: tuple[float, float, float, float], seconds: float, *, others: Tracks | None = None, stood_s: float = 2.0
) -> list[tuple[float, Look]]:
    """The looks at the middle of `gone` after a track there is last observed: seconds since then, and the look."""
    watcher, view, found = Watcher(), street(), []
    others = others or Tracks.empty()
    last = round(stood_s * FPS)
    for number in range(last + round(seconds * FPS)):
        # The watcher is given the tracks of the frame before.
        tracks = tracks_of(gone) if 0 < number <= last + 1 else others
        look = watcher.look(frame_of(noisy(view, number), number / FPS), tracks)
        watcher.told(Detections.empty())
        x, y = (gone[0] + gone[2]) / 2, (gone[1] + gone[3]) / 2
        if number > last + 1 and any(
            one.xyxy[0] <= x <= one.xyxy[2] and one.xyxy[1] <= y <= one.xyxy[3] for one in look.regions
        ):
            found.append(((number - last) / FPS, look))
    return found


def test_a_place_is_looked_at_again_at_growing_intervals_and_no_longer() -> None:
    looks = looks_after(STANDING, 25.0)
    assert len(looks) == len(PLANNED_S)
    for (after_s, _), planned_s in zip(looks, PLANNED_S, strict=True):
        assert planned_s - 1e-6 <= after_s <= planned_s + 1 / FPS + 1e-6


def test_it_is_shown_with_room_for_who_lies_and_larger_than_who_stands() -> None:
    _, look = looks_after(STANDING, 1.0)[0]
    (region,) = look.regions
    x1, y1, x2, y2 = region.xyxy
    assert x1 < STANDING[0] - 40
    assert x2 > STANDING[2] + 40
    assert y2 > STANDING[3] + 20
    assert y1 <= STANDING[1]
    tall = (STANDING[3] - STANDING[1]) * region.size[1] / (y2 - y1)
    assert 95 <= tall <= 130


def test_who_left_by_the_border_is_not_looked_for() -> None:
    assert not looks_after((610.0, 180.0, 639.0, 260.0), 12.0)


def test_nor_what_flickered() -> None:
    assert not looks_after(STANDING, 12.0, stood_s=0.4)


def test_nor_who_is_hidden_by_somebody_seen_there() -> None:
    """That other one stands still, and is looked at as such: every three seconds, at its own scale."""
    (other,) = ((295.0, 175.0, 335.0, 270.0),)
    for _, look in looks_after(STANDING, 12.0, others=tracks_of(other, first=9)):
        (region,) = look.regions
        assert (other[3] - other[1]) * region.size[1] / (region.xyxy[3] - region.xyxy[1]) < 70


@pytest.mark.parametrize(("confidence", "again"), [(0.4, True), (0.2, False)])
def test_what_a_planned_look_finds_is_looked_at_once_more_at_once(confidence: float, again: bool) -> None:
    watcher, view, looked = Watcher(), street(), []
    for number in range(10 + round(0.9 * FPS) + 3):
        tracks = tracks_of(STANDING) if 0 < number <= 11 else Tracks.empty()
        look = watcher.look(frame_of(noisy(view, number), number / FPS), tracks)
        if number > 11 and look.regions:
            looked.append(number)
        watcher.told(person(290, 230, 370, 262, confidence) if look.regions else Detections.empty())
    planned = [10 + int(np.ceil(after_s * FPS - 1e-6)) for after_s in PLANNED_S[:2]]
    assert looked == sorted({*planned, *(number + 1 for number in planned if again)})


def test_memory_ends() -> None:
    """Twenty vanish; at most eight places are kept, and none for longer than the last interval."""
    watcher, view = Watcher(), street()
    crowd = [(20.0 + 30 * n, 100.0, 40.0 + 30 * n, 160.0) for n in range(20)]
    kept = []
    for number in range(round((2.0 + PLANNED_S[-1] + 1) * FPS)):
        tracks = tracks_of(*crowd) if 0 < number <= 10 else Tracks.empty()
        watcher.look(frame_of(noisy(view, number), number / FPS), tracks)
        kept.append(len(watcher._vanished))
    assert max(kept) == VanishedConfig().most_places
    assert kept[-1] == 0


@pytest.fixture(scope="module")
def detector(model_file: Path) -> OnnxDetector:
    return OnnxDetector(model_file)


def lying(cut: str, detector: OnnxDetector, folder: Path) -> list[float]:
    """The seconds at which a track that is wider than tall is where the film's figure lies."""
    figure = Figure(cut, [(0, 330, 260), (6, 330, 260)], size=1.5, leans=[(2, 0), (2.6, -84), (6, -84)])
    video, rules = Film(6, [figure]).write(folder / "film.mp4"), folder / "rules.yaml"
    rules.write_text("rules: []\n")
    outputs = Outputs(tracks=folder / "tracks.txt", annotated=None)
    analyze_file(video, rules, FPS, outputs, "en", lambda *_: None, given=Given(detector, None, None))
    lines = [[float(one) for one in line.split(",")[:6]] for line in (folder / "tracks.txt").read_text().splitlines()]
    return [(frame - 1) / FPS for frame, _, _, _, width, height in lines if width > 1.2 * height]


def test_on_film_who_falls_and_lies_still_is_found_again(detector: OnnxDetector, tmp_path: Path) -> None:
    found = lying("beto", detector, tmp_path)
    assert found, "nobody was found lying"
    assert min(found) < 4.5
    assert len(found) > 5

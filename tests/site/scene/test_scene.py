"""Scene facts on painted streets and on real footage: each wrong is found, and ordinary life is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from footage import Picture, altered, clip_frames, frame_of, noisy, recoded, street
from veedor.model.detection import Detections, ObjectClass
from veedor.model.frame import Frame
from veedor.model.scene import SceneFacts
from veedor.site.scene.watcher import SceneWatcher

NOBODY = np.zeros((0, 4), np.float32)
LEARNED_S = 15
# What the rule for tampering makes of the facts by default.
COVERED, TURNED, DEFOCUSED, FROZEN_S = 0.6, 0.15, 0.3, 10.0


@dataclass
class Second:
    frame: Frame
    facts: SceneFacts
    objects: Detections


def watch(frames: list[Frame], people: dict[int, np.ndarray] | None = None) -> list[Second]:
    watcher = SceneWatcher()
    seconds = []
    for frame in frames:
        boxes = (people or {}).get(frame.index, NOBODY).astype(np.float32)
        seconds.append(Second(frame, *watcher.update(frame, boxes)))
    return seconds


def wrongs(facts: SceneFacts) -> set[str]:
    found = {
        "covered": facts.covered > COVERED,
        "turned": facts.view_shift > TURNED,
        "defocused": facts.sharpness < DEFOCUSED,
        "frozen": facts.frozen_s >= FROZEN_S,
    }
    return {name for name, is_so in found.items() if is_so} if facts.learned else set()


def painted(count: int, change: Callable[[Picture, int], Picture] | None = None, start: int = LEARNED_S) -> list[Frame]:
    """One picture a second of a noisy street, changed from second `start` on."""
    view = street()
    return [
        frame_of(noisy(change(view, second) if change and second >= start else view, second), float(second))
        for second in range(count)
    ]


@pytest.fixture(scope="module")
def plaza(shared: Path) -> list[Frame]:
    """A real plaza with people, one picture a second."""
    return list(clip_frames(shared / "data/video/vtest.avi", every=10, step_s=1.0))


@pytest.fixture(scope="module")
def plaza_people(shared: Path) -> dict[int, np.ndarray]:
    people: dict[int, list[np.ndarray]] = {}
    for row in np.loadtxt(shared / "data/groundtruth/PETS09-S2L1_gt.txt", delimiter=","):
        people.setdefault(int(row[0]) - 1, []).append(np.concatenate([row[2:4], row[2:4] + row[4:6]]))
    return {frame: np.array(boxes) for frame, boxes in people.items()}


def cover(picture: Picture) -> Picture:
    return noisy(np.full_like(picture, 15), int(picture.sum()), 2.0)


def defocus(picture: Picture) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 160)


def turn(picture: Picture) -> Picture:
    """The camera swings by a quarter of the picture; what comes in at the side was not in view before."""
    quarter = picture.shape[1] // 4
    return np.concatenate([picture[:, quarter:], picture[::-1, :quarter]], axis=1)


def turn_to_another_place(picture: Picture) -> Picture:
    return noisy(cv2.resize(street(seed=99)[::-1], picture.shape[1::-1]), int(picture.sum()))


def dusk(picture: Picture) -> Picture:
    return noisy((picture * 0.35).astype(np.uint8), 2, 4.0)


def glare(picture: Picture) -> Picture:
    return np.clip(picture * 1.4 + 20, 0, 255).astype(np.uint8)


def other_gamma(picture: Picture) -> Picture:
    return (255 * (picture / 255.0) ** 1.8).astype(np.uint8)


WRONG = [(cover, "covered"), (defocus, "defocused"), (turn, "turned"), (turn_to_another_place, "turned")]
LIGHT = [dusk, glare, other_gamma]


@pytest.mark.parametrize(("change", "wrong"), WRONG)
def test_each_wrong_is_found_in_a_painted_street(change: Callable[[Picture], Picture], wrong: str) -> None:
    seconds = watch(painted(LEARNED_S + 10, lambda picture, _second: change(picture)))
    assert not any(wrongs(second.facts) for second in seconds[:LEARNED_S])
    assert all(wrongs(second.facts) == {wrong} for second in seconds[LEARNED_S + 1 :])


@pytest.mark.parametrize(("change", "wrong"), WRONG)
def test_each_wrong_is_found_in_real_footage(
    plaza: list[Frame], plaza_people: dict[int, np.ndarray], change: Callable[[Picture], Picture], wrong: str
) -> None:
    frames = [altered(frame, change) if frame.media_s >= 30 else frame for frame in plaza[:50]]
    seconds = watch(frames, plaza_people)
    assert all(wrongs(second.facts) == {wrong} for second in seconds[32:])
    assert not any(len(second.objects) for second in seconds[32:])


def test_ordinary_life_on_a_plaza_is_no_wrong_and_leaves_nothing(
    plaza: list[Frame], plaza_people: dict[int, np.ndarray]
) -> None:
    seconds = watch(plaza, plaza_people)
    assert all(second.facts.learned for second in seconds[15:])
    assert not any(wrongs(second.facts) for second in seconds)
    # Nothing lasts long enough to be an object left behind.
    assert sum(len(second.objects) for second in seconds) <= 2


@pytest.mark.parametrize("change", LIGHT)
def test_sudden_light_is_no_wrong(
    plaza: list[Frame], plaza_people: dict[int, np.ndarray], change: Callable[[Picture], Picture]
) -> None:
    frames = [altered(frame, change) if frame.media_s >= 30 else frame for frame in plaza[:60]]
    seconds = watch(frames, plaza_people)
    assert not any(wrongs(second.facts) for second in seconds)
    assert sum(len(second.objects) for second in seconds[30:]) <= 2


def test_a_day_that_goes_dark_and_light_again_is_no_wrong() -> None:
    def light(picture: Picture, second: int) -> Picture:
        gain = 0.6 + 0.4 * np.cos((second - 15) / 40)
        return np.clip(picture * gain, 0, 255).astype(np.uint8)

    seconds = watch(painted(260, light))
    assert not any(wrongs(second.facts) for second in seconds)
    assert not any(len(second.objects) for second in seconds)


def test_a_film_with_cuts_is_never_a_view(bikes_clip: Path) -> None:
    frames = list(clip_frames(bikes_clip, every=25, step_s=1.0)) * 4
    looped = [frame_of(cv2.cvtColor(one.i420, cv2.COLOR_YUV2BGR_I420), float(at)) for at, one in enumerate(frames)]
    seconds = watch(looped)
    assert not any(wrongs(second.facts) for second in seconds)
    assert not any(len(second.objects) for second in seconds)


def test_a_frozen_picture_is_told_from_a_still_street() -> None:
    view = street()
    alive = [noisy(view, second) for second in range(30)]
    stuck = [alive[-1]] * 25
    pictures = recoded([picture for picture in alive + stuck for _ in range(5)])[::5]
    seconds = watch([frame_of(picture, float(at)) for at, picture in enumerate(pictures)])
    assert all(second.facts.frozen_s < 3 for second in seconds[:30])
    assert seconds[-1].facts.frozen_s >= 20


def test_a_frozen_picture_with_a_ticking_clock_is_frozen() -> None:
    stuck = noisy(street(), 0)

    def with_clock(second: int) -> Picture:
        return cv2.putText(stuck.copy(), f"12:00:{second:02}", (8, 20), cv2.FONT_HERSHEY_PLAIN, 1.0, (255,) * 3)

    seconds = watch([frame_of(with_clock(second), float(second)) for second in range(30)])
    assert seconds[-1].facts.frozen_s >= 25


def put_bag(picture: Picture, x: int, y: int) -> Picture:
    picture = picture.copy()
    cv2.rectangle(picture, (x, y), (x + 28, y + 22), (30, 30, 35), -1)
    cv2.rectangle(picture, (x + 4, y + 6), (x + 24, y + 12), (90, 90, 200), -1)
    return picture


def holds(objects: Detections, x: int, y: int) -> bool:
    """One of `objects` has its middle in the bag at (x, y), and is about its size."""
    middle = (objects.xyxy[:, :2] + objects.xyxy[:, 2:]) / 2
    sides = objects.xyxy[:, 2:] - objects.xyxy[:, :2]
    near = (np.abs(middle - (x + 14, y + 11)) < 10).all(axis=1)
    return bool((near & (sides > 12).all(axis=1) & (sides < 48).all(axis=1)).any())


def test_a_bag_left_on_a_plaza_is_found_where_it_lies_until_it_is_taken(
    plaza: list[Frame], plaza_people: dict[int, np.ndarray]
) -> None:
    place = (600, 440)
    frames = [altered(f, lambda p: put_bag(p, *place)) if 20 <= f.media_s < 50 else f for f in plaza]
    seconds = watch(frames, plaza_people)
    assert not any(holds(second.objects, *place) for second in seconds[:22])
    found = [holds(second.objects, *place) for second in seconds[28:50]]
    assert sum(found) >= len(found) - 3, found  # people who pass in front may hide it
    assert not any(holds(second.objects, *place) for second in seconds[52:])
    assert all((second.objects.class_id == ObjectClass.OBJECT).all() for second in seconds)


def test_a_bag_stays_found_while_someone_stands_beside_it_and_through_a_change_of_light() -> None:
    def scene(picture: Picture, second: int) -> Picture:
        picture = put_bag(picture, 300, 260)
        return glare(picture) if second >= 40 else picture

    frames = painted(60, scene)
    beside = np.array([[330, 170, 380, 300]], np.float32)
    watcher = SceneWatcher()
    for frame in frames:
        _, objects = watcher.update(frame, beside if frame.media_s > 25 else NOBODY)
        if frame.media_s >= LEARNED_S + 8:
            assert holds(objects, 300, 260), frame.media_s


def test_what_is_taken_away_is_no_object() -> None:
    """A bag that lay there from the start goes: the ground that shows is no object."""
    view = put_bag(street(), 300, 260)
    bare = street()
    frames = [frame_of(noisy(view if second < 20 else bare, second), float(second)) for second in range(45)]
    assert not any(len(second.objects) for second in watch(frames))


def test_a_patch_of_shade_is_no_object() -> None:
    def shade(picture: Picture, _second: int) -> Picture:
        picture = picture.astype(float)
        picture[180:230, 200:300] *= 0.6
        return picture.astype(np.uint8)

    assert not any(len(second.objects) for second in watch(painted(40, shade)))


def test_a_person_who_is_tracked_is_no_object_however_long_they_stand() -> None:
    def stand(picture: Picture, _second: int) -> Picture:
        picture = picture.copy()
        picture[180:290, 310:345] = (40, 60, 150)
        return picture

    frames = painted(60, stand)
    person = np.array([[310, 180, 345, 290]], np.float32)
    watcher = SceneWatcher()
    found = [watcher.update(frame, person if frame.media_s >= LEARNED_S else NOBODY)[1] for frame in frames]
    assert not any(len(objects) for objects in found)


def test_a_reconnect_does_not_make_a_turned_camera_normal() -> None:
    view = street()
    watcher = SceneWatcher()
    for second in range(LEARNED_S):
        watcher.update(frame_of(noisy(view, second), float(second), session=1), NOBODY)
    other = turn_to_another_place(view)
    for second in range(5):
        facts, _ = watcher.update(frame_of(noisy(other, second), float(second), session=2), NOBODY)
    assert wrongs(facts) == {"turned"}


def test_another_picture_size_begins_anew() -> None:
    watcher = SceneWatcher()
    for second in range(LEARNED_S):
        watcher.update(frame_of(noisy(street(), second), float(second)), NOBODY)
    facts, objects = watcher.update(frame_of(street(1280, 720), 16.0), NOBODY)
    assert not facts.learned
    assert not len(objects)


@pytest.mark.parametrize("size", [(16, 16), (64, 36), (7680, 4320)])
def test_odd_sizes_are_taken(size: tuple[int, int]) -> None:
    watcher = SceneWatcher()
    for second in range(3):
        watcher.update(frame_of(np.full((size[1], size[0], 3), 90, np.uint8), float(second)), NOBODY)


def test_an_update_is_cheap() -> None:
    frames = painted(40)
    watcher = SceneWatcher()
    began = time.process_time()
    for frame in frames:
        watcher.update(frame, NOBODY)
    assert (time.process_time() - began) / len(frames) < 0.010  # 1.2 ms where it was written

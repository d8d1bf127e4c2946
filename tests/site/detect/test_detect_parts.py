"""Packing, regions, suppression, the motion gate and the mailbox, each alone."""

from __future__ import annotations

import threading
import time

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage import frame_of, noisy, recoded, street
from veedor.model.detection import Detections, ObjectClass
from veedor.site.detect.detector import CANVAS_SIDE
from veedor.site.detect.motion import MotionGate
from veedor.site.detect.nms import suppress
from veedor.site.detect.packing import pack
from veedor.site.detect.regions import cover, merge, padded, region, whole_frame
from veedor.site.detect.scheduler import Mailbox, MailboxCounters

SIDES = st.integers(1, CANVAS_SIDE)


@given(st.lists(st.tuples(SIDES, SIDES), max_size=40))
def test_packed_rectangles_lie_in_canvases_and_never_overlap(sizes: list[tuple[int, int]]) -> None:
    places = pack(sizes, CANVAS_SIDE)
    canvases = np.zeros((1 + max((place.canvas for place in places), default=-1), CANVAS_SIDE, CANVAS_SIDE), np.uint8)
    for (width, height), (canvas, x, y) in zip(sizes, places, strict=True):
        assert x >= 0
        assert y >= 0
        assert x + width <= CANVAS_SIDE
        assert y + height <= CANVAS_SIDE
        canvases[canvas, y : y + height, x : x + width] += 1
    assert canvases.max(initial=0) <= 1
    assert all(canvas.any() for canvas in canvases)


def test_packing_fills_canvases_well() -> None:
    sizes = [(40 + 3 * (i % 7), 60 + 5 * (i % 5)) for i in range(160)]
    canvases = 1 + max(place.canvas for place in pack(sizes, CANVAS_SIDE))
    area = sum(width * height for width, height in sizes)
    assert area / (canvases * CANVAS_SIDE**2) > 0.75


def test_a_rectangle_larger_than_a_canvas_is_refused() -> None:
    with pytest.raises(ValueError, match="500 x 10"):
        pack([(500, 10)], CANVAS_SIDE)


@given(
    st.lists(st.tuples(*[st.floats(-50, 2000)] * 2, *[st.floats(0, 800)] * 2), min_size=1, max_size=12),
    st.floats(0.05, 3.0),
)
def test_regions_hold_every_box_they_were_made_for(raw: list[tuple[float, ...]], scale: float) -> None:
    width, height = 1280, 720
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in raw], np.float32)
    regions = merge(boxes, np.full(len(boxes), scale, np.float32), width, height)
    for one in regions:
        x1, y1, x2, y2 = one.xyxy
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        assert not any(value % 2 for value in (*one.xyxy, *one.size))
        assert max(one.size) <= CANVAS_SIDE
    inside = np.clip(boxes, 0, [width, height, width, height]).astype(np.float32)
    visible = inside[((inside[:, 2:] - inside[:, :2]) > 2).all(axis=1)]
    assert cover(visible, regions).all()


def test_neighbours_share_a_region_and_strangers_do_not() -> None:
    scales = np.ones(2, np.float32)
    near = np.array([[100, 100, 160, 220], [150, 105, 210, 225]], np.float32)
    far = np.array([[100, 100, 160, 220], [900, 105, 960, 225]], np.float32)
    assert len(merge(near, scales, 1280, 720)) == 1
    assert len(merge(far, scales, 1280, 720)) == 2


def test_a_region_is_scaled_until_it_fits_a_canvas() -> None:
    assert max(region((0, 0, 2000, 400), 1.0, 2000, 1000).size) == CANVAS_SIDE
    assert whole_frame(640, 360).size == (416, 234)
    assert whole_frame(320, 240).size == (320, 240)


def test_padding_reaches_the_least_side() -> None:
    grown = padded(np.array([[100, 100, 104, 110]], np.float32), 0.1, min_side=48)
    assert (grown[:, 2:] - grown[:, :2] >= 48).all()


def test_a_car_that_is_also_a_truck_is_one_vehicle_and_the_person_in_it_stays() -> None:
    box = [10, 10, 110, 60]
    found = Detections(
        np.array([box, box, box], np.float32),
        np.array([0.6, 0.9, 0.5], np.float32),
        np.array([ObjectClass.CAR, ObjectClass.TRUCK, ObjectClass.PERSON], np.int32),
    )
    kept = suppress(found, 0.5)
    assert kept.class_id.tolist() == [ObjectClass.TRUCK, ObjectClass.PERSON]


# -- motion


def changes(gate: MotionGate, pictures: list[np.ndarray]) -> list[float]:
    """Share of cells that differ from the first picture, for each later one."""
    shares = []
    for number, picture in enumerate(pictures):
        cells = gate.changed(frame_of(picture, number / 5).luma, 0.2)
        if number == 0:
            assert cells is None
            gate.mark_seen(None)
        else:
            assert cells is not None
            shares.append(float(cells.mean()))
    return shares


def test_noise_flicker_and_compression_are_no_motion() -> None:
    view = street()
    flicker = [
        noisy(np.clip(view * (1 + 0.06 * (number % 2)), 0, 255).astype(np.uint8), number, 5.0) for number in range(40)
    ]
    assert max(changes(MotionGate(), flicker)) < 0.002
    assert max(changes(MotionGate(), recoded([noisy(view, number, 4.0) for number in range(40)]))) < 0.002


def test_dusk_is_no_motion() -> None:
    view = street(320, 180)
    dusk = [noisy((view * (1 - number / 600)).astype(np.uint8), number) for number in range(150)]
    assert max(changes(MotionGate(), dusk)) < 0.01


def test_someone_far_away_is_motion() -> None:
    """A walker of 8 x 20 pixels, grey on grey."""
    view = street()
    gate = MotionGate()
    shares = []
    for number in range(20):
        picture = view.copy()
        if number >= 10:
            picture[230:250, 100 + 4 * number : 108 + 4 * number] = (110, 112, 115)
        cells = gate.changed(frame_of(noisy(picture, number), number / 5).luma, 0.2)
        if cells is None:
            gate.mark_seen(None)
        else:
            shares.append(int(cells.sum()))
    assert max(shares[:9]) == 0
    assert min(shares[9:]) >= 4


def test_what_was_seen_is_no_change_any_more() -> None:
    view = street()
    gate = MotionGate()
    gate.changed(frame_of(view, 0.0).luma, 0.2)
    bag = view.copy()
    bag[250:280, 300:330] = (20, 20, 180)
    first = gate.changed(frame_of(bag, 0.2).luma, 0.2)
    assert first is not None
    assert first.any()
    gate.mark_seen(first)
    again = gate.changed(frame_of(bag, 0.4).luma, 0.2)
    assert again is not None
    assert not again.any()


def test_the_gate_is_cheap() -> None:
    pictures = [frame_of(noisy(street(), number), number / 5).luma for number in range(8)]
    gate = MotionGate()
    began = time.process_time()
    for number in range(200):
        gate.changed(pictures[number % 8], 0.2)
    assert (time.process_time() - began) / 200 < 0.002  # 0.2 ms where it was written


# -- mailbox


PICTURE = np.zeros((16, 16, 3), np.uint8)


def offer(box: Mailbox, camera: str, at_s: float) -> bool:
    return box.offer(frame_of(PICTURE, at_s, camera=camera), at_s)


def test_the_newest_frame_of_a_camera_wins() -> None:
    box = Mailbox()
    assert not offer(box, "a", 0.0)
    assert offer(box, "a", 0.2)
    (taken,) = box.take_batch(10)
    assert taken.at_s == 0.2
    assert box.counters("a") == MailboxCounters(offered=2, taken=1, shed=1)
    assert box.take_batch(10) == []


def test_a_fast_camera_takes_nothing_from_slow_ones() -> None:
    """10 cameras, one of them at 100 times the rate, and time to analyse a tenth: all are analysed equally often."""
    box = Mailbox()
    taken: dict[str, int] = {}
    for turn in range(200):
        for camera in range(10):
            for _ in range(100 if camera == 0 else 1):
                offer(box, str(camera), turn / 5)
        for one in box.take_batch(1):
            taken[one.frame.camera_id] = taken.get(one.frame.camera_id, 0) + 1
    assert set(taken.values()) == {20}
    assert all(
        counters.offered - counters.taken - counters.shed in (0, 1)
        for counters in (box.counters(str(c)) for c in range(10))
    )


def test_taking_waits_for_an_offer_and_no_longer_than_told() -> None:
    box = Mailbox()
    assert box.take_batch(1, timeout_s=0.01) == []
    thread = threading.Thread(target=lambda: offer(box, "a", 0.0))
    thread.start()
    assert len(box.take_batch(1, timeout_s=20.0)) == 1
    thread.join()


def test_a_camera_that_is_forgotten_leaves_nothing() -> None:
    box = Mailbox()
    offer(box, "a", 0.0)
    box.forget("a")
    assert box.waiting() == 0
    assert box.counters("a") == MailboxCounters()


def test_a_resized_picture_starts_the_gate_anew() -> None:
    gate = MotionGate()
    gate.changed(frame_of(street(), 0.0).luma, 0.2)
    small = cv2.resize(street(), (320, 180))
    assert gate.changed(frame_of(small, 0.2).luma, 0.2) is None

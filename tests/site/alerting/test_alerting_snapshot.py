"""The picture of an alert."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from alerts_helper import NOW, event

from veedor.model.event import TrackOverlay
from veedor.model.frame import Frame
from veedor.site.alerting.snapshot import draw_snapshot


def grey(width: int, height: int) -> Frame:
    return Frame("c1", 0, 0, 0.0, NOW, np.full((height * 3 // 2, width), 128, np.uint8))


def draw(frame: Frame, **changed: object) -> np.ndarray:
    name = str(changed.pop("camera_name", "Cámara 12"))
    jpeg = draw_snapshot(frame, replace(event("e"), **changed), camera_name=name, time_zone="America/Lima", lang="es")
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


@pytest.mark.parametrize(("size", "width"), [((640, 360), 640), ((1920, 1080), 1920), ((320, 240), 640)])
def test_zone_box_and_path_are_where_they_belong(size: tuple[int, int], width: int) -> None:
    image = draw(grey(*size)).astype(int)
    assert image.shape[1] == width
    height = width * size[1] // size[0]
    assert image.shape[0] > height, "the caption stands below the picture"

    def colour(x: float, y: float) -> np.ndarray:
        row, column = round(y * (height - 1)), round(x * (width - 1))
        return image[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3).mean(axis=0)

    blue, _green, red = colour(0.3, 0.6)
    assert red - blue > 80, "the box's left side is in the severity's colour"
    blue, _green, red = colour(0.6, 0.3)
    assert blue - red > 80, "the zone's upper side"
    blue, _green, red = colour(0.15, 0.55)
    assert red - blue > 80, "the path"
    assert abs(colour(0.95, 0.1) - 128).max() < 6, "elsewhere the picture is as it was"
    blue, _green, red = colour(0.7, 0.6)
    assert 4 < blue - red < 80, "the zone is tinted lightly"


def bar(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return image[size[1] + 4 :].astype(int)


def test_the_caption_is_legible_and_has_accents() -> None:
    plain, accented = (
        bar(draw(grey(640, 360), camera_name=name), (640, 360)) for name in ("Camara Nandu", "Cámara Ñandú")
    )
    assert plain.shape == accented.shape
    assert (abs(plain - accented) > 100).sum() > 20, "accents are drawn"
    missing = bar(draw(grey(640, 360), camera_name="C?mara ?and?"), (640, 360))
    assert (abs(missing - accented) > 100).sum() > 100, "and are no question marks"
    bright = (accented > 200).all(axis=2)
    rows = np.flatnonzero(bright.any(axis=1))
    assert rows.max() - rows.min() > 24, "two lines"
    assert 0.02 < bright.mean() < 0.5


def test_long_names_are_cut_and_never_leave_the_picture() -> None:
    image = draw(grey(640, 360), camera_name="Cámara " * 200)
    assert image.shape[0] < 360 + 140
    assert image.shape[1] == 640


def test_odd_overlays_do_no_harm() -> None:
    odd = (
        TrackOverlay(1, "person", (-0.5, -0.5, 1.5, 1.5), ((-1.0, 2.0), (2.0, -1.0))),
        TrackOverlay(2, "no such class", (0.9, 0.0, 1.0, 0.02)),
        TrackOverlay(3, "car", (0.5, 0.5, 0.5, 0.5), ((0.5, 0.5),)),
    )
    assert draw(grey(640, 360), overlays=odd, zone_norm=()).shape[1] == 640
    line = draw(grey(640, 360), overlays=(), zone_norm=((0.1, 0.1), (0.9, 0.1)))
    assert abs(line[200, 320].astype(int) - 128).max() < 6, "a line is not filled"


def test_the_usual_flow_is_drawn_under_the_track_and_said_below() -> None:
    flow = ((0.75, 0.15, 2, 1.0), (0.1, 0.9, 4, 0.2))  # down, and faintly to the left
    jpegs = [
        draw_snapshot(
            grey(640, 360), event("e"), camera_name="Cámara 12", time_zone="America/Lima", lang="es", flow=one
        )
        for one in ((), flow)
    ]
    plain, drawn = (cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR).astype(int) for one in jpegs)
    assert len(drawn) > len(plain), "another line in the caption"
    changed = np.abs(drawn[:360] - plain[:360]).max(axis=2) > 40
    rows, columns = np.flatnonzero(changed[:100].any(axis=1)), np.flatnonzero(changed[:100].any(axis=0))
    assert np.ptp(rows) > 1.25 * np.ptp(columns), "the first points up or down"
    assert changed[rows[-1] - 6 : rows[-1] + 1].sum() > changed[rows[0] : rows[0] + 7].sum(), "down: its head is there"
    assert changed[300:, :120].any()
    assert not changed[120:290, 150:600].any(), "nothing elsewhere: the track and its box are on top"

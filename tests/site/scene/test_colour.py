"""Colours of vehicles, and of nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import av
import numpy as np
import pytest

from veedor.model.detection import ObjectClass
from veedor.model.frame import Frame
from veedor.model.observation import Observation
from veedor.model.track import Tracks
from veedor.model.track_query import COLOURED, VehicleColour
from veedor.site.scene.colour import vehicle_colours

AT = datetime(2026, 3, 2, tzinfo=UTC)
PAINTS = {
    VehicleColour.WHITE: (235, 235, 230),
    VehicleColour.BLACK: (25, 25, 28),
    VehicleColour.GREY: (120, 122, 125),
    VehicleColour.RED: (170, 20, 25),
    VehicleColour.BLUE: (25, 50, 150),
    VehicleColour.GREEN: (20, 120, 50),
    VehicleColour.YELLOW: (230, 190, 20),
}


def picture(paint: tuple[int, int, int]) -> Frame:
    """A road with a painted body on it, that has dark windows above, through the codec's own colour conversion."""
    rgb = np.full((180, 320, 3), 95, np.uint8)
    rgb[60:120, 100:200] = paint
    rgb[60:82, 110:190] = 30
    rgb = np.clip(rgb.astype(int) + np.random.default_rng(1).integers(-8, 9, rgb.shape), 0, 255).astype(np.uint8)
    i420 = av.VideoFrame.from_ndarray(rgb, format="rgb24").to_ndarray(format="yuv420p")
    return Frame("c1", 1, 1, 0.0, AT, i420)


def tracks(*kinds: ObjectClass, box: tuple[float, ...] = (100, 60, 200, 120), observed: bool = True) -> Tracks:
    count = len(kinds)
    return Tracks(
        np.arange(1, count + 1),
        np.tile(np.asarray(box, np.float32), (count, 1)),
        np.ones(count, np.float32),
        np.asarray(kinds, np.int32),
        np.full(count, observed),
    )


@pytest.mark.parametrize("colour", PAINTS)
def test_paints_have_their_names(colour: VehicleColour) -> None:
    assert vehicle_colours(picture(PAINTS[colour]), tracks(ObjectClass.CAR)) == {1: colour}


def test_only_cars_buses_and_lorries_are_looked_at() -> None:
    found = vehicle_colours(picture(PAINTS[VehicleColour.RED]), tracks(*ObjectClass))
    assert {ObjectClass(track_id - 1) for track_id in found} == COLOURED
    assert ObjectClass.PERSON not in COLOURED
    assert not COLOURED & {ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE}, "of those one sees the rider"


def test_too_small_outside_or_guessed_has_none() -> None:
    red = picture(PAINTS[VehicleColour.RED])
    assert vehicle_colours(red, tracks(ObjectClass.CAR, box=(100, 60, 110, 120))) == {}
    assert vehicle_colours(red, tracks(ObjectClass.CAR, box=(900, 900, 990, 990))) == {}
    assert vehicle_colours(red, tracks(ObjectClass.CAR, observed=False)) == {}


def test_an_observation_refuses_the_colour_of_a_person() -> None:
    with pytest.raises(ValueError, match="only vehicles"):
        Observation("c1", 0.0, AT, 1, 320, 180, tracks(ObjectClass.PERSON), colours={1: VehicleColour.RED})
    with pytest.raises(ValueError, match="only vehicles"):
        Observation("c1", 0.0, AT, 1, 320, 180, tracks(ObjectClass.CAR), colours={2: VehicleColour.RED})

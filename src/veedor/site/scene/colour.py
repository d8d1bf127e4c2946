"""The colour that most of a vehicle has, by name. Of people, and of what they ride on, nothing is looked at.

Looked at is the middle of the box, below the windows, at a few hundred points of the 4:2:0 picture as it was decoded.
Names follow from brightness where there is little colour, else from the angle in the plane of the two colour
differences. At night, and under sodium lamps, that is what the camera saw, not what was painted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veedor.model.frame import Frame
from veedor.model.track import Tracks
from veedor.model.track_query import COLOURED, VehicleColour

_SMALLEST_PX = 20  # a side of the box: of smaller ones the road is most of what one sees
_POINTS = 16  # each way, at most
_GREYEST = 14.0  # colour difference below which something has no colour
_BRIGHT, _DARK = 160, 65
_LEAST_SHARE = 0.35  # of the points that must agree on a name
_LOOKED_AT = (0.2, 0.45, 0.8, 0.8)  # of the box: left, top, right, bottom

# Degrees of (Cb, Cr) from each limit to the next.
_HUES = (
    (-165.0, VehicleColour.GREEN),
    (-85.0, VehicleColour.OTHER),
    (-60.0, VehicleColour.BLUE),
    (25.0, VehicleColour.OTHER),
    (80.0, VehicleColour.RED),
    (142.0, VehicleColour.YELLOW),
    (180.0, VehicleColour.YELLOW),
)


def vehicle_colours(frame: Frame, tracks: Tracks) -> dict[int, VehicleColour]:
    """By track id, of the cars, buses and lorries that were seen in this frame and are large enough."""
    found: dict[int, VehicleColour] = {}
    rows = zip(tracks.track_id.tolist(), tracks.xyxy.tolist(), tracks.class_id.tolist(), tracks.observed, strict=True)
    for track_id, box, kind, observed in rows:
        if observed and kind in COLOURED:
            colour = colour_of(frame, box)
            if colour is not None:
                found[track_id] = colour
    return found


def colour_of(frame: Frame, box: list[float]) -> VehicleColour | None:
    """Of what is in the box (pixels); None where it is too small, or out of the picture."""
    wide, high = box[2] - box[0], box[3] - box[1]
    if min(wide, high) < _SMALLEST_PX:
        return None
    left, top, right, bottom = (
        start + side * share
        for start, side, share in zip((box[0], box[1]) * 2, (wide, high) * 2, _LOOKED_AT, strict=True)
    )
    columns = _places(left, right, frame.width)
    rows = _places(top, bottom, frame.height)
    if not len(columns) or not len(rows):
        return None
    light = frame.luma[np.ix_(rows, columns)].astype(np.float32)
    blue, red = _differences(frame, rows // 2, columns // 2)
    names = _names(light, blue, red)
    counts = np.bincount(names.ravel(), minlength=len(VehicleColour) + 1)
    best = int(counts.argmax())
    return VehicleColour(best) if counts[best] >= _LEAST_SHARE * names.size else VehicleColour.OTHER


def _places(first: float, last: float, size: int) -> NDArray[np.intp]:
    low, high = max(0, int(first)), min(size, int(last) + 1)
    step = max(1, (high - low) // _POINTS)
    return np.arange(low, high, step)


def _differences(
    frame: Frame, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Blue and red colour difference at those places of the half-size planes, 0 being grey."""
    half = (frame.height // 2, frame.width // 2)
    planes = frame.i420[frame.height :].reshape(2, *half)
    at = np.ix_(rows, columns)
    return planes[0][at].astype(np.float32) - 128, planes[1][at].astype(np.float32) - 128


def _names(light: NDArray[np.float32], blue: NDArray[np.float32], red: NDArray[np.float32]) -> NDArray[np.intp]:
    angle = np.degrees(np.arctan2(red, blue))
    limits, hues = np.asarray([one for one, _ in _HUES]), np.asarray([int(one) for _, one in _HUES])
    place = np.searchsorted(limits, angle, side="right") - 1
    coloured = np.where(place < 0, int(VehicleColour.YELLOW), hues[np.maximum(place, 0)])
    plain = np.where(
        light >= _BRIGHT,
        int(VehicleColour.WHITE),
        np.where(light <= _DARK, int(VehicleColour.BLACK), int(VehicleColour.GREY)),
    )
    return np.where(np.hypot(blue, red) < _GREYEST, plain, coloured)

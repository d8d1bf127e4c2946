"""Which rows of a block fit a query: by columns first, then by the paths of those that are left."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import points_in_polygon, undistorted
from veedor.model.camera import Calibration
from veedor.model.track_query import Between, Sector, TrackQuery
from veedor.site.archive.blocks import BlockHead
from veedor.site.archive.columns import GRID, HEADINGS, NO_HEADING, SPEED_UNIT, Ints, Rows, cell_bits, feet, samples

Mask = NDArray[np.bool_]
_EDGE_STEPS = 1024  # along an edge of a zone, across the picture
_STAYED_M = 0.5
_SHORTEST_S = 0.2


class Block(Protocol):
    """StoredBlock and MemoryBlock."""

    @property
    def cameras(self) -> tuple[str, ...]: ...

    @property
    def size(self) -> int: ...

    def camera(self) -> Ints: ...

    def started_us(self) -> Ints: ...

    def column(self, name: str) -> NDArray[Any]: ...

    def lies_within(self, from_us: int, until_us: int) -> bool: ...

    def rows(self, chosen: Ints) -> Rows: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A query as columns understand it. `calibrations`: of the cameras that have one."""

    query: TrackQuery
    from_us: int
    until_us: int
    calibrations: Mapping[str, Calibration]
    cells: int
    headings: NDArray[np.bool_] | None  # which of the 256 values fit

    @property
    def looks_at_paths(self) -> bool:
        """Whether columns alone do not decide."""
        query = self.query
        return query.zone is not None or bool(query.speed_mps) or query.bearing_deg is not None

    def may_hold(self, head: BlockHead) -> bool:
        """Whether a block can have a fitting row at all, by what stands in its line."""
        query = self.query
        classes = sum(1 << int(one) for one in query.classes)
        colours = sum(1 << int(one) for one in query.colours)
        return not (
            (classes and not classes & head.classes)
            or (colours and not colours & head.colours)
            or (query.speed_hps.least or 0) * SPEED_UNIT > head.most_speed + 1
            or (query.dwell_s.least or 0) * 1000 > head.most_dwell_ms
        )

    def mask(self, block: Block) -> Mask:
        """Rows that fit as far as columns tell; the cheapest and most telling first, and no more once none is left."""
        query = self.query
        fits = np.ones(block.size, bool)
        if self.calibrated_only:
            known = np.asarray([one in self.calibrations for one in block.cameras])
            fits &= known[block.camera()]
        if query.classes and fits.any():
            fits &= _table(query.classes)[block.column("object_class")]
        if query.colours and fits.any():
            fits &= _table(query.colours)[block.column("colour")]
        if self.headings is not None and fits.any():
            fits &= self.headings[block.column("heading")]
        if query.speed_hps and fits.any():
            fits &= _between(block.column("speed"), query.speed_hps, SPEED_UNIT)
        if query.dwell_s and fits.any():
            fits &= _between(block.column("dwell_ms"), query.dwell_s, 1000)
        if query.zone is not None and fits.any():
            fits &= (block.column("cells") & np.uint64(self.cells)) != 0
        if not block.lies_within(self.from_us, self.until_us) and fits.any():
            started_us = block.started_us()
            fits &= (started_us >= self.from_us) & (started_us < self.until_us)
        return fits

    @property
    def calibrated_only(self) -> bool:
        return bool(self.query.speed_mps) or self.query.bearing_deg is not None

    def paths_fit(self, rows: Rows) -> Mask:
        """Of rows with their paths: those that fit what columns do not tell."""
        fits = np.ones(len(rows), bool)
        zone = self.query.zone
        if zone is not None:
            where, each_s = samples(rows.points, rows.count)
            inside = points_in_polygon(where.reshape(-1, 2), np.asarray(zone.ring)).reshape(where.shape[:2])
            starts = rows.offsets[:-1]
            if zone.inside_s > 0:
                fits &= np.add.reduceat(inside.sum(axis=1) * each_s, starts) >= zone.inside_s - 1e-6
            else:
                fits &= np.logical_or.reduceat(inside.any(axis=1), starts)
        if self.calibrated_only:
            speed, bearing = on_the_ground(rows, self.calibrations)
            fits &= ~np.isnan(speed)
            fits &= _between(np.nan_to_num(speed), self.query.speed_mps, 1)
            if self.query.bearing_deg is not None:
                low, high = self.query.bearing_deg
                fits &= (bearing - low) % 360 <= (high - low) % 360  # nan fits nothing
        return fits


def wish(query: TrackQuery, from_us: int, until_us: int, calibrations: Mapping[str, Calibration]) -> Wish:
    cells = zone_cells(np.asarray(query.zone.ring)) if query.zone is not None else 0
    headings = _headings(query.sectors) if query.sectors else None
    return Wish(query, from_us, until_us, calibrations, cells, headings)


def _headings(sectors: tuple[Sector, ...]) -> NDArray[np.bool_]:
    fits = np.zeros(256, bool)
    eighth = np.rint(np.arange(HEADINGS) / HEADINGS * 8).astype(int) % 8
    order = list(Sector)
    fits[:HEADINGS] = np.isin(eighth, [order.index(one) for one in sectors])
    fits[NO_HEADING] = False
    return fits


def _between(values: NDArray[Any], limits: Between, unit: float) -> Mask:
    fits = np.ones(len(values), bool)
    whole = np.issubdtype(values.dtype, np.integer)  # compared as such: a column need not be made floats
    if limits.least is not None:
        fits &= values >= (math.ceil(limits.least * unit) if whole else limits.least * unit)
    if limits.most is not None:
        fits &= values <= (math.floor(limits.most * unit) if whole else limits.most * unit)
    return fits


def _table(numbers: Sequence[int]) -> NDArray[np.bool_]:
    fits = np.zeros(256, bool)
    fits[[int(one) for one in numbers]] = True
    return fits


def zone_cells(ring: NDArray[np.float64]) -> int:
    """Bits of the cells that a polygon touches: those with a point of its edge, or whose middle is inside."""
    share = np.arange(_EDGE_STEPS)[:, None, None] / _EDGE_STEPS
    edge = ring + (np.roll(ring, -1, axis=0) - ring) * share
    middles = np.stack(np.meshgrid(np.arange(GRID) + 0.5, np.arange(GRID) + 0.5), axis=-1).reshape(-1, 2) / GRID
    inside = middles[points_in_polygon(middles, ring)]
    return int(np.bitwise_or.reduce(cell_bits(np.concatenate((edge.reshape(-1, 2), inside)))))


def on_the_ground(
    rows: Rows, calibrations: Mapping[str, Calibration]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres a second and degrees clockwise from north of each row; nan where the camera has no calibration, and of a
    direction where it stayed about where it was."""
    speed, bearing = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    foot = feet(rows.points)
    offsets = rows.offsets
    for index in range(len(rows)):
        calibration = calibrations.get(rows.cameras[rows.camera[index]])
        if calibration is None:
            continue
        low, high = offsets[index], offsets[index + 1]
        straight = undistorted(foot[low:high], calibration.k1, calibration.aspect)
        flat = np.column_stack((straight, np.ones(high - low))) @ np.asarray(calibration.matrix).reshape(3, 3).T
        if not (np.sign(flat[:, 2]) == np.sign(flat[0, 2])).all() or not np.abs(flat[:, 2]).min() > 1e-12:
            continue  # above the horizon there is no ground
        ground = flat[:, :2] / flat[:, 2:]
        length_s = max(rows.points[high - 1, 0] - rows.points[low, 0], _SHORTEST_S)
        speed[index] = np.hypot(*np.diff(ground, axis=0).T).sum() / length_s
        east, north = ground[-1] - ground[0]
        if np.hypot(east, north) >= _STAYED_M:
            bearing[index] = np.degrees(np.arctan2(east, north)) % 360
    return speed, bearing

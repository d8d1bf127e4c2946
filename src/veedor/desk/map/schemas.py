"""The map in the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from veedor.desk.cameras.schemas import CalibrationOut, CameraOut, GroundPairIn, PlacementIn
from veedor.desk.schemas import In, Out


class TilesOut(Out):
    url: str = Field(description="With {z}, {x} and {y}")
    attribution: str
    max_zoom: int


class MapOut(Out):
    """What lies below the cameras, beside what comes with the console."""

    districts: str | None = Field(description="A mark that changes with the agency's districts; None: there are none")
    pmtiles: bool = Field(description="Whether there is a file of tiles at /api/map/tiles.pmtiles")
    tiles: TilesOut | None


class DistrictsOut(Out):
    districts: int


class PlacementChangeIn(In):
    """`revision` is the camera that you changed. Without a placement the camera leaves the map."""

    placement: PlacementIn | None
    revision: Annotated[int, Field(ge=0)]


class PairsIn(In):
    """Points of the picture and the same points on the ground."""

    pairs: Annotated[list[GroundPairIn], Field(max_length=50)]
    lens: bool = Field(False, description="Also estimate the lens's distortion: from 8 pairs on")
    aspect: Annotated[float, Field(gt=0.2, lt=5, description="The picture's width / height")] = 16 / 9
    revision: Annotated[int, Field(ge=0)]


class CalibrationCheckOut(Out):
    """What these pairs give."""

    calibration: CalibrationOut
    residuals_m: list[float] = Field(description="How far from its place on the map each pair lands, in metres")


class CalibratedOut(Out):
    camera: CameraOut
    residuals_m: list[float]

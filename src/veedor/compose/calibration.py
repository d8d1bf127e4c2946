"""Calibrations outside a running site: for rules in metres over files, and which rules lack one."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from veedor.compose.errors import BadCalibration
from veedor.compose.stores import camera_store, load_config
from veedor.desk.map.calibration import calibrate
from veedor.kit.geometry import K1_LIMIT
from veedor.kit.messages import Message
from veedor.kit.sqlite import store_errors
from veedor.model.camera import Camera, GroundPair
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet

MAX_OCTETS = 1_000_000


def ground_given(given: str, config: Path) -> Ground:
    """`given`: a JSON file, or the name or id of a camera of the site that `config` describes.

    The file holds a camera's `calibration` as the API gives it (or the whole camera), or `pairs` alone, or `matrix`
    alone: 9 numbers by rows, from (x, y, 1), 0..1 of the picture, to metres. Raises BadCalibration, PointsUnfit,
    ConfigMissing, CameraNotFound.
    """
    path = Path(given)
    if path.suffix == ".json" or path.is_file():
        return _from_file(path)
    with camera_store(load_config(config)) as cameras:
        camera = cameras.camera(given)
    ground = Ground.of(camera.calibration)
    if ground is None or ground.stale:
        raise BadCalibration(
            name=camera.name, detail="compose-calibration-stale" if ground else "compose-calibration-none"
        )
    return ground


def uncalibrated(camera: Camera, rules: RuleSet, *, trusted: bool = True) -> list[Message]:
    """The rules in metres that are on and will rest: the camera has no calibration, or one that does not hold.
    `trusted`: whether the camera looks where it was calibrated."""
    calibration = camera.calibration
    if calibration is not None and not calibration.stale and trusted:
        return []
    why = "none" if calibration is None else "stale"
    return [
        Message("rules-resting", {"rule": one.name, "camera": camera.name, "why": why})
        for one in rules.rules
        if one.enabled and one.needs_ground
    ]


def _from_file(path: Path) -> Ground:
    with store_errors(path):
        text = path.read_text(encoding="utf-8", errors="replace") if path.stat().st_size <= MAX_OCTETS else ""
    try:
        told: Any = json.loads(text)
        told = told.get("calibration") or told
        if "matrix" in told:
            matrix = tuple(float(one) for one in told["matrix"])
            if len(matrix) != 9 or not all(math.isfinite(one) for one in matrix):
                raise ValueError("matrix")
            k1, aspect = float(told.get("k1", 0.0)), float(told.get("aspect", 16 / 9))
            if not abs(k1) <= K1_LIMIT or not 0.2 < aspect < 5:
                raise ValueError("k1")
            return Ground(matrix, bool(told.get("stale", False)), k1, aspect)
        names = ("x", "y", "latitude_deg", "longitude_deg")
        pairs = tuple(GroundPair(*(float(one[name]) for name in names)) for one in told["pairs"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise BadCalibration(name=str(path), detail="compose-calibration-form") from problem
    if not all(0 <= one.x <= 1 and 0 <= one.y <= 1 for one in pairs):
        raise BadCalibration(name=str(path), detail="compose-calibration-form")
    return Ground(calibrate(pairs)[0].matrix)

"""A calibration in the camera store: kept, and doubted when the camera is moved or gets another stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from veedor.kit.clock import SimulatedClock
from veedor.kit.secrets import SecretBox
from veedor.model.camera import (
    Calibration,
    Camera,
    GroundPair,
    Placement,
    SourceKind,
    StreamRole,
    StreamSource,
)
from veedor.site.cameras import CameraStore

PAIRS = tuple(GroundPair(x, y, -12.0 + y / 1e3, -77.0 + x / 1e3) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)))
CALIBRATION = Calibration(PAIRS, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0), -12.0, -77.0, 0.25)
PLACE = Placement(-12.0, -77.0, 90.0, 70.0)
STREAMS = (StreamSource(StreamRole.MAIN, "rtsp://192.0.2.7/main"),)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CameraStore]:
    secrets = SecretBox.open(tmp_path / "keys" / "secret.key", create=True)
    opened = CameraStore(tmp_path / "data" / "site.db", secrets, SimulatedClock())
    yield opened
    opened.close()


@pytest.fixture
def saved(store: CameraStore) -> Camera:
    new = Camera("id", "Plaza", "agency", SourceKind.RTSP, STREAMS, placement=PLACE, calibration=CALIBRATION)
    return store.save(new)


def test_it_survives_and_is_kept_where_only_the_name_changes(store: CameraStore, saved: Camera) -> None:
    assert store.camera("id").calibration == CALIBRATION
    assert store.save(replace(saved, name="Plaza Mayor")).calibration == CALIBRATION


@pytest.mark.parametrize(
    "changes",
    [
        {"placement": replace(PLACE, direction_deg=91.0)},
        {"placement": None},
        {"streams": (StreamSource(StreamRole.MAIN, "rtsp://192.0.2.7/other"),)},
    ],
)
def test_it_is_stale_where_the_camera_may_see_something_else(
    store: CameraStore, saved: Camera, changes: dict[str, object]
) -> None:
    changed = store.save(replace(saved, **changes))  # type: ignore[arg-type]
    assert changed.calibration == replace(CALIBRATION, stale=True)
    assert store.camera("id").calibration == changed.calibration
    again = replace(CALIBRATION, rms_m=0.1)
    assert store.save(replace(changed, calibration=again)).calibration == again


def test_a_camera_stored_before_there_were_calibrations(store: CameraStore, saved: Camera) -> None:
    with store.together():
        store._database.execute("UPDATE camera SET settings = json_remove(settings, '$.calibration')")
    assert store.camera("id") == replace(saved, calibration=None)

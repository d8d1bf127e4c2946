"""Fixtures that several rooms share: the shared data folder, the detector's weights, real clips."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from veedor.kit.errors import VeedorError

REPOSITORY = Path(__file__).parents[1]

# What takes long and is not needed with every change: `make test FULL=1` runs it too. Beginnings of node ids.
LONG = (
    "tests/link/test_up.py",
    "tests/link/test_cluster.py",
    "tests/operate/test_deploy.py",
    "tests/operate/test_hub_backup.py",
    "tests/site/rules/test_rules_same_everywhere.py::test_chunks_and_pickling_change_nothing",
    "tests/desk/test_matrix.py::test_every_row_answers_alike_on_postgresql",
    "tests/browser/test_map.py::test_many_cameras_pan_and_zoom",
    "tests/browser/test_alerts.py::test_a_long_queue_scrolls_and_holds_its_place",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("FULL"):
        return
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.skip(reason="long: make test FULL=1"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data folder; the test is skipped where it is not on this machine."""
    folder = Path(os.environ.get("VEEDOR_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder}: set VEEDOR_SHARED to test accuracy on it")
    return folder


@pytest.fixture(scope="session")
def model_file() -> Path:
    """The default detector's verified weights, fetched like a user's where they are not there."""
    from veedor.site.detect.models import default_model_path

    try:
        return default_model_path(fetch=True)
    except VeedorError as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the detector's weights cannot be had: {problem}")


@pytest.fixture(scope="session")
def bikes_clip() -> Path:
    """The street clip that any machine can get."""
    from veedor.compose.clips import bikes

    try:
        return bikes().path
    except VeedorError as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the street clip cannot be had: {problem}")

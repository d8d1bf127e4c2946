"""Fixtures that several rooms share: the shared data folder, the detector's weights, real clips."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from long import LONG
from veedor.kit.errors import VeedorError

REPOSITORY = Path(__file__).parents[1]


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

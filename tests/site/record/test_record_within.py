"""Footage of which a span alone may be shown: no picture from outside it, however files and keyframes lie."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import old_footage
from numbered import FPS, number_of_jpeg, numbers, write_numbered
from veedor.kit.clock import SystemClock
from veedor.kit.sqlite import open_database
from veedor.site.record.errors import NoFootage
from veedor.site.record.footage import FootageStore
from veedor.site.record.layout import INDEX_NAME
from veedor.site.record.schema import MIGRATIONS
from veedor.wire.ports import PlayWish

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
FILE = 4 * FPS  # pictures of one file: a number comes again every four seconds


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture(params=[0, 3], ids=["in order", "b-frames"])
def footage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FootageStore]:
    """Twelve seconds of three files, a keyframe each second."""
    open_database(tmp_path / INDEX_NAME, MIGRATIONS).close()
    made = old_footage.reel(write_numbered(tmp_path / "clip.mp4", b_frames=request.param))
    old_footage.store(tmp_path, "plaza", made, START, at(12))
    store = FootageStore(tmp_path, SystemClock())
    yield store
    store.close()


def inside(first: float, last: float) -> list[int]:
    """The pictures that were taken in [first, last)."""
    every = [(index / FPS, index % FILE) for index in range(3 * FILE)]
    return [number for second, number in every if first - 1e-6 <= second < last - 1e-6]


# Ends on keyframes, between two, at the very first and last picture of a file, and within one GOP.
SPANS = [(1.5, 9.5), (2, 10), (2.04, 9.96), (3.98, 4.02), (4, 8), (0.02, 11.9), (5.1, 6.3), (1.9, 3.06)]


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("keyframes", [False, True])
def test_played_pictures_are_of_the_span(footage: FootageStore, span: tuple[float, float], keyframes: bool) -> None:
    within = (at(span[0]), at(span[1]))
    wish = PlayWish(keyframes=keyframes, within=within)
    allowed = inside(*span)
    try:
        found = footage.play("plaza", *within, wish)
    except NoFootage:
        assert not any(number % FPS == 0 for number in allowed), "there is a keyframe in it"
        return
    shown = numbers(b"".join(found.chunks))
    assert within[0] <= found.at < within[1]
    assert found.until <= within[1]
    assert shown
    assert _is_part(shown, allowed)
    if not keyframes:
        first = next(index for index, number in enumerate(allowed) if number % FPS == 0)
        assert len(shown) >= len(allowed) - first - 3, "of reordered pictures at most those before the next anchor"


@pytest.mark.parametrize("span", SPANS)
def test_clips_and_stills_are_of_the_span(footage: FootageStore, span: tuple[float, float]) -> None:
    within = (at(span[0]), at(span[1]))
    allowed = inside(*span)
    wider = (within[0] - timedelta(seconds=3), within[1] + timedelta(seconds=3))
    clip = b"".join(footage.clip("plaza", *wider, within=within))
    if any(number % FPS == 0 for number in allowed):
        assert _is_part(numbers(clip), allowed)
    else:
        assert b"moof" not in clip
    for second in (span[0] - 0.02, span[0], (span[0] + span[1]) / 2, span[1] - 0.03, span[1], span[1] + 1):
        try:
            jpeg = footage.still("plaza", at(second), within=within)
        except NoFootage:
            assert second < math.ceil(span[0] * FPS) / FPS, "nothing of the span was taken so early"
            continue
        assert number_of_jpeg(jpeg) in allowed


def test_a_still_is_of_the_picture_that_was_shown_then(footage: FootageStore) -> None:
    """Not of one that is decoded earlier and shown later."""
    for index in range(20, 50):
        assert number_of_jpeg(footage.still("plaza", at(4 + (index + 0.5) / FPS))) == index


def test_without_a_bound_nothing_is_cut(footage: FootageStore) -> None:
    found = footage.play("plaza", at(2.5), at(6.5), PlayWish())
    assert (found.at, found.until) == (at(2), at(7))
    assert numbers(b"".join(found.chunks)) == inside(2, 7)


def _is_part(shown: list[int], allowed: list[int]) -> bool:
    """Whether `shown` are pictures of `allowed`, in that order."""
    rest = iter(allowed)
    return all(number in rest for number in shown)

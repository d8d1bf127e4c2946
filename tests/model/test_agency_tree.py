"""The tree of agencies, and what lies in an area."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veedor.model.agency import Agency, ancestors, descendants, in_polygons, makes_ring

TREE = [
    Agency("mininter", "Ministerio del Interior"),
    Agency("region", "Región Lima", parent_id="mininter"),
    Agency("cercado", "Comisaría Cercado", parent_id="region"),
    Agency("breña", "Comisaría Breña", parent_id="region"),
    Agency("orphan", "Sin padre conocido", parent_id="nobody"),
]
SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]


def test_above_and_below() -> None:
    assert ancestors(TREE, "cercado") == ["region", "mininter"]
    assert ancestors(TREE, "orphan") == []
    assert descendants(TREE, "mininter") == {"region", "cercado", "breña"}
    assert descendants(TREE, "cercado") == set()


def test_nobody_stands_above_themselves() -> None:
    assert makes_ring(TREE, "region", "cercado")
    assert makes_ring(TREE, "region", "region")
    assert not makes_ring(TREE, "cercado", "mininter")
    assert not makes_ring(TREE, "mininter", None)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")))
def test_a_ring_that_came_from_elsewhere_ends(parents: dict[str, str]) -> None:
    tree = [Agency(one, one, parent_id=above) for one, above in parents.items()]
    for one in tree:
        assert len(ancestors(tree, one.id)) <= len(tree)
        assert one.id not in descendants(tree, one.id)


def test_areas_with_holes_and_several_parts() -> None:
    area = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
    assert in_polygons(area, 2, 2)
    assert not in_polygons(area, 5, 5)
    assert not in_polygons(area, 11, 5)
    assert in_polygons({"type": "MultiPolygon", "coordinates": [[HOLE], [SQUARE]]}, 5, 5)


@pytest.mark.parametrize(
    "area",
    [
        None,
        "everywhere",
        {},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, "10"], [0, 10], [0, 0]]]},
        {"type": "Polygon", "coordinates": [SQUARE, HOLE[:-1]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [10**400, 0], [10, 10], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [float("nan"), 0], [10, 10], [0, 0]]]},
        {"type": "Circle", "coordinates": [SQUARE]},
    ],
)
def test_what_is_no_area_holds_nothing(area: Any) -> None:
    assert not in_polygons(area, 2, 2)

"""The homography between a picture and the ground: exact where pairs are, refused where they fix nothing."""

from __future__ import annotations

import numpy as np
import pytest

from veedor.kit.errors import UserError
from veedor.kit.geometry import homography, metres_per_degree, project

TRUE = np.array([[40.0, -6.0, -18.0], [2.0, -58.0, 66.0], [0.05, 0.9, 0.4]])
CORNERS = np.array([[0.2, 0.4], [0.8, 0.45], [0.75, 0.9], [0.15, 0.85]])


def test_four_exact_pairs_give_the_matrix_itself() -> None:
    found = homography(CORNERS, project(TRUE, CORNERS))
    assert found / found[2, 2] == pytest.approx(TRUE / TRUE[2, 2], rel=1e-9)
    elsewhere = np.random.default_rng(1).uniform(0.1, 0.95, (50, 2))
    assert project(found, elsewhere) == pytest.approx(project(TRUE, elsewhere), abs=1e-9)


def test_more_pairs_even_out_what_is_off() -> None:
    random = np.random.default_rng(7)
    errors = {}
    for count in (4, 30):
        off = []
        for _ in range(40):
            picture = random.uniform(0.1, 0.95, (count, 2)) if count > 4 else CORNERS
            clicked = project(TRUE, picture) + random.normal(0, 0.2, (count, 2))
            found = homography(picture, clicked)
            off.append(np.linalg.norm(project(found, [[0.5, 0.6]]) - project(TRUE, [[0.5, 0.6]])))
        errors[count] = float(np.mean(off))
    assert errors[30] < errors[4] * 0.7


def test_the_size_of_the_numbers_does_not_matter() -> None:
    ground = project(TRUE, CORNERS)
    far = homography(CORNERS * 1920, ground + 1e6)
    assert project(far, CORNERS * 1920) == pytest.approx(ground + 1e6, abs=1e-4)


@pytest.mark.parametrize(
    ("picture", "detail"),
    [
        ([(0.1, 0.1), (0.5, 0.5), (0.9, 0.9), (0.3, 0.3)], "kit-points-line"),
        ([(0.1, 0.1), (0.5, 0.5), (0.9, 0.9), (0.9, 0.1)], "kit-points-line"),
        ([(0.5, 0.5)] * 4, "kit-points-line"),
        ([(0.1, 0.1), (0.1, 0.1), (0.9, 0.9), (0.9, 0.1)], "kit-points-line"),
        ([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)], "kit-points-few"),
        ([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (float("nan"), 0.2)], "kit-points-not-finite"),
    ],
)
def test_pairs_that_fix_nothing_are_refused(picture: list[tuple[float, float]], detail: str) -> None:
    ground = np.array([(0, 0), (10, 0), (10, 10), (0, 10)][: len(picture)], float)
    with pytest.raises(UserError) as refused:
        homography(np.array(picture), ground)
    assert refused.value.params["detail"] == detail
    assert "line" in refused.value.render("en") or detail != "kit-points-line"


def test_points_told_in_the_wrong_order_are_refused() -> None:
    square = np.array([(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)])
    with pytest.raises(UserError) as refused:
        homography(square, square[[0, 1, 3, 2]] * 10)
    assert refused.value.params["detail"] == "kit-points-order"


def test_the_length_of_a_degree() -> None:
    """Known values of the ellipsoid: at the equator and in Lima."""
    assert metres_per_degree(0.0) == pytest.approx((111_319.5, 110_574.3), rel=1e-5)
    east, north = metres_per_degree(-12.0464)
    assert (east, north) == pytest.approx((108_886, 110_622), rel=2e-4)

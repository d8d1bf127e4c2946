"""Which detection belongs to which track."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def match(similarity: Floats, minimum: float) -> tuple[Indices, Indices]:
    """The pairs (rows, columns) with the greatest total similarity, none below `minimum`."""
    if similarity.size == 0:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    rows, columns = linear_sum_assignment(np.where(similarity >= minimum, similarity, 0.0), maximize=True)
    good = similarity[rows, columns] >= minimum
    return rows[good], columns[good]

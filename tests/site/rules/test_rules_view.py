"""What rules read of a moment is the same, whether it was made alone or with the other moments of an hour."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import median

import numpy as np
import pytest

from veedor.model.detection import CLASS_NUMBERS, ObjectClass
from veedor.site.rules.per_track import middle
from veedor.site.rules.place import WHOLE_PICTURE, Zone
from veedor.site.rules.view import Choice, Columns, Moment, View

ASPECT = 16 / 9
PLAZA = Zone("Plaza", ((0.2, 0.2), (0.8, 0.3), (0.7, 0.9), (0.1, 0.8)))
PEOPLE = np.arange(CLASS_NUMBERS) == ObjectClass.PERSON
CHOICES = [
    Choice(PEOPLE, 0.0, 0.0, PLAZA, "foot"),
    Choice(PEOPLE, 0.0, 0.0, PLAZA, "center"),
    Choice(PEOPLE, 0.12, 0.0),
    Choice(~PEOPLE, 0.0, 0.01, WHOLE_PICTURE, "center"),
    Choice(np.zeros(CLASS_NUMBERS, np.bool_), 0.0, 0.0),
]


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    corner, sides = random.uniform(0, 0.8, (count, 2)), random.uniform(0.05, 0.2, (count, 2))
    classes = random.choice([ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.UNKNOWN], count).astype(np.int32)
    return np.hstack((corner, corner + sides)), np.arange(count, dtype=np.int64) + 100, classes


@pytest.mark.parametrize("choice", CHOICES)
def test_of_many_moments_each_reads_as_if_it_were_alone(choice: Choice) -> None:
    boxes, ids, classes = drawn(60, seed=3)
    moment = Moment(0.0, datetime(2026, 1, 1, tzinfo=UTC), 1)
    many = Columns(boxes, ids, classes, ASPECT, is_many=True)
    told = 0
    for first, end in ((0, 1), (1, 1), (1, 20), (20, 59), (59, 60)):
        here = View.part(many, first, end, moment, None)
        mine = slice(first, end)
        alone = View.part(Columns(boxes[mine], ids[mine], classes[mine], ASPECT), 0, end - first, moment, None)
        assert here.rows_of(choice) == alone.rows_of(choice) == np.flatnonzero(alone.chosen(choice)).tolist()
        assert here.ids_of(choice) == alone.ids_of(choice) == ids[mine][alone.chosen(choice)].tolist()
        assert len(here) == len(alone) == end - first
        listed, at, until = here.listed()
        other, _, _ = alone.listed()
        for name in ("ids", "classes", "boxes", "foot", "spot", "height", "size"):
            assert getattr(listed, name)[at:until] == getattr(other, name), name
        told += len(here.ids_of(choice))
    assert (told > 0) == bool(choice.table.any())


def test_choices_that_say_the_same_are_made_once() -> None:
    same = Choice(PEOPLE.copy(), 0.0, 0.0, Zone("Other name", PLAZA.ring), "foot")
    assert same.key == CHOICES[0].key
    assert len({one.key for one in CHOICES}) == len(CHOICES)


@pytest.mark.parametrize("values", [[3.0], [2.0, 1.0], [0.1, 0.7, 0.2], [5.0, 1.0, 4.0, 2.5]])
def test_the_middle_is_the_median(values: list[float]) -> None:
    assert middle(values) == median(values)

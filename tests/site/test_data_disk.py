"""Whether the disk of a site's data has room is told in words that say where, and what to do."""

from __future__ import annotations

from pathlib import Path

from veedor.kit.messages import render
from veedor.site.data_disk import DataDisk


def test_a_disk_with_room_is_no_problem_and_one_that_cannot_be_looked_at_is(tmp_path: Path) -> None:
    assert DataDisk(tmp_path).problems() == []
    gone = tmp_path / "unmounted"
    (told,) = DataDisk(gone).problems()
    assert told.key == "problem-data-disk-full"
    assert str(gone) in told.render("es")
    assert "Haga espacio" in render(f"{told.key}.hint", "es", told.params)

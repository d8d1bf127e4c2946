"""MOTChallenge text in and out: every oddity that files in the wild have, and every error with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veedor.model.detection import ObjectClass
from veedor.model.track import Tracks
from veedor.site.track import motchallenge
from veedor.site.track.errors import MotFileError, MotFileUnreadable


def written(folder: Path, text: str, name: str = "det.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_frames_come_sorted_with_corners_and_class(tmp_path: Path) -> None:
    text = "\ufeff2,-1,10,20,30,40,0.5,3\n\n# a remark\n1,-1,1.5,2,3,4,0.25,-1,-1,-1\n2, -1, 0, 0, 5, 5, 0.75\r\n"
    found = motchallenge.read_detections(written(tmp_path, text))
    assert list(found) == [1, 2]
    assert found[1].xyxy.tolist() == [[1.5, 2, 4.5, 6]]
    assert found[2].confidence.tolist() == [0.5, 0.75]
    assert found[2].class_id.tolist() == [ObjectClass.CAR, ObjectClass.UNKNOWN]


def test_blanks_may_separate_columns(tmp_path: Path) -> None:
    assert motchallenge.read_detections(written(tmp_path, "1 -1 1 2 3 4 0.5\n"))[1].xyxy.tolist() == [[1, 2, 4, 6]]


def test_a_position_in_column_eight_is_no_class(tmp_path: Path) -> None:
    found = motchallenge.read_tracks(written(tmp_path, "1,7,1,2,3,4,1,-4.1554,-7.3,0\n"))
    assert found[1].class_id.tolist() == [ObjectClass.UNKNOWN]
    assert found[1].track_id.tolist() == [7]
    assert found[1].observed.tolist() == [True]


@pytest.mark.parametrize("name", ["tracks.txt", "tracks.txt.gz"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    kinds = [*motchallenge.CLASS_NUMBERS, ObjectClass.UNKNOWN]
    count = len(kinds)
    boxes = np.arange(count * 4).reshape(count, 4).cumsum(axis=1).astype(np.float32)
    observed = np.ones(count, np.bool_)
    observed[1] = False
    ids = np.arange(count, dtype=np.int64) + 2**40
    tracks = Tracks(ids, boxes, np.full(count, 0.5, np.float32), np.array(kinds, np.int32), observed)
    assert motchallenge.write_tracks(tmp_path / name, [(3, tracks), (4, Tracks.empty())]) == count - 1
    found = motchallenge.read_tracks(tmp_path / name)
    assert list(found) == [3]
    assert found[3].track_id.tolist() == ids[observed].tolist()
    assert found[3].class_id.tolist() == tracks.class_id[observed].tolist()
    assert np.allclose(found[3].xyxy, boxes[observed], atol=0.01)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, "before", "tracks.txt")

    def frames() -> object:
        yield 1, Tracks.empty()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        motchallenge.write_tracks(path, frames())  # type: ignore[arg-type]
    assert path.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["tracks.txt"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("2,-1,x,2,3,4,1", "number"),
        ("2,-1,,2,3,4,1", "number"),
        ("2,-1,1,2,3", "columns"),
        ("0,-1,1,2,3,4,1", "frame"),
        ("1.5,-1,1,2,3,4,1", "frame"),
        ("nan,-1,1,2,3,4,1", "frame"),
        ("1763764764000,-1,1,2,3,4,1", "frame"),
        ("1,0.5,1,2,3,4,1", "id"),
        ("1,inf,1,2,3,4,1", "id"),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, line: str, kind: str) -> None:
    with pytest.raises(MotFileError) as caught:
        motchallenge.read_detections(written(tmp_path, f"1,-1,1,2,3,4,1\n\n{line}\n"))
    assert (caught.value.params["line"], caught.value.params["kind"]) == ("3", kind)
    for lang in ("es", "en"):
        assert "3" in caught.value.render(lang)
        assert caught.value.hint(lang)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    packed = gzip.compress(b"1,-1,1,2,3,4,1\n" * 1000)
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "no.gz").write_bytes(b"1,-1,1,2,3,4,1\n")
    (tmp_path / "picture.txt").write_bytes(bytes(range(256)))
    for name in ("cut.gz", "no.gz", "picture.txt", "absent.txt", "."):
        with pytest.raises((MotFileUnreadable, MotFileError)) as caught:
            motchallenge.read_detections(tmp_path / name)
        assert str(tmp_path / name) in caught.value.render("en")


def test_an_empty_file_has_no_frames(tmp_path: Path) -> None:
    assert motchallenge.read_detections(written(tmp_path, "")) == {}


def test_confidences_are_brought_to_shares() -> None:
    shares = np.array([0.1, 0.9, 0.5])
    assert motchallenge.normalized(shares).tolist() == shares.tolist()
    for constant in (-1.0, 0.0, 1.0, 0.3):
        assert motchallenge.normalized(np.full(4, constant)).tolist() == [1, 1, 1, 1]
    margins = motchallenge.normalized(np.array([-20.0, 5.0, 30.0, 55.0, 90.0]))
    assert (np.diff(margins) > 0).all()
    assert margins[2] == pytest.approx(0.7)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_confidences_are_shares_whatever_comes(values: list[float]) -> None:
    shares = motchallenge.normalized(np.array(values, np.float64))
    assert ((shares >= 0) & (shares <= 1)).all()


def test_sequence_info_is_found_beside_and_above(tmp_path: Path) -> None:
    (tmp_path / "det").mkdir()
    written(tmp_path, "[Sequence]\nframeRate=14\nseqLength=418\nimWidth=640\nimHeight=%broken\n", "seqinfo.ini")
    info = motchallenge.read_sequence_info(tmp_path / "det" / "det.txt")
    assert info == motchallenge.SequenceInfo(14.0, 418, 640, None)
    written(tmp_path, "no ini at all", "seqinfo.ini")
    assert motchallenge.read_sequence_info(tmp_path / "det.txt") == motchallenge.SequenceInfo()

"""Detections and tracks as MOTChallenge text (motchallenge.net): one box a line, frames from 1.

    frame, id, left, top, width, height, confidence[, class[, ...]]

Pixels, comma or blank between columns, `.gz` or plain. Blank lines and lines that begin with `#` are skipped.
Column 8 is the class where it is a whole number that we know, in COCO's numbering plus one (1 person, 2 bicycle,
3 car, 4 motorcycle, 6 bus, 8 truck ...), which agrees with MOTChallenge on 1, the pedestrian. Everything else there
(-1, the 3-D position of MOT15) is UNKNOWN.
"""

from __future__ import annotations

import configparser
import gzip
import math
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections, ObjectClass
from veedor.model.track import Tracks
from veedor.site.track.errors import MotFileError, MotFileUnreadable

_COLUMNS = 7  # that every line must have
_MAX_FRAME = 100_000_000  # 38 days at 30 fps: more is a time stamp in the wrong column

CLASS_NUMBERS: Mapping[ObjectClass, int] = {
    ObjectClass.PERSON: 1,
    ObjectClass.BICYCLE: 2,
    ObjectClass.CAR: 3,
    ObjectClass.MOTORCYCLE: 4,
    ObjectClass.BUS: 6,
    ObjectClass.TRUCK: 8,
    ObjectClass.ANIMAL: 18,
    ObjectClass.BAG: 27,
}
"""What we write in column 8; UNKNOWN and OBJECT are -1."""

_CLASSES = {number: kind for kind, number in CLASS_NUMBERS.items()} | {
    **dict.fromkeys(range(16, 26), ObjectClass.ANIMAL),
    **dict.fromkeys((27, 31, 33), ObjectClass.BAG),
}


@dataclass(frozen=True, slots=True)
class SequenceInfo:
    """What `seqinfo.ini` says; None where it does not."""

    fps: float | None = None
    frames: int | None = None
    width: int | None = None
    height: int | None = None


def read_detections(path: Path) -> dict[int, Detections]:
    """Detections by frame number, confidences brought to 0..1 (see `normalized`).

    Raises MotFileError and MotFileUnreadable.
    """
    rows = _read(path)
    confidence = normalized(rows[:, 6])
    return {
        frame: Detections(_corners(rows[part]), confidence[part].astype(np.float32), _class_ids(rows[part]))
        for frame, part in _frames(rows)
    }


def read_tracks(path: Path) -> dict[int, Tracks]:
    """Tracks by frame number, all observed; a confidence beyond 0..1 is cut to it.

    Raises MotFileError and MotFileUnreadable.
    """
    rows = _read(path)
    tracks = {}
    for frame, part in _frames(rows):
        here = rows[part]
        confidence = np.clip(np.nan_to_num(here[:, 6], nan=0.0), 0, 1).astype(np.float32)
        ids = here[:, 1].astype(np.int64)
        tracks[frame] = Tracks(ids, _corners(here), confidence, _class_ids(here), np.ones(len(here), np.bool_))
    return tracks


def write_tracks(path: Path, frames: Iterable[tuple[int, Tracks]]) -> int:
    """Write the observed boxes of `frames` (number from 1, tracks) to `path` at once or not at all; return how many.

    `.gz` compresses. The file appears under its name only when it is whole.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    boxes = 0
    try:
        with gzip.open(partial, "wt") if path.suffix == ".gz" else partial.open("w", encoding="ascii") as out:
            for number, tracks in frames:
                lines = list(_lines(number, tracks))
                boxes += len(lines)
                out.writelines(lines)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return boxes


def read_sequence_info(beside: Path) -> SequenceInfo:
    """The `seqinfo.ini` next to the file `beside`, or in the folder above it (as MOTChallenge lays them out)."""
    for folder in (beside.resolve().parent, beside.resolve().parent.parent):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            found = parser.read(folder / "seqinfo.ini", encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        if found and parser.has_section("Sequence"):
            section = parser["Sequence"]
            fps = _positive(section.get("frameRate"))
            frames, width, height = (_positive(section.get(key)) for key in ("seqLength", "imWidth", "imHeight"))
            return SequenceInfo(fps, *(int(value) if value else None for value in (frames, width, height)))
    return SequenceInfo()


def normalized(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Confidences of one file as 0..1.

    Those that are in 0..1 already stay. Detectors that give margins (ACF, DPM) go beyond: their median becomes 0.7 and
    one interquartile range above or below is one unit of log-odds. If all are the same number (-1, 1, 0: "not said"),
    or not a number, every detection is believed: 1.
    """
    finite = np.isfinite(confidence)
    values = confidence[finite]
    if len(values) == 0 or values.min() == values.max():
        return np.ones_like(confidence)
    if values.min() >= 0 and values.max() <= 1:
        return np.where(finite, confidence, 0.0)
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    margin = (np.where(finite, confidence, middle) - middle) / max(high - low, 1e-9)
    return np.asarray(1 / (1 + np.exp(-np.clip(margin + math.log(0.7 / 0.3), -30, 30))))


def _read(path: Path) -> NDArray[np.float64]:
    """All lines, (n, 8): the first eight columns, in the order of their frames. A missing class is -1."""
    rows: list[tuple[float, ...]] = []
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as text:
            for number, line in enumerate(text, start=1):
                stripped = line.strip().lstrip("\ufeff")
                if stripped and not stripped.startswith("#"):
                    rows.append(_row(path, number, stripped))
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise MotFileUnreadable(file=str(path), line=str(number), problem=reason) from problem
    table = np.array(rows, np.float64).reshape(-1, _COLUMNS + 1)
    return table[np.argsort(table[:, 0], kind="stable")]


def _row(path: Path, number: int, line: str) -> tuple[float, ...]:
    words = line.split(",") if "," in line else line.split()
    words = [word.strip() for word in words[: _COLUMNS + 1]]
    values = []
    for word in words:
        try:
            values.append(float(word))
        except ValueError:
            raise MotFileError(file=str(path), line=str(number), kind="number", value=word[:40]) from None
    if len(values) < _COLUMNS:
        raise MotFileError(file=str(path), line=str(number), kind="columns", value=str(len(values)))
    frame, track_id = values[0], values[1]
    if not (1 <= frame <= _MAX_FRAME and frame == int(frame)):
        raise MotFileError(file=str(path), line=str(number), kind="frame", value=words[0][:40])
    if not (abs(track_id) < 2**53 and track_id == int(track_id)):
        raise MotFileError(file=str(path), line=str(number), kind="id", value=words[1][:40])
    return (*values, -1.0)[: _COLUMNS + 1]


def _frames(rows: NDArray[np.float64]) -> Iterator[tuple[int, slice]]:
    """Each frame number with the rows that it has."""
    numbers, starts = np.unique(rows[:, 0].astype(np.int64), return_index=True)
    ends = (*starts[1:], len(rows))
    for frame, start, end in zip(numbers, starts, ends, strict=len(numbers) > 0):
        yield int(frame), slice(int(start), int(end))


def _corners(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.hstack((rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6])).astype(np.float32)


def _class_ids(rows: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.array([_CLASSES.get(value, ObjectClass.UNKNOWN) for value in rows[:, 7].tolist()], np.int32)


def _lines(number: int, tracks: Tracks) -> Iterator[str]:
    for row in np.flatnonzero(tracks.observed).tolist():
        left, top, right, bottom = tracks.xyxy[row].astype(float).tolist()
        kind = CLASS_NUMBERS.get(ObjectClass.of(int(tracks.class_id[row])), -1)
        yield (
            f"{number},{int(tracks.track_id[row])},{left:.2f},{top:.2f},{right - left:.2f},{bottom - top:.2f},"
            f"{float(tracks.confidence[row]):.4f},{kind},-1,-1\n"
        )


def _positive(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None

"""`veedor track`: the tracker alone, on detections from a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veedor.cli.options import AsJson
from veedor.cli.output import command, err, out, print_json, t
from veedor.kit.reasons import os_reason

if TYPE_CHECKING:
    from veedor.model.detection import Detections
    from veedor.model.track import Tracks

_ASSUMED_FPS = 25.0


@command
def track(
    detections: Annotated[Path, typer.Option("--detections", help=t("track-help-detections"), show_default=False)],
    tracks_file: Annotated[Path, typer.Option("--out", help=t("track-help-out"), show_default=False)],
    fps: Annotated[float | None, typer.Option("--fps", min=0.1, max=1000, help=t("track-help-fps"))] = None,
    as_json: AsJson = False,
) -> None:
    from veedor.kit.errors import StoreError
    from veedor.site.track import motchallenge

    by_frame = motchallenge.read_detections(detections)
    info = motchallenge.read_sequence_info(detections)
    rate = fps or info.fps or _ASSUMED_FPS
    if not (fps or info.fps):
        err.print(t("track-fps-assumed", fps=f"{rate:g}"))
    last = max((info.frames or 0, *by_frame))
    ids: set[int] = set()
    try:
        boxes = motchallenge.write_tracks(tracks_file, _follow(by_frame, last, rate, ids, show=not as_json))
    except OSError as problem:
        raise StoreError(path=str(tracks_file), **os_reason(problem)) from problem
    if as_json:
        print_json({"frames": last, "fps": rate, "tracks": len(ids), "boxes": boxes, "out": str(tracks_file)})
    else:
        counts = {"frames": str(last), "tracks": str(len(ids)), "boxes": str(boxes)}
        out.print(t("track-done", file=str(tracks_file), fps=f"{rate:g}", **counts), highlight=False)


def _follow(
    by_frame: dict[int, Detections], last: int, fps: float, ids: set[int], *, show: bool
) -> Iterator[tuple[int, Tracks]]:
    """Each frame's tracks. A frame without detections is a frame too. `ids` collects the tracks that were seen."""
    from rich.progress import track as progress

    from veedor.model.detection import Detections
    from veedor.site.track import Tracker

    tracker, nothing = Tracker(), Detections.empty()
    numbers = _frames_worth_a_look(by_frame, last, fps)
    for number in progress(numbers, t("track-progress"), total=last, console=err, transient=True, disable=not show):
        tracks = tracker.update(by_frame.get(number, nothing), (number - 1) / fps)
        ids.update(tracks.track_id[tracks.observed].tolist())
        yield number, tracks


def _frames_worth_a_look(by_frame: dict[int, Detections], last: int, fps: float) -> Iterator[int]:
    """Frames with detections and, while tracks may still wait for one, those without."""
    after = round(fps * 3.0) + 1
    done = 0
    for number in (*sorted(by_frame), last + 1):
        yield from range(done + 1, min(number, done + after))
        if number <= last:
            yield number
        done = number

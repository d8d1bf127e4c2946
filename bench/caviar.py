"""Rules about behaviour on the CAVIAR clips: event-level precision, recall and F1 per kind. JSON on standard output.

    VEEDOR_SHARED=../shared python bench/caviar.py [--json bench/results/caviar.json]

Tracks and labels are those of the data set (14 clips, ground truth), so the figures say how right the rules are, not
what a detector gives them. Every rule runs over every clip with the parameters that Veedor ships, in the whole picture.
The clips last 15 to 60 s, and two defaults wait longer than that (object_left and loitering, 60 s): these two run once
more with one shorter dwell for all clips, named so. An event is right where it overlaps a label of its kind in time by
an IoU of 0.3 or more; each label counts once. What lasts
shorter than `lingering`'s dwell, as five of nine labels "browsing" do, it cannot find; and it cannot know who browses.
So it is compared, too, with every stay: a person is labelled inactive or browsing for that dwell or longer, and the
event must be of that person. With fewer than 20 labels of a kind no rate is given: "not enough data".
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from veedor.kit.statistics import wilson
from veedor.model.track import Tracks
from veedor.site.rules import RuleEngine, RuleSet
from veedor.site.rules.export import last_states
from veedor.site.rules.replay import from_frames
from veedor.site.track.motchallenge import read_tracks

SHARED = Path(os.environ.get("VEEDOR_SHARED", Path(__file__).parents[2] / "shared"))
FOLDER = SHARED / "data" / "behaviour" / "caviar"
SIZE, NATIVE_FPS, IOU, ENOUGH = (384, 288), 25, 0.3, 20
SHORT_DWELL_S = {"object_left": 5.0, "loitering": 10.0}
# what is asked for: the rule, and the labels (kind, label) that are its acts
KINDS: dict[str, tuple[str, tuple[str, str]]] = {
    "left object": ("object_left", ("role", "leaving object")),
    "left object, short dwell": ("object_left short", ("role", "leaving object")),
    "fight": ("fight", ("group_situation", "fighting")),
    "person down": ("person_down", ("context", "drop down")),
    "browsing, as lingering": ("lingering", ("situation", "browsing")),
    "browsing, as loitering": ("loitering", ("context", "browsing")),
    "browsing, as loitering, short dwell": ("loitering short", ("context", "browsing")),
    "meeting": ("meeting", ("group_context", "meeting")),
    "splitting": ("parting", ("group_situation", "split up")),
    "running": ("running", ("movement", "running")),
}
Span = tuple[float, float]
STAYS = "every stay, as lingering"
STILL = ("inactive", "browsing")


def rules() -> RuleSet:
    """One rule for each name of KINDS, with shipped parameters; the short ones with one other dwell."""
    made = []
    for name in dict.fromkeys(rule for rule, _ in KINDS.values()):
        kind = name.removesuffix(" short")
        short = {"dwell_s": SHORT_DWELL_S[kind]} if name != kind else {}
        made.append({"name": name, "kind": kind, "enabled": True, **short})
    return RuleSet.loads(json.dumps({"rules": made}), name="bench")


def thinned(file: Path, fps: int) -> dict[int, Tracks]:
    """Tracks by frame, without classes (people and bags have the same in this set), at `fps`."""
    step = NATIVE_FPS // fps
    frames = {}
    for frame, tracks in read_tracks(file).items():
        if (frame - 1) % step == 0:
            unknown = np.zeros(len(tracks), np.int32)
            frames[(frame - 1) // step + 1] = Tracks(
                tracks.track_id, tracks.xyxy, tracks.confidence, unknown, tracks.observed
            )
    return frames


def found(file: Path, fps: int, wanted: RuleSet) -> dict[str, list[tuple[Span, int]]]:
    """Rule -> the spans of its events in seconds, and the first track of each."""
    engine = RuleEngine(wanted, "c")
    observations = from_frames(thinned(file, fps), SIZE, fps, datetime(2026, 1, 1, tzinfo=UTC))
    spans: dict[str, list[tuple[Span, int]]] = {}
    for event in last_states(engine.run(observations)):
        end_s = event.end_s if event.end_s is not None else event.start_s
        spans.setdefault(event.rule, []).append(((event.start_s, end_s), event.track_ids[0]))
    return spans


def stays(labels: list[dict[str, Any]], clip: str, dwell_s: float) -> dict[int, list[Span]]:
    """Person -> when they stay somewhere, for `dwell_s` or longer; labels that follow one another are one stay."""
    spans: dict[int, list[Span]] = {}
    for one in sorted(labels, key=lambda label: int(label["start"])):
        if (one["clip"], one["kind"]) != (clip, "situation") or one["label"] not in STILL:
            continue
        start, end = one["start"] / NATIVE_FPS, one["end"] / NATIVE_FPS
        mine = spans.setdefault(int(one["who"].removeprefix("o")), [])
        if mine and start - mine[-1][1] <= 0.2:
            start, end = mine[-1][0], max(end, mine.pop()[1])
        mine.append((start, end))
    return {who: [one for one in mine if one[1] - one[0] >= dwell_s] for who, mine in spans.items()}


def of_stays(events: list[tuple[Span, int]], labels: dict[int, list[Span]]) -> tuple[int, int, int]:
    """Right, events, labels."""
    people = {who for _, who in events} | set(labels)
    right = sum(matched([span for span, of in events if of == who], labels.get(who, [])) for who in people)
    return right, len(events), sum(len(one) for one in labels.values())


def iou(a: Span, b: Span) -> float:
    both = min(a[1], b[1]) - max(a[0], b[0])
    return max(0.0, both) / max(max(a[1], b[1]) - min(a[0], b[0]), 1e-9)


def matched(events: list[Span], labels: list[Span]) -> int:
    """How many labels have an event of their own, the best overlaps first."""
    pairs = sorted(((iou(e, lab), i, k) for i, e in enumerate(events) for k, lab in enumerate(labels)), reverse=True)
    used: tuple[set[int], set[int]] = (set(), set())
    for overlap, i, k in pairs:
        if overlap >= IOU and i not in used[0] and k not in used[1]:
            used[0].add(i)
            used[1].add(k)
    return len(used[1])


def interval(hits: int, of: int) -> list[float]:
    """95 %, rounded for the file."""
    return [round(one, 3) for one in wilson(hits, of)]


def scored(right: int, events: int, labels: int) -> dict[str, Any]:
    """Counts, and rates where there are labels enough."""
    counts: dict[str, Any] = {"labels": labels, "events": events, "right": right}
    if labels < ENOUGH:
        return {**counts, "rates": "not enough data"}
    rates: dict[str, Any] = {"recall": round(right / labels, 3), "recall_95": interval(right, labels)}
    if events:
        rates |= {"precision": round(right / events, 3), "precision_95": interval(right, events)}
        rates["f1"] = round(2 * right / (events + labels), 3)
    return {**counts, "rates": rates}


def figures(fps: int) -> dict[str, Any]:
    labels = json.loads(gzip.decompress((FOLDER / "events.json.gz").read_bytes()))
    wanted, sums = rules(), {name: [0, 0, 0] for name in (*KINDS, STAYS)}
    dwell_s = next(one for one in wanted.rules if one.name == "lingering").dwell_s  # type: ignore[attr-defined]
    seconds = 0.0
    for file in sorted(FOLDER.glob("*/*.tracks.txt.gz")):
        clip, spans = file.parent.name, found(file, fps, wanted)
        seconds += max(read_tracks(file)) / NATIVE_FPS
        for name, (rule, (kind, label)) in KINDS.items():
            acts = [
                (one["start"] / NATIVE_FPS, one["end"] / NATIVE_FPS)
                for one in labels
                if (one["clip"], one["kind"], one["label"]) == (clip, kind, label)
            ]
            events = [span for span, _ in spans.get(rule, [])]
            for place, count in enumerate((matched(events, acts), len(events), len(acts))):
                sums[name][place] += count
        for place, count in enumerate(of_stays(spans.get("lingering", []), stays(labels, clip, dwell_s))):
            sums[STAYS][place] += count
    return {"minutes": round(seconds / 60, 1), "kinds": {name: scored(*counts) for name, counts in sums.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not FOLDER.exists():
        raise SystemExit(f"no CAVIAR data in {FOLDER}: set VEEDOR_SHARED")
    result = {
        "iou": IOU,
        "short_dwell_s": SHORT_DWELL_S,
        "source": "EC funded CAVIAR project, IST 2001 37540",
        **{f"{fps}_fps": figures(fps) for fps in (25, 5)},
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
